/**
 * Signs what is committed. A checkpoint is signed only after the commit it speaks of, so no signature ever exists over a tree
 * that was rolled back; the signature is deterministic, so a checkpoint lost in a crash comes back with the same bytes.
 * The checkpoint of a rotation is signed by the key before and the key after; until it is kept, nothing else is published.
 */
import { equal, utf8 } from '../../core/base/bytes.ts';
import { problem } from '../../core/base/result.ts';
import { type Checkpoint, formatCheckpoint, openCheckpoint } from '../../core/log/checkpoint.ts';
import { root, type Tree } from '../../core/log/merkle.ts';
import { formatNote, formatVkey, type NoteKey, noteKey } from '../../core/log/note.ts';
import { type Rotation, turnOf } from '../../core/log/rotation.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import type { Writer } from '../connection.ts';
import { inserter } from '../insert.ts';
import type { LogKeys } from '../keys/keys.ts';
import { Refused } from '../refused.ts';
import type { Reading } from '../schema.ts';
import { headAt } from './head.ts';
import { originOf } from './known-keys.ts';
import { readRotations, signersAt } from './rotations.ts';
import { isTurnOf, turnText } from './turn-note.ts';

export interface Published extends Checkpoint {
  /** Signed note. */
  readonly note: string;
}

export interface Publisher {
  /** The log's name and the key that signs it now; undefined before genesis. */
  key(): NoteKey | undefined;
  latest(): Published | undefined;
  /** Signs, stores, and from then on serves this tree. Alone on the writing connection. */
  publish(tree: Tree): Promise<void>;
  /** Learns origin and keys from the log. Throws `Refused` with DATA_INVALID where the key that signs it is not at hand. */
  start(): Promise<void>;
  /** The last checkpoint stored; undefined where there is none. Throws `Refused` for one that is not this log's. */
  stored(): Promise<Published | undefined>;
  /** One that another server signed over this root: from now on served here too. Throws `Refused` for one that is not this log's. */
  adopt(row: StoredCheckpoint, over: Uint8Array): void;
  /** What a transaction that appends leaves in the turn with this tree. Asked inside it, after all that it writes. */
  leaving(db: Reading, tree: Tree): Promise<string>;
  /**
   * That the server before left this tree, by its note or, where a database never had one, by a checkpoint of just this size. Throws `Refused`
   * with DATA_INVALID where it did not.
   */
  vouched(note: string, tree: Tree): void;
  /** What a new key is to be sworn in with. Throws before genesis. */
  signer(): { readonly key: NoteKey; readonly signer: LogSigner };
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** @param said told of every checkpoint, before anybody is answered under it. */
export function publisher(writer: Writer, keys: LogKeys, said: (note: string) => void = () => undefined): Publisher {
  let key: NoteKey | undefined;
  let latest: Published | undefined;
  let rotations: readonly Rotation[] = [];
  let begun = false;
  let tidy = false;
  const start = async (): Promise<void> => {
    const origin = await originOf(writer.db);
    const turns = await readRotations(writer.db);
    const found = turns.at(-1)?.new ?? (origin === undefined ? undefined : await firstKey(writer.db, origin, keys));
    if (found !== undefined && signerOf(keys, found) === undefined)
      throw refused('the key that signs this log is not here', { remedy: 'restore the keys beside the log, or name the signer that has them' });
    [key, rotations] = [found, turns];
  };
  /** Another server may have gone further meanwhile: what is served never gets smaller. */
  const advance = (to: Published): void => {
    if (to.size > (latest?.size ?? 0)) latest = to;
  };
  const keep = async (tree: Tree, durably: boolean): Promise<void> => {
    const mine = await signed(tree);
    const stored = await kept(writer, mine, durably);
    // Of two servers with two keys one was first, and the log is signed with that one's.
    if (stored !== mine.note)
      throw refused(`the checkpoint of size ${mine.size} was signed by another server with another key`, {
        remedy: 'give every server of the log the same key, and start this one again',
      });
    advance(mine);
  };
  const signed = async (tree: Tree): Promise<Published> => {
    if (key === undefined) throw new Error('a log without genesis has no name to sign under');
    const checkpoint = { origin: key.name, size: tree.size, root: root(tree) };
    return { ...checkpoint, note: await note(formatCheckpoint(checkpoint), keys, signersAt(tree.size, key, rotations)) };
  };
  /** A rotation that was committed and not yet signed for: first its own checkpoint, on disk before the old key may go. */
  const settle = async (size: number): Promise<void> => {
    const owed = rotations.at(-1);
    if (owed === undefined || (latest?.size ?? 0) > owed.size) return;
    if (turnOf(owed) > size) {
      // Another server swore in the key meanwhile: what came before it is still signed by the old one.
      if (writer.shared) return;
      throw new Error('a rotation lies beyond the log');
    }
    const { tree } = await headAt(writer.db, turnOf(owed));
    await keep(tree, true);
    tidy = true;
  };
  /** What is left of a rotation is a file in another place. It waits for a disk that obeys, and nobody who appends waits for it. */
  const tidied = (): void => {
    if (!tidy) return;
    try {
      keys.settle(signer().signer);
      tidy = false;
    } catch {
      // The key lies beside its place and is found there; the next one is not made before it has moved.
    }
  };
  const publish = async (tree: Tree): Promise<void> => {
    if (key === undefined) await start();
    await settle(tree.size);
    tidied();
    if ((latest?.size ?? 0) < tree.size) await keep(tree, false);
    if (latest !== undefined) said(latest.note);
    if (!begun) keys.begin();
    begun = true;
  };
  const signer = (): { readonly key: NoteKey; readonly signer: LogSigner } => {
    const now = key && signerOf(keys, key);
    if (key === undefined || now === undefined) throw new Error('a log without genesis has no key');
    return { key, signer: now };
  };
  const stored = async (): Promise<Published | undefined> => {
    latest = await lastStored(writer.db, key, rotations);
    tidy = latest !== undefined && rotations.length > 0 && latest.size > (rotations.at(-1)?.size ?? 0);
    tidied();
    return latest;
  };
  const adopt = (row: StoredCheckpoint, over: Uint8Array): void => {
    const opened = openStored(row, key, rotations);
    if ('fault' in opened) throw refused(`the checkpoint of size ${row.size} ${opened.fault}`, { place: `checkpoint ${row.size}` });
    if (!equal(opened.root, over)) throw refused(`the entries do not have the root that another server signed over ${row.size} of them`, { place: `checkpoint ${row.size}` });
    advance({ ...opened, note: row.note });
    said(row.note);
  };
  const leaving = async (db: Reading, tree: Tree): Promise<string> => {
    // The genesis itself is what is being appended.
    const by = key ?? (await begunWith(db, keys));
    if (by === undefined) throw new Error('a log without genesis has no name to sign under');
    return note(turnText(by.name, tree), keys, [by]);
  };
  const vouched = (note: string, tree: Tree): void => {
    // A new key is sworn in by a transaction that the old one still signs.
    const by = rotations.find((r) => turnOf(r) >= tree.size)?.old ?? key;
    const bySigned = (): boolean => (latest?.size ?? 0) === tree.size && (latest === undefined || equal(latest.root, root(tree)));
    if (note === '' ? bySigned() : by !== undefined && isTurnOf(note, by, tree)) return;
    throw refused(`the ${tree.size} entries are not those that the server before left here: somebody else wrote in the database`);
  };
  return { key: () => key, latest: () => latest, publish, start, stored, adopt, leaving, vouched, signer };
}

export const vkeyOf = (p: Publisher): string | null => {
  const key = p.key();
  return key === undefined ? null : formatVkey(key);
};

const signerOf = (keys: LogKeys, key: NoteKey): LogSigner | undefined => keys.signers().find((s) => equal(s.publicKey, key.key));

async function begunWith(db: Reading, keys: LogKeys): Promise<NoteKey | undefined> {
  const origin = await originOf(db);
  return origin === undefined ? undefined : firstKey(db, origin, keys);
}

/** Of a log that never changed its key: the one that signed its last checkpoint, or, where it has none yet, the one it begins with. */
async function firstKey(db: Reading, origin: string, keys: LogKeys): Promise<NoteKey | undefined> {
  const row = await lastRow(db);
  const known = keys.signers().map((s) => noteKey(origin, s.publicKey));
  return known.find((k) => k !== undefined && row !== undefined && openCheckpoint(row.note, [k]).ok) ?? known[0];
}

const lastRow = (db: Reading) => db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();

async function lastStored(db: Reading, key: NoteKey | undefined, rotations: readonly Rotation[]): Promise<Published | undefined> {
  const row = await lastRow(db);
  if (row === undefined) return undefined;
  const opened = openStored(row, key, rotations);
  if ('fault' in opened) throw refused(`the last checkpoint ${opened.fault}`, { place: `checkpoint ${row.size}` });
  return { ...opened, note: row.note };
}

/** A checkpoint as it is stored, read by the keys that sign at its size; or what is wrong with it. */
export function openStored(row: StoredCheckpoint, now: NoteKey | undefined, rotations: readonly Rotation[]): Checkpoint | { readonly fault: string } {
  let checkpoint: Checkpoint | undefined;
  for (const key of signersAt(row.size, now, rotations)) {
    const opened = openCheckpoint(row.note, key === undefined ? [] : [key]);
    if (!opened.ok) return { fault: `is not this log's: ${opened.error.message}` };
    checkpoint = opened.value;
  }
  return checkpoint?.size === row.size ? checkpoint : { fault: 'is stored under another size' };
}

async function note(body: string, keys: LogKeys, by: readonly NoteKey[]): Promise<string> {
  const lines = [];
  for (const key of by) {
    const signer = signerOf(keys, key);
    if (signer === undefined) throw refused(`the log key ${formatVkey(key)} is needed once more, to sign what follows it`);
    lines.push({ name: key.name, id: key.id, signature: await signer.sign(utf8(body)) });
  }
  const made = formatNote(body, lines);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

const insertCheckpoint = inserter('checkpoints', ['size', 'note'], (q) => q.onConflict((c) => c.doNothing()));

/**
 * Without an fsync of its own: the entries are already safe, and from them this row can be made again to the byte. Unless a key
 * is thrown away after it.
 */
/** Answers the note that is there: where several servers sign, somebody may have been first. */
async function kept(writer: Writer, { size, note }: Published, durably: boolean): Promise<string> {
  const insert = async (db: Reading): Promise<string> => {
    if (writer.shared) return (await keepOrFind(db, size, note)) ?? note;
    await insertCheckpoint(db, [{ size, note }]);
    return note;
  };
  return durably ? insert(writer.db) : writer.lightly(insert);
}

async function keepOrFind(db: Reading, size: number, note: string): Promise<string | undefined> {
  const row = await db
    .insertInto('checkpoints')
    .values({ size, note })
    .onConflict((c) => c.column('size').doUpdateSet({ size }))
    .returning('note')
    .executeTakeFirst();
  return row?.note;
}

const refused = (message: string, more: { readonly place?: string; readonly remedy?: string } = {}): Refused =>
  new Refused(problem('DATA_INVALID', message, { remedy: 'restore the whole data folder from one backup; keep this one: it is evidence', ...more }));
