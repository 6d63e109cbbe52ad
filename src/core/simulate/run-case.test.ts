import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, samplePolicy } from '../../testing/sample-change.ts';
import { readCase } from '../policy/case-shape.ts';
import type { Policy } from '../policy/document.ts';
import { differences } from './compare-case.ts';
import { type RunOptions, runCase } from './run-case.ts';

function answered(policy: Policy, value: object, options?: RunOptions) {
  const problems: string[] = [];
  const [given] = readCase({ at: '2026-06-01T12:00Z', author: 'ada', pusher: 'ada', incidents: [], ...value }, (path, message) =>
    problems.push(`${path.map(String).join('.')} ${message}`),
  );
  if (given === undefined) throw new Error(problems.join('\n'));
  return runCase(policy, given, SAMPLE_ROSTER, options).answer;
}

const one = (rule: string, more = '') => samplePolicy(`  - {id: r, paths: ["**"], ${rule}}`, more);
const L6 = one('require: {humans: 1, level: L6}');
const reasons = (policy: Policy, value: object) => answered(policy, { paths: ['a'], ...value }).ignored.map((i) => `${i.person} ${i.reason}`);

describe('who does not count, and why', () => {
  test.each([
    ['a person below the level', L6, [{ by: 'ben' }], ['ben QUAL_LEVEL']],
    ['a signature that proves less than the roster says', L6, [{ by: 'flo', level: 'L5' }], ['flo QUAL_LEVEL']],
    ['somebody nobody knows', L6, [{ by: 'zoe' }], ['zoe PERSON_UNKNOWN']],
    ['an agent', L6, [{ by: 'robo' }], ['robo WA_UP']],
    ['a review on a forge', L6, [{ by: 'flo', presence: 'none' }], ['flo WA_UP']],
    ['the author', L6, [{ by: 'ada' }], ['ada SOD_AUTHOR', 'ada SOD_PUSHER']],
    ['somebody without the qualification', one('require: {humans: 1, domains: [databases]}'), [{ by: 'ben' }], ['ben QUAL_SCOPE']],
    ['somebody of another team', one('require: {humans: 1, from: {teams: [security]}}'), [{ by: 'flo' }], ['flo QUAL_SCOPE']],
    ['somebody without a hardware key', one('require: {humans: 1, presence: hardware}'), [{ by: 'flo' }], ['flo KEY_MODEL']],
    ['a signature past its end', L6, [{ by: 'flo', expires: '2026-06-01T12:00Z' }], ['flo ST_EXPIRED']],
    ['a signature older than the terms allow', one('require: {humans: 1}, ttl: 1h'), [{ by: 'flo', at: '2026-06-01T11:00Z' }], ['flo ST_EXPIRED']],
    ['a stage nobody asks about', L6, [{ by: 'flo', stage: 'deploy' }], ['flo ST_STAGE']],
    ['somebody who cannot judge', L6, [{ by: 'flo', decision: 'cannot_judge' }], ['flo ST_DECISION']],
    ['an approval taken back', L6, [{ by: 'flo' }, { by: 'flo', decision: 'changes' }], ['flo REV_CHANGES']],
    ['a request taken back', L6, [{ by: 'flo', decision: 'changes' }, { by: 'flo' }], ['flo REV_REVOKED']],
    ['rework', L6, [{ by: 'flo', moved: 'rework' }], ['flo STALE_REWORK']],
    ['a base that moved below it', L6, [{ by: 'flo', moved: 'context-moved' }], ['flo STALE_CONTEXT']],
    ['nobody: a pure rebase', L6, [{ by: 'flo', moved: 'trivial-rebase' }], []],
  ])('%s', (_, policy, signoffs, expected) => {
    expect(reasons(policy, { signoffs })).toEqual(expected);
  });

  test('a qualification that ended, and one that ends at a time nobody knows', () => {
    const people = [
      { id: 'ada', level: 'L4' },
      { id: 'dan', level: 'L6', domains: [{ domain: 'databases', until: '2026-07-01' }] },
      { id: 'eve', level: 'L6', domains: ['databases'] },
    ];
    const policy = one('require: {humans: 1, domains: [databases]}');
    expect(reasons(policy, { people, signoffs: [{ by: 'dan' }] })).toEqual([]);
    expect(reasons(policy, { people, at: '2026-08-01', signoffs: [{ by: 'dan' }] })).toEqual(['dan QUAL_STALE']);
    expect(reasons(policy, { people, at: 'unknown', signoffs: [{ by: 'dan' }] })).toEqual(['dan QUAL_STALE']);
  });

  test('every way to stand behind a change, by its own code', () => {
    const behind = { prompter: 'flo', 'token-owner': 'dan', 'deploy-starter': 'eve' };
    const policy = one('require: {humans: 1, level: L5}');
    expect(reasons(policy, { behind, signoffs: ['flo', 'dan', 'eve'].map((by) => ({ by })) })).toEqual(['flo SOD_PROMPTER', 'dan SOD_OWNER', 'eve SOD_PUSHER']);
  });

  test('an objection needs a person outside the change, and no level', () => {
    const objected = (by: string) => answered(L6, { paths: ['a'], signoffs: [{ by: 'flo' }, { by, decision: 'changes' }] }).result;
    expect([objected('ben'), objected('ada'), objected('robo'), objected('zoe')]).toEqual(['pending', 'allow', 'allow', 'allow']);
  });
});

describe('what moved', () => {
  const policy = samplePolicy(
    '  - {id: sec, paths: ["net/**"], require: {humans: 1, from: {people: [eve]}}}\n  - {id: db, paths: ["db/**"], require: {humans: 1, from: {people: [dan]}}, on_change: {trivial-rebase: recheck}}\n  - {id: rest, paths: ["**"], optional: true}',
  );

  test('voids what covers it, and nothing else', () => {
    const answer = answered(policy, {
      paths: ['net/a', 'db/a'],
      signoffs: [
        { by: 'eve', moved: { 'db/a': 'rework' } },
        { by: 'dan', moved: { 'db/a': 'rework' } },
      ],
    });
    expect(answer.missing.map((m) => [m.rule, m.any_of])).toEqual([['db', ['dan']]]);
    expect(answer.ignored).toEqual([{ person: 'dan', reason: 'STALE_REWORK', detail: 'what dan signed was reworked since', paths: ['db/a'] }]);
  });

  test('as the terms of the rule say', () => {
    expect(
      answered(policy, {
        paths: ['net/a', 'db/a'],
        signoffs: [
          { by: 'eve', moved: 'trivial-rebase' },
          { by: 'dan', moved: 'trivial-rebase' },
        ],
      }).missing.map((m) => m.rule),
    ).toEqual(['db']);
  });

  test('at the top tier, anywhere', () => {
    const value = { paths: ['net/a', 'docs/a'], risk: { findings: [{ rule: 'X', severity: 'critical' }] }, signoffs: [{ by: 'eve', moved: { 'docs/a': 'context-moved' } }] };
    expect(answered(policy, value)).toMatchObject({ result: 'pending', ignored: [{ person: 'eve', reason: 'STALE_CONTEXT', paths: ['docs/a'] }] });
  });
});

describe('stages', () => {
  const policy = one('require: {humans: 1, level: L6, stages: [intent, implementation, deploy]}');
  const signoffs = [{ by: 'dan', stage: 'intent' }, { by: 'dan' }];
  test.each([
    ['intent', 'allow'],
    ['implementation', 'allow'],
    ['deploy', 'pending'],
  ])('at %s what is due is asked for: %s', (stage, result) => {
    expect(answered(policy, { paths: ['a'], stage, signoffs }).result).toBe(result);
  });

  test('a rule is open while one of its stages is', () => {
    const [rule] = answered(policy, { paths: ['a'], signoffs: [{ by: 'dan', stage: 'intent' }] }).rules;
    expect(rule).toMatchObject({ id: 'r', state: 'pending', have: [{ person: 'dan', stage: 'intent' }], missing: [{ stage: 'implementation' }] });
  });
});

describe('states of rules', () => {
  const policy = samplePolicy(
    `  - {id: low, paths: ["**"], require: {humans: 1}}
  - {id: high, paths: ["**"], require: {humans: 1, level: L6}}
  - {id: may, paths: ["**"], when: "plan.destroys.exists(d, d.type == 'x')", require: {humans: 1, from: {teams: [security]}}}
  - {id: no, paths: ["**"], when: risk.tier >= high, require: {humans: 3}}
  - {id: rest, paths: ["**"], optional: true}`,
  );
  const states = (value: object) => Object.fromEntries(answered(policy, { paths: ['a'], ...value }).rules.map((r) => [r.id, r.state]));

  test('open, undecided, answered by another, and silent', () => {
    expect(states({})).toEqual({ low: 'pending', high: 'pending', may: 'unknown', no: 'not-applicable', rest: 'satisfied' });
    expect(states({ signoffs: [{ by: 'flo' }, { by: 'cleo' }] })).toEqual({ low: 'satisfied', high: 'satisfied', may: 'satisfied', no: 'not-applicable', rest: 'satisfied' });
    expect(answered(policy, { paths: ['a'] }).rules.find((r) => r.id === 'low')?.answered_by).toEqual(['high', 'may']);
  });

  test('failed where the roster has nobody, and where a forbid matches', () => {
    expect(answered(one('require: {humans: 1, from: {people: [ada]}}'), { paths: ['a'] }).rules).toMatchObject([{ id: 'r', state: 'failed' }]);
    const frozen = samplePolicy('  - {id: rest, paths: ["**"], optional: true}\nforbid: [{id: freeze, until: 2027-01-01, reason: frozen}]');
    expect(answered(frozen, { paths: ['a'] })).toMatchObject({ result: 'deny', codes: ['FORBIDDEN'], rules: [{ id: 'freeze', state: 'failed', asks: false }, { id: 'rest' }] });
  });

  test('built-in ones are named where they ask', () => {
    const open = samplePolicy('  - {id: rest, paths: ["**"], optional: true}');
    expect(answered(open, { paths: ['countersign.yml'] }).missing.map((m) => m.rule)).toEqual(['countersign.protected-files']);
    expect(answered(open, { paths: ['a'], target_exists: false }).rules[0]).toMatchObject({
      id: 'countersign.target-missing',
      state: 'pending',
      because: [expect.stringContaining('does not exist yet')],
    });
  });
});

describe('what would let it pass', () => {
  test('people: the fewest, at most three sets, each with everybody it takes', () => {
    const policy = one('require: {humans: 2, level: L6}');
    const sets = answered(policy, { paths: ['a'] }).would_pass_if.map((p) => ('add' in p ? p.add.map((a) => a.person) : []));
    expect(sets).toEqual([
      ['dan', 'eve'],
      ['dan', 'flo'],
      ['eve', 'flo'],
    ]);
  });

  test('as many as there are, in few steps: twenty seats and twenty people have one set and 20! orders of it', () => {
    const people = [{ id: 'ada', level: 'L4' }, ...Array.from({ length: 20 }, (_, i) => ({ id: `p${i}`, level: 'L6' }))];
    const sets = answered(one('require: {humans: 20, level: L6}'), { paths: ['a'], people }).would_pass_if;
    expect(sets).toHaveLength(1);
  });

  test('whoever asks for changes takes it back', () => {
    const answer = answered(L6, { paths: ['a'], signoffs: [{ by: 'dan' }, { by: 'ben', decision: 'changes' }] });
    expect(answer).toMatchObject({ result: 'pending', missing: [], codes: ['REV_CHANGES'], would_pass_if: [{ add: [{ person: 'ben', stage: 'implementation' }] }] });
  });

  test('a path left out, and edits of the policy for those who own it', () => {
    const policy = samplePolicy('  - {id: a, paths: ["a/**"], require: {humans: 2, level: L7, domains: [infra]}}\n  - {id: rest, paths: ["**"], optional: true}');
    const value = { paths: ['a/x', 'b'], signoffs: [{ by: 'flo' }] };
    expect(answered(policy, value).would_pass_if).toEqual([{ remove_path: 'a/x' }]);
    expect(answered(policy, value, { policyEdits: true }).would_pass_if).toEqual([{ remove_path: 'a/x' }, { policy: 'a.require.humans 2 -> 1' }]);
  });
});

describe('one person', () => {
  const solo = one('require: {humans: 1}', 'solo: {cool_down: 1h}');
  const people = [{ id: 'ada', level: 'L7' }];
  test.each([
    ['waits', '2026-06-01T10:00Z', '2026-06-01T10:30Z', 'pending'],
    ['waited', '2026-06-01T10:00Z', '2026-06-01T11:00Z', 'allow'],
    ['never said when it began', undefined, '2026-06-01T11:00Z', 'pending'],
  ])('%s', (_, first_seen, at, result) => {
    expect(answered(solo, { paths: ['a'], people, ...(first_seen === undefined ? {} : { first_seen }), signoffs: [{ by: 'ada', at }] }).result).toBe(result);
  });
});

test('a gate that watches allows, and says what it would have said', () => {
  const answer = answered(one('require: {humans: 1}', 'modes: {default: observe}'), { paths: ['a'] });
  expect(answer).toMatchObject({ result: 'pending', verdict: 'allow', would: 'deny', mode: 'observe', codes: ['MODE', 'SIGNOFF_MISSING'] });
});

test('our own bug is a no', () => {
  const broken: Policy = { ...L6, tiers: undefined as never };
  expect(answered(broken, { paths: ['a'] })).toMatchObject({ result: 'deny', verdict: 'deny', codes: ['INTERNAL'], mode: 'enforce' });
});

test('what is expected and not got is said of each thing', () => {
  const answer = answered(L6, { paths: ['a'], signoffs: [{ by: 'ben' }] });
  const nothing = { result: null, tier: null, mode: null, missing: null, ignored: null, codes: null, rules: null };
  expect(differences(nothing, answer)).toEqual([]);
  expect(
    differences(
      {
        ...nothing,
        result: 'pending',
        missing: [{ rule: 'r', humans: 1, anyOf: ['flo', 'dan', 'eve'] }],
        ignored: [{ by: 'ben', reason: 'QUAL_LEVEL' }],
        codes: ['SIGNOFF_MISSING'],
        rules: ['r'],
      },
      answer,
    ),
  ).toEqual([]);
  const wrong = { result: 'allow', tier: 'high', mode: 'warn', missing: [], ignored: [{ by: 'flo', reason: 'WA_UP' }], codes: ['UNCOVERED'], rules: [] } as const;
  expect(differences(wrong, answer).map((d) => `${d.what}: ${d.expected} / ${d.got}`)).toEqual([
    'result: allow / pending',
    'tier: high / routine',
    'mode: warn / enforce',
    'missing: nothing / 1 for r (any of dan, eve, flo)',
    'ignored: flo (WA_UP) / ben (QUAL_LEVEL)',
    'codes: UNCOVERED / QUAL_LEVEL, SIGNOFF_MISSING',
    'rules: nothing / r',
  ]);
});
