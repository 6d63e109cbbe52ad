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
import { automatonOf, printOf, ROOM } from './matcher-states.ts';

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
    { numRuns: 700 },
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

  test('paths alike come to the same states', () => {
    const walked = automaton([...many(50), '**/*.ts', 'services/s3/**/*.tf']);
    for (const p of paths) walked.of(p);
    const { kept } = walked;
    for (const p of paths) walked.of(p.replaceAll('file', 'lief'));
    expect(walked.kept).toBe(kept);
  });

  /** Patterns and paths of which nearly every character leads to a set nobody saw before. */
  const explosive = ['?', 'b', '[a7]'].flatMap((c) => Array.from({ length: 20 }, (_, i) => `**a${c.repeat(16)}${i}`));
  const bits = fc.sample(fc.string({ unit: fc.constantFrom('a', 'a', 'b', '7'), minLength: 100, maxLength: 100 }), { numRuns: 500, seed: 3 });
  const strange = (from: number, count: number) => String.fromCodePoint(...Array.from({ length: count }, (_, i) => from + i));

  test.each([
    ['states explode', explosive, bits],
    ['stars upon stars', Array.from({ length: 40 }, (_, i) => `${'*a'.repeat(20)}${i}`), ['a'.repeat(2_000), `${'a'.repeat(2_000)}7`]],
    ['nested choices', ['{a,{a,{a,**}}}'.repeat(30), '{,{,{,a}}}'.repeat(40)], ['a'.repeat(2_000)]],
    ['classes nobody shares', Array.from({ length: 100 }, (_, i) => `**[a${strange(0x4e00 + i, 1)}]?[!${strange(0x5e00 + i, 1)}]`), bits],
    ['characters beyond ASCII', ['**/?', '**é*'], Array.from({ length: 2_000 }, (_, i) => strange(0x4e00 + i * 20, 50))],
  ])('%s: work stays linear and memory bounded', (_, patterns, hostile) => {
    const laid = spotsOf(patterns.map(parsePattern));
    expect(laid.spots.length).toBeLessThan(2 * patterns.join('').length);
    for (const room of [ROOM, 1 << 14, 0]) {
      const walked = automatonOf(laid, (matched) => matched.length, room);
      for (const p of hostile) {
        walked.of(p);
        expect(walked.kept).toBeLessThan(room + 2 * laid.spots.length + 200);
      }
      // A character looks at every spot once, and at the ways out of it.
      expect(walked.work).toBeLessThan(3 * laid.spots.length * hostile.join('').length);
    }
  });

  test('full tables keep no more, are emptied once they have paid, and serve again', () => {
    const walked = automaton(explosive, 1 << 14);
    for (const p of bits) walked.of(p);
    expect(walked.kept).toBeGreaterThan((1 << 14) - 500);
    const costs = (p = ''): number => {
      const before = walked.work;
      walked.of(p);
      return walked.work - before;
    };
    expect(costs(bits.at(-1))).toBeGreaterThan(0);
    for (let i = 0; i < 200; i++) walked.of(bits.at(-1) ?? '');
    expect(costs(bits.at(-1))).toBe(0);
  });

  test('what is kept of characters beyond ASCII is counted', () => {
    const walked = automaton(['**/?', '**é*']);
    const before = walked.kept;
    walked.of(strange(0x4e00, 3_000));
    expect(walked.kept - before).toBeGreaterThan(3_000);
  });

  test('sets of spots that print alike stay apart', () => {
    const seen = new Map<number, string>();
    const sets = fc.sample(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 4, maxLength: 4 }), { numRuns: 300_000, seed: 1 });
    const twins = sets.flatMap((set) => {
      const [print, key] = [printOf(set), set.sort((a, b) => a - b).join()];
      const other = seen.get(print);
      seen.set(print, key);
      return other === undefined || other === key ? [] : [[other, key] as const];
    });
    expect(twins.length).toBeGreaterThan(0);
    for (const pair of twins.slice(0, 3)) {
      const [p = [], q = []] = pair.map((key) => key.split(',').map((at) => Number(at) - 1));
      // Pattern k is one class, so it ends at spot k + 1: `p` leads to one twin and `q` to the other.
      const matcher = matcherOf(Array.from({ length: 200 }, (_, k) => [`[${p.includes(k) ? 'p' : ''}${q.includes(k) ? 'q' : ''}${strange(0x4e00 + 2 * k, 1)}]`]));
      expect(['p', 'q'].map((path) => matcher.selects(path))).toEqual([p, q]);
    }
  });
});
