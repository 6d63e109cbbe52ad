/** The gitignore dialect against git itself: which line decides, for generated patterns and paths. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type OwnersFile, ownersOf } from '../core/change/codeowners.ts';
import { ownersIndex } from '../core/change/codeowners-index.ts';
import { readOwners } from '../core/change/codeowners-read.ts';
import { gitRoom } from './git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const repository = room.init();

/** The line that decides about each path, 0 for none: git's answer. It ends with 1 where it ignores nothing. */
function gitSays(patterns: readonly string[], paths: readonly string[]): ReadonlyMap<string, number> {
  writeFileSync(join(repository.dir, '.gitignore'), `${patterns.join('\n')}\n`);
  const script = 'git check-ignore -v -n --no-index --stdin -z || test $? -eq 1';
  const fields = Buffer.from(repository.raw(['-c', `alias.ask=!${script}`, 'ask'], paths.map((path) => `${path}\0`).join('')))
    .toString('utf8')
    .split('\0');
  return new Map(paths.map((_, i) => [fields[4 * i + 3] ?? '', Number(fields[4 * i + 1])]));
}

function file(patterns: readonly string[]): OwnersFile {
  const read = readOwners(`${patterns.join('\n')}\n`, 'gitignore', '.gitignore');
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

const TOKENS = [
  'a',
  'b',
  'ab',
  '.a',
  '*',
  '**',
  '***',
  '?',
  '/',
  '/',
  '/',
  'a.js',
  '*.js',
  '\\',
  '\\ ',
  '\\*',
  '[ab]',
  '[!a]',
  '[^a]',
  '[a-c]',
  '[c-a]',
  '[]',
  '[]a]',
  '[a/b]',
  '[\\]a]',
  '[',
  '-',
  ']',
  'é',
  '[é]',
  '[[:alpha:]]',
  '[[:nope:]]',
  '[[:alpha]',
  '/**',
  '**/',
  '**\\/',
  '!',
  '\\!',
  '\\#',
  '#',
];
const NAMES = ['a', 'b', 'ab', 'aab', '.a', 'a.js', 'b.js', 'é', 'a b', '-', ']', '[', '*', '\\a', '!', '#', '!a', '#a', 'c'];
/** A blank that is not escaped ends a pattern here and not in git: docs/spec/owners.md. */
const aPattern = fc
  .array(fc.constantFrom(...TOKENS), { minLength: 1, maxLength: 6 })
  .map((tokens) => tokens.join(''))
  .filter((pattern) => !/(?:^|[^\\])(?:\\\\)* /.test(pattern));
const aPath = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

test('git decides by the same line', () => {
  let decided = 0;
  fc.assert(
    fc.property(fc.array(aPattern, { minLength: 1, maxLength: 6 }), fc.uniqueArray(aPath, { minLength: 20, maxLength: 40 }), (patterns, paths) => {
      const [ours, git] = [file(patterns), gitSays(patterns, paths)];
      const index = ownersIndex(ours);
      expect([...git.keys()]).toEqual(paths);
      for (const [path, line] of git) {
        if (line > 0) decided++;
        expect([path, ownersOf(ours, path)[0]?.rule.line ?? 0]).toEqual([path, line]);
        expect([path, index(path)[0]?.rule.line ?? 0]).toEqual([path, line]);
      }
    }),
    { numRuns: 250 },
  );
  // A generator that hits nothing would prove nothing.
  expect(decided).toBeGreaterThan(500);
});

test('and what it documents', () => {
  const patterns = ['*.log', '!keep.log', 'build/', 'doc/*.txt', '/root', '**/deep/x', 'a/**/z', 'foo**/bar'];
  const paths = ['x.log', 'keep.log', 'build', 'build/keep.log', 'doc/a.txt', 'doc/s/a.txt', 'root', 's/root', 'q/deep/x', 'a/z', 'a/b/c/z', 'foobar', 'foo/x/bar'];
  const ours = file(patterns);
  expect(paths.map((path) => ownersOf(ours, path)[0]?.rule.line ?? 0)).toEqual([...gitSays(patterns, paths).values()]);
  expect([...gitSays(patterns, paths).values()]).toEqual([1, 2, 0, 3, 4, 0, 5, 0, 6, 7, 7, 8, 8]);
});
