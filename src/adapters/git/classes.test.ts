/**
 * Change classes over generated histories: a change is signed, the base moves, the change is brought onto it by git itself,
 * and perhaps edited on the way. What each path must be called follows from what was done to it.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { CHANGE_CLASSES, type ChangeClass } from '../../core/change/classes.ts';
import { movedSince } from '../../flows/moved.ts';
import { gitRoom } from '../../testing/git.ts';
import { openMerges } from './merges.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
afterAll(() => room.remove());
const repo = room.init();
repo.git('config', 'advice.detachedHead', 'false');

const NAMES = ['a.txt', 'dir/b c.txt', 'dir/é.txt', 'dir/q"uote', 'deep/er/z.txt'] as const;
const [SIGNED, AFTER, BASE] = [4, 14, 25] as const;
type Edits = { readonly [line: number]: string | undefined };
const content = (name: string, edits: Edits): string => `${Array.from({ length: 32 }, (_, i) => edits[i] ?? `${name} ${i}`).join('\n')}\n`;

interface History {
  /** Files the signed change edits; at least one. */
  readonly signed: readonly string[];
  readonly inTwoCommits: boolean;
  readonly adds: boolean;
  readonly deletes: boolean;
  /** Files the base edits in another hunk. */
  readonly base: readonly string[];
  /** Files the base edits in the very line that was signed: somebody resolves the conflict. */
  readonly conflict: readonly string[];
  readonly elsewhere: boolean;
  readonly how: 'rebase' | 'merge' | 'cherry-pick' | 'squash' | 'amend' | 'nothing';
  /** Files edited after signing. */
  readonly after: readonly string[];
}

const some = fc.subarray([...NAMES]);
const history: fc.Arbitrary<History> = fc.record({
  signed: fc.subarray([...NAMES], { minLength: 1 }),
  inTwoCommits: fc.boolean(),
  adds: fc.boolean(),
  deletes: fc.boolean(),
  base: some,
  conflict: some,
  elsewhere: fc.boolean(),
  how: fc.constantFrom('rebase', 'merge', 'cherry-pick', 'squash', 'amend', 'nothing'),
  after: some,
});

const at = (commit: string): void => void repo.git('checkout', '-q', '--detach', commit);
const commitOn = (on: string, files: { readonly [path: string]: string | null }, message = 'Change\n'): string => {
  at(on);
  return repo.commit(files, { message });
};
const withEdits = (names: readonly string[], edits: Edits) => Object.fromEntries(names.map((name) => [name, content(name, edits)]));

const seed = repo.commit({ ...withEdits(NAMES, {}), 'old.txt': 'old\n', 'other.txt': 'one\n' });

function signedChange(h: History): string {
  const extra = { ...(h.adds ? { 'new.txt': 'new\n' } : {}), ...(h.deletes ? { 'old.txt': null } : {}) };
  const first = h.inTwoCommits ? commitOn(seed, withEdits(h.signed, { [SIGNED]: 'half' })) : seed;
  return commitOn(first, { ...withEdits(h.signed, { [SIGNED]: 'signed' }), ...extra });
}

const conflicts = (h: History): readonly string[] => (moves(h) ? h.conflict.filter((name) => h.signed.includes(name)) : []);
/** Whether the change is brought onto the base: otherwise the base stays where it was. */
const moves = (h: History): boolean => h.how !== 'amend' && h.how !== 'nothing';
const baseEdits = (h: History, name: string): Edits => ({ ...(h.base.includes(name) ? { [BASE]: 'base' } : {}), ...(h.conflict.includes(name) ? { [SIGNED]: 'base' } : {}) });

function movedBase(h: History): string {
  const touched = NAMES.filter((name) => h.base.includes(name) || h.conflict.includes(name));
  if (!moves(h) || (touched.length === 0 && !h.elsewhere)) return seed;
  return commitOn(seed, { ...Object.fromEntries(touched.map((name) => [name, content(name, baseEdits(h, name))])), ...(h.elsewhere ? { 'other.txt': 'two\n' } : {}) });
}

function amended(head: string): string {
  at(head);
  repo.git('commit', '-q', '--amend', '--no-verify', '-m', 'Other words');
  return repo.git('rev-parse', 'HEAD');
}

/** Brings the signed change onto the base as people do; conflicts are resolved by hand, in words neither side had. */
function broughtOnto(h: History, head: string, base: string): string {
  if (h.how === 'nothing') return head;
  if (h.how === 'amend') return amended(head);
  const torn = conflicts(h);
  // With a conflict a rebase and a cherry-pick stop once a commit: one commit of it all is what comes out in the end.
  const how = torn.length > 0 && h.how !== 'merge' ? 'squash' : h.how;
  at(how === 'rebase' || how === 'merge' ? head : base);
  const run = (...args: readonly string[]): void => {
    if (torn.length === 0) repo.git(...args);
    else expect(() => repo.git(...args)).toThrow();
  };
  if (how === 'rebase') run('rebase', '-q', base);
  if (how === 'cherry-pick') run('cherry-pick', '--allow-empty', `${seed}..${head}`);
  if (how === 'merge') run('merge', '-q', '--no-ff', '--no-edit', base);
  if (how === 'squash') run('merge', '-q', '--squash', head);
  const resolved = Object.fromEntries(torn.map((name) => [name, content(name, { ...baseEdits(h, name), [SIGNED]: 'resolved' })]));
  return torn.length > 0 || how === 'squash' ? repo.commit(resolved, { message: 'Brought onto main\n' }) : repo.git('rev-parse', 'HEAD');
}

function editedAfter(h: History, head: string): string {
  if (h.after.length === 0) return head;
  at(head);
  const edit = (name: string): string =>
    Buffer.from(repo.raw(['cat-file', 'blob', `${head}:${name}`]))
      .toString('utf8')
      .replace(`${name} ${AFTER}\n`, 'edited after signing\n');
  return repo.commit(Object.fromEntries(h.after.map((name) => [name, edit(name)])), { message: 'One thing more\n' });
}

/** What was done to a path says what it is. */
function expected(h: History, kept: ChangeClass): ReadonlyMap<string, ChangeClass> {
  const own = [...new Set([...h.signed, ...h.after])].map((name): [string, ChangeClass] => {
    const reworked = h.after.includes(name) || conflicts(h).includes(name);
    return [name, reworked ? 'rework' : moves(h) && h.base.includes(name) ? 'context-moved' : kept];
  });
  return new Map([...own, ...(h.adds ? [['new.txt', kept] as const] : []), ...(h.deletes ? [['old.txt', kept] as const] : [])]);
}

test('a path is what was done to it, however the change came to its new base', async () => {
  const [repository, merges] = [openRepository({ dir: repo.dir }), openMerges({ dir: repo.dir })];
  const read = async (base: string, head: string) => {
    const change = await repository.change({ repo: 'r', targetRef: 'refs/heads/main', base, head });
    if (!change.ok) throw new Error(change.error.message);
    return change.value;
  };
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(history, async (h) => {
      const head = signedChange(h);
      const base = movedBase(h);
      const final = editedAfter(h, broughtOnto(h, head, base));
      const { classified, unmerged } = await movedSince(merges, await read(seed, head), await read(base, final));
      expect(unmerged).toBeNull();
      const whole = h.after.length === 0 && conflicts(h).length === 0 && !(moves(h) && h.base.some((name) => h.signed.includes(name)));
      const kept = base !== seed ? 'trivial-rebase' : whole && final !== head ? 'message' : 'no-change';
      const classes = expected(h, kept);
      expect(classified.paths).toEqual(classes);
      expect(classified.overall).toBe([...classes.values()].reduce((a, b) => CHANGE_CLASSES.max(a, b)));
      seen.add(classified.overall);
    }),
    { numRuns: 40, examples: EXAMPLES.map((h) => [{ ...PLAIN, ...h }]) },
  );
  // Whatever was drawn, each class was met.
  expect([...seen].sort()).toEqual([...CHANGE_CLASSES.values].sort());
});

const PLAIN: History = { signed: ['a.txt', 'dir/b c.txt'], inTwoCommits: false, adds: true, deletes: true, base: [], conflict: [], elsewhere: false, how: 'nothing', after: [] };
const EXAMPLES: readonly Partial<History>[] = [
  {},
  { how: 'amend' },
  { how: 'squash', inTwoCommits: true },
  { how: 'rebase', elsewhere: true },
  { how: 'rebase', base: ['a.txt'] },
  { how: 'cherry-pick', base: ['deep/er/z.txt'], inTwoCommits: true },
  { how: 'merge', conflict: ['a.txt'], base: ['dir/b c.txt'] },
  { how: 'merge', base: ['a.txt'], after: ['a.txt'] },
];
