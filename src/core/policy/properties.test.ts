/** What must hold of every decision: no order among rules, unknown and AI never ask for less, no input is a throw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding, samplePolicy, sampleRecord } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { PROVENANCE_LEVELS, type ProvenanceLevel } from '../provenance/provenance.ts';
import { type Detector, TIERS } from '../risk/risk.ts';
import { consider } from './consider.ts';
import type { Decision } from './decision.ts';
import type { Policy } from './document.ts';
import { effectiveLevel } from './facts.ts';
import { loadPolicy } from './load.ts';
import { fillSeats } from './quorum.ts';
import { STARTER_POLICY } from './starter.ts';

const loaded = loadPolicy(utf8(STARTER_POLICY), 'p');
if (!loaded.ok) throw new Error('starter');
const starter = loaded.value;

const CONDITIONS = [
  'risk.tier >= high',
  'provenance.level >= assisted',
  'provenance.level > unattributed',
  '!author.senior',
  'system.criticality <= 2',
  'change.files > 1',
  'people.unresolved > 0',
];
const aRule = (i: number) =>
  fc
    .record({
      when: fc.option(fc.constantFrom(...CONDITIONS)),
      paths: fc.constantFrom('"**"', '"infra/**"', '"**/*.md"'),
      humans: fc.integer({ min: 1, max: 2 }),
      level: fc.constantFrom('L4', 'L5', 'L6'),
    })
    .map((r) => `  - {id: r${i}, paths: [${r.paths}]${r.when === null ? '' : `, when: "${r.when}"`}, require: {humans: ${r.humans}, level: ${r.level}}}`);
const somePolicy = fc
  .tuple(aRule(1), aRule(2), aRule(3), aRule(4))
  .map((rules) => samplePolicy([...rules, '  - {id: rest, paths: ["**"], optional: true}'].join('\n'), 'systems:\n  - {id: pay, name: Pay, criticality: 1, paths: ["infra/**"]}'));
const somePaths = fc.uniqueArray(fc.constantFrom('infra/main.tf', 'docs/a.md', 'src/a.ts', 'countersign.yml'), { minLength: 1 });
const someone = fc.constantFrom('ada', 'ben', 'dan', 'flo', 'robo');
/** A trailer that keeps somebody from signing, or nobody known. */
const named = fc.constantFrom('', ...['ben', 'cleo', 'dan', 'flo'].map((p) => `\nCo-authored-by: ${p} <${p}@example.com>\n`), '\nCo-authored-by: X <x@else.example>\n');
const tier = fc.option(fc.constantFrom(...TIERS.values));

/** Whoever may sign: all sets of the sample's people. */
const SETS = Array.from({ length: 2 ** SAMPLE_ROSTER.people.length }, (_, mask) => SAMPLE_ROSTER.people.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 1).map((p) => p.id));
const satisfied = (d: Decision, people: readonly string[]): boolean => d.outcome === 'pass' || (d.outcome === 'signoff' && fillSeats(d.seats, people).missing.length === 0);
/** People whose signatures suffice for the heavier and not for the lighter: there may be none. */
const lighterFor = (heavier: Decision, lighter: Decision): readonly string[] | undefined => SETS.find((people) => satisfied(heavier, people) && !satisfied(lighter, people));
const detectors = (severity: (typeof TIERS.values)[number] | null) => (severity === null ? [] : [sampleDetector(sampleFinding(severity))]);
/** An exception may name a rule that asks nobody: then there is no such policy. */
function policyOrNone(rules: string, head: string): Policy | undefined {
  const loaded = loadPolicy(utf8(`version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n${head}\nrules:\n${rules}\n`), 'p');
  return loaded.ok ? loaded.value : undefined;
}
const quoted = (when: string): string => when.replace(/when: ([^"].*)$/, 'when: "$1"');
const MESSAGES = { unattributed: 'x\n', suggestion: 'x\n', assisted: 'x\n\nAssisted-by: Claude:opus\n', agent: 'x\n\nAssisted-by: Claude:opus\n' };

describe('decisions', () => {
  test('do not depend on the order of rules', () => {
    fc.assert(
      fc.property(somePolicy, somePaths, someone, tier, fc.integer({ min: 1, max: 4 }), (policy, paths, who, severity, turn) => {
        const facts = sampleFacts(sampleChange(paths, [sampleCommit(who)]));
        const turned: Policy = { ...policy, rules: [...policy.rules.slice(turn), ...policy.rules.slice(0, turn)].reverse() };
        expect(consider(turned, detectors(severity), facts)).toEqual(consider(policy, detectors(severity), facts));
      }),
      { numRuns: 150 },
    );
  });

  test('an AI mark, a sticky mark and a denial never ask for less', () => {
    fc.assert(
      fc.property(
        fc.oneof(somePolicy, fc.constant(starter)),
        somePaths,
        someone,
        named,
        tier,
        fc.constantFrom(...PROVENANCE_LEVELS.values),
        (policy, paths, who, named, severity, level) => {
          const ask = (message: string, sticky: readonly ProvenanceLevel[] = []) => {
            const marks = sticky.map((l) => ({ level: l, paths, seenOn: 'e'.repeat(40), seenAt: 0, tool: 'claude' }));
            return consider(policy, detectors(severity), sampleFacts(sampleChange(paths, [sampleCommit(who, message + named)]), { sticky: marks }));
          };
          const silent = ask(MESSAGES.unattributed);
          expect(lighterFor(ask(MESSAGES.assisted), silent)).toBeUndefined();
          expect(lighterFor(ask('x\n\nAssisted-by: none\n'), silent)).toBeUndefined();
          expect(lighterFor(ask(MESSAGES.unattributed, [level]), silent)).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  test('what is not known never asks for less than anything it could be, coverage included', () => {
    const conditions = fc.constantFrom(
      '',
      ', when: incident.open.exists(i, i.severity <= 1)',
      ', when: lane.open',
      ', when: "!lane.open"',
      ', when: "plan.present && plan.creates > 0"',
      ', until: 2026-05-01',
      ', starts: 2026-07-01',
    );
    const kinds = fc.constantFrom('optional: true', 'require: {humans: 1}', 'require: {humans: 1, level: L6}', 'require: {humans: 1, domains: [databases]}');
    const rules = fc
      .array(fc.tuple(conditions, kinds, fc.constantFrom('"**"', '"infra/**"')), { minLength: 1, maxLength: 4 })
      .map((list) => list.map(([when, kind, path], i) => `  - {id: r${i}, paths: [${path}]${quoted(when)}, ${kind}}`).join('\n'));
    const head = fc.constantFrom('', 'exceptions: [{id: e, rule: r0, paths: ["infra/**"], owner: eve, reason: x, until: 2026-06-15}]');
    const incident = { id: 'I', severity: 1, class: 'x', systems: [], open: true, days: 0 } as const;
    const known = fc.record({
      at: fc.constantFrom(Date.UTC(2026, 3, 1), Date.UTC(2026, 5, 1), Date.UTC(2026, 7, 1)),
      incidents: fc.constantFrom([], [incident]),
      lane: fc.constantFrom({ sampled: 9, escapes: 0 }, { sampled: 9, escapes: 9 }),
    });
    const hidden = fc.record({ at: fc.boolean(), incidents: fc.boolean(), lane: fc.boolean() });
    fc.assert(
      fc.property(rules, head, known, hidden, somePaths, (text, more, facts, hide, paths) => {
        const policy = policyOrNone(text, `sample: {share: 0.1}\n${more}`);
        if (policy === undefined) return;
        const ask = (given: Partial<Parameters<typeof sampleFacts>[1] & object>) => consider(policy, [], sampleFacts(sampleChange(paths, [sampleCommit('ada')]), given));
        const blind = ask({ ...facts, ...(hide.at ? { at: null } : {}), ...(hide.incidents ? { incidents: null } : {}), ...(hide.lane ? { lane: null } : {}) });
        expect(lighterFor(blind, ask(facts))).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });

  test('unknown authors, unseen content and worse findings never ask for less', () => {
    fc.assert(
      fc.property(somePolicy, somePaths, someone, named, fc.constantFrom(...TIERS.values), (policy, paths, who, named, severity) => {
        const ask = (by: string, found: readonly Detector[], unseen: readonly string[] = []) =>
          consider(policy, found, sampleFacts(sampleChange(paths, [sampleCommit(by, `x\n${named}`)], { unseen })));
        const known = ask(who, []);
        const broken: Detector = {
          id: 'broken',
          detect: () => {
            throw new Error('no');
          },
        };
        for (const heavier of [ask('stranger@elsewhere.example', []), ask(who, [], ['shallow']), ask(who, detectors(severity)), ask(who, [broken])])
          expect(lighterFor(heavier, known)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('one more rule never asks for less', () => {
    fc.assert(
      fc.property(somePolicy, aRule(9), somePaths, someone, tier, (policy, rule, paths, who, severity) => {
        const facts = sampleFacts(sampleChange(paths, [sampleCommit(who)]));
        const [more] = samplePolicy(rule).rules;
        if (more === undefined) throw new Error('no rule');
        const [heavier, known] = [{ ...policy, rules: [...policy.rules, more] }, policy].map((p) => consider(p, detectors(severity), facts));
        expect(heavier && known && lighterFor(heavier, known)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  test('are the same for the same facts, and never a throw', () => {
    const ident = fc.record({ name: fc.string(), email: fc.string(), at: fc.oneof(fc.integer(), fc.constant(Number.NaN), fc.constant(Number.POSITIVE_INFINITY)) });
    const commit = fc.record({ author: ident, committer: ident, message: fc.string(), id: fc.string(), tree: fc.string(), parents: fc.array(fc.string()) });
    const record = fc.record({
      path: fc.string({ minLength: 1 }),
      newMode: fc.string(),
      oldMode: fc.constantFrom('160000', '100644', ''),
      status: fc.constantFrom('A', 'D', 'M', 'T'),
    });
    const garbage: readonly Detector[] = [{ id: 'g', detect: () => [{ ...sampleFinding('high'), severity: 'worse' as 'high' }] }];
    fc.assert(
      fc.property(
        fc.array(commit, { maxLength: 3 }),
        fc.array(record, { maxLength: 3 }),
        fc.array(fc.string()),
        fc.option(fc.string()),
        fc.boolean(),
        fc.boolean(),
        (commits, records, unseen, pusher, targetExists, bad) => {
          const change = sampleChange([], commits, { records: records.map((r) => sampleRecord(r.path, r as never)), unseen });
          const facts = sampleFacts(change, {
            pusher,
            targetExists,
            roster: bad ? { ...SAMPLE_ROSTER, people: SAMPLE_ROSTER.people.map((p) => ({ ...p, level: 'L99' })) } : SAMPLE_ROSTER,
          });
          const d = consider(starter, bad ? garbage : [], facts);
          expect(d).toEqual(consider(starter, bad ? garbage : [], facts));
          expect(['pass', 'signoff', 'refused']).toContain(d.outcome);
          if (d.outcome === 'refused') expect(d.refusals.length).toBeGreaterThan(0);
          if (d.outcome === 'signoff') expect(d.seats.length).toBeGreaterThan(0);
          if (unseen.length > 0) expect(d.outcome).toBe('refused');
          expect(JSON.parse(JSON.stringify(d))).toEqual(JSON.parse(JSON.stringify(d)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the level silence counts as', () => {
  const seen = (level: ProvenanceLevel, trust: 2 | 4 = 2) => ({
    level,
    evidence: [{ rule: 'x', slot: 'trailer' as const, tool: 't', level, trust, matched: '' }],
    declarations: [],
    contradictions: [],
  });
  test.each([
    ['default', 'unattributed', false, 'suggestion'],
    ['default', 'unattributed', true, 'assisted'],
    ['default', 'human', true, 'assisted'],
    ['default', 'suggestion', true, 'assisted'],
    ['default', 'agent', false, 'agent'],
    ['assisted', 'unattributed', false, 'assisted'],
    ['suggestion', 'unattributed', true, 'suggestion'],
    ['suggestion', 'human', true, 'suggestion'],
  ] as const)('%s, %s, sensitive %s: %s', (setting, raw, sensitive, level) => {
    expect(effectiveLevel(setting, seen(raw), sensitive)).toBe(level);
  });

  test('only proof says human, and only uncontradicted', () => {
    expect(effectiveLevel('default', seen('human', 4), true)).toBe('human');
    expect(effectiveLevel('default', { ...seen('human', 4), contradictions: ['no'] }, true)).toBe('assisted');
  });

  test('evidence that could not be read counts as assisted', () => {
    const unread = {
      ...seen('unattributed'),
      evidence: [{ rule: 'evidence-unreadable', slot: 'line' as const, tool: 'unknown', level: 'unattributed' as const, trust: 1 as const, matched: '' }],
    };
    expect(effectiveLevel('default', unread, false)).toBe('assisted');
  });
});
