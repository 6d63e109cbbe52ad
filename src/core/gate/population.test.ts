/** Random histories with planted bypasses: all of them are found, and nothing else is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Landing, populationOf, type RefFacts, type Row } from './population.ts';
import { CSV_HEADER, csvLine, sampleOf } from './population-csv.ts';
import { bypassesFrom } from './violations.ts';

const id = (n: number): string => n.toString(16).padStart(40, '0');
const ALWAYS = { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
const HELD: Landing['held'] = { how: 'signed', signers: [{ person: 'mara', level: 'L6', seats: ['r'] }], would: null, review: null, erased: false };
const BAD: Landing['held'] = { how: 'violation', faults: [{ code: 'UNGATED', text: 'nobody signed' }] };

/** What happens to a ref: a push of so many commits that is let pass, a move past the gate, a rewind, or a forged landing. */
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('land' as const), commits: fc.integer({ min: 1, max: 3 }) }) },
  fc.record({ do: fc.constant('sneak' as const), commits: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('forge' as const), commits: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant('rewind' as const), commits: fc.integer({ min: 1, max: 3 }) }),
);

interface Played {
  readonly facts: RefFacts;
  /** Commits on the ref that nothing holds for. */
  readonly bad: ReadonlySet<string>;
  readonly before: number;
  /** Heads of landings that the ref no longer goes through. */
  readonly gone: ReadonlySet<string>;
}

function played(acts: readonly (typeof act extends fc.Arbitrary<infer T> ? T : never)[], start: number): Played {
  let next = 1;
  let chain = Array.from({ length: start }, () => next++);
  const landings: Landing[] = [];
  const bad = new Set<string>();
  const pushed = new Map<string, readonly number[]>();
  let first: RefFacts['first'] = null;
  for (const [i, { do: what, commits }] of acts.entries()) {
    if (what === 'rewind') {
      chain = chain.slice(0, Math.max(start, chain.length - commits));
      continue;
    }
    const old = id(chain.at(-1) ?? 0);
    const fresh = Array.from({ length: commits }, () => next++);
    chain = [...chain, ...fresh];
    if (what !== 'land') for (const n of fresh) bad.add(id(n));
    if (what === 'sneak') continue;
    first ??= { old, at: i };
    pushed.set(id(chain.at(-1) ?? 0), fresh);
    landings.push({ entry: i, at: i, old, new: id(chain.at(-1) ?? 0), change: `${i}`.padStart(16, '0'), manifest: null, held: what === 'land' ? HELD : BAD });
  }
  const ids = chain.map(id);
  const begins = first === null ? ids.length : ids.indexOf(first.old) + 1;
  const facts: RefFacts = {
    repo: 'r',
    ref: 'refs/heads/main',
    chain: { length: ids.length, commit: (i) => ids[i] ?? '', claimed: () => 0 },
    landings,
    first,
    told: [],
    elsewhere: () => null,
  };
  // What was let pass is the whole move: a part of it that stands alone was not.
  for (const [head, commits] of pushed) if (!ids.includes(head)) for (const n of commits) bad.add(id(n));
  // Rewound behind where the log's knowledge begins, and nobody found out how far: nothing is known to have been there before.
  if (first !== null && begins === 0) for (const n of Array.from({ length: start }, (_, i) => i + 1)) bad.add(id(n));
  const gone = new Set(landings.map((l) => l.new).filter((to) => !ids.includes(to)));
  return { facts, bad: new Set([...bad].filter((b) => ids.includes(b) && ids.indexOf(b) >= begins)), before: begins, gone };
}

describe('a population', () => {
  it('has every commit once, every planted bypass among them, and nothing else is one', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 14 }), fc.integer({ min: 1, max: 4 }), (acts, start) => {
        const { facts, bad, before, gone } = played(acts, start);
        const rows = [...populationOf(facts, ALWAYS)];
        const on = rows.filter((r) => r.how !== 'rewritten');
        expect(on.map((r) => r.commit)).toEqual(Array.from({ length: facts.chain.length }, (_, i) => facts.chain.commit(i)));
        expect(new Set(on.filter((r) => r.how === 'violation').map((r) => r.commit))).toEqual(bad);
        expect(on.filter((r) => r.how === 'before')).toHaveLength(before);
        expect(new Set(rows.filter((r) => r.how === 'rewritten').map((r) => r.commit))).toEqual(gone);
      }),
      { numRuns: 500 },
    );
  });

  it('is told whole by findings, each a run with its own ends', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
        const { facts, bad, gone } = played(acts, 2);
        const { take, found } = bypassesFrom();
        for (const row of populationOf(facts, ALWAYS)) take(row);
        const count = (kind: string): number => found.filter((f) => f.kind === kind).reduce((sum, f) => sum + f.commits, 0);
        expect([count('unchained'), count('rewritten')]).toEqual([bad.size, gone.size]);
        // Written down, they are known again.
        const told = found.map((f, i) => ({
          entry: 100 + i,
          at: 100,
          from: f.from,
          to: f.to,
          lost: f.kind === 'rewritten' ? ([Math.min(...f.landings), Math.max(...f.landings)] as const) : null,
        }));
        const again = bypassesFrom();
        for (const row of populationOf({ ...facts, told }, ALWAYS)) again.take(row);
        expect(again.found.filter((f) => f.told === null)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what came past the gate in every period it may have come in, whatever its committer claims', () => {
    const { facts } = played(
      [
        { do: 'land', commits: 1 },
        { do: 'sneak', commits: 1 },
        { do: 'land', commits: 1 },
      ],
      1,
    );
    const hows = (since: number, until: number): readonly string[] => [...populationOf(facts, { since, until })].map((r) => r.how);
    expect(hows(1, 2)).toEqual(['violation']);
    expect(hows(0, 1)).toEqual(['before', 'signed', 'violation']);
    expect(hows(3, 9)).toEqual([]);
  });
});

describe('a table', () => {
  const row = { ...([...populationOf(played([{ do: 'land', commits: 1 }], 1).facts, ALWAYS)].at(-1) as Row), ref: '=cmd|"x"\r\n' };

  it('quotes by RFC 4180, and lets no spreadsheet run a cell', () => {
    expect(csvLine(row)).toContain(`"'=cmd|""x""\r\n"`);
    expect(
      csvLine(row)
        .replaceAll(/"(?:[^"]|"")*"/g, '')
        .split(','),
    ).toHaveLength(CSV_HEADER.split(',').length);
    expect(CSV_HEADER.endsWith('\r\n')).toBe(true);
  });

  it('is sampled the same by whoever has the seed, in whatever order', () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ ...row, ref: 'refs/heads/main', commit: id(i) }));
    const draw = (seed: string, of: readonly Row[]): readonly string[] => {
      const sample = sampleOf(25, seed);
      for (const one of of) sample.take(one);
      return sample.rows().map((r) => r.commit);
    };
    const drawn = draw('2026-Q4', rows);
    expect(new Set(drawn).size).toBe(25);
    expect(draw('2026-Q4', rows.toReversed())).toEqual(drawn);
    expect(draw('2027-Q1', rows)).not.toEqual(drawn);
    expect(draw('2026-Q4', rows.slice(0, 3))).toHaveLength(3);
  });
});
