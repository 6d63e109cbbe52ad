/** Path globs: a table of what they mean, the refusals, and the time bound. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, validGlob } from './glob.ts';

describe('one pattern', () => {
  test.each([
    ['a', 'a', true],
    ['a', 'b/a', false],
    ['a', 'a/b', false],
    ['/a', 'a', true],
    ['*', 'a', true],
    ['*', '.hidden', true],
    ['*', 'a/b', false],
    ['*.tf', 'main.tf', true],
    ['*.tf', 'mods/main.tf', false],
    ['**', 'a/b/c', true],
    ['**/*.tf', 'main.tf', true],
    ['**/*.tf', 'a/b/main.tf', true],
    ['**/*.tf', 'a/b/main.tfx', false],
    ['infra/**', 'infra/a/b', true],
    ['infra/**', 'infra', true],
    ['infra/**', 'infrastructure/a', false],
    ['infra/', 'infra/a/b', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/xb', false],
    ['a**b', 'a/x/b', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'a\u{1f600}c', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['a[!b]c', 'a/c', false],
    ['[]]x', ']x', true],
    ['[a-]x', '-x', true],
    ['{a,b}/c', 'b/c', true],
    ['{a,b}/c', 'c/c', false],
    ['{a,b{1,2}}', 'b2', true],
    ['{a,b{1,2}}', 'b', false],
    ['{,x}a', 'a', true],
    ['{**/,}*.md', 'docs/x.md', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['a,b', 'a,b', true],
    ['A', 'a', false],
    ['a.b', 'axb', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(validGlob(pattern)).toBeUndefined();
    expect(matches([pattern], path)).toBe(expected);
  });
});

test('the last match decides, and a list of exclusions selects nothing', () => {
  expect(matches(['infra/**', '!infra/docs/**'], 'infra/docs/a')).toBe(false);
  expect(matches(['infra/**', '!infra/docs/**', 'infra/docs/keep'], 'infra/docs/keep')).toBe(true);
  expect(matches(['!a'], 'b')).toBe(false);
  expect(matches([], 'a')).toBe(false);
});

test.each(['', '/', '!', 'a//b', './a', 'a/../b', '[a', '{a', '{a,b', 'a}', 'a\\', '[z-a]', 'a\0', 'x'.repeat(1001)])('%j is refused and selects nothing', (pattern) => {
  expect(validGlob(pattern)).toBeTypeOf('string');
  expect(matches([pattern], 'a')).toBe(false);
});

test('every path is matched by itself, escaped', () => {
  const segment = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((s) => !/[/\0]/.test(s) && s !== '.' && s !== '..');
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      const path = segments.join('/');
      const escaped = path.replace(/[\\*?[\]{},!]/g, '\\$&');
      expect(matches([escaped], path)).toBe(true);
      expect(matches(['**'], path)).toBe(true);
      expect(matches([`${escaped}/**`], `${path}/x`)).toBe(true);
    }),
  );
});

test('any text is either a glob or refused, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40, unit: fc.constantFrom(...'ab/*?[]{},!\\-.^') }), fc.string({ maxLength: 20 }), (pattern, path) => {
      expect(typeof matches([pattern], path)).toBe('boolean');
    }),
  );
});

test('hostile patterns stay polynomial', () => {
  const path = 'a'.repeat(2_000);
  expect(matches([`${'*a'.repeat(40)}b`], path)).toBe(false);
  expect(matches([`${'{a,a,**}'.repeat(30)}b`], path)).toBe(false);
});
