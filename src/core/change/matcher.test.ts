/**
 * The matcher against an oracle that shares nothing with it (globs as regular expressions), with all the room it wants and
 * with none; and what it may cost where somebody chooses patterns and paths together.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, validGlob } from './glob.ts';
import { parsePattern } from './glob-syntax.ts';
import { matcherOf } from './matcher.ts';
import { spotsOf } from './matcher-spots.ts';
import { automatonOf, ROOM } from './matcher-states.ts';

/** The table of glob-syntax.ts, once more. Exponential on hostile patterns, so for small ones only. */
function oracle(pattern: string): RegExp {
  const body = Array.from(pattern.replace(/^!/, '').replace(/^\//, '').replace(/\/$/, '/**'));
  const quoted = (char: string): string => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  let [source, depth] = ['', 0];
  for (let i = 0; i < body.length; i++) {
    const [char = '', next = ''] = [body[i], body[i + 1]];
    const stars = /^\**/.exec(body.slice(i).join(''))?.[0].length ?? 0;
    if (char === '/' && depth === 0 && body.slice(i).join('') === '/**') return new RegExp(`^${source}(?:/[^]*)?$`, 'u');
    if (stars > 0) {
      const segments = stars > 1 && (i === 0 || body[i - 1] === '/') && body[i + stars] === '/';
      source += segments ? '(?:[^]*/)?' : stars > 1 ? '[^]*' : '[^/]*';
      i += segments ? stars : stars - 1;
    } else if (char === '[') {
      const negated = next === '!' || next === '^';
      const start = i + (negated ? 2 : 1);
      const end = body.indexOf(']', start + 1);
      const members = body.slice(start, end).map((m, j, all) => (m === '-' && j > 0 && j < all.length - 1 && all[j - 2] !== '-' ? '-' : quoted(m)));
      source += `(?!/)[${negated ? '^' : ''}${members.join('')}]`;
      i = end;
    } else if (char === '\\') {
      source += quoted(next);
      i++;
    } else if (char === '{' || (char === '}' && depth > 0) || (char === ',' && depth > 0)) {
      depth += char === '{' ? 1 : char === '}' ? -1 : 0;
      source += char === '{' ? '(?:' : char === '}' ? ')' : '|';
    } else source += char === '?' ? '[^/]' : quoted(char);
  }
  return new RegExp(`^${source}$`, 'u');
}

function expected(list: readonly string[], path: string): boolean {
  const last = list.filter((p) => validGlob(p) === undefined).findLast((p) => oracle(p).test(path));
  return last !== undefined && !last.startsWith('!');
}

/** Few pieces, so that patterns begin alike and paths meet them. */
const PIECES = ['a', 'b', 'ab', '/', '/', '.tf', 'é', '\u{1f600}', '\\\\xff', '-'];
const MAGIC = ['*', '*', '?', '**', '**/', '/**', '{a,b}', '{a,b/,}', '{', ',', '}', '[ab]', '[!a]', '[^b-é]', '[]-]', '[a-c-]', '\\*', '\\{', '!'];
const text = (...from: readonly string[]) => fc.array(fc.constantFrom(...from), { maxLength: 7 }).map((parts) => parts.join(''));
const braces = fc.tuple(text(...PIECES, '*', '**/'), text(...PIECES, '?'), text(...PIECES, ...MAGIC)).map(([a, b, rest]) => `{${a},${b}}${rest}`);
const pattern = fc
  .tuple(fc.constantFrom('', '', '', '!'), fc.constantFrom('', 'a/', 'a/b/', '**/', 'ab'), fc.oneof(text(...PIECES, ...MAGIC), braces))
  .map((parts) => parts.join(''));
const path = text(...PIECES, 'c', '\\xff', '*', '!', '{');

test('every list selects what an independent reading of its patterns selects, whatever is kept', () => {
  fc.assert(
    fc.property(fc.array(fc.array(pattern, { maxLength: 4 }), { maxLength: 6 }), fc.array(path, { maxLength: 12 }), (lists, paths) => {
      const wanted = paths.map((p) => lists.flatMap((list, i) => (expected(list, p) ? [i] : [])));
      for (const room of [ROOM, 300, 0]) {
        const matcher = matcherOf(lists, room);
        expect(paths.map((p) => matcher.selects(p))).toEqual(wanted);
        expect(matcher.selectsAll(paths)).toEqual(lists.map((_, i) => paths.flatMap((_, p) => (wanted[p]?.includes(i) ? [p] : []))));
      }
      expect(paths.map((p) => lists.flatMap((list, i) => (matches(list, p) ? [i] : [])))).toEqual(wanted);
    }),
    { numRuns: 1_500 },
  );
});

describe('the oracle and the generators are worth something', () => {
  const sampled = fc.sample(fc.tuple(pattern, path), { numRuns: 4_000, seed: 7 });

  test('most patterns are globs, and many pairs meet', () => {
    const valid = sampled.filter(([p]) => validGlob(p) === undefined);
    expect(valid.length).toBeGreaterThan(1_500);
    expect(valid.filter(([p, at]) => oracle(p).test(at)).length).toBeGreaterThan(50);
  });
});

test('halves of characters beyond the basic plane are not characters', () => {
  const lists = [['a\ud83d*'], ['a?'], ['a*\ude00'], ['a[!b]']];
  const matcher = matcherOf(lists);
  for (const p of ['a\u{1f600}', 'a\ud83d', 'a\ude00', 'a\u{1f600}x']) {
    expect(matcher.selects(p)).toEqual(lists.flatMap((list, i) => (expected(list, p) ? [i] : [])));
  }
});

test('the last pattern of a list decides, in its own list alone', () => {
  const matcher = matcherOf([['**', '!a/**'], ['a/**'], ['!a/**', 'a/b'], [], ['!**'], ['a\\'], ['**', '!a\\']]);
  expect(matcher.selects('a/b')).toEqual([1, 2, 6]);
  expect(matcher.selects('b')).toEqual([0, 6]);
  expect(matcher.selectsAll(['a/b', 'b'])).toEqual([[1], [0], [0], [], [], [], [0, 1]]);
  expect(matcherOf([]).selects('a')).toEqual([]);
});

describe('cost', () => {
  const automaton = (patterns: readonly string[], room = ROOM) => automatonOf(spotsOf(patterns.map(parsePattern)), (matched) => matched.length, room);
  const many = (count: number) => Array.from({ length: count }, (_, i) => `services/s${i}/**`);
  const paths = Array.from({ length: 300 }, (_, i) => `services/s${i % 7}/src/file${i}.ts`);

  test('ten times the rules cost a path nothing', () => {
    const [few, lots] = [automaton(many(10)), automaton(many(1_000))];
    for (const p of paths) expect(lots.of(p)).toBe(few.of(p));
    expect(lots.work).toBe(few.work);
  });

  test('what was walked once is looked up', () => {
    const walked = automaton([...many(50), '**/*.ts', '{src,services}/**/file?.ts', 'é/**']);
    for (const p of [...paths, 'é/a', 'é/\u{1f600}']) walked.of(p);
    const { work } = walked;
    for (const p of [...paths, 'é/a', 'é/\u{1f600}']) walked.of(p);
    expect(walked.work).toBe(work);
  });

  /** Sets of spots nobody saw before, at nearly every character: as many as 2^16 states. */
  const explosive = Array.from({ length: 20 }, (_, i) => `**a${'?'.repeat(16)}${i}`);
  const bits = Array.from({ length: 400 }, (_, i) => Array.from({ length: 100 }, (_, j) => (((i * 2_654_435_761) >>> (j % 32)) & 1 ? 'a' : `b${(i * j) % 7}`)).join(''));

  test.each([
    ['states explode', explosive, bits],
    ['stars upon stars', Array.from({ length: 40 }, (_, i) => `${'*a'.repeat(20)}${i}`), ['a'.repeat(2_000), `${'a'.repeat(2_000)}7`]],
    ['nested choices', ['{a,{a,{a,**}}}'.repeat(30), '{,{,{,a}}}'.repeat(40)], ['a'.repeat(2_000)]],
    ['classes nobody shares', Array.from({ length: 300 }, (_, i) => `**[a${String.fromCodePoint(0x4e00 + i)}]?[!${String.fromCodePoint(0x5e00 + i)}]`), bits],
    ['characters beyond ASCII', ['**/?', '**é*'], Array.from({ length: 500 }, (_, i) => String.fromCodePoint(...Array.from({ length: 50 }, (_, j) => 0x4e00 + i * 20 + j)))],
  ])('%s: work stays linear and memory bounded', (_, patterns, hostile) => {
    const size = patterns.join('').length;
    for (const room of [ROOM, 1 << 14, 0]) {
      const walked = automaton(patterns, room);
      const widest = 200 + 20 * size;
      for (const p of hostile) {
        walked.of(p);
        expect(walked.kept).toBeLessThan(room + widest);
      }
      // Every spot once a character, and every way out of it: patterns are laid in at most three of either a character.
      expect(walked.work).toBeLessThan(6 * size * (hostile.join('').length + hostile.length));
    }
  });

  test('full tables are emptied once they have paid, and serve again', () => {
    const walked = automaton(explosive, 1 << 14);
    for (const p of bits) walked.of(p);
    const { work } = walked;
    for (let i = 0; i < 50; i++) walked.of(bits[0] ?? '');
    const once = automaton(explosive, 0);
    once.of(bits[0] ?? '');
    expect(walked.work - work).toBeLessThan(40 * once.work);
  });
});
