/**
 * What happens before a store is opened. The last checkpoint that was signed is taken at its word, once its root comes out of the
 * tiles and the leaf hashes at the edge; entries are read again where it matters most: all that decide who may sign, each by its bytes and
 * shown to be in the tree that was signed; all that came after what was read before (checked.ts); and the last some thousand in any case.
 * Everything older is for the audit. A log that disagrees with what it once signed, or is shorter, is never opened: whoever holds an old
 * checkpoint would hold proof of a fork.
 */
import { equal } from '../../core/base/bytes.ts';
import type { Result } from '../../core/base/result.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { root } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import { TILE_WIDTH } from '../../core/log/tiles.ts';
import type { Writer } from '../connection.ts';
import { orRefuse, Refused } from '../refused.ts';
import type { Reading } from '../schema.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { brokenAt } from './broken.ts';
import type { Checked } from './checked.ts';
import { EMPTY_HEAD, growth, type Head, headAt } from './head.ts';
import { holds } from './holds.ts';
import type { Published, Publisher } from './publisher.ts';
import { refused, reproven, reread } from './reread.ts';
import { everyKey } from './rotations.ts';
import { signedBefore } from './signed.ts';
import { type Deciding, findDeciding, type Statements, statements } from './statements.ts';

/**
 * Checkpoints somebody else kept; or how to ask for them, with every key the log ever signed with, the newest first, none in a folder
 * without a log. What it refuses with keeps the folder closed.
 */
export type Known = readonly string[] | ((keys: readonly NoteKey[]) => Promise<Result<readonly string[]>>);

/** Entries read again though a checkpoint covers them: 16 tiles. */
const READ_AGAIN = 4096;

/** Where the log stands, and what of it decides who may sign. */
export interface Opened {
  readonly head: Head;
  readonly statements: Statements;
}

/** Of a log without an entry. */
export const unwritten = (): Opened => ({ head: EMPTY_HEAD, statements: statements() });

/**
 * Throws `Refused` with DATA_INVALID or, for a checkpoint kept elsewhere, as `holds` says. Nothing is signed before all of it
 * holds; afterwards the latest checkpoint is signed for every committed entry.
 */
export async function recover(writer: Writer, publisher: Publisher, known: Known = [], beside: Beside = NOTHING_BESIDE): Promise<Opened> {
  const { db } = writer;
  for (const name of await writer.intruders()) throw refused(`somebody else put a trigger into the database: ${name}`, `database ${name}`);
  await publisher.start();
  const last = await publisher.stored();
  const left = await writer.shared?.left(db);
  const size = left?.size ?? (await sizeOf(db));
  if (last !== undefined && size < last.size) throw refused(`the log holds ${size} entries and its last checkpoint speaks of ${last.size}`, `entry ${size}`);
  if (last !== undefined) await checkRoot(db, last, `checkpoint ${last.size}`);
  const keys = await everyKey(db, publisher.key());
  for (const note of seen(beside, keys)) await named(db, { size, otherwise: 'log.seen' }, async () => orRefuse(await holds(db, keys, note, size)));
  for (const note of typeof known === 'function' ? orRefuse(await known(keys)) : known) orRefuse(await holds(db, keys, note, size));
  const key = publisher.key();
  if (size === 0) {
    if (left !== undefined) publisher.vouched(left.note, EMPTY_HEAD.tree);
    return unwritten();
  }
  if (key === undefined) throw refused('the first entry is no genesis', 'entry 0');
  const checked = beside.checked(key);
  const opened = await readAgain(db, { size, last, checked });
  if (left !== undefined) {
    // Another server may have changed the key while this one read.
    await publisher.start();
    publisher.vouched(left.note, opened.head.tree);
  }
  await publisher.publish(opened.head.tree);
  await beside.grew(opened, publisher);
  return opened;
}

/** What this folder itself was seen with. Of two notes one may be torn by a power cut, never both. */
function seen(beside: Beside, keys: readonly NoteKey[]): readonly string[] {
  const notes = beside.seen.read();
  const whole = notes.filter((note) => openCheckpoint(note, keys).ok);
  if (notes.length > 0 && whole.length === 0) throw refused('what was last seen of the log beside the database (log.seen) is not of this log', 'log.seen');
  return whole;
}

async function sizeOf(db: Reading): Promise<number> {
  const last = await db.selectFrom('entries').select('idx').orderBy('idx', 'desc').limit(1).executeTakeFirst();
  return (last?.idx ?? -1) + 1;
}

async function checkRoot(db: Reading, signed: { readonly size: number; readonly root: Uint8Array }, what: string): Promise<void> {
  await named(db, { size: signed.size, otherwise: what }, async () => {
    if (!equal(root((await headAt(db, signed.size)).tree), signed.root)) throw refused(`the entries do not have the root ${what} was signed over`);
  });
}

/** What is refused without a place gets that of what is broken, where that can be seen; else the other. */
async function named(db: Reading, { size, otherwise }: { readonly size: number; readonly otherwise: string }, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof Refused) || cause.problem.place !== undefined) throw cause;
    throw new Refused({ ...cause.problem, place: (await brokenAt(db, size, READ_AGAIN)) ?? otherwise });
  }
}

interface Extent {
  readonly size: number;
  readonly last: Published | undefined;
  readonly checked: Checked | undefined;
}

/**
 * From the full tile before what was checked and before the last some thousand entries. The hashes it starts from are those that were
 * signed, for with what is read they come out at the root of the last checkpoint.
 */
async function readAgain(db: Reading, { size, last, checked }: Extent): Promise<Opened> {
  if (checked !== undefined && checked.size > size) throw refused(`the log holds ${size} entries and was read with ${checked.size}: it is an older copy`, 'log.checked');
  if (checked !== undefined) await checkRoot(db, checked, 'log.checked');
  const from = Math.floor(Math.min(checked?.size ?? 0, Math.max(0, (last?.size ?? 0) - READ_AGAIN)) / TILE_WIDTH) * TILE_WIDTH;
  const log = growth(from === 0 ? EMPTY_HEAD : { ...(await headAt(db, from)), at: 0 });
  const before = log.head().tree;
  const later = await reread(db, log, size, last === undefined ? [] : [last]);
  const earlier: Deciding[] = [];
  for (const index of checked?.places ?? []) if (index < from) earlier.push(await reproven(db, index, before));
  const deciding = [...earlier, ...later.deciding];
  await checkFound(db, deciding, size);
  const signed = signedBefore(checked?.signed ?? new Uint8Array(0), from);
  signed.join(later.signed);
  return { head: log.head(), statements: statements({ deciding, signed }) };
}

/** A column, an index or a row that says otherwise was changed by somebody: what else was, the audit says. */
async function checkFound(db: Reading, deciding: readonly Deciding[], size: number): Promise<void> {
  const [found, meant] = [new Set(await findDeciding(db, size)), new Set(deciding.map((d) => d.index))];
  const [other] = [...found].filter((idx) => !meant.has(idx)).concat([...meant].filter((idx) => !found.has(idx)));
  if (other !== undefined) throw refused(`the column beside entry ${other}, or the index over it, says of another type than its bytes`, `entry ${other}`);
  const { n } = await db
    .selectFrom('entries')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('idx', '<', size)
    .executeTakeFirstOrThrow();
  if (n !== size) throw refused(`the log has ${size} places and the database ${n} entries: some are missing`, 'database entries');
}
