/**
 * From a delivery to the check GitHub shows: real git over HTTP, the real store and door, and an API that takes 100 ms for each call. Held against the
 * two calls it takes, made one after the other by themselves: what is over is ours. Calls are counted.
 */
import { openGithubBed } from '../test/bed/github.ts';
import { type Comparison, compare } from './measure.ts';

const SLOW_MS = 100;
/** Enough for a p95 that is not the slowest of all. */
const TURNS = 40;

export async function forgeBench(): Promise<readonly Comparison[]> {
  const at = await openGithubBed({ slow: SLOW_MS });
  try {
    let n = 0;
    const heads = new Map(Array.from({ length: TURNS + 5 }, (_, i) => [i, at.proposed(500 + i, at.bed.commit({ [`docs/bench-${i}.md`]: 'x\n' }))] as const));
    const before = at.double.seen.length;
    const took: number[] = [];
    const one = async (): Promise<void> => {
      const [number, head] = [500 + n, heads.get(n) ?? ''];
      n += 1;
      const begun = performance.now();
      await at.deliver('push', at.pushed(number, head));
      await at.deliver('pull_request', at.pull(number, head));
      await at.until(() => at.checkOn(head)?.conclusion !== undefined);
      took.push(performance.now() - begun);
    };
    const calls = async (): Promise<void> => {
      for (let call = 0; call < 2; call++) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    };
    const compared = await compare({ name: 'forge: a delivery, until its check is there', baseline: `two calls of ${SLOW_MS} ms`, turns: TURNS, subject: one, against: calls });
    const sorted = took.toSorted((a, b) => a - b);
    const p95 = Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0);
    const each = ((at.double.seen.length - before) / Math.max(1, n)).toFixed(1);
    return [{ ...compared, name: `${compared.name} (p95 ${p95} ms, ${each} calls each)` }];
  } finally {
    await at.close();
  }
}
