import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { readScenarios } from '../policy/case-file.ts';
import type { Policy } from '../policy/document.ts';
import { loadPolicy } from '../policy/load.ts';
import { caseChanges } from './case-diff.ts';
import { coverOf } from './cover.ts';
import { mutantsOf, mutate } from './mutants.ts';
import { runTest, testsOf } from './test-policy.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';

function policyOf(text: string, files: { readonly [path: string]: string } = {}): Policy {
  const loaded = loadPolicy(utf8(HEAD + text), 'countersign.yml', { read: (path) => (files[path] === undefined ? null : utf8(files[path] ?? '')) });
  if (!loaded.ok) throw new Error(loaded.error.map((p) => `${p.place} ${p.message}`).join('\n'));
  return loaded.value;
}

const RULES = 'rules:\n  - {id: infra, paths: ["infra/**"], when: provenance.level >= assisted, require: {humans: 1, level: L6}}\n  - {id: rest, paths: ["**"], optional: true}\n';
const ASKS =
  '  - {name: asks, paths: [infra/a], author: ada, provenance: {level: agent}, signoffs: [{by: ben}], expect: {result: pending, missing: [{rule: infra, humans: 1, any_of: [dan, eve, flo]}]}}\n';
const SILENT = '  - {name: silent, paths: [infra/a], author: ada, provenance: {level: human}, expect: {result: allow, rules: []}}\n';
const FILLED = '  - {name: filled, paths: [infra/a], author: ada, provenance: {level: assisted}, signoffs: [{by: dan}], expect: {result: allow}}\n';

const results = (policy: Policy) => testsOf(policy).map((t) => runTest(policy, t, SAMPLE_ROSTER));

describe('tests of a policy', () => {
  test('pass, or say what differs and where it is written', () => {
    const wrong = '  - {paths: [infra/a], author: ada, provenance: {level: agent}, expect: {result: allow}}\n';
    const [right, failed] = results(policyOf(`${RULES}tests:\n${ASKS}${wrong}`));
    expect(right).toMatchObject({ name: 'asks', passed: true, differences: [] });
    expect(failed).toMatchObject({ name: 'countersign.yml tests[1]', passed: false, differences: [{ what: 'result', expected: 'allow', got: 'pending' }] });
  });

  test('one that expects nothing fails: it could not otherwise', () => {
    expect(results(policyOf(`${RULES}tests:\n  - {paths: [infra/a], author: ada}\n  - {paths: [a], author: ada, expect: {}}\n`)).map((r) => r.passed)).toEqual([false, false]);
  });

  test('may call a few lines trivial, and only where a managed recorder counted them', () => {
    const rules = `rules:\n  - {id: more, paths: ["**"], when: "provenance.level >= assisted && (provenance.lines > 10 || provenance.share > 20)", require: {humans: 1, level: L6}}\n  - {id: rest, paths: ["**"], optional: true}\n`;
    const asked = (provenance: string, result: string) => `  - {paths: [a], author: ada, provenance: {level: assisted, ${provenance}}, expect: {result: ${result}}}\n`;
    const given =
      asked('lines: 10, added: 400', 'allow') + asked('lines: 11, added: 400', 'pending') + asked('lines: 5, added: 20', 'pending') + asked('tools: [claude]', 'pending');
    expect(results(policyOf(`${rules}tests:\n${given}`)).flatMap((r) => r.differences)).toEqual([]);
  });

  test('of what a file extends hold with more rules beside them, and fail where less is asked', () => {
    const base = `version: 1\n${RULES}tests:\n${ASKS}${SILENT}`;
    const stricter = policyOf('extends: [.countersign/base.yml]\nrules:\n  - {id: more, paths: ["**"], require: {humans: 2, level: L6}}\n', { '.countersign/base.yml': base });
    expect(results(stricter).map((r) => [r.name, r.passed])).toEqual([
      ['asks', true],
      ['silent', true],
    ]);
    const lighter = policyOf('extends: [.countersign/base.yml]\nrules: [{id: all, paths: ["**"], optional: true}]\n', { '.countersign/base.yml': base });
    const taken: Policy = { ...lighter, rules: lighter.rules.filter((r) => r.id !== 'infra') };
    expect(results(taken).map((r) => [r.passed, r.skipped])).toEqual([
      [true, expect.stringContaining('names levels or rules')],
      [true, null],
    ]);
    const waived: Policy = { ...lighter, rules: lighter.rules.map((r) => (r.id === 'infra' ? { ...r, require: null } : r)) };
    expect(results(waived)[0]).toMatchObject({ passed: false, differences: [{ what: 'result', expected: 'pending or stricter', got: 'allow' }, { what: 'missing' }] });
  });
});

describe('what tests reach', () => {
  const never = (tests: string, rules = RULES) => {
    const policy = policyOf(`${rules}${tests === '' ? '' : `tests:\n${tests}`}`);
    return coverOf(policy, testsOf(policy), SAMPLE_ROSTER).flatMap((c) => c.never.map((n) => `${c.rule} ${n}`));
  };

  test('rules that never ask, never fall silent, and conditions that are only ever one thing', () => {
    expect(never('')).toEqual(['infra asks', 'infra silent', 'infra when true', 'infra when false']);
    expect(never(ASKS)).toEqual(['infra silent', 'infra when false']);
    expect(never(ASKS + SILENT)).toEqual([]);
    const elsewhere = '  - {name: e, paths: [docs/a], author: ada, expect: {result: allow}}\n';
    expect(never(ASKS + elsewhere)).toEqual(['infra when false']);
  });

  test('conditions of forbids, of exceptions, and `unless`', () => {
    const rules = `${RULES.replace('when: provenance.level >= assisted', 'unless: author.senior')}forbid: [{id: f, when: change.files > 9, reason: x}, {id: g, until: 2027-01-01, paths: [x], reason: y}]\n`;
    expect(never(ASKS, rules)).toEqual(['infra silent', 'infra unless true', 'f when true']);
  });
});

describe('mutants', () => {
  test('each comparison, number and level once', () => {
    const policy = policyOf(`${RULES.replace('humans: 1, level: L6', 'humans: 2, level: L6, distinct_teams: 2')}forbid: [{id: f, when: change.files > 9, reason: x}]\n`);
    expect(mutantsOf(policy).map((m) => `${m.rule} ${m.words}`)).toEqual([
      'infra when: provenance.level >= assisted to provenance.level < assisted',
      'infra require.humans: 2 to 1',
      'infra require.distinct_teams: 2 to 1',
      'infra require.level: L6 to L5',
      'f when: change.files > 9 to change.files <= 9',
    ]);
  });

  test('survive where no test notices, and are killed where one does', () => {
    const survivors = (tests: string) => {
      const policy = policyOf(`${RULES}tests:\n${tests}`);
      return mutate(policy, testsOf(policy), SAMPLE_ROSTER).survivors.map((s) => s.words);
    };
    expect(survivors(SILENT)).toEqual(['require.humans: 1 to 2', 'require.level: L6 to L5']);
    expect(survivors(SILENT + FILLED)).toEqual(['require.level: L6 to L5']);
    expect(survivors(SILENT + FILLED + ASKS)).toEqual([]);
  });
});

test('two policies over the same cases', () => {
  const [a, b] = [policyOf(RULES), policyOf(RULES.replace('level: L6', 'level: L7').replace('>= assisted', '>= suggestion'))];
  const cases = readScenarios(utf8(`version: 1\ncases:\n${ASKS}${SILENT}${FILLED}  - {name: new, paths: [infra/a], author: ada, provenance: {level: suggestion}}\n`), 's', a);
  if (!cases.ok) throw new Error('cases');
  expect(caseChanges(a, b, cases.value, SAMPLE_ROSTER).map((c) => [c.name, c.from, c.to, c.direction, c.rules.added])).toEqual([
    ['asks', 'pending', 'pending', 'different', []],
    ['filled', 'allow', 'pending', 'stricter', []],
    ['new', 'allow', 'pending', 'stricter', ['infra']],
  ]);
  expect(caseChanges(b, a, cases.value, SAMPLE_ROSTER).filter((c) => c.direction === 'weaker')).toHaveLength(2);
  expect(caseChanges(a, a, cases.value, SAMPLE_ROSTER)).toEqual([]);
});
