import { describe, expect, test } from 'vitest';
import { samplePolicy } from '../../testing/sample-change.ts';
import { flipsOf } from './flips.ts';
import { policyDiff } from './policy-diff.ts';
import { policyWords } from './rule-words.ts';

describe('comparisons turned round', () => {
  test.each([
    ['risk.tier >= high', ['risk.tier >= high to risk.tier < high']],
    ['author.senior', []],
    [
      '(change.files) > (3) && !(risk.tier == high)',
      ['(change.files) > (3) && !(risk.tier == high) to (change.files) <= (3) && !(risk.tier == high)', 'risk.tier == high to risk.tier != high'],
    ],
    ['change.paths.exists(p, p == ">= <")', ['p == ">= <" to p != ">= <"']],
    ['plan.destroys.exists(d, d.type in ["a", "b"] && d.address != "x")', ['d.address != "x" to d.address == "x"']],
    ['not an expression (', []],
  ])('%s', (source, words) => {
    expect(flipsOf(source, ['L4', 'L5']).map((f) => f.words)).toEqual(words);
  });

  test('holds where the original does not', () => {
    const [flip] = flipsOf('change.files >= 2', ['L4']);
    expect([1, 2, 3].map((files) => flip?.condition.holds({ change: { files } }))).toEqual([true, false, false]);
    expect(flip?.condition.holds({})).toBeUndefined();
  });
});

describe('two policies', () => {
  const said = (a: string, b: string, [x, y] = ['', '']) =>
    policyDiff(samplePolicy(a, x), samplePolicy(b, y)).map((c) => `${c.direction} ${c.where}${c.field === '' ? '' : `.${c.field}`} ${c.from} -> ${c.to}`);
  const rule = (more: string) => `  - {id: a, paths: ["**"], ${more}}`;

  test('the same, whatever the order of rules', () => {
    const two = ['  - {id: a, paths: ["**"], optional: true}', '  - {id: b, paths: ["x"], require: {humans: 1}}'];
    expect(said(two.join('\n'), two.toReversed().join('\n'))).toEqual([]);
  });

  test.each([
    ['require: {humans: 1}', 'require: {humans: 2}', ['stricter rules.a.require.humans 1 -> 2']],
    ['require: {humans: 1, level: L6}', 'require: {humans: 1, level: L5}', ['weaker rules.a.require.level L6 -> L5']],
    ['require: {humans: 1}', 'require: {humans: 1, from: {teams: [sre]}}', ['stricter rules.a.require.from anybody -> sre']],
    ['require: {humans: 1, domains: [a, b]}', 'require: {humans: 1, domains: [a]}', ['weaker rules.a.require.domains a, b -> a']],
    ['require: {humans: 1}', 'optional: true', ['weaker rules.a.require somebody -> nobody']],
    ['require: {humans: 1}', 'when: risk.tier >= high, require: {humans: 1}', ['weaker rules.a.when null -> risk.tier >= high']],
    ['require: {humans: 1}', 'unless: author.senior, require: {humans: 1}', ['weaker rules.a.unless null -> author.senior']],
    ['require: {humans: 1}, ttl: 1d', 'require: {humans: 1}, ttl: 2d', ['weaker rules.a.ttl 1d -> 2d']],
    ['require: {humans: 1}, until: 2027-01-01', 'require: {humans: 1}', ['stricter rules.a.until 2027-01-01 -> null']],
    ['require: {humans: 1}', 'require: {humans: 1}, starts: 2027-01-01', ['weaker rules.a.starts null -> 2027-01-01']],
    [
      'require: {humans: 1}',
      'require: {humans: 1, presence: hardware, stages: [implementation, deploy], not: [manager]}',
      [
        'stricter rules.a.require.not none -> manager',
        'stricter rules.a.require.stages implementation -> deploy, implementation',
        'stricter rules.a.require.presence passkey -> hardware',
      ],
    ],
  ])('%s to %s', (a, b, changes) => {
    expect(said(rule(a), rule(b))).toEqual(changes);
  });

  test('rules that come and go, and the terms of the whole', () => {
    const a = '  - {id: a, paths: ["**"], optional: true}';
    expect(said(a, `${a}\n  - {id: b, paths: ["x"], require: {humans: 1}}`)).toEqual(['stricter rules.b null -> asks']);
    expect(said(`${a}\n  - {id: c, paths: ["x"], optional: true}`, a)).toEqual(['stricter rules.c optional -> null']);
    expect(said(a, a, ['', 'modes: {default: observe}'])).toMatchObject([expect.stringContaining('weaker modes')]);
    expect(said(a, a, ['submodules: review', 'submodules: refuse'])).toEqual(['stricter submodules review -> refuse']);
    expect(said(a, a, ['', 'solo: {cool_down: 1h}'])).toMatchObject([expect.stringContaining('weaker solo')]);
    expect(said(a, a, ['forbid: [{id: f, reason: x}]', ''])).toEqual(['weaker forbid.f x -> null']);
  });
});

test('a rule in plain words', () => {
  const policy = samplePolicy(
    '  - {id: a, description: What it is, paths: ["infra/**", "!infra/docs/**"], when: risk.tier >= high, unless: author.senior, require: {humans: 2, level: L6, senior_to: author, stages: [intent, implementation]}, until: 2027-01-01, ttl: 14d, sla: 4h, on_change: {rework: revoke}, route: {queue: q, escalate: [sre]}, incident: INC-1}\n  - {id: rest, paths: ["**"], optional: true}',
    'forbid: [{id: f, reason: frozen, until: 2027-01-04}]\nexceptions: [{id: e, rule: a, paths: ["infra/x"], owner: ben, reason: why, until: 2027-01-01}]',
  );
  const [a, rest, f, ...built] = policyWords(policy);
  expect(a).toMatchObject({
    id: 'a',
    title: 'What it is',
    lines: [
      'about infra/**, but not infra/docs/**',
      'when risk.tier >= high; where that cannot be decided, it applies',
      'asks for 2 humans at L6 or above, on the intent, before it is built',
      'asks for 2 humans at L6 or above',
      'each of them above everybody behind the change, or a peer where nobody on the roster is above',
      'unless author.senior; where that cannot be decided, it asks all the same',
      'holds until 2027-01-01',
      'a signature for it holds 2w',
      'where the content moves, a signature is handled so: rework: revoke',
      'somebody should have signed within 4h',
      'goes to the queue q, and then to sre',
      'made after INC-1',
      'except for infra/x until 2027-01-01 (e, ben answers for it: why)',
    ],
  });
  expect(rest?.lines).toEqual(['about every file', 'asks nobody, and covers its files']);
  expect(f?.lines).toEqual(['refuses, whoever signs', 'about every file', 'holds until 2027-01-04']);
  expect(built.map((b) => b.id)).toEqual(['countersign.protected-files', 'countersign.target-missing']);
});
