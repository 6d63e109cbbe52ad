/** What is read of messages and paths: cases of the definition, and work that goes by the length of what somebody wrote. */
import { describe, expect, it } from 'vitest';
import { factsOf, subjectOf } from './facts.ts';
import { FEATURES } from './features.ts';
import { LandedHistory } from './history.ts';
import type { LandedCommit, TouchedFile } from './landed.ts';
import { isPlanned, PLANNED_PATTERN } from './planned.ts';
import { isRevert, takenBack } from './taken-back.ts';

const base: LandedCommit = {
  id: '',
  parents: [],
  author: { name: 'Ann', email: 'ann@example.org' },
  committer: { name: 'Ann', email: 'ANN@example.org' },
  authoredAt: 0,
  zone: 0,
  committedAt: 0,
  message: 'x',
  files: [],
};
/** The values that are not what an empty change has. */
function values(change: Partial<LandedCommit>, names: string): readonly number[] {
  const { x } = new LandedHistory().look({ ...base, ...change });
  return names.split(' ').map((name) => x[FEATURES.findIndex((f) => f.name === name)] ?? Number.NaN);
}
const of = (path: string, more: Partial<TouchedFile> = {}): TouchedFile => ({ path, added: 0, deleted: 0, binary: false, how: 'changed', ...more });
const kinds = (...paths: readonly string[]): string => {
  const { x } = new LandedHistory().look({ ...base, files: paths.map((path) => of(path)) });
  return FEATURES.flatMap(({ name }, i) => (/^[ko]_/.test(name) && x[i] !== 0 ? [`${name}=${x[i]}`] : [])).join(' ');
};

describe('a message', () => {
  it.each([
    ['Fixes the retry', 'fix reland tmpw riskw', [1, 1, 0, 0]],
    ['prefix quickly', 'fix reland tmpw riskw', [0, 0, 0, 0]],
    ['Temporarily enable v2', 'fix reland tmpw riskw', [0, 1, 1, 1]],
    ['Revert "Revert x"', 'fix reland tmpw riskw', [0, 1, 0, 0]],
    ['move caches (T1234)', 'tick w_move w_cache w_migrat', [1, 1, 1, 0]],
    ['bug: 12', 'tick', [0]],
    ['one\ntwo\n\nthree\n\nfour\nSigned-off-by: x\n', 'subjlen nbody msglen', [7, 2, 37]],
  ])('%j', (message, names, expected) => {
    expect(values({ message }, names)).toEqual(expected);
  });

  it('has the subject git has', () => {
    expect(['', '\n\n one \ntwo\n\nthree', 'one\r\n\r\ntwo', 'x'.repeat(5_000)].map(subjectOf)).toEqual(['', 'one two', 'one', 'x'.repeat(1_000)]);
  });

  it.each([
    'Revert "x"',
    '[prod] [x] Reverting x',
    'Rollback x',
    'back out x',
    'Automated rollback of changelist 1',
    'x\n\nThis reverts commit abc',
    'x\n\nOriginal commit changeset: ab',
  ])('%j is a revert', (message) => expect(isRevert(message)).toBe(true));
  it.each(['Revertible things', 'Do not revert', 'x\n\nWe may say: This reverts commit'])('%j is none', (message) => expect(isRevert(message)).toBe(false));

  it('says when it is to be undone again, as the pattern for organisations does', () => {
    const pattern = new RegExp(PLANNED_PATTERN.replace('(?i)', ''), 'i');
    const subjects = [
      'db12: Disable notifications',
      'remove host1 from dns',
      'remove authdns',
      'Remove all',
      'from here remove x',
      'read-only',
      'pool x',
      'spool x',
      'tested',
      'a test',
      'Weighted',
      'contest',
    ];
    expect(subjects.map((s) => isPlanned(s))).toEqual(subjects.map((s) => pattern.test(s)));
    expect(subjects.filter((s) => isPlanned(s)).length).toBe(7);
    expect(isPlanned('x', (subject) => subject === 'x')).toBe(true);
  });
});

describe('a change', () => {
  it('is sized', () => {
    const files = [of('a/b', { added: 3, deleted: 1, how: 'created' }), of('a/c', { added: 4, how: 'removed' }), of('d', { binary: true, how: 'mode' })];
    expect(values({ files }, 'la ld nf nd ns ent new dele mode bin')).toEqual([7, 1, 3, 2, 2, 1, 1, 1, 1, 1]);
  });

  it('is of its time and its author', () => {
    const friday = Date.UTC(2024, 0, 5, 23, 30) / 1_000;
    expect(values({ authoredAt: friday, zone: -90, committedAt: friday + 5_400 }, 'hour wday fri night lag selfcommit agap')).toEqual([22, 4, 1, 1, 1.5, 1, 400]);
    expect(values({ authoredAt: friday, zone: 60 }, 'hour wday fri night')).toEqual([0, 5, 1, 1]);
  });

  it.each([
    ['Abbott', 0],
    ['renovate[bot]', 1],
    ['deploy-bot', 1],
    ['dependabot', 1],
    ['Bothwell', 0],
  ])('%s is a bot: %d', (name, bot) => expect(values({ author: { name, email: 'x@example.org' } }, 'bot')).toEqual([bot]));

  it.each([
    [['src/a.ts'], ''],
    [['src/Test/a.ts'], 'k_test=1 o_test=1'],
    [['docs/a.ts', 'b.md'], 'k_doc=2 o_doc=1'],
    [['a.yaml', 'b.ts'], 'k_config=1'],
    [['prod/main.tf'], 'k_infra=1 o_infra=1'],
    [['db/migrations/1.sql'], 'k_db=1 o_db=1'],
    [['Dockerfile.build', 'Makefile'], 'k_shell=2 o_shell=1'],
    [['.github/workflows/x.yml'], 'k_config=1 o_config=1 k_ci=1 o_ci=1'],
    [['go.sum', 'requirements-dev.txt'], 'k_doc=1 k_dep=2 o_dep=1'],
    [['src/author.c'], 'k_sec=1 o_sec=1'],
    [['dns/zone'], 'k_net=1 o_net=1'],
  ])('%j has kinds %s', (paths, expected) => expect(kinds(...paths)).toBe(expected));

  it('looks at four hundred paths and counts all', () => {
    const files = Array.from({ length: 500 }, (_, i) => of(`d${i}/f`));
    expect(values({ files }, 'nf nd')).toEqual([500, 400]);
  });
});

describe('work that goes by the length of what somebody wrote', () => {
  const MB = 1 << 20;
  it.each([
    ['spaces', ' '.repeat(MB)],
    ['empty lines', '\n'.repeat(MB)],
    ['a subject without an end', 'revert '.repeat(MB / 8)],
    ['tags', '[['.repeat(MB / 2)],
    ['removals', 'remove '.repeat(MB / 8)],
    ['quotes', `Revert "${'"'.repeat(MB)}`],
    ['digits', `This reverts commit ${'a'.repeat(MB)}`],
    ['lines of subject', 'x\n'.repeat(MB / 2)],
    ['the words of a pull request', `Reverts ${'a/'.repeat(MB / 2)}#1`],
  ])('%s', (_, message) => {
    expect(factsOf({ ...base, message }, 0).subject.length).toBeLessThanOrEqual(1_000);
    expect(values({ message }, 'nf')).toEqual([0]);
    expect([typeof isRevert(message), typeof isPlanned(message), takenBack(message)?.ids.length ?? 0]).toEqual(['boolean', 'boolean', 0]);
  });

  it('paths', () => {
    expect(values({ files: [of('a/'.repeat(MB)), of('.'.repeat(MB)), of('requirements'.repeat(MB / 16))] }, 'nf')).toEqual([3]);
  });
});
