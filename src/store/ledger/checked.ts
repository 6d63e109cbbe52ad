/**
 * What was read of the log from its first entry on, and need not be read again by every start: the tree then, and the places of the entries
 * that decide, of the sign-offs and of the violations, signed by the log's own key. A file beside the database, `log.checked`, a signed note of this text:
 *
 *     countersign.dev/checked/v3                   1 magic: no checkpoint begins so
 *     countersign.example/log                      2 origin
 *     81234                                        3 entries
 *     nzQalbi3...                                  4 their root, base64
 *     0,17,4711                                    5 places of the entries that decide
 *     5120 pZGm1Av0...                             6 sign-offs and violations, and the SHA-256, base64, of their records: the first of those in `log.signed`
 *
 * The records (signed.ts) are written first, and only ever added to: whoever fell in between left more of them than are spoken of. An older one only means more to read, and so does none, or one that somebody else wrote.
 */
import { existsSync, readFileSync } from 'node:fs';
import { base64, fromBase64, utf8 } from '../../core/base/bytes.ts';
import { type Bytes, sha256 } from '../../core/base/crypto.ts';
import { formatNote, type NoteKey, openNote } from '../../core/log/note.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import { writeDurably } from '../disk.ts';
import type { Mark } from './reread.ts';
import { RECORD } from './signed.ts';

export interface Checked extends Mark {
  readonly places: readonly number[];
  /** Records of all sign-offs and violations. */
  readonly signed: Bytes;
}

interface Files {
  readonly checked: string;
  readonly signed: string;
}

const MAGIC = 'countersign.dev/checked/v3';

const textOf = (origin: string, { size, root, places, signed }: Checked): string =>
  `${MAGIC}\n${origin}\n${size}\n${base64(root)}\n${places.join(',')}\n${signed.length / RECORD} ${base64(sha256(signed))}\n`;

/** undefined where there is none that this key signed. */
export function readChecked(files: Files, key: NoteKey): Checked | undefined {
  const opened = existsSync(files.checked) ? openNote(readFileSync(files.checked, 'utf8'), [key]) : undefined;
  if (opened?.ok !== true) return undefined;
  const [, , size = '', root = '', places = '', count = ''] = opened.value.text.split('\n');
  const checked = {
    size: Number(size),
    root: fromBase64(root) ?? new Uint8Array(0),
    places: places.split(',').map(Number),
    signed: recordsIn(files.signed, Number.parseInt(count, 10)),
  };
  // Spelled the one way it is written, or the key signed something else.
  return Number.isSafeInteger(checked.size) && textOf(key.name, checked) === opened.value.text ? checked : undefined;
}

const recordsIn = (file: string, count: number): Bytes => (existsSync(file) ? readFileSync(file).subarray(0, count * RECORD) : new Uint8Array(0));

export async function writeChecked(files: Files, { key, signer }: { readonly key: NoteKey; readonly signer: LogSigner }, checked: Checked): Promise<void> {
  const text = textOf(key.name, checked);
  const note = formatNote(text, [{ name: key.name, id: key.id, signature: await signer.sign(utf8(text)) }]);
  // A list too long for a note is worked out anew each time.
  if (!note.ok) return;
  writeDurably(files.signed, checked.signed);
  writeDurably(files.checked, utf8(note.value));
}
