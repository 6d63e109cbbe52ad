/**
 * Who may say which line is whose: every block in the order of its worth takes the lines no worthier one took. A claim for
 * a human that no managed recorder signed takes only what no AI claims: a longer forged one would wash AI lines clean.
 */
import { type Block, type Budget, blocksOf, distinctive, indexRuns, type RunIndex, type Side } from './blocks.ts';
import type { Fingerprint, Run } from './fingerprint.ts';

/** As it was recorded; but for white space; put in the place of a recorded line. */
export type How = 'exact' | 'loose' | 'edited';

/** One line somebody is known of. */
export interface Claim {
  readonly number: number;
  readonly run: Run;
  readonly how: How;
}

/** The claims of each side, in the order of its lines. @param runs the ones to prefer first. @param moved as for `blocksOf`. */
export function claimsOf(sides: readonly Side[], runs: readonly Run[], moved: boolean, budget: Budget): readonly (readonly Claim[])[] {
  const telling = sides.map(distinctive);
  const index = indexRuns(runs, new Set(telling.flatMap((hashes) => [...hashes])));
  return sides.map((side, i) => claim(side, blocksOf(side, telling[i] ?? new Set(), index, moved, budget), index));
}

function claim(side: Side, blocks: readonly Block[], index: RunIndex): readonly Claim[] {
  const taken: (Taken | undefined)[] = new Array(side.prints.length);
  for (const block of [...blocks].sort(byWorth(index.runs))) {
    const run = index.runs[block.run];
    for (let i = 0; run !== undefined && i < block.length; i += 1) {
      taken[block.at + i] ??= { run, offset: block.offset + i, how: same(side.prints[block.at + i], run.lines[block.offset + i]) ? 'exact' : 'loose' };
    }
  }
  bridge(side, taken);
  return taken.flatMap((t, at) => (t === undefined ? [] : [{ number: side.numbers[at] ?? 0, run: t.run, how: t.how }]));
}

interface Taken {
  readonly run: Run;
  readonly offset: number;
  readonly how: How;
}

const same = (a: Fingerprint | undefined, b: Fingerprint | undefined): boolean => a?.exact === b?.exact;

const byWorth =
  (runs: readonly Run[]) =>
  (a: Block, b: Block): number =>
    Number(selfServing(runs[a.run])) - Number(selfServing(runs[b.run])) ||
    b.length - a.length ||
    Number(b.samePath) - Number(a.samePath) ||
    b.exact - a.exact ||
    a.run - b.run ||
    a.at - b.at ||
    a.offset - b.offset;

const selfServing = (run: Run | undefined): boolean => run !== undefined && run.hand.by === 'human' && run.trust < 4;

/** Lines nobody claims, as many as stood there in the run whose lines are above and below: edits of an AI's lines. */
function bridge(side: Side, taken: (Taken | undefined)[]): void {
  for (let at = 1; at < taken.length; at += 1) {
    const above = taken[at - 1];
    if (taken[at] !== undefined || above === undefined || above.run.hand.by !== 'ai') continue;
    let end = at;
    while (end < taken.length && taken[end] === undefined) end += 1;
    const below = taken[end];
    const gap = end - at;
    const inOneGo = side.numbers[end] === (side.numbers[at - 1] ?? 0) + gap + 1;
    const inPlace = below?.run === above.run && below.offset === above.offset + gap + 1;
    if (inOneGo && inPlace && gap <= reach(taken, at - 1, -1) + reach(taken, end, 1)) {
      for (let i = 0; i < gap; i += 1) taken[at + i] = { run: above.run, offset: above.offset + i + 1, how: 'edited' };
    }
    at = end;
  }
}

/** How many lines of one run stand together from here; no more than matter. */
function reach(taken: readonly (Taken | undefined)[], from: number, step: 1 | -1): number {
  const run = taken[from]?.run;
  let n = 0;
  while (n < 100 && taken[from + n * step]?.run === run && run !== undefined) n += 1;
  return n;
}
