/**
 * Signs what is committed. A checkpoint is signed only after the commit it speaks of, so no signature ever exists over a tree
 * that was rolled back; the signature is deterministic, so a checkpoint lost in a crash comes back with the same bytes.
 */
import { utf8 } from '../../core/base/bytes.ts';
import { type Checkpoint, formatCheckpoint } from '../../core/log/checkpoint.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { root, type Tree } from '../../core/log/merkle.ts';
import { formatNote, formatVkey, type NoteKey, noteKey } from '../../core/log/note.ts';
import type { Connection } from '../database.ts';
import type { Keys } from '../keys/keys.ts';

export interface Published {
  readonly size: number;
  /** Signed note. */
  readonly note: string;
}

export interface Publisher {
  /** The log's name and key; undefined before genesis. */
  key(): NoteKey | undefined;
  latest(): Published | undefined;
  /** Signs, stores, and from then on serves this tree. Alone on the writing connection. */
  publish(tree: Tree): Promise<void>;
  /** Learns the origin from the genesis entry, if there is one. */
  start(): Promise<void>;
}

export function publisher(writer: Connection, keys: Keys): Publisher {
  let key: NoteKey | undefined;
  let latest: Published | undefined;
  const start = async (): Promise<void> => {
    const row = await writer.db.selectFrom('entries').select('bytes').where('idx', '=', 0).executeTakeFirst();
    key ??= row === undefined ? undefined : noteKey(originOf(row.bytes) ?? '', keys.logPublicKey);
  };
  const publish = async (tree: Tree): Promise<void> => {
    if (key === undefined) await start();
    if (key === undefined) throw new Error('a log without genesis has no name to sign under');
    const published = { size: tree.size, note: signed(key, keys, { origin: key.name, size: tree.size, root: root(tree) }) };
    await keep(writer, published);
    latest = published;
  };
  return { key: () => key, latest: () => latest, publish, start };
}

export const vkeyOf = (p: Publisher): string | null => {
  const key = p.key();
  return key === undefined ? null : formatVkey(key);
};

function originOf(genesis: Uint8Array): string | undefined {
  const entry = parseEntry(genesis);
  return entry.ok && entry.value.type === 'genesis' && typeof entry.value.fields.origin === 'string' ? entry.value.fields.origin : undefined;
}

function signed(key: NoteKey, keys: Keys, checkpoint: Checkpoint): string {
  const body = formatCheckpoint(checkpoint);
  const note = formatNote(body, [{ name: key.name, id: key.id, signature: keys.signAsLog(utf8(body)) }]);
  if (!note.ok) throw new Error(note.error.message);
  return note.value;
}

/** Without an fsync of its own: the entries are already safe, and from them this row can be made again to the byte. */
async function keep(writer: Connection, { size, note }: Published): Promise<void> {
  writer.exec('pragma synchronous = normal');
  try {
    await writer.db
      .insertInto('checkpoints')
      .values({ size, note })
      .onConflict((c) => c.doNothing())
      .execute();
  } finally {
    writer.exec('pragma synchronous = full');
  }
}
