/** A made-up history in one import: so many commits, four a day, of which some are taken back. The same each time. */
import type { TestRepository } from './git.ts';

const START = 1_700_000_000;
const QUARTER_DAY = 6 * 3_600;

/** Every tenth commit is reverted by the next, if it is a large one. Answers how many reverts there are. */
export function layLongHistory(repo: TestRepository, commits: number): number {
  const lines: string[] = [];
  let reverts = 0;
  for (let i = 0; i < commits; i++) {
    const large = i % 10 === 0;
    const reverting = i % 10 === 1 && i > 1;
    if (reverting) reverts += 1;
    const subject = reverting ? `Revert "Switch the default of part ${i - 1}"` : large ? `Switch the default of part ${i}` : `Fix part ${i}`;
    const content = `${`line ${i}\n`.repeat(large ? 200 : 1 + (i % 7))}`;
    const path = large || reverting ? 'src/core.c' : `docs/part${i % 23}.md`;
    lines.push(
      `commit refs/heads/main`,
      `author P${i % 5} <p${i % 5}@example.org> ${START + i * QUARTER_DAY} +0000`,
      `committer P${i % 5} <p${i % 5}@example.org> ${START + i * QUARTER_DAY} +0000`,
      `data ${Buffer.byteLength(subject)}`,
      subject,
      `M 100644 inline ${path}`,
      `data ${Buffer.byteLength(content)}`,
      content,
    );
  }
  repo.raw(['fast-import', '--quiet'], `${lines.join('\n')}\n`);
  repo.git('reset', '-q', '--hard');
  return reverts;
}
