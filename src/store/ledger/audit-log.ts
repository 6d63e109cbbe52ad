/** Entries, leaf hashes, tiles, checkpoints and bodies, each from the entries' bytes, in one walk from the first to the last. */
import { base64, concat, equal } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { problem } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { leafHash, root } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import type { Rotation } from '../../core/log/rotation.ts';
import { TILE_WIDTH } from '../../core/log/tiles.ts';
import { lostWord } from '../../core/signoff/heed-log.ts';
import type { Inspected } from '../connection.ts';
import { Refused } from '../refused.ts';
import type { Reading, TileTable } from '../schema.ts';
import { auditCosignatures } from './audit-cosignatures.ts';
import { readErased } from './erased.ts';
import type { Findings, Seen } from './findings.ts';
import { EMPTY_HEAD, type Growth, growth } from './head.ts';
import { type Erased, isErased } from './heeded.ts';
import { openStored } from './publisher.ts';
import { entriesFrom, type KeptEntry } from './read.ts';
import { readRotations } from './rotations.ts';

/** Throws `Refused` where what the log says of its own key does not hold. */
export async function auditLog({ db, rows }: Inspected, key: NoteKey | undefined, found: Findings, seen: Seen): Promise<void> {
  const rotations = await readRotations(db);
  const walk = { log: growth(EMPTY_HEAD), found, erased: await readErased(db), checkpoints: await checkpoints(rows, key, rotations, found), at: 0 };
  for await (const batch of entriesFrom(db)) {
    for (const row of batch) await auditEntry(db, walk, row);
    await seen(walk.log.tree.size);
  }
  for (const index of walk.erased.lost) found.take(lostWord(index));
  await walk.checkpoints.rest();
  await auditLeftOver(rows, walk.log.tree.size, found);
  await auditCosignatures(rows, found);
}

interface Walk {
  readonly log: Growth;
  readonly found: Findings;
  readonly erased: Erased;
  readonly checkpoints: Checkpoints;
  at: number;
}

async function auditEntry(db: Reading, walk: Walk, row: KeptEntry): Promise<void> {
  const { log, found } = walk;
  const place = `entry ${row.idx}`;
  if (row.idx !== log.tree.size) throw new Refused(problem('DATA_INVALID', 'is missing; nothing after it can be compared', { place: `entry ${log.tree.size}` }));
  if (row.at < walk.at) found.add(place, 'is older than the entry before it');
  walk.at = row.at;
  auditSaid(walk, row, place);
  for (const tile of log.add(await leafOf(db, row, found, place))) await auditTile(db, tile, found);
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
  if (row.kept !== null && sha256Hex(row.kept) !== envelope) found.add(`body ${envelope}`, `of entry ${row.idx} has another digest`);
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

async function checkpoints(rows: Inspected['rows'], key: NoteKey | undefined, rotations: readonly Rotation[], found: Findings): Promise<Checkpoints> {
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
        const opened = openStored(row, key, rotations);
        if ('fault' in opened) return opened.fault;
        return row.size === tree.size && base64(opened.root) === base64(root(tree)) ? undefined : 'the entries do not have this root';
      }),
    rest: () => take(Number.POSITIVE_INFINITY, () => 'speaks of more entries than there are'),
  };
}

/** What lies in the ledger's tables and belongs to no entry. */
async function auditLeftOver(rows: Inspected['rows'], size: number, found: Findings): Promise<void> {
  for await (const { level, pos } of rows<{ level: number; pos: number }>('select level, pos from tiles')) {
    if ((pos + 1) * TILE_WIDTH ** (level + 1) > size) found.add(`tile ${level}/${pos}`, 'no log of this size has it');
  }
  for await (const { idx } of rows<{ idx: number }>('select idx from bodies where idx not in (select idx from entries)'))
    found.add(`body of entry ${idx}`, 'there is no such entry');
}
