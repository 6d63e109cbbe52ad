/**
 * What a server leaves for the next one in the transaction that appends: the tree that this makes, signed by the log's key. The next one has
 * nothing else to hold against rows that somebody else wrote, for a checkpoint comes after the commit and is a row like any other.
 *
 *     countersign.dev/turn/v1                      1 magic: no checkpoint begins so
 *     countersign.example/log                      2 origin
 *     3                                            3 entries
 *     nzQalbi3...                                  4 their root, base64
 *
 * It promises nothing: it is signed before the commit, which may fail.
 */
import { formatCheckpoint } from '../../core/log/checkpoint.ts';
import { root, type Tree } from '../../core/log/merkle.ts';
import { type NoteKey, openNote } from '../../core/log/note.ts';

const MAGIC = 'countersign.dev/turn/v1';

export const turnText = (origin: string, tree: Tree): string => `${MAGIC}\n${formatCheckpoint({ origin, size: tree.size, root: root(tree) })}`;

/** Of exactly this tree, by this key. Anybody may have written it. */
export function isTurnOf(note: string, key: NoteKey, tree: Tree): boolean {
  const opened = openNote(note, [key]);
  return opened.ok && opened.value.text === turnText(key.name, tree);
}
