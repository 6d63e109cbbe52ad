/** Entries, leaf hashes, tiles, checkpoints and bodies, each from the entries' bytes, in one walk from the first to the last. */
import { base64, concat, equal } from '../../core/base/bytes.ts';
import { type Checkpoint, claimedCheckpoint } from '../../core/log/checkpoint.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { leafHash, root } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import type { Rotation } from '../../core/log/rotation.ts';
import { TILE_WIDTH } from '../../core/log/tiles.ts';
import { lostWord } from '../../core/signoff/heed-log.ts';
import type { Inspected } from '../connection.ts';
import { isBody } from '../envelopes/envelopes.ts';
import { settled } from '../refused.ts';
import type { Reading, TileTable } from '../schema.ts';
import { auditCosignatures } from './audit-cosignatures.ts';
import { readErased } from './erased.ts';
import type { Findings, Seen } from './findings.ts';
import { EMPTY_HEAD, type Growth, growth } from './head.ts';
import { type Erased, isErased } from './heeded.ts';
import { openStored, type StoredCheckpoint } from './publisher.ts';
import { entriesFrom, type KeptEntry } from './read.ts';
import { readRotations } from './rotations.ts';

/** @param key undefined: nobody knows it, and of checkpoints only the roots are compared. */
export async function auditLog({ db, rows }: Pick<Inspected, 'db' | 'rows'>, key: NoteKey | undefined, found: Findings, seen: Seen): Promise<void> {
  const rotations = await settled(readRotations(db));
  if (!rotations.ok) found.take(rotations.error);
  const signers = rotations.ok && key !== undefined ? { now: key, rotations: rotations.value } : undefined;
  const walk: Walk = { log: growth(EMPTY_HEAD), found, erased: await readErased(db), checkpoints: await checkpoints(rows, signers, found), at: 0, next: 0, gap: false };
  for await (const batch of entriesFrom(db)) {
    for (const row of batch) await auditEntry(db, walk, row);
    await seen(walk.next);
  }
  for (const index of walk.erased.lost) found.take(lostWord(index));
  if (!walk.gap) await walk.checkpoints.rest();
  await auditLeftOver(rows, walk.next, found);
  await auditCosignatures(rows, found);
}

interface Walk {
  /** The place behind the last entry that was read. */
  next: number;
  /** An entry is missing: what comes after it has a place in no tree. */
  gap: boolean;
  readonly log: Growth;
  readonly found: Findings;
  readonly erased: Erased;
  readonly checkpoints: Checkpoints;
  at: number;
}

async function auditEntry(db: Reading, walk: Walk, row: KeptEntry): Promise<void> {
  const { log, found } = walk;
  const place = `entry ${row.idx}`;
  if (row.idx !== walk.next) found.add(`entry ${walk.next}`, 'is missing; no tile and no checkpoint after it can be compared');
  walk.gap ||= row.idx !== walk.next;
  walk.next = row.idx + 1;
  if (row.at < walk.at) found.add(place, 'is older than the entry before it');
  walk.at = row.at;
  auditSaid(walk, row, place);
  const leaf = await leafOf(db, row, found, place);
  if (walk.gap) return;
  for (const tile of log.add(leaf)) await auditTile(db, tile, found);
  await walk.checkpoints.at(log);
}

function auditSaid({ found, erased }: Walk, row: KeptEntry, place: string): void {
  const entry = parseEntry(row.bytes);
  if (!entry.ok) found.add(place, entry.error.message);
  const { type, at, envelope } = entry.ok ? entry.value : { ...row, envelope: row.body };
  if (type === 'erasure' && !erased.by.has(row.idx)) found.add(place, `is an erasure ${row.idx > (erased.lost[0] ?? row.idx) ? BEHIND : UNSIGNED}: it erases nothing`);
  if (envelope !== row.body || at !== row.at || type !== row.type) found.add(place, 'the columns beside the entry say something else than its bytes');
  if (row.kept === null && !isErased(erased, { idx: row.idx, body: envelope })) found.add(`body ${envelope}`, `of entry ${row.idx} is missing, and no erasure that holds names it`);
  if (row.kept !== null && isErased(erased, { idx: row.idx, body: envelope })) found.add(`body ${envelope}`, `of entry ${row.idx} is still here, though it was erased`);
  if (row.kept !== null && !isBody(row.kept, envelope)) found.add(`body ${envelope}`, `of entry ${row.idx} has another digest`);
}

const UNSIGNED = 'that trustees did not sign, or that was said before';
const BEHIND = 'that stands behind a statement whose bytes are lost, which may have taken back a key that signed it';

/**
 * The leaf to go on with. The hash stands in three places: in the bytes, beside them and in a full tile. Where one of them was
 * changed the other two say so, and no later tile or checkpoint is named for it.
 */
async function leafOf(db: Reading, row: KeptEntry, found: Findings, place: string): Promise<Uint8Array> {
  const leaf = leafHash(row.bytes);
  if (equal(leaf, row.leaf)) return leaf;
  found.add(place, 'its bytes do not have the leaf hash stored beside them');
  const tile = await db
    .selectFrom('tiles')
    .select('hashes')
    .where('level', '=', 0)
    .where('pos', '=', Math.floor(row.idx / TILE_WIDTH))
    .executeTakeFirst();
  const at = (row.idx % TILE_WIDTH) * 32;
  return tile !== undefined && equal(tile.hashes.subarray(at, at + 32), row.leaf) ? row.leaf : leaf;
}

async function auditTile(db: Reading, { level, pos, root, hashes }: TileTable, found: Findings): Promise<void> {
  const stored = await db.selectFrom('tiles').select(['root', 'hashes']).where('level', '=', level).where('pos', '=', pos).executeTakeFirst();
  if (stored === undefined) found.add(`tile ${level}/${pos}`, 'is missing');
  else if (!equal(concat(stored.root, stored.hashes), concat(root, hashes))) found.add(`tile ${level}/${pos}`, 'is not that of the entries');
}

interface Checkpoints {
  /** Those of the size the log has reached. */
  at(log: Growth): Promise<void>;
  /** Those no entry reaches. */
  rest(): Promise<void>;
}

interface Signers {
  readonly now: NoteKey;
  readonly rotations: readonly Rotation[];
}

async function checkpoints(rows: Inspected['rows'], signers: Signers | undefined, found: Findings): Promise<Checkpoints> {
  const stored = rows<{ size: number; note: string }>('select size, note from checkpoints order by size')[Symbol.asyncIterator]();
  let next = await stored.next();
  const take = async (size: number, fault: (row: { size: number; note: string }) => string | undefined): Promise<void> => {
    for (; next.done !== true && next.value.size <= size; next = await stored.next()) {
      const said = fault(next.value);
      if (said !== undefined) found.add(`checkpoint ${next.value.size}`, said);
    }
  };
  return {
    at: ({ tree }) =>
      take(tree.size, (row) => {
        const opened = signers === undefined ? unsigned(row) : openStored(row, signers.now, signers.rotations);
        if ('fault' in opened) return opened.fault;
        return row.size === tree.size && base64(opened.root) === base64(root(tree)) ? undefined : 'the entries do not have this root';
      }),
    rest: () => take(Number.POSITIVE_INFINITY, () => 'speaks of more entries than there are'),
  };
}

/** What it says, whoever signed it. */
function unsigned({ size, note }: StoredCheckpoint): Checkpoint | { readonly fault: string } {
  const checkpoint = claimedCheckpoint(note);
  if (!checkpoint.ok) return { fault: `is none: ${checkpoint.error.message}` };
  return checkpoint.value.size === size ? checkpoint.value : { fault: 'is stored under another size' };
}

/** What lies in the ledger's tables and belongs to no entry. */
async function auditLeftOver(rows: Inspected['rows'], size: number, found: Findings): Promise<void> {
  for await (const { level, pos } of rows<{ level: number; pos: number }>('select level, pos from tiles')) {
    if ((pos + 1) * TILE_WIDTH ** (level + 1) > size) found.add(`tile ${level}/${pos}`, 'no log of this size has it');
  }
  for await (const { idx } of rows<{ idx: number }>('select idx from bodies where idx not in (select idx from entries)'))
    found.add(`body of entry ${idx}`, 'there is no such entry');
}
