/** Which runs can have to do with a change at all: a repository has many, and every one that is kept is compared with every commit. */
import { fingerprint, type Run } from './fingerprint.ts';
import type { ChangedLines } from './hunk.ts';

/** @param changes of all commits in question. A run that `attach` would use for any of them passes. */
export function relevantTo(changes: readonly (readonly ChangedLines[])[]): (run: Run) => boolean {
  const telling = new Set<string>();
  const inPath = new Set<string>();
  for (const { path, added, removed } of changes.flat()) {
    for (const line of [...added, ...removed].flatMap((h) => h.lines)) {
      const { loose, weak } = fingerprint(line);
      if (!weak) telling.add(loose);
      inPath.add(`${path}\0${loose}`);
    }
  }
  return ({ path, lines }) => lines.some((line) => telling.has(line.loose) || inPath.has(`${path}\0${line.loose}`));
}
