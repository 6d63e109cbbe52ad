/** How much a change touches. */
import type { CommitFacts } from './facts.ts';
import type { Feature } from './feature.ts';
import type { TouchedFile } from './landed.ts';
import type { Paths } from './paths.ts';

export const SIZE_FEATURES: readonly Feature[] = ['la', 'ld', 'nf', 'nd', 'ns', 'ent', 'lt', 'new', 'dele', 'mode', 'bin'].map((name) => ({ name, group: 'size', scale: 'rank' }));

export function sizeValues(paths: Paths, known: readonly number[], facts: CommitFacts): readonly number[] {
  const { files } = facts.commit;
  const [added, deleted] = [sum(files, (f) => f.added), sum(files, (f) => f.deleted)];
  const lines = known.reduce((total, path) => total + (path < 0 ? 0 : paths.lines.at(path)), 0);
  const how = (word: TouchedFile['how']): number => sum(files, (f) => (f.how === word ? 1 : 0));
  return [
    added,
    deleted,
    files.length,
    facts.dirs.size,
    facts.tops.size,
    entropy(files, added + deleted),
    known.length === 0 ? 0 : lines / known.length,
    how('created'),
    how('removed'),
    how('mode'),
    sum(files, (f) => (f.binary ? 1 : 0)),
  ];
}

/** Bits that tell which file a changed line is in: 0 where all are in one. */
function entropy(files: readonly TouchedFile[], churn: number): number {
  if (churn === 0) return 0;
  const bits = (f: TouchedFile): number => {
    const share = (f.added + f.deleted) / churn;
    return share > 0 ? -share * Math.log2(share) : 0;
  };
  return sum(files, bits);
}

function sum(files: readonly TouchedFile[], of: (file: TouchedFile) => number): number {
  let total = 0;
  for (const file of files) total += of(file);
  return total;
}
