/**
 * The scenario matrix of the manifest: a change is signed, then history moves. What must carry keeps both digests, what
 * must void loses both. Every row is built by git itself in one repository and read from a clone with a work tree and a bare one.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { Change } from '../../core/change/change.ts';
import type { ChangeClass } from '../../core/change/classes.ts';
import { movedSince } from '../../flows/moved.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { openMerges } from './merges.ts';
import { openRepository } from './repository.ts';

interface State {
  readonly base: string;
  readonly head: string;
}
type Row = () => { readonly signed: State; readonly now: State };
type Rows = { readonly [name: string]: Row };
type Files = Parameters<TestRepository['commit']>[0];

const room = gitRoom();
afterAll(() => room.remove());

const repo = room.init();
repo.git('config', 'advice.detachedHead', 'false');
const GUARDED = 'def run(user):\n    if user.admin:\n        drop()\n        log()\n';
const TWIN = 'def pay():\n    a = 1\n    b = 2\n    c = 3\n    return a\n\n\ndef refund():\n    a = 1\n    b = 2\n    c = 3\n    return a\n';
const LONG = Array.from({ length: 40 }, (_, i) => `line ${i}`);
const edited = (at: number, text: string, from = LONG): string => `${from.map((line, i) => (i === at ? text : line)).join('\n')}\n`;
const seed = repo.commit({
  'app.py': GUARDED,
  'twin.py': TWIN,
  'long.txt': edited(-1, ''),
  'other.txt': 'one\n',
  'run.sh': 'echo\n',
  'logo.bin': '\0a',
  '.gitattributes': '*.dat -diff\n',
  'x.dat': '\0a',
});

const start = (from = seed): void => void repo.git('checkout', '-q', '--detach', from);
const commitOn = (from: string, files: Files, message = 'Change\n'): string => {
  start(from);
  return repo.commit(files, { message });
};
/** The signed change of most rows: line 3 of long.txt, against the seed. */
const signed: State = { base: seed, head: commitOn(seed, { 'long.txt': edited(3, 'signed') }) };
const moved = commitOn(seed, { 'other.txt': 'two\n' });
const movedSameFile = commitOn(seed, { 'long.txt': edited(30, 'base was here') });

const rebased = (onto: string): string => {
  start(signed.head);
  repo.git('rebase', '-q', onto);
  return repo.git('rev-parse', 'HEAD');
};
const mergedWith = (base: string, ...more: readonly string[]): string => {
  start(signed.head);
  repo.git('merge', '-q', '--no-ff', '--no-edit', ...more, base);
  return repo.git('rev-parse', 'HEAD');
};
const alsoChanging = (files: Files): ReturnType<Row> => ({ signed, now: { base: seed, head: commitOn(signed.head, files) } });
/** One change signed, another one there now, both on the seed. */
const instead = (before: Files, after: Files): ReturnType<Row> => ({
  signed: { base: seed, head: commitOn(seed, before) },
  now: { base: seed, head: commitOn(seed, after) },
});

const CARRY: Rows = {
  unchanged: () => ({ signed, now: signed }),
  'base moved, branch untouched': () => ({ signed, now: { base: moved, head: signed.head } }),
  'amend message only': () => ({ signed, now: { base: seed, head: commitOn(seed, { 'long.txt': edited(3, 'signed') }, 'Other words\n') } }),
  'squash two commits': () => {
    const first = commitOn(seed, { 'long.txt': edited(3, 'half') });
    const head = commitOn(first, { 'long.txt': edited(3, 'signed') });
    return { signed: { base: seed, head }, now: signed };
  },
  'clean rebase, base touched another file': () => ({ signed, now: { base: moved, head: rebased(moved) } }),
  'base merged into the branch': () => ({ signed, now: { base: moved, head: mergedWith(moved) } }),
  'policy: commit X then undo X, net zero': () => {
    const x = commitOn(signed.head, { 'other.txt': 'X\n' });
    return { signed, now: { base: seed, head: commitOn(x, { 'other.txt': 'one\n' }) } };
  },
};

const VOID: Rows = {
  'policy: clean rebase, base touched the same file elsewhere': () => ({ signed, now: { base: movedSameFile, head: rebased(movedSameFile) } }),
  'whitespace moves a call out of its guard': () => instead({ 'app.py': GUARDED.replace('log()', 'audit()') }, { 'app.py': GUARDED.replace('        log()', '    audit()') }),
  'hunk moved to a twin function': () => instead({ 'twin.py': TWIN.replace('b = 2', 'b = 9') }, { 'twin.py': TWIN.replace(/(refund[\s\S]*)b = 2/, '$1b = 9') }),
  'base file reverted during the rebase': () => ({ signed, now: { base: moved, head: commitOn(rebased(moved), { 'other.txt': 'one\n' }) } }),
  'extra commit': () => alsoChanging({ 'new.txt': 'x\n' }),
  'evil merge': () => {
    mergedWith(moved, '--no-commit');
    return { signed, now: { base: moved, head: repo.commit({ 'run.sh': 'echo evil\n' }) } };
  },
  'conflict edit': () => {
    const base = commitOn(seed, { 'long.txt': edited(3, 'base') });
    return { signed, now: { base, head: commitOn(base, { 'long.txt': edited(3, 'signed and resolved') }) } };
  },
  '+x bit': () => instead({ 'run.sh': 'echo 2\n' }, { 'run.sh': { exec: 'echo 2\n' } }),
  'file becomes a symlink': () => instead({ 'other.txt': '/etc/passwd' }, { 'other.txt': { link: '/etc/passwd' } }),
  'binary swapped': () => instead({ 'logo.bin': '\0b' }, { 'logo.bin': '\0c' }),
  'binary under -diff': () => instead({ 'x.dat': '\0b' }, { 'x.dat': '\0c' }),
  'submodule pointer': () => instead({ sub: { gitlink: seed } }, { sub: { gitlink: moved } }),
  'merge=union added': () => alsoChanging({ '.gitattributes': '*.dat -diff\n* merge=union\n' }),
};

/** What the rows that carry are called. Of those that void, one is a matter of policy, and every other one is rework. */
const CLASS: { readonly [name: string]: ChangeClass } = {
  unchanged: 'no-change',
  'base moved, branch untouched': 'trivial-rebase',
  'amend message only': 'message',
  'squash two commits': 'message',
  'clean rebase, base touched another file': 'trivial-rebase',
  'base merged into the branch': 'trivial-rebase',
  'policy: commit X then undo X, net zero': 'message',
  'policy: clean rebase, base touched the same file elsewhere': 'context-moved',
};
/** Files a row leaves as they were signed, though the change as a whole is rework. */
const KEPT: { readonly [name: string]: readonly (readonly [string, ChangeClass])[] } = {
  'base file reverted during the rebase': [['long.txt', 'trivial-rebase']],
  'extra commit': [['long.txt', 'no-change']],
  'evil merge': [['long.txt', 'trivial-rebase']],
  'merge=union added': [['long.txt', 'no-change']],
};

const build = (rows: Rows): [string, ReturnType<Row>][] =>
  Object.entries(rows).map(([name, row], i) => {
    const built = row();
    for (const [side, id] of [built.signed.base, built.signed.head, built.now.base, built.now.head].entries())
      repo.git('update-ref', `refs/heads/${rows === CARRY ? 'c' : 'v'}${i}/${side}`, id);
    return [name, built];
  });
const carry = build(CARRY);
const voids = build(VOID);
start(signed.head);

test('the matrix is whole: 7 rows carry, 13 do not', () => expect([carry.length, voids.length]).toEqual([7, 13]));

describe.each([
  ['a clone with a work tree', { dir: repo.clone().dir }],
  ['a bare clone', { gitDir: repo.bare().gitDir }],
])('in %s', (_, place) => {
  const repository = openRepository(place);
  const read = async (state: State): Promise<Change> => {
    const change = await repository.change({ repo: 'r', targetRef: 'refs/heads/main', ...state });
    if (!change.ok) throw new Error(change.error.message);
    expect(change.value.records.length).toBeGreaterThan(0);
    return change.value;
  };
  const digests = async (state: State): Promise<readonly [string, string]> => {
    const { manifest, manifest256 } = await read(state);
    return [manifest, manifest256];
  };

  test.each(carry)('carries: %s', async (_name, row) => {
    expect(await digests(row.now)).toEqual(await digests(row.signed));
  });

  test.each(voids)('voids: %s', async (_name, row) => {
    const [before, after] = [await digests(row.signed), await digests(row.now)];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test.each([...carry, ...voids])('classes: %s', async (name, row) => {
    const [signed, now] = [await read(row.signed), await read(row.now)];
    const { classified, unmerged } = await movedSince(openMerges(place), signed, now);
    expect(unmerged).toBeNull();
    const overall = CLASS[name] ?? 'rework';
    const paths = new Set([...signed.records, ...now.records].map((r) => r.path));
    expect(classified.overall).toBe(overall);
    expect(classified.paths).toEqual(new Map([...[...paths].map((path) => [path, overall] as const), ...(KEPT[name] ?? [])]));
  });
});
