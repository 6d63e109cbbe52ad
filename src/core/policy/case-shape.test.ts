import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { readCases, readScenarios } from './case-file.ts';
import { readCase } from './case-shape.ts';
import { loadPolicy } from './load.ts';
import { remedyOf } from './yaml-file.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\nrules:\n  - {id: infra, paths: ["infra/**"], require: {humans: 1, level: L6}}\n';
const policy = (() => {
  const loaded = loadPolicy(utf8(HEAD), 'countersign.yml');
  if (!loaded.ok) throw new Error('policy');
  return loaded.value;
})();

function read(value: unknown) {
  const problems: string[] = [];
  const [given] = readCase(value, (path, message, more) =>
    problems.push(`${path.map(String).join('.')}${more?.key === undefined ? '' : `.${more.key}`}: ${message}${more?.remedy === undefined ? '' : ` (${remedyOf(more.remedy)})`}`),
  );
  return { given, problems };
}

describe('forms people write', () => {
  test('facts stand under change or beside it, and say the same', () => {
    const facts = { paths: ['infra/main.tf'], author: 'alice', provenance: { level: 'agent', tools: ['claude'], prompter: 'alice' }, pusher: 'bob', target_exists: false };
    const [nested, flat] = [read({ change: facts }), read(facts)];
    expect(nested.problems).toEqual([]);
    expect(nested.given).toEqual(flat.given);
    expect(nested.given).toMatchObject({
      files: [{ path: 'infra/main.tf', status: 'M', kind: 'file' }],
      commits: [{ author: 'alice', committer: 'alice', coAuthors: [] }],
      behind: [{ role: 'prompter', identity: 'alice' }],
      provenance: { level: 'agent', tools: ['claude'] },
      pusher: 'bob',
      targetExists: false,
    });
    expect(read({ ...facts, change: { paths: ['a'] } }).problems.join()).toContain('paths stands here and under change (keep one of them)');
  });

  test('a prompter counts once, wherever it is written', () => {
    const { given } = read({
      paths: ['a'],
      provenance: { level: 'agent', prompter: ['alice', 'bob'] },
      behind: { prompter: 'alice', 'token-owner': ['cleo'], 'deploy-starter': 'dan' },
    });
    expect(given?.behind.map((b) => `${b.role} ${b.identity}`)).toEqual(['prompter alice', 'token-owner cleo', 'deploy-starter dan', 'prompter bob']);
  });

  test.each([
    ['risk: unknown', { risk: 'unknown' }, { risk: null }],
    ['risk with a tier nobody knows', { risk: { tier: 'unknown' } }, { risk: null }],
    ['a tier', { risk: { tier: 'high' } }, { risk: { findings: [{ severity: 'high', path: null }], notAnalysed: [] } }],
    ['nothing of risk', {}, { risk: { findings: [], notAnalysed: [] } }],
    ['a routine tier', { risk: { tier: 'routine' } }, { risk: { findings: [] } }],
    ['an incomplete plan', { plan: 'unknown' }, { plan: { complete: false } }],
    ['no plan', {}, { plan: null }],
    ['incidents nobody could ask about', { incidents: 'unknown' }, { incidents: null }],
    ['no incidents', { incidents: [] }, { incidents: [] }],
    ['provenance: unknown', { provenance: 'unknown' }, { provenance: 'unknown' }],
    ['paths nobody saw', { paths: 'unknown' }, { files: [], unseen: ['which files change is not known'] }],
    ['no time', {}, { at: null }],
    ['a time', { at: '2026-11-20T10:00Z' }, { at: Date.UTC(2026, 10, 20, 10) }],
    ['somebody behind it nobody knows', { behind: 'unknown' }, { behind: [{ role: 'prompter', identity: '' }] }],
    ['presence: none', { signoffs: [{ by: 'a', presence: 'none' }] }, { signoffs: [{ presence: null, decision: 'approve', stage: 'implementation' }] }],
    ['people without a roster', { people: [{ id: 'a', level: 'L4' }] }, { people: [{ id: 'a', name: 'a', teams: [] }], agents: [] }],
  ])('%s', (_, value, expected) => {
    const { given, problems } = read(value);
    expect(problems).toEqual([]);
    expect(given).toMatchObject(expected);
  });
});

describe('what is wrong says where, and what was perhaps meant', () => {
  test.each([
    [{ chang: {} }, '.chang: unknown key chang (did you mean change?)'],
    [{ change: { pathes: [] } }, 'change.pathes: unknown key pathes (did you mean paths?)'],
    [{ provenance: { level: 'agnt' } }, 'provenance.level: must be human or unattributed or suggestion or assisted or agent or unknown (did you mean agent?)'],
    [{ signoffs: [{ by: 'a', presens: 'none' }] }, 'signoffs.0.presens: unknown key presens (did you mean presence?)'],
    [{ signoffs: [{}] }, 'signoffs.0.by: is missing; it must be string'],
    [
      { signoffs: [{ by: 'a', moved: 'reworked' }] },
      'signoffs.0.moved: must be no-change, message, trivial-rebase, context-moved, rework, or one of them for each path (did you mean rework?)',
    ],
    [{ risk: 'unknwon' }, 'risk: must be {tier}, or {findings, not_analysed}, or unknown (did you mean unknown?)'],
    [
      { risk: { findings: [{ rule: 'x', severity: 'worst' }] } },
      'risk.findings.0.severity: must be routine or elevated or high or critical (known here: routine, elevated, high, critical)',
    ],
    [{ risk: { tier: 'high', findings: [{ rule: 'x', severity: 'high' }] } }, 'risk.tier: the tier follows from the findings (keep one of tier and findings)'],
    [{ author: 'a', commits: [{ author: 'b' }] }, 'author.author: author is short for one commit, and commits are written out (keep one of them)'],
    [{ paths: ['a', 'a'] }, 'change: a changes twice (name each file once, under paths or under files)'],
    [{ incidents: [{ id: 'I', severity: 9 }] }, 'incidents.0.severity: must be 1 (the worst), 2, 3 or 4'],
    [{ at: 'yesterday' }, 'at: must be a date such as 2027-01-31, or a moment in UTC such as 2027-01-31T18:00Z'],
  ])('%j', (value, problem) => {
    const { given, problems } = read(value);
    expect(given).toBeUndefined();
    expect(problems.join('\n')).toContain(problem);
  });

  test('in a policy: file, line and column; and names the policy does not have', () => {
    const tests =
      'tests:\n  - {name: a, paths: [x], expect: {missing: [{rule: infr}], codes: [UNCOVRED], rules: [infra]}}\n  - {name: b, people: [{id: x, level: L9}], signoffs: [{by: x, level: l6}]}\n';
    const loaded = loadPolicy(utf8(HEAD + tests), 'countersign.yml');
    expect(loaded.ok ? [] : loaded.error.map((p) => `${p.place} ${p.message} ${p.remedy}`)).toEqual([
      'countersign.yml:8:53 tests[0].expect.missing[0].rule there is no rule infr did you mean infra?',
      'countersign.yml:8:69 tests[0].expect.codes[0] there is no reason code UNCOVRED did you mean UNCOVERED?',
      'countersign.yml:9:39 tests[1].people[0].level there is no level L9 did you mean L4?',
      'countersign.yml:9:71 tests[1].signoffs[0].level there is no level l6 did you mean L6?',
    ]);
  });
});

describe('scenario files', () => {
  test('hold cases, in YAML or JSON', () => {
    const json = JSON.stringify({ version: 1, cases: [{ name: 'a', paths: ['x'] }] });
    for (const text of ['version: 1\ncases:\n  - {name: a, paths: [x]}\n', json]) {
      const cases = readScenarios(utf8(text), 's.yml', policy);
      expect(cases.ok && cases.value.map((c) => [c.place, c.given.name])).toEqual([['s.yml cases[0]', 'a']]);
    }
  });

  test('one case alone is a case too', () => {
    const cases = readCases(utf8('paths: [x]\nauthor: a\n'), 'c.yml', policy);
    expect(cases.ok && cases.value.map((c) => c.place)).toEqual(['c.yml']);
  });

  test('say what is wrong, with line and column', () => {
    const wrong = readScenarios(utf8('version: 1\ncases:\n  - {paths: [x]}\n  - {pats: [x]}\n'), 's.yml', policy);
    expect(wrong.ok ? [] : wrong.error.map((p) => `${p.place} ${p.remedy}`)).toEqual(['s.yml:4:6 cases[1].pats did you mean paths?']);
    expect(readScenarios(utf8('version: 1\ncases: []\n'), 's.yml', policy).ok).toBe(false);
  });
});
