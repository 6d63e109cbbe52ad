/** Every value that history gives, held against the definition worked out from the whole list of earlier commits, on histories of any shape. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURES } from './features.ts';
import { LandedHistory } from './history.ts';
import type { LandedCommit, TouchedFile } from './landed.ts';

const DAY = 86_400;
const START = 1_500_000_000;
const WHO = ['Ann@example.org', 'ben@example.org', 'cy@example.org'];
const PATHS = ['a.txt', 'lib/a.ts', 'lib/b.ts', 'lib/deep/c.ts', 'lib/deep/er/d', 'db/migrate/1.sql', 'x.TS'];
const SUBJECTS = ['fix the cache', 'add the thing', 'move deep things', 'x'];

const file = fc.record({ path: fc.constantFrom(...PATHS), added: fc.nat(20), deleted: fc.nat(20) });
const step = fc.record({
  who: fc.nat(2),
  gap: fc.constantFrom(0, 60, 3_600, DAY / 2, DAY, 9 * DAY, 200 * DAY),
  subject: fc.constantFrom(...SUBJECTS),
  files: fc.uniqueArray(file, { selector: (f) => f.path, maxLength: 4 }),
  /** Takes back the commit so many before, if any. */
  back: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 3 }),
});
type Step = { who: number; gap: number; subject: string; files: { path: string; added: number; deleted: number }[]; back: number | null };

const idOf = (i: number): string => (i + 1).toString(16).padStart(4, '0').repeat(10);
const touched = (f: { path: string; added: number; deleted: number }): TouchedFile => ({ ...f, binary: false, how: 'changed' });

function landed(steps: readonly Step[]): readonly LandedCommit[] {
  let at = START;
  return steps.map((s, i) => {
    at += s.gap;
    const target = s.back === null ? -1 : i - s.back;
    const who = { name: 'n', email: WHO[s.who] ?? '' };
    const message = `${s.subject}\n\n${target < 0 ? 'nothing' : `This reverts commit ${idOf(target)}.`}\n`;
    return { id: idOf(i), parents: i === 0 ? [] : [idOf(i - 1)], author: who, committer: who, authoredAt: at, zone: 0, committedAt: at, message, files: s.files.map(touched) };
  });
}

interface Earlier {
  readonly commit: LandedCommit;
  readonly revertedAt: number;
}

/** Commits before `i`, and when each was known to be taken back, as commit `i` finds it. */
function before(steps: readonly Step[], all: readonly LandedCommit[], i: number): readonly Earlier[] {
  return all.slice(0, i).map((commit, n) => {
    const by = steps.findIndex((s, k) => k <= i && s.back !== null && k - s.back === n);
    return { commit, revertedAt: by < 0 ? Number.POSITIVE_INFINITY : (all[by]?.committedAt ?? 0) };
  });
}

const dir = (p: string): string => (p.includes('/') ? p.slice(0, p.lastIndexOf('/')) : '.');
const ext = (p: string): string => (/\.[^./]*$/.exec(p)?.[0].slice(1) ?? '').toLowerCase();
const subs = (c: LandedCommit): readonly string[] => {
  const some = c.files.filter((f) => f.path.includes('/')).map((f) => f.path.split('/').slice(0, 2).join('/'));
  return some.length === 0 ? ['.'] : [...new Set(some)];
};
const words = (c: LandedCommit): readonly string[] => [...new Set(c.message.split('\n')[0]?.match(/[a-z]{3,}/g) ?? [])];
const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
const sum = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0);

function expected(c: LandedCommit, earlier: readonly Earlier[]): Record<string, number> {
  const t = c.committedAt;
  const gone = earlier.filter((e) => e.revertedAt <= t);
  const prior = earlier.length < 300 ? 1 / 30 : Math.max(0.002, gone.length / earlier.length);
  const sm = (has: (e: Earlier) => boolean, k: number): number => (gone.filter(has).length + prior * k) / (earlier.filter(has).length + k);
  const most = (v: readonly number[], none: number): number => (v.length === 0 ? none : Math.max(...v));
  const paths = c.files.map((f) => f.path);
  const touching = (p: string): readonly Earlier[] => earlier.filter((e) => e.commit.files.some((f) => f.path === p));
  const known = paths.filter((p) => touching(p).length > 0);
  const last = (p: string): LandedCommit => touching(p).at(-1)?.commit ?? c;
  const me = earlier.filter((e) => e.commit.author.email === c.author.email);
  const nf = Math.max(1, paths.length);
  const ages = known.map((p) => (t - last(p).committedAt) / DAY);
  const today = known.filter((p) => t - last(p).committedAt < DAY);
  const reverts = (p: string): readonly number[] => touching(p).flatMap((e) => (e.revertedAt <= t ? [e.revertedAt] : []));
  const year = paths.map((p) => reverts(p).filter((r) => r > t - 365 * DAY).length);
  const lines = (p: string): number => earlier.reduce((n, e) => e.commit.files.reduce((m, f) => (f.path === p ? Math.max(0, m + f.added - f.deleted) : m), n), 0);
  const wordRates = words(c).map((w) => sm((e) => words(e.commit).includes(w), 50));
  return {
    lt: paths.length === 0 ? 0 : mean(paths.map(lines)),
    ndev: new Set(paths.flatMap((p) => touching(p).map((e) => e.commit.author.email))).size,
    age: ages.length === 0 ? 0 : mean(ages),
    agemin:
      most(
        ages.map((a) => -a),
        -9_999,
      ) * -1,
    nuc: sum(paths.map((p) => touching(p).length)) / nf,
    nucmax: most(
      paths.map((p) => touching(p).length),
      0,
    ),
    ffix: sum(paths.map((p) => touching(p).filter((e) => e.commit.message.startsWith('fix')).length)) / nf,
    touched24: today.length,
    other24: today.filter((p) => last(p).author.email !== c.author.email).length,
    exp: me.length,
    rexp: me.filter((e) => e.commit.committedAt > t - DAY).length,
    sexp: mean(subs(c).map((s) => me.filter((e) => subs(e.commit).includes(s)).length)),
    fexp: sum(paths.map((p) => me.filter((e) => e.commit.files.some((f) => f.path === p)).length)) / nf,
    atenure: (t - (me[0]?.commit.committedAt ?? t)) / DAY,
    agap: me.length === 0 ? 400 : (t - (me.at(-1)?.commit.committedAt ?? t)) / DAY,
    arevs: me.filter((e) => e.revertedAt <= t).length,
    arevrate: sm((e) => me.includes(e), 20),
    subrev: most(
      subs(c).map((s) => sm((e) => subs(e.commit).includes(s), 50)),
      prior,
    ),
    dirrev: most(
      paths.map((p) => sm((e) => e.commit.files.some((f) => dir(f.path) === dir(p)), 30)),
      prior,
    ),
    extrev: most(
      paths.map((p) => sm((e) => e.commit.files.some((f) => ext(f.path) === ext(p)), 100)),
      prior,
    ),
    frevsum: sum(year),
    frevmax: most(year, 0),
    frevlast:
      most(
        paths.flatMap((p) => reverts(p)).map((r) => -(t - r) / DAY),
        -9_999,
      ) * -1,
    wrev: most(wordRates, prior),
    wrevmean: wordRates.length === 0 ? prior : mean(wordRates),
    reprev7: gone.filter((e) => e.revertedAt > t - 7 * DAY).length,
  };
}

const named = (x: Float64Array, name: string): number => x[FEATURES.findIndex((f) => f.name === name)] ?? Number.NaN;

describe('a history that is landed commit by commit', () => {
  it('gives of each what the definition gives of all before it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const history = new LandedHistory();
        const all = landed(steps);
        for (const [i, commit] of all.entries()) {
          const { x } = history.land(commit) ?? { x: new Float64Array() };
          for (const [name, value] of Object.entries(expected(commit, before(steps, all, i)))) expect([i, name, named(x, name)]).toEqual([i, name, expect.closeTo(value, 9)]);
        }
      }),
    );
  });

  it('looks at a change without changing anything, and sees what landing it would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), step, (steps, next) => {
        const all = landed([...steps, { ...next, back: null }]);
        const history = new LandedHistory();
        for (const commit of all.slice(0, -1)) history.land(commit);
        const change = all.at(-1) as LandedCommit;
        const [first, again] = [history.look(change), history.look(change)];
        expect(again).toEqual(first);
        expect(history.land(change)?.x).toEqual(first.x);
      }),
    );
  });

  it('knows the share of reverted commits once there are three hundred', () => {
    const steps = Array.from({ length: 301 }, (_, i): Step => ({ who: 0, gap: 60, subject: 'x', files: [], back: i > 0 && i % 2 === 0 ? 1 : null }));
    const history = new LandedHistory();
    const priors = landed(steps).map((commit) => history.land(commit)?.prior);
    expect([priors[299], priors[300]]).toEqual([1 / 30, 150 / 300]);
  });

  it('lets nobody land before what landed', () => {
    const history = new LandedHistory();
    const [first, second] = landed([
      { who: 0, gap: 0, subject: 'x', files: [], back: null },
      { who: 0, gap: 0, subject: 'x', files: [], back: null },
    ]) as [LandedCommit, LandedCommit];
    history.land(first);
    expect(named(history.look({ ...second, committedAt: 5 }).x, 'agap')).toBe(0);
    expect(named(history.look({ ...second, committedAt: Number.NaN }).x, 'agap')).toBe(0);
  });

  it('counts an alias as one person', () => {
    const steps: Step[] = [0, 1].map((who) => ({ who, gap: 60, subject: 'x', files: [], back: null }));
    const history = new LandedHistory(undefined, (email) => (email === 'ben@example.org' ? 'ann@example.org' : email));
    expect(landed(steps).map((commit) => named(history.land(commit)?.x ?? new Float64Array(), 'exp'))).toEqual([0, 1]);
  });

  it('takes any commit', () => {
    const person = fc.record({ name: fc.string(), email: fc.string() });
    const any = fc.record({
      id: fc.string(),
      parents: fc.array(fc.string(), { maxLength: 1 }),
      author: person,
      committer: person,
      authoredAt: fc.integer(),
      zone: fc.integer(),
      committedAt: fc.integer(),
      message: fc.string({ unit: 'binary' }),
      files: fc.array(
        fc.record({
          path: fc.string(),
          added: fc.nat(),
          deleted: fc.nat(),
          binary: fc.boolean(),
          how: fc.constantFrom('created', 'removed', 'mode', 'changed') as fc.Arbitrary<TouchedFile['how']>,
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(any), (commits) => {
        const history = new LandedHistory();
        for (const commit of commits) expect([...(history.land(commit)?.x ?? [])].every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
