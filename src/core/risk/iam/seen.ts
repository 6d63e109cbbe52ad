/** Files of which both sides can be read: of one whose head cannot, nothing is known to be gone, and another rule says that it cannot be read. */
import type { FileEvidence, Parsed } from '../evidence.ts';

const known = new WeakMap<readonly FileEvidence[], readonly FileEvidence[]>();

/** The same list for the same files: what is read from it is kept by it. */
export function seen(files: readonly FileEvidence[]): readonly FileEvidence[] {
  const before = known.get(files);
  if (before !== undefined) return before;
  const found = files.some(hidden) ? files.map((f) => (hidden(f) ? { ...f, base: undefined } : f)) : files;
  known.set(files, found);
  return found;
}

const hidden = ({ base, head }: FileEvidence): boolean => isTree(base) && head !== undefined && !isTree(head);
/** What is read to a point only is not known to its end. */
const isTree = (side: Parsed | undefined): boolean => side?.kind === 'hcl' || (side?.kind === 'data' && side.problem === undefined);
