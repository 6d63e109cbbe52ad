/** What the labels of a repository look like, in one line. */
import type { Sample } from '../../src/core/risk/score/landed.ts';
import type { Way } from '../../src/core/risk/score/links.ts';

export function table(name: string, samples: readonly Sample[], ways: ReadonlyMap<Way, number>): string {
  const hours = samples.flatMap((s) => (s.revertedAt === null ? [] : [(s.revertedAt - s.at) / 3_600])).sort((a, b) => a - b);
  const within = (h: number): string => ((100 * hours.filter((x) => x < h).length) / hours.length).toFixed(0);
  const planned = samples.filter((s) => s.planned);
  const found = [...ways].map(([way, n]) => `${way} ${n}`).join(', ');
  return [
    name.padEnd(36),
    `${samples.length} commits`,
    `${hours.length} reverted`,
    `${((100 * hours.length) / samples.length).toFixed(2)} %`,
    `median ${(hours[hours.length >> 1] ?? 0).toFixed(1)} h`,
    `${within(24)} / ${within(168)} %`,
    `links ${found}`,
    `planned ${planned.length} (${planned.filter((s) => s.revertedAt !== null).length})`,
  ].join(' | ');
}
