/**
 * What happens before a store is opened: the tree is recomputed from the entries alone and must agree with the last
 * checkpoint that was stored. A log that disagrees with what it once signed, or is shorter, is never opened: whoever holds an
 * old checkpoint would hold proof of a fork.
 */
import { equal } from '../../core/base/bytes.ts';
import { problem } from '../../core/base/result.ts';
import { type Checkpoint, openCheckpoint } from '../../core/log/checkpoint.ts';
import { EMPTY_TREE, edgeNodes, grow, leafHash, root, type Tree } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import type { Connection } from '../database.ts';
import { Refused } from '../refused.ts';
import type { Reading } from '../schema.ts';
import type { Publisher } from './publisher.ts';
import { allEntries, readNodes } from './read.ts';

/** Throws `Refused` with DATA_INVALID. Afterwards the latest checkpoint is signed for every committed entry. */
export async function recover(writer: Connection, publisher: Publisher): Promise<void> {
  await publisher.start();
  const last = await lastCheckpoint(writer.db, publisher.key());
  const { tree, rootThen } = await recompute(writer.db, last?.size ?? 0);
  if (last !== undefined && tree.size < last.size) throw refused(`the log holds ${tree.size} entries and its last checkpoint speaks of ${last.size}`);
  if (last !== undefined && !equal(rootThen, last.root)) throw refused(`the entries do not have the root the checkpoint of size ${last.size} was signed over`);
  if (tree.size === 0) return;
  if (publisher.key() === undefined) throw refused('the first entry is no genesis');
  await compareEdge(writer.db, tree);
  await publisher.publish(tree);
}

async function lastCheckpoint(db: Reading, key: NoteKey | undefined): Promise<Checkpoint | undefined> {
  const row = await db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
  if (row === undefined) return undefined;
  const opened = openCheckpoint(row.note, key === undefined ? [] : [key]);
  if (!opened.ok) throw refused(`the last checkpoint is not this log's: ${opened.error.message}`);
  if (opened.value.size !== row.size) throw refused('the last checkpoint is stored under another size');
  return opened.value;
}

/** The tree over all entries, and the root it had at `size`. */
async function recompute(db: Reading, size: number): Promise<{ readonly tree: Tree; readonly rootThen: Uint8Array }> {
  let tree = EMPTY_TREE;
  let rootThen = root(tree);
  for await (const row of allEntries(db)) {
    if (row.idx !== tree.size) throw refused(`entry ${tree.size} is missing`);
    tree = grow(tree, leafHash(row.bytes)).tree;
    if (tree.size === size) rootThen = root(tree);
  }
  return { tree, rootThen };
}

/** New nodes are built on the stored edge: a wrong one would spoil every root from here on. */
async function compareEdge(db: Reading, tree: Tree): Promise<void> {
  const stored = await readNodes(db, edgeNodes(tree.size));
  const same = tree.edge.every((hash, i) => equal(hash, stored[i] ?? new Uint8Array(0)));
  if (!same) throw refused('the stored node hashes are not those of the entries');
}

const refused = (message: string): Refused =>
  new Refused(problem('DATA_INVALID', message, { remedy: 'restore the whole data folder from one backup; keep this one: it is evidence' }));
