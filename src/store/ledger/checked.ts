/**
 * What was read of the log from its first entry on, and need not be read again by every start: the tree then, and the places of the entries
 * that decide, signed by the log's own key. A file beside the database, `log.checked`, a signed note of this text:
 *
 *     countersign.dev/checked/v1                   1 magic: no checkpoint begins so
 *     countersign.example/log                      2 origin
 *     81234                                        3 entries
 *     nzQalbi3...                                  4 their root, base64
 *     0,17,4711                                    5 places of the entries that decide
 *
 * An older one only means more to read, and so does none, or one that somebody else wrote.
 */
import { existsSync, readFileSync } from 'node:fs';
import { base64, fromBase64, utf8 } from '../../core/base/bytes.ts';
import { formatNote, type NoteKey, openNote } from '../../core/log/note.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import { writeDurably } from '../disk.ts';
import type { Mark } from './reread.ts';

export interface Checked extends Mark {
  readonly places: readonly number[];
}

const MAGIC = 'countersign.dev/checked/v1';

const textOf = (origin: string, { size, root, places }: Checked): string => `${MAGIC}\n${origin}\n${size}\n${base64(root)}\n${places.join(',')}\n`;

/** undefined where there is none that this key signed. */
export function readChecked(file: string, key: NoteKey): Checked | undefined {
  const opened = existsSync(file) ? openNote(readFileSync(file, 'utf8'), [key]) : undefined;
  if (opened?.ok !== true) return undefined;
  const [, , size = '', root = '', places = ''] = opened.value.text.split('\n');
  const checked = { size: Number(size), root: fromBase64(root) ?? new Uint8Array(0), places: places.split(',').map(Number) };
  // Spelled the one way it is written, or the key signed something else.
  return Number.isSafeInteger(checked.size) && textOf(key.name, checked) === opened.value.text ? checked : undefined;
}

export async function writeChecked(file: string, { key, signer }: { readonly key: NoteKey; readonly signer: LogSigner }, checked: Checked): Promise<void> {
  const text = textOf(key.name, checked);
  const note = formatNote(text, [{ name: key.name, id: key.id, signature: await signer.sign(utf8(text)) }]);
  // A list too long for a note is worked out anew each time.
  if (note.ok) writeDurably(file, utf8(note.value));
}
