import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import { protects } from './document.ts';
import { FACT_TYPES } from './fact-types.ts';
import { readIncidents } from './incident-file.ts';
import { loadPolicy } from './load.ts';
import { loadRoster } from './roster-file.ts';
import { STARTER_POLICY, STARTER_ROSTER } from './starter.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6]\nsenior: L6\nprotected: [refs/heads/main]\n';
const RULES = 'rules:\n  - id: all\n    paths: ["**"]\n    require: {humans: 1}\n';
const load = (text: string) => loadPolicy(utf8(text), 'countersign.yml');
/** `place message; remedy` of every problem. */
const said = (answer: ReturnType<typeof load> | ReturnType<typeof roster>) => (answer.ok ? [] : answer.error.map((p) => `${p.place} ${p.message}; ${p.remedy ?? ''}`));
const starter = load(STARTER_POLICY);
if (!starter.ok) throw new Error(said(starter).join('\n'));
const roster = (text: string) => loadRoster(utf8(text), '.countersign/roster.yml', starter.value);

describe('a policy', () => {
  test('the starter profile and its roster load', () => {
    expect(said(starter)).toEqual([]);
    expect(said(roster(STARTER_ROSTER))).toEqual([]);
    expect(protects(starter.value, 'refs/heads/main')).toBe(true);
    expect(protects(starter.value, 'refs/heads/release/1/2')).toBe(true);
    expect(protects(starter.value, 'refs/heads/feature')).toBe(false);
  });

  test('the examples of the specification load, and it lists every fact', () => {
    const page = readFileSync(new URL('../../../docs/spec/policy.md', import.meta.url), 'utf8');
    const [policy = '', people = '', incidents = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((m) => m[1]);
    expect(said(load(policy))).toEqual([]);
    expect(said(roster(people))).toEqual([]);
    expect(readIncidents(utf8(incidents), 'incidents.yml', 'POLICY_INVALID')).toMatchObject({ ok: true, value: [{ id: 'INC-1042' }] });
    const facts = Object.entries(FACT_TYPES).flatMap(([root, type]) => (type.is === 'record' ? Object.keys(type.fields).map((f) => `${root}.${f}`) : []));
    expect([...page.matchAll(/^\| `([a-z]+\.[a-z_]+)` \|/gm)].map((m) => m[1])).toEqual(facts);
  });

  test('holds what the file says', () => {
    const made = load(
      `${HEAD}systems:\n  - {id: pay, name: Pay, criticality: 1, paths: ["pay/**"], dependents: [pay]}\n${RULES}forbid:\n  - {id: no, when: "change.files > 9", reason: too big}\n`,
    );
    if (!made.ok) throw new Error(said(made).join());
    expect(made.value).toMatchObject({ version: 1, organisation: null, senior: 'L6', unattributed: 'default', submodules: 'refuse', largeFiles: 'refuse' });
    expect(made.value.rules[0]?.require).toEqual({
      ...{ humans: 1, level: null, seniorToAuthor: false, domains: [], from: { teams: [], people: [] }, distinctTeams: 1, not: [] },
      ownership: false,
      stages: ['implementation'],
      presence: 'passkey',
    });
    expect(made.value.systems[0]).toMatchObject({ criticality: 1, owners: [], invariants: [] });
    expect(made.value.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ['unknown key', `${HEAD}rule: []\n${RULES}`, 'countersign.yml:5:1 rule unknown key rule; did you mean rules?'],
    [
      'unknown key inside',
      `${HEAD}rules:\n  - id: a\n    paths: ["**"]\n    requires: {humans: 1}\n`,
      'countersign.yml:8:5 rules[0].requires unknown key requires; did you mean require?',
    ],
    [
      'unknown key deep',
      `${HEAD}rules:\n  - id: a\n    paths: ["**"]\n    require: {human: 1}\n`,
      'countersign.yml:8:15 rules[0].require.human unknown key human; did you mean humans?',
    ],
    [
      'condition',
      `${HEAD}rules:\n  - id: a\n    paths: ["**"]\n    when: risk.tier >= high && provenance.levl >= agent\n    require: {humans: 1}\n`,
      'countersign.yml:8:32 rules[0].when no fact provenance.levl; did you mean provenance.level?',
    ],
    [
      'quoted condition',
      `${HEAD}rules:\n  - id: a\n    paths: ["**"]\n    when: "provenance.levl >= agent"\n    require: {humans: 1}\n`,
      'countersign.yml:8:12 rules[0].when no fact provenance.levl',
    ],
    ['string order', `${HEAD}rules:\n  - id: a\n    paths: ["**"]\n    when: '"L5" < "L6"'\n    require: {humans: 1}\n`, 'rules[0].when strings have no order'],
    [
      'unknown level',
      `${HEAD}rules:\n  - id: a\n    paths: ["**"]\n    require: {humans: 1, level: L66}\n`,
      'rules[0].require.level L66 is not a level of the ladder; did you mean L6?',
    ],
    ['unknown senior', HEAD.replace('senior: L6', 'senior: L9') + RULES, 'countersign.yml:3:9 senior L9 is not a level of the ladder'],
    ['no rules', `${HEAD}rules: []\n`, 'must hold at least one rule'],
    ['rules missing', HEAD, 'must hold at least one rule'],
    ['covers nothing', `${HEAD}rules:\n  - {id: a, paths: ["!x"], require: {humans: 1}}\n`, 'covers nothing'],
    ['no paths', `${HEAD}rules:\n  - {id: a, paths: [], require: {humans: 1}}\n`, 'must name at least one path'],
    ['bad glob', `${HEAD}rules:\n  - {id: a, paths: ["a/["], require: {humans: 1}}\n`, 'rules[0].paths[0] is not a path pattern'],
    ['asks nothing', `${HEAD}rules:\n  - {id: a, paths: ["**"]}\n`, 'rule a asks for nothing; add require, or optional: true'],
    ['asks and does not', `${HEAD}rules:\n  - {id: a, paths: ["**"], optional: true, require: {humans: 1}}\n`, 'not both'],
    ['waives nothing', `${HEAD}rules:\n  - {id: a, paths: ["**"], optional: true, unless: "true"}\n`, 'nothing to waive'],
    ['zero humans', `${HEAD}rules:\n  - {id: a, paths: ["**"], require: {humans: 0}}\n`, 'must be at least 1'],
    ['two of a name', `${HEAD}${RULES}  - {id: all, paths: ["**"], require: {humans: 1}}\n`, 'all names two rules'],
    ['reserved id', `${HEAD}rules:\n  - {id: countersign.x, paths: ["**"], require: {humans: 1}}\n`, 'is reserved'],
    ['ladder clash', HEAD.replace('[L4, L5, L6]', '[high, L5, L6]') + RULES, 'ladder[0] high already means something'],
    ['ladder twice', HEAD.replace('[L4, L5, L6]', '[L6, L5, L6]') + RULES, 'L6 stands twice'],
    ['version', HEAD.replace('1', '2') + RULES, 'countersign.yml:1:10 version must be 1'],
    ['unattributed', `${HEAD}provenance: {unattributed: assited}\n${RULES}`, 'must be default or assisted or suggestion; did you mean assisted?'],
    ['criticality', `${HEAD}systems:\n  - {id: a, name: A, criticality: 5, paths: [a]}\n${RULES}`, 'must be 1 (highest), 2, 3 or 4'],
    ['dependents', `${HEAD}systems:\n  - {id: pay, name: A, criticality: 1, paths: [a], dependents: [pya]}\n${RULES}`, 'there is no system pya; did you mean pay?'],
    [
      'AI asks for less',
      `${HEAD}rules:\n  - {id: a, paths: ["**"], unless: "provenance.level >= assisted", require: {humans: 1}}\n`,
      'rules[0].unless more AI in a change would ask for less; compare provenance.level with < or <=',
    ],
    [
      'AI asks for less',
      `${HEAD}rules:\n  - {id: a, paths: ["**"], when: "provenance.level == assisted", require: {humans: 1}}\n`,
      'rules[0].when more AI in a change would ask for less',
    ],
    [
      'AI asks for less behind a tool',
      `${HEAD}rules:\n  - {id: a, paths: ["**"], when: "provenance.tools.exists(t, provenance.level < assisted)", require: {humans: 1}}\n`,
      'rules[0].when more AI in a change would ask for less',
    ],
    [
      'more people than can be compared',
      `${HEAD}rules:\n${Array.from({ length: 101 }, (_, i) => `  - {id: a${i}, paths: ["**"], require: {humans: 20}}\n`).join('')}`,
      'rules[100].require more than 2000 people are asked for in all',
    ],
    ['more teams than people', `${HEAD}rules:\n  - {id: a, paths: ["**"], require: {humans: 1, distinct_teams: 2}}\n`, '1 people cannot stand for 2 teams; ask for as many humans'],
    [
      'a domain nobody declared',
      `${HEAD}domains: [infra]\nrules:\n  - {id: a, paths: ["**"], require: {humans: 1, domains: [infar]}}\n`,
      'rules[0].require.domains[0] infar is no declared domain; did you mean infra?',
    ],
    ['an end before the start', `${HEAD}rules:\n  - {id: a, paths: ["**"], starts: 2026-02-01, until: 2026-01-01, require: {humans: 1}}\n`, 'rules[0].until ends before it starts'],
    ['a day no calendar has', `${HEAD}rules:\n  - {id: a, paths: ["**"], until: 2026-02-30, require: {humans: 1}}\n`, 'rules[0].until must be a date'],
    ['a length without a unit', `${HEAD}rules:\n  - {id: a, paths: ["**"], ttl: 14, require: {humans: 1}}\n`, 'rules[0].ttl'],
    ['terms of a rule that asks nobody', `${HEAD}rules:\n  - {id: a, paths: ["**"], optional: true, sla: 4h}\n`, 'has no terms'],
    [
      'an exception to nothing',
      `${HEAD}${RULES}exceptions: [{id: e, rule: al, paths: ["a"], owner: x, reason: y, until: 2027-01-01}]\n`,
      'exceptions[0].rule there is no rule al; did you mean all?',
    ],
    ['an exception without an end', `${HEAD}${RULES}exceptions: [{id: e, rule: all, paths: ["a"], owner: x, reason: y}]\n`, 'exceptions[0].until is missing'],
    ['a mode of no system', `${HEAD}modes: {systems: {pay: warn}}\n${RULES}`, 'modes.systems.pay there is no system pay'],
    ['an unknown mode', `${HEAD}modes: {default: watch}\n${RULES}`, 'must be observe or warn or enforce'],
    ['a trailer that is none', `${HEAD}declarations: {trailers: [{key: "Change Doc", reason: r}]}\n${RULES}`, 'must be the name of a trailer'],
    ['a trailer that cannot be matched', `${HEAD}declarations: {trailers: [{key: Change-Doc, matches: "(", reason: r}]}\n${RULES}`, 'not a regular expression'],
    [
      'more of the plan asks for less',
      `${HEAD}rules:\n  - {id: a, paths: ["**"], when: "size(plan.destroys) == 0", require: {humans: 1}}\n`,
      'more destroyed by the plan would ask for less',
    ],
    ['more incidents ask for less', `${HEAD}rules:\n  - {id: a, paths: ["**"], when: "size(incident.open) < 1", require: {humans: 1}}\n`, 'one more incident would ask for less'],
    ['a wait that outlasts the use', `${HEAD}break_glass: {alone_after: 1h, expires: 1h}\n${RULES}`, 'break_glass.alone_after is as long as a use lasts'],
    ['break-glass at no level', `${HEAD}break_glass: {level: L9}\n${RULES}`, 'break_glass.level L9 is not a level'],
    ['one id for a rule and a forbid', `${HEAD}${RULES}forbid:\n  - {id: all, when: "true", reason: no}\n`, 'all names two rules'],
    [
      'one id for two systems',
      `${HEAD}systems:\n  - {id: a, name: A, criticality: 1, paths: [a]}\n  - {id: a, name: B, criticality: 4, paths: [b]}\n${RULES}`,
      'a names two systems',
    ],
    ['AI exempts', `${HEAD}rules:\n  - {id: a, paths: ["**"], when: "provenance.level >= agent", optional: true}\n`, 'more AI in a change would ask for less'],
    [
      'a worse finding escapes',
      `${HEAD}rules:\n  - {id: a, paths: ["**"], when: "risk.tier == high", require: {humans: 1}}\n`,
      'rules[0].when a worse or one more finding would ask for less; compare risk.tier with >= or >',
    ],
    [
      'a stranger waives',
      `${HEAD}rules:\n  - {id: a, paths: ["**"], unless: "people.unresolved > 0", require: {humans: 1}}\n`,
      'rules[0].unless one more person nobody knows would ask for less; compare people.unresolved with < or <=',
    ],
    ['denying exempts', `${HEAD}rules:\n  - {id: a, paths: ["**"], unless: "provenance.declared_none", require: {humans: 1}}\n`, 'would ask for less'],
    ['anchor', `${HEAD}rules:\n  - &a {id: a, paths: ["**"], require: {humans: 1}}\n`, 'an anchor; write it out'],
    ['alias', `${HEAD}rules:\n  - {id: a, paths: &p ["**"], require: {humans: 1}}\n  - {id: b, paths: *p, require: {humans: 1}}\n`, 'an alias; write it out'],
    ['merge key', `${HEAD}rules:\n  - {<<: {id: a}, paths: ["**"], require: {humans: 1}}\n`, 'a merge key; write it out'],
    ['tag', `${HEAD}rules:\n  - {id: !!str a, paths: ["**"], require: {humans: 1}}\n`, 'a tag'],
    ['duplicate key', `${HEAD}senior: L5\n${RULES}`, 'countersign.yml:5:1 Map keys must be unique; keep one of them'],
    ['two documents', `${HEAD}${RULES}---\n${HEAD}${RULES}`, 'a second document'],
    ['directive', `%YAML 1.1\n---\n${HEAD}${RULES}`, 'a %YAML directive'],
    ['tab', `${HEAD}rules:\n\t- id: a\n`, 'countersign.yml:6:1 a tab; indent with spaces'],
    ['bidirectional', `${HEAD}# \u202e\n${RULES}`, 'an invisible character, U+202E; remove it'],
    ['key of a list', `${HEAD}? [a]\n: b\n${RULES}`, 'a key that is not a string'],
    ['not a map', '- a\n', 'expected object'],
    ['empty', '# nothing\n', 'is empty'],
    ['deep', '['.repeat(20_000), 'is nested too deeply to be read'],
    ['broken', 'a: [b\n', 'countersign.yml:2:1'],
  ])('%s', (_, text, words) => {
    const problems = said(load(text));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).toContain(words);
  });

  test('a problem shows its line and a caret', () => {
    const made = load(`${HEAD}rule: []\n${RULES}`);
    expect(made.ok ? '' : made.error[0]?.excerpt).toBe('5 | rule: []\n  | ^');
  });

  test('all problems at once', () => {
    expect(said(load(`${HEAD.replace('L6\n', 'L9\n')}rules:\n  - {id: a, paths: ["**"], when: nope, require: {humans: 1, level: X}}\n`))).toHaveLength(3);
  });

  test('bytes that are no text, and too many of them', () => {
    expect(loadPolicy(new Uint8Array([0xff, 0xfe]), 'p')).toMatchObject({ ok: false, error: [{ code: 'POLICY_INVALID' }] });
    expect(loadPolicy(new Uint8Array(1_000_001).fill(35), 'p').ok).toBe(false);
  });

  test('any bytes are an answer, never a throw', () => {
    const word = fc.constantFrom(
      'version: 1',
      'ladder:',
      ' [L4]',
      '\n',
      '  - ',
      'rules:',
      'id: a',
      '{',
      '}',
      '"',
      '&a',
      '*a',
      '<<: ',
      '? ',
      '|',
      '>',
      '!!',
      '---',
      '__proto__: 1',
      ': ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.array(word, { maxLength: 20 }).map((w) => utf8(w.join(''))),
        ),
        (bytes) => {
          const made = loadPolicy(bytes, 'p');
          if (!made.ok) for (const p of made.error) expect(p.place).toMatch(/^p/);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a roster', () => {
  const person = (more: string) => `version: 1\npeople:\n  - {id: ann, name: Ann, level: L5, emails: [Ann@example.com], accounts: [ann]}\n${more}`;

  test('holds people and agents, addresses in lower case', () => {
    const made = roster(person('agents:\n  - {id: bot, owner: ann, emails: [bot@example.com]}\n'));
    expect(said(made)).toEqual([]);
    expect(made.ok && made.value.people[0]).toEqual({ id: 'ann', name: 'Ann', level: 'L5', teams: [], domains: [], emails: ['ann@example.com'], accounts: ['ann'] });
    expect(made.ok && made.value.agents[0]?.accounts).toEqual([]);
  });

  test.each([
    ['id twice', person('  - {id: ann, name: B, level: L5}\n'), 'roster.yml:4:10 people[1].id id ann already belongs to ann'],
    [
      'e-mail twice, whatever the case',
      person('  - {id: ben, name: B, level: L5, emails: [ANN@example.com]}\n'),
      'e-mail ann@example.com already belongs to ann; keep it in one place',
    ],
    ['account twice', person('  - {id: ben, name: B, level: L5, accounts: [Ann]}\n'), 'account Ann already belongs to ann'],
    ['agent takes a person', person('agents:\n  - {id: bot, owner: ann, emails: [ann@example.com]}\n'), 'agents[0].emails[0] e-mail ann@example.com already belongs to ann'],
    ['agent named as a person', person('agents:\n  - {id: ann, owner: ann}\n'), 'id ann already belongs to ann'],
    ['unknown owner', person('agents:\n  - {id: bot, owner: anm}\n'), 'agents[0].owner there is no person anm; did you mean ann?'],
    ['unknown level', person('  - {id: ben, name: B, level: L55}\n'), "people[1].level L55 is not a level of the policy's ladder; did you mean"],
    ['unknown key', person('  - {id: ben, name: B, level: L5, email: x}\n'), 'unknown key email; did you mean emails?'],
    ['no address', person('  - {id: ben, name: B, level: L5, emails: [ben]}\n'), 'must be an e-mail address'],
    ['id with an at sign', person('  - {id: b@x, name: B, level: L5}\n'), 'must be of a-z'],
    ['nobody', 'version: 1\npeople: []\n', 'must hold at least one person'],
  ])('%s', (_, text, words) => {
    expect(said(roster(text)).join('\n')).toContain(words);
  });

  test('documented qualifications, managers and declared domains', () => {
    const people = (domains: string, more = '') => `version: 1\npeople:\n  - {id: a, name: A, level: L6, domains: ${domains}${more}}\n`;
    const made = roster(people('[infra, {domain: databases, basis: on call, until: 2027-06-30}]', ', manager: a'));
    expect(made.ok && made.value.people[0]).toMatchObject({
      domains: ['infra', 'databases'],
      qualifications: [{ domain: 'databases', basis: 'on call', until: Date.UTC(2027, 5, 30) }],
      manager: 'a',
    });
    expect(said(roster(people('[]', ', manager: b')))[0]).toContain('people[0].manager there is no person b');
    expect(said(roster(people('[{domain: databases, until: 2027-02-30}]'))).join()).toContain('domains[0]');
    const strict = load(`${HEAD}domains: [databases]\n${RULES}`);
    if (!strict.ok) throw new Error('policy');
    expect(said(loadRoster(utf8(people('[databses]')), 'r.yml', strict.value))).toEqual([
      'r.yml:3:43 people[0].domains[0] databses is no domain the policy declares; did you mean databases?',
    ]);
  });

  test('problems carry the code of the roster', () => {
    expect(roster('x')).toMatchObject({ ok: false, error: [{ code: 'ROSTER_INVALID' }] });
  });
});
