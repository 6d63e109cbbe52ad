/**
 * Path patterns beside git's own `:(glob)` pathspecs, on a real index. Where they agree people can try a pattern with
 * `git ls-files`; where they differ, docs/spec/policy.md says so and every line of its table stands here.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { matches, validGlob } from '../../core/change/glob.ts';
import { gitRoom } from '../../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());

/** A repository that has only an index, with these paths in it. */
function indexOf(paths: readonly string[]) {
  const repo = room.init();
  const empty = new TextDecoder().decode(repo.raw(['hash-object', '-w', '--stdin'], '')).trim();
  repo.raw(['update-index', '-z', '--index-info'], paths.map((p) => `100644 ${empty}\t${p}\0`).join(''));
  const listed = (...specs: readonly string[]): readonly string[] =>
    new TextDecoder()
      .decode(repo.raw(['ls-files', '-z', '--', ...specs]))
      .split('\0')
      .filter((p) => p !== '');
  return { paths: listed(), git: (...patterns: readonly string[]) => listed(...patterns.map((p) => `:(top,glob)${p}`)), listed };
}

const names = ['a', 'b', 'ab', 'main.tf', '.hidden', 'é', 'a-b', ']'];
const folders = ['', 'infra/', 'infra/dev/', 'infra/dev/a.d/', 'src/', 'src/[x]/', 'src/b.d/', 'src/b.d/c/', 'é.d/'];
const { paths, git, listed } = indexOf(folders.flatMap((folder) => names.map((name) => folder + name)));
const plain = (found: readonly string[]) => found.filter((p) => /^[ -~]+$/.test(p));
const ours = (...patterns: readonly string[]): readonly string[] => paths.filter((p) => matches(patterns, p));

describe('the same', () => {
  test.each(['*', '*.tf', '**', '**/*.tf', '**/a', 'infra/*', 'infra/**', 'infra/**/a', 'infra/**/*', '*/a', '*/*/a', 'src/*.d/**', '**/dev/**', '[ab]', '**/[]]', 'src/[[]x]/*'])(
    '%s',
    (pattern) => {
      expect(ours(pattern).length).toBeGreaterThan(0);
      expect(ours(pattern)).toEqual(git(pattern));
    },
  );

  test.each(['**/\\a', 'src/\\[x\\]/a', '[!a]', '[^a]', '?', 'a[-]b', 'a[!/]b', 'A', 'infra*', '*/dev', 'src?a', 'src[/]a'])('%s, on paths of plain characters', (pattern) => {
    expect(plain(ours(pattern))).toEqual(plain(git(pattern)));
  });

  /** What both mean alike: whole segments of `**`, and single stars, marks and classes within the others. */
  const inside = fc.array(fc.constantFrom('a', 'b', 'infra', 'src', 'dev', '.', 'd', 'tf', '*', '?', '[ab]', '[!a]', '[a-i]'), { minLength: 1, maxLength: 4 });
  const segment = fc.oneof({ weight: 1, arbitrary: fc.constant('**') }, { weight: 3, arbitrary: inside.map((parts) => parts.join('').replace(/\*+/g, '*')) });
  const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

  test('whatever the pattern, on paths of plain characters', () => {
    fc.assert(
      fc.property(
        pattern.filter((p) => /[*?[]/.test(p) && validGlob(p) === undefined),
        (p) => {
          // `a/**` is also `a` itself here; all below it is said with one more segment.
          expect(plain(ours(p.replace(/\/\*\*$/, '/**/*')))).toEqual(plain(git(p)));
        },
      ),
      { numRuns: 120 },
    );
  });
});

describe('different, and said so in docs/spec/policy.md', () => {
  test('a plain name is that file alone; to git also all below a folder', () => {
    expect(ours('infra')).toEqual([]);
    expect(git('infra')).toEqual(ours('infra/**'));
  });

  test('`a/**` is also a file called a', () => {
    expect(ours('src/a/**')).toEqual(['src/a']);
    expect(git('src/a/**')).toEqual([]);
  });

  test('`**` crosses slashes wherever it stands', () => {
    expect(ours('in**a')).toEqual(['infra/a', 'infra/dev/a', 'infra/dev/a.d/a']);
    expect(git('in**a')).toEqual([]);
  });

  test('braces are choices', () => {
    expect(ours('{infra,src}/a')).toEqual(['infra/a', 'src/a']);
    expect(git('{infra,src}/a')).toEqual([]);
  });

  test('a character is a character, not a byte', () => {
    expect(ours('?')).toContain('é');
    expect(git('?')).not.toContain('é');
    expect(git('??')).toContain('é');
  });

  test('classes have no names', () => {
    expect(git('[[:alpha:]]')).toEqual(['a', 'b']);
    expect(ours('[[:alpha:]]')).toEqual([]);
  });

  test('a range upside down is refused; to git it is its first character', () => {
    expect(validGlob('[b-a]')).toContain('upside down');
    expect(git('[b-a]')).toEqual(['b']);
  });

  test('a leading slash is the root of the repository', () => {
    expect(ours('/infra/a')).toEqual(['infra/a']);
    expect(git('/infra/a')).toEqual([]);
  });

  test('order decides between patterns; to git what is excluded stays out', () => {
    expect(ours('infra/**', '!infra/dev/**', 'infra/dev/a')).toContain('infra/dev/a');
    expect(listed(':(top,glob)infra/**', ':(top,glob,exclude)infra/dev/**', ':(top,glob)infra/dev/a')).not.toContain('infra/dev/a');
  });

  test('exclusions alone select nothing; to git everything else', () => {
    expect(ours('!infra/**')).toEqual([]);
    expect(listed(':(top,glob,exclude)infra/**')).toContain('src/a');
  });
});
