import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { type Difference, difference, linesOf } from './difference.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '', '}'), { maxLength: 40 });

function applied(before: readonly string[], after: readonly string[], { edits }: Difference): readonly string[] {
  const out: string[] = [];
  let at = 0;
  for (const e of edits) {
    out.push(...before.slice(at, e.from));
    expect(out.length).toBe(e.to);
    out.push(...after.slice(e.to, e.to + e.added));
    at = e.from + e.removed;
  }
  return [...out, ...before.slice(at)];
}

/** Length of the longest common subsequence, the slow way. */
function shared(a: readonly string[], b: readonly string[]): number {
  let row = b.map(() => 0);
  for (const x of a) {
    const next: number[] = [];
    b.forEach((y, j) => {
      next.push(x === y ? (j === 0 ? 0 : (row[j - 1] ?? 0)) + 1 : Math.max(row[j] ?? 0, next[j - 1] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe('a difference', () => {
  it('turns the old lines into the new ones, and is the shortest there is', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const found = difference(a, b);
        expect(applied(a, b, found)).toEqual(b);
        expect(found.coarse).toBe(false);
        const count = found.edits.reduce((n, e) => n + e.added + e.removed, 0);
        expect(count).toBe(a.length + b.length - 2 * shared(a, b));
      }),
    );
  });
  it('counts everything between the ends as written anew where the two are too different, and says so', () => {
    fc.assert(
      fc.property(lines, lines, fc.integer({ min: 0, max: 6 }), (a, b, most) => {
        const found = difference(a, b, most);
        expect(applied(a, b, found)).toEqual(b);
        if (found.coarse) expect(found.edits).toHaveLength(1);
      }),
    );
    expect(difference(['x', '1', 'y'], ['x', '2', '3', 'y'], 1)).toEqual({ edits: [{ from: 1, removed: 1, to: 1, added: 2 }], coarse: true });
  });
  it('of a file of 100,000 lines with one changed costs next to nothing', () => {
    const before = Array.from({ length: 100_000 }, (_, i) => `line ${i}`);
    expect(difference(before, before.with(50_000, 'other')).edits).toEqual([{ from: 50_000, removed: 1, to: 50_000, added: 1 }]);
  });
});

describe('lines', () => {
  it('are none where the file is binary', () => expect(linesOf(Uint8Array.of(97, 0, 10))).toBeUndefined());
  it('are the same with and without a line feed at the end', () => expect(linesOf(utf8('a\nb'))).toEqual(linesOf(utf8('a\nb\n'))));
  it('keep carriage returns unless told', () => {
    expect([linesOf(utf8('a\r\nb')), linesOf(utf8('a\r\nb'), true)]).toEqual([
      ['a\r', 'b'],
      ['a', 'b'],
    ]);
  });
});
