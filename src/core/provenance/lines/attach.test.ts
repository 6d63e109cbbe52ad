/** Lines given back to the hands that made them: which goes first, what is too common to tell, what nobody may wash clean. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTACH_CAPS, attach } from './attach.ts';
import type { Hand } from './attribution.ts';
import { fingerprint, type Run } from './fingerprint.ts';
import type { ChangedLines } from './hunk.ts';

const AI: Hand = { by: 'ai', tool: 'claude', model: 'opus', session: 's_1' };
const OTHER: Hand = { by: 'ai', tool: 'codex', session: 's_2' };
const PERSON: Hand = { by: 'human', tool: '', person: 'Ada <ada@x>' };

const run = (lines: readonly string[], more: Partial<Run> = {}): Run => ({
  hand: AI,
  path: 'a.ts',
  what: 'added',
  start: 1,
  lines: lines.map(fingerprint),
  at: 1,
  from: 'call-1',
  trust: 3,
  ...more,
});
const added = (lines: readonly string[], start = 1, path = 'a.ts'): ChangedLines => ({ path, added: [{ start, lines }], removed: [] });
const line = (i: number | string): string => `const value${i} = compute(${i});`;
/** `line number: tool` of every added line somebody is known of. */
const said = (changed: readonly ChangedLines[], runs: readonly Run[]): readonly string[] => {
  const { hands, files } = attach(changed, runs);
  return files.flatMap((f) => f.ranges.flatMap((r) => Array.from({ length: r.end - r.start + 1 }, (_, i) => `${r.start + i}:${hands.get(r.hand)?.tool || 'person'}`)));
};

describe('a line', () => {
  test('is known to the byte, but for white space, and in the place of another', () => {
    const found = attach([added([line(1), `  ${line(2)}`, 'somebody changed this', line(4)], 10)], [run([1, 2, 3, 4].map(line))]);
    const [file] = found.files;
    expect(file?.ranges).toEqual([{ start: 10, end: 13, hand: [...found.hands.keys()][0], matched: { exact: 2, loose: 1, edited: 1 }, sources: ['call-1'], trust: 3 }]);
    expect(found.share).toEqual({ exact: 2, loose: 1, edited: 1, none: 0 });
    expect(found.trust).toBe(3);
  });

  test('that was put in between is nobody’s', () => {
    expect(said([added([line(1), 'somebody wrote this', line(2)])], [run([line(1), line(2)])])).toEqual(['1:claude', '3:claude']);
  });

  test('of a trusted human is no edit of an AI’s, and what stands in its place neither', () => {
    expect(said([added([line(1), 'somebody changed this', line(3)])], [run([1, 2, 3].map(line), { hand: PERSON, trust: 4 })])).toEqual(['1:person', '3:person']);
  });

  test('that is weak counts beside one that is not, and alone only where it was recorded', () => {
    const weak = run(['}', ''], { start: 7 });
    expect(said([added(['}', ''], 6)], [weak])).toEqual([]);
    expect(said([added(['}', ''], 7)], [weak])).toEqual(['7:claude', '8:claude']);
    expect(said([added(['}'], 7)], [weak])).toEqual([]);
    expect(said([added([line(1), '}', ''])], [run([line(1), '}', ''], { start: 90 })])).toEqual(['1:claude', '2:claude', '3:claude']);
  });

  test('that stands in the file again and again tells nothing by itself', () => {
    const often = ['return nothing;', 'a0', 'return nothing;', 'a1', 'return nothing;', 'a2', 'return nothing;'];
    expect(said([added(often)], [run(['return nothing;'], { start: 50 })])).toEqual([]);
    expect(said([added(often.slice(0, 5))], [run(['return nothing;'], { start: 50 })])).toEqual(['1:claude', '3:claude', '5:claude']);
  });

  test('that was recorded all over the repository tells nothing in another path', () => {
    const imports = ['b.ts', 'c.ts', 'd.ts', 'e.ts'].map((path) => run(['import { test } from "vitest";'], { path }));
    expect(said([added(['import { test } from "vitest";'])], imports)).toEqual([]);
    expect(said([added(['import { test } from "vitest";'])], imports.slice(0, 2))).toEqual(['1:claude']);
  });
});

describe('of two that claim a line', () => {
  test('the longer goes first, then the same path, then the later', () => {
    const change = [added([line(1), line(2), line(3)])];
    const long = run([line(1), line(2)], { path: 'b.ts' });
    expect(said(change, [run([line(2), line(3)].slice(0, 1), { hand: OTHER, at: 9 }), long])).toEqual(['1:claude', '2:claude']);
    expect(said(change, [run([line(1)], { path: 'b.ts', hand: OTHER, at: 9 }), run([line(1)])])).toEqual(['1:claude']);
    expect(said(change, [run([line(1)], { hand: OTHER, at: 9 }), run([line(1)])])).toEqual(['1:codex']);
  });

  test('a human nobody signed for takes nothing from an AI, and one a managed recorder signed for does', () => {
    const change = [added([line(1), line(2)])];
    const ai = run([line(1)], { trust: 3 });
    expect(said(change, [ai, run([line(1), line(2)], { hand: PERSON, trust: 3, at: 9 })])).toEqual(['1:claude', '2:person']);
    expect(said(change, [ai, run([line(1), line(2)], { hand: PERSON, trust: 4, at: 9 })])).toEqual(['1:person', '2:person']);
  });
});

describe('removed lines', () => {
  const gone = (path: string): ChangedLines => ({ path, added: [], removed: [{ start: 4, lines: [line(1), line(2)] }] });
  const taken = run([line(1), line(2)], { what: 'removed', start: 30 });
  test('are known by path and content', () => {
    const found = attach([gone('a.ts')], [taken]);
    expect(found.files[0]?.removed.map(({ start, count }) => [start, count])).toEqual([[4, 2]]);
    expect(attach([gone('b.ts')], [taken]).files).toEqual([]);
    expect(attach([gone('a.ts')], [run([line(1), line(2)])]).files).toEqual([]);
  });
});

const words = fc.constantFrom('}', '', 'return nothing;', '  return nothing;', ...Array.from({ length: 8 }, (_, i) => line(i)));
const block = fc.array(words, { minLength: 1, maxLength: 12 });
const somePath = fc.constantFrom('a.ts', 'b.ts');
const runs = fc.array(
  fc
    .record({
      lines: block,
      path: somePath,
      hand: fc.constantFrom(AI, OTHER, PERSON),
      at: fc.nat(5),
      start: fc.integer({ min: 1, max: 9 }),
      trust: fc.constantFrom(3 as const, 4 as const),
    })
    .map(({ lines, ...more }) => run(lines, more)),
  { maxLength: 8 },
);
const changes = fc.uniqueArray(fc.tuple(somePath, block, block, fc.integer({ min: 1, max: 9 })), { selector: ([path]) => path }).map((files) =>
  files.map(
    ([path, one, two, start]): ChangedLines => ({
      path,
      added: [
        { start, lines: one },
        { start: start + one.length + 3, lines: two },
      ],
      removed: [{ start, lines: two }],
    }),
  ),
);

describe('whatever comes', () => {
  test('ranges are inside the change, ascending, of a hand that is named', () => {
    fc.assert(
      fc.property(changes, runs, (changed, seen) => {
        const found = attach(changed, seen);
        for (const file of found.files) {
          const inside = new Set(changed.find((c) => c.path === file.path)?.added.flatMap((h) => h.lines.map((_, i) => h.start + i)));
          let last = 0;
          for (const range of file.ranges) {
            expect(range.start).toBeGreaterThan(last);
            expect(found.hands.has(range.hand)).toBe(true);
            for (let at = range.start; at <= range.end; at += 1) expect(inside.has(at)).toBe(true);
            expect(range.matched.exact + range.matched.loose + range.matched.edited).toBe(range.end - range.start + 1);
            last = range.end;
          }
        }
        const total = changed.flatMap((c) => c.added.flatMap((h) => h.lines)).length;
        expect(found.share.exact + found.share.loose + found.share.edited + found.share.none).toBe(total);
      }),
    );
  });

  test('the order of the records does not matter', () => {
    fc.assert(
      fc.property(changes, runs, (changed, seen) => {
        expect(attach(changed, [...seen].reverse())).toEqual(attach(changed, seen));
      }),
    );
  });

  test('a telling line an AI was seen adding in that file is an AI’s', () => {
    fc.assert(
      fc.property(changes, runs, (changed, seen) => {
        const mine = seen.map((r) => ({ ...r, hand: AI }));
        const found = attach(changed, mine);
        for (const { path, added: hunks } of changed) {
          const all = hunks.flatMap((h) => h.lines.map((text, i) => ({ text, number: h.start + i })));
          for (const { text, number } of all) {
            const print = fingerprint(text);
            const tells = !print.weak && all.filter((o) => fingerprint(o.text).loose === print.loose).length <= 3;
            const recorded = mine.some((r) => r.path === path && r.lines.some((l) => l.loose === print.loose));
            const attached = found.files.some((f) => f.path === path && f.ranges.some((r) => r.start <= number && number <= r.end));
            if (tells && recorded) expect(attached).toBe(true);
          }
        }
      }),
    );
  });
});

describe('more than fits', () => {
  test('a change over the cap says which file is not known', () => {
    const found = attach([added([line(1)]), added([line(1), line(2)], 1, 'b.ts')], [run([line(1)])], { ...ATTACH_CAPS, lines: 2 });
    expect(found.files.map((f) => f.path)).toEqual(['a.ts']);
    expect(found.cut).toEqual(['b.ts: the change is over 2 lines, so its hands are not known']);
  });

  test('of records over the cap the oldest are left out, and said to be', () => {
    const found = attach([added([line(1), line(2)])], [run([line(1)], { at: 1 }), run([line(2)], { at: 2 })], { ...ATTACH_CAPS, runLines: 1 });
    expect(found.files[0]?.ranges.map((r) => r.start)).toEqual([2]);
    expect(found.cut).toHaveLength(1);
  });

  test('text that repeats itself to cost time ends within the budget', () => {
    const tail = Array.from({ length: 400 }, () => '}');
    const period = Array.from({ length: 30 }, (_, i) => [line(i), ...tail]).flat();
    const seen = Array.from({ length: 30 }, (_, i) => run(period, { at: i, from: `c${i}` }));
    const found = attach([added(period)], seen, { ...ATTACH_CAPS, steps: 50_000 });
    expect(found.cut).toHaveLength(1);
    expect(found.files[0]?.ranges).toHaveLength(1);
  });
});
