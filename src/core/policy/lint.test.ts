import { describe, expect, test } from 'vitest';
import { SAMPLE_NOW, SAMPLE_ROSTER, samplePolicy } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { type LintAgainst, lint } from './lint.ts';
import { placedWarnings } from './warning-places.ts';

const FILES = ['infra/main.tf', 'Docs/a.md', 'src/a.ts'];
const REST = '  - {id: rest, paths: ["**"], optional: true}';
const said = (rules: string, against: Partial<LintAgainst> = {}, more = '') =>
  lint(samplePolicy(rules, more), { roster: SAMPLE_ROSTER, files: FILES, at: SAMPLE_NOW, ...against }).map(
    (w) => `${w.at === null ? '' : `${w.at.id}.${w.at.field.join('.')} `}${w.message}`,
  );

test('a policy that is meant says nothing', () => {
  expect(said(`  - {id: a, paths: ["infra/**"], require: {humans: 1, level: L6, from: {teams: [sre, security], people: [ben]}}, route: {escalate: [sre]}}\n${REST}`)).toEqual([]);
});

describe('patterns', () => {
  test.each([
    ['  - {id: a, paths: ["infra/**", "docs/**"], optional: true}', 'a.paths.1 docs/** matches Docs/a.md only in another letter case'],
    ['  - {id: a, paths: ["infra/**", "!infra/old/**"], optional: true}', 'a.paths.1 !infra/old/** matches no file here'],
    ['  - {id: a, paths: ["none/*"], optional: true}', 'a.paths.0 none/* matches no file here'],
  ])('%s', (rule, warning) => {
    expect(said(`${rule}\n${REST}`)).toEqual([warning]);
    expect(said(`${rule}\n${REST}`, { files: null })).toEqual([]);
  });

  test('files under no rule, and under rules that may not apply', () => {
    expect(said('  - {id: a, paths: ["infra/**"], require: {humans: 1}}\n  - {id: b, paths: ["src/**"], when: risk.tier >= high, require: {humans: 1}}')).toEqual([
      '1 file is under no rule, so a change of it is refused: Docs/a.md',
      '1 file is under rules with a condition alone, so a change of it is refused wherever none of them holds: src/a.ts',
    ]);
  });
});

describe('rules beside stricter ones', () => {
  const shadow = (a: string, b: string) => said(`  - {id: a, ${a}}\n  - {id: b, ${b}}\n${REST}`).filter((w) => w.includes('changes nothing'));
  test.each([
    ['paths: ["infra/**"], require: {humans: 1}', 'paths: ["**"], require: {humans: 2, level: L6}', ['a. b always asks for as much or more, so a changes nothing']],
    ['paths: ["infra/**"], require: {humans: 1}', 'paths: ["infra/**"], require: {humans: 1}', ['b. a always asks for as much or more, so b changes nothing']],
    [
      'paths: ["infra/**"], when: risk.tier >= high, require: {humans: 1}',
      'paths: ["**"], when: risk.tier >= high, require: {humans: 1, from: {teams: [sre]}}',
      ['a. b always asks for as much or more, so a changes nothing'],
    ],
    ['paths: ["infra/**"], require: {humans: 1}', 'paths: ["**"], when: risk.tier >= high, require: {humans: 2}', []],
    ['paths: ["infra/**"], require: {humans: 1, domains: [infra]}', 'paths: ["**"], require: {humans: 2}', []],
    ['paths: ["infra/**"], require: {humans: 1, from: {teams: [sre]}}', 'paths: ["**"], require: {humans: 2, from: {teams: [security]}}', []],
    ['paths: ["infra/**"], require: {humans: 1, stages: [deploy]}', 'paths: ["**"], require: {humans: 2}', []],
    ['paths: ["infra/**"], require: {humans: 1, presence: hardware}', 'paths: ["**"], require: {humans: 2}', []],
    ['paths: ["infra/**"], require: {humans: 1}', 'paths: ["**"], require: {humans: 2}, until: 2027-01-01', []],
  ])('%s beside %s', (a, b, warnings) => {
    expect(shadow(a, b)).toEqual(warnings);
  });
});

describe('people', () => {
  test.each([
    ['humans: 4, level: L6', 'a.require asks for 4, and the roster has only dan, eve, flo for it'],
    ['humans: 3, level: L6', 'a.require only dan, eve, flo can sign, so a change by any of them can never be signed'],
    ['humans: 1, level: L7', 'a.require only flo can sign, so a change by any of them can never be signed'],
    ['humans: 1, domains: [law]', 'a.require asks for 1, and the roster has nobody for it'],
    ['humans: 1, from: {teams: [sre, sry]}', 'a.require.from.teams.1 nobody on the roster is of team sry'],
    ['humans: 1, from: {people: [ada, ban]}', 'a.require.from.people.1 ban is nobody on the roster'],
  ])('%s', (require, warning) => {
    expect(said(`  - {id: a, paths: ["infra/**"], require: {${require}}}\n${REST}`)).toContain(warning);
    expect(said(`  - {id: a, paths: ["infra/**"], require: {${require}}}\n${REST}`, { roster: null })).toEqual([]);
  });
});

test('what is over', () => {
  const more = 'forbid: [{id: f, until: 2026-01-01, reason: over}]\nexceptions: [{id: e, rule: a, paths: ["infra/**"], owner: nobody, reason: x, until: 2026-06-01}]\n';
  const rules = `  - {id: a, paths: ["infra/**"], until: 2026-05-01, require: {humans: 1}}\n${REST}`;
  expect(said(rules, {}, more)).toEqual(
    [
      '1 file is under no rule, so a change of it is refused: infra/main.tf',
      'e.owner nobody is nobody on the roster, so the exception counts for nothing',
      'a.until it ended on 2026-05-01',
      'f.until it ended on 2026-01-01',
      'e.until it ended on 2026-06-01',
    ].filter((w) => !w.startsWith('1 file')),
  );
  expect(said(rules, { at: null }, more).filter((w) => w.includes('ended'))).toEqual([]);
});

test('each stands where it is written', () => {
  const text = `version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\nrules:\n  - id: a\n    paths: ["none/*"]\n    optional: true\n${REST}\n`;
  const warnings = lint(samplePolicy(`  - {id: a, paths: ["none/*"], optional: true}\n${REST}`), { roster: null, files: FILES, at: null });
  expect(placedWarnings(utf8(text), 'countersign.yml', warnings)).toMatchObject([{ place: 'countersign.yml:7:13 rules[0].paths[0]', excerpt: expect.stringContaining('none/*') }]);
});
