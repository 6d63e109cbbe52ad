/** What holds of every case: no input is a throw, unknown and one more rule never ask for less, an approval never takes a pass away. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, samplePolicy } from '../../testing/sample-change.ts';
import { RESULTS } from '../policy/case.ts';
import { readCase } from '../policy/case-shape.ts';
import type { Policy } from '../policy/document.ts';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { TIERS } from '../risk/risk.ts';
import { readLine } from './case-lines.ts';
import { runCase } from './run-case.ts';

/** What covers a path hangs on no condition here: a rule that may apply covers as much as one that does. */
const POLICY = samplePolicy(
  `  - {id: assisted, paths: ["infra/**"], when: "provenance.level >= assisted && !author.senior", require: {humans: 1, senior_to: author}}
  - {id: risky, paths: ["**", "!other/**"], when: "risk.tier >= high || risk.not_analysed > 0", require: {humans: 2, level: L6, presence: hardware}, ttl: 12h}
  - {id: db, paths: ["db/**"], require: {humans: 1, domains: [databases], stages: [intent, implementation]}, until: 2026-06-02, on_change: {context-moved: recheck}}
  - {id: teams, paths: ["net/**"], unless: "author.senior && lane.open", require: {humans: 2, from: {teams: [sre, security]}, distinct_teams: 2, not: [same-team]}}
  - {id: plan, paths: ["infra/**"], when: "plan.present && plan.destroys.exists(d, d.type == 'aws_db_instance')", require: {humans: 1, level: L7}}
  - {id: rest, paths: ["**", "!other/**"], optional: true}
forbid:
  - {id: freeze, paths: ["db/**"], when: "incident.open.exists(i, i.severity <= 1)", reason: an incident}
exceptions:
  - {id: fixtures, rule: db, paths: ["db/fixtures/**"], owner: eve, reason: made anew, until: 2026-07-01}`,
  'systems:\n  - {id: pay, name: Pay, criticality: 1, paths: ["infra/pay/**"]}\nmodes: {default: enforce}\nsample: {share: 0.1}',
);

const path = fc.constantFrom('infra/main.tf', 'infra/pay/a.tf', 'db/a.sql', 'db/fixtures/a.sql', 'net/a', 'docs/a.md', 'other/x', 'countersign.yml');
const who = fc.constantFrom('ada', 'ben', 'cleo', 'dan', 'eve', 'flo', 'robo', 'stranger', 'ben@example.com');
const level = fc.constantFrom('L4', 'L5', 'L6', 'L7');
const moment = fc.constantFrom('2026-05-31T00:00Z', '2026-06-01T06:00Z', '2026-06-01T12:00Z', '2026-06-03T12:00Z', '2026-08-01T00:00Z');
const movement = fc.constantFrom('no-change', 'message', 'trivial-rebase', 'context-moved', 'rework');
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const clean = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

const signoff = fc
  .record({
    by: who,
    decision: some(fc.constantFrom('approve', 'approve_with_conditions', 'changes', 'cannot_judge')),
    stage: some(fc.constantFrom('intent', 'implementation', 'deploy')),
    presence: some(fc.constantFrom('passkey', 'hardware', 'none')),
    level: some(level),
    at: some(moment),
    expires: some(moment),
    moved: some(fc.oneof(movement, fc.dictionary(path, movement, { maxKeys: 2 }))),
  })
  .map(clean);

const facts = fc
  .record({
    at: some(moment),
    stage: some(fc.constantFrom('intent', 'implementation', 'deploy')),
    paths: fc.uniqueArray(path, { minLength: 1, maxLength: 4 }),
    author: some(who),
    pusher: some(who),
    behind: some(fc.record({ prompter: who, 'deploy-starter': who })),
    provenance: some(fc.record({ level: fc.constantFrom(...PROVENANCE_LEVELS.values) })),
    risk: some(fc.oneof(fc.record({ tier: fc.constantFrom(...TIERS.values) }), fc.record({ not_analysed: fc.constant(['infra/main.tf']) }))),
    plan: some(fc.record({ destroys: fc.constantFrom([], [{ type: 'aws_db_instance', address: 'a' }]), complete: fc.boolean() })),
    incidents: some(fc.constantFrom([], [{ id: 'I', severity: 1 }], [{ id: 'I', severity: 3 }])),
    lane: some(fc.constantFrom({ sampled: 1, escapes: 0 }, { sampled: 9, escapes: 9 })),
    target_exists: some(fc.boolean()),
    signoffs: fc.array(signoff, { maxLength: 5 }),
  })
  .map(clean);

function answered(value: unknown, policy: Policy = POLICY) {
  const problems: string[] = [];
  const [given] = readCase(value, (at, message) => problems.push(`${at.map(String).join('.')} ${message}`));
  if (given === undefined) throw new Error(problems.join('\n'));
  return runCase(policy, given, SAMPLE_ROSTER, { alternatives: false }).answer;
}

const rank = (value: unknown, policy?: Policy): number => RESULTS.indexOf(answered(value, policy).result);

describe('every case', () => {
  test('is read or refused, and answered, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue({ maxDepth: 4 })), (value) => {
        let said = 0;
        const read = readCase(value, () => {
          said += 1;
        });
        expect(read.length === 1).toBe(said === 0);
        for (const given of read) expect(RESULTS).toContain(runCase(POLICY, given, SAMPLE_ROSTER).answer.result);
      }),
      { numRuns: 400 },
    );
  });

  test('with one field of any value is read or refused, and never our own bug', () => {
    const keys = [
      'name',
      'at',
      'stage',
      'paths',
      'files',
      'commits',
      'author',
      'pusher',
      'behind',
      'provenance',
      'risk',
      'plan',
      'incidents',
      'lane',
      'people',
      'agents',
      'signoffs',
      'expect',
      'change',
    ];
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('__proto__', 'constructor', '\0', '\u202e', 'x'.repeat(5_000)), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(facts, fc.constantFrom(...keys), value, (good, key, odd) => {
        const line = JSON.stringify({ ...good, [key]: odd });
        const read = readLine(line, 1, 'lines', POLICY);
        if (!read.ok) {
          expect(read.error.length).toBeGreaterThan(0);
          return;
        }
        const { answer } = runCase(POLICY, read.value, SAMPLE_ROSTER, { policyEdits: true });
        expect(answer.codes).not.toContain('INTERNAL');
        if (answer.result !== 'allow') expect(answer.codes.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('answers the same in every order of rules, and allows only what nothing is missing of', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: 5 }), (value, turn) => {
        const rules = [...POLICY.rules.slice(turn), ...POLICY.rules.slice(0, turn)].reverse();
        const answer = answered(value);
        expect(answered(value, { ...POLICY, rules })).toEqual(answer);
        if (answer.result === 'allow') expect([answer.missing, answer.refusals, answer.verdict, answer.would]).toEqual([[], [], 'allow', 'allow']);
        if (answer.result === 'deny') expect(answer.refusals.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('nothing lighter', () => {
  test.each(['at', 'behind', 'provenance', 'risk', 'plan', 'incidents', 'lane', 'target_exists', 'commits', 'paths'] as const)('by not knowing %s', (fact) => {
    fc.assert(
      fc.property(facts, (value) => {
        if (!Object.hasOwn(value, fact) && fact !== 'commits') return;
        const { author: _author, ...rest } = value;
        const unknown = { ...(fact === 'commits' ? rest : value), [fact]: 'unknown' };
        expect(rank(unknown)).toBeGreaterThanOrEqual(rank(value));
      }),
      { numRuns: 200 },
    );
  });

  test('by not knowing who made it', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom('author', 'pusher'), (value, role) => {
        expect(rank({ ...value, [role]: 'nobody-we-know' })).toBeGreaterThanOrEqual(rank(value));
      }),
      { numRuns: 200 },
    );
  });

  test('by one more rule', () => {
    const [more] = samplePolicy('  - {id: more, paths: ["**"], require: {humans: 1, level: L5}}').rules;
    if (more === undefined) throw new Error('no rule');
    const heavier = { ...POLICY, rules: [...POLICY.rules, { ...more, covers: false }] };
    fc.assert(
      fc.property(facts, (value) => {
        expect(rank(value, heavier)).toBeGreaterThanOrEqual(rank(value));
      }),
      { numRuns: 200 },
    );
  });
});

test('an approval more never takes a pass away; a request for changes may', () => {
  fc.assert(
    fc.property(facts, signoff, (value, more) => {
      const approval = { ...more, decision: 'approve' };
      expect(rank({ ...value, signoffs: [...value.signoffs, approval] })).toBeLessThanOrEqual(rank(value));
    }),
    { numRuns: 500 },
  );
});

test('everything that would let a case pass, does', () => {
  fc.assert(
    fc.property(facts, (value) => {
      const [given] = readCase(value, () => {});
      if (given === undefined) return;
      for (const edit of runCase(POLICY, given, SAMPLE_ROSTER).answer.would_pass_if) {
        const added = 'add' in edit ? edit.add.map((a) => ({ by: a.person, stage: a.stage, presence: 'hardware' })) : [];
        const paths = 'remove_path' in edit ? value.paths.filter((p) => p !== edit.remove_path) : value.paths;
        expect(answered({ ...value, paths, signoffs: [...value.signoffs, ...added] }).result).toBe('allow');
      }
    }),
    { numRuns: 200 },
  );
});
