/**
 * Checks any C2SP tlog-tiles log by working it out again: every entry to its hash, every hash to its tile, every tile to the one above it,
 * up to the root that was signed. Whoever serves the log controls every byte; only the key is ours. Memory is some bundles, whatever the
 * size. Each fault is named with its file, and one flipped bit is one fault.
 */
import { concat, equal } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type Entry, parseEntry } from '../core/log/entry.ts';
import { fieldFault } from '../core/log/kinds.ts';
import { grow, leafHash, root } from '../core/log/merkle.ts';
import type { NoteKey } from '../core/log/note.ts';
import { hashesOf } from '../core/log/resume.ts';
import { HASH_SIZE } from '../core/log/strict.ts';
import { nodeOfTile } from '../core/log/tile.ts';
import { type Tile, type TileBuilder, tileBuilder } from '../core/log/tile-check.ts';
import { TILE_WIDTH, tilePath, widthAt } from '../core/log/tiles.ts';
import { ahead } from './ahead.ts';
import { type BodyCheck, bodiesBeside, type CheckedBodies } from './log-bodies.ts';
import { checkpointOf, forked, goesOn, readBundle, readTile, type SignedCheckpoint } from './log-read.ts';
import type { LogSource } from './ports-log.ts';

export interface VerifyLogAsked {
  readonly keys: readonly NoteKey[];
  /** A checkpoint that was kept: the log must go on from it. */
  readonly from?: SignedCheckpoint;
  /** It is one of ours: its entries must be what ours are. */
  readonly entries: boolean;
  /** Leave entries unread: of a log that serves them in another form. */
  readonly hashesOnly: boolean;
  progress(words: string, share: number): void;
}

export interface VerifiedLog {
  /** null where nobody we know signed one. */
  readonly checkpoint: SignedCheckpoint | null;
  readonly faults: readonly Problem[];
  /** Faults there were no room for. With as many as that the check ended, and there may be others. */
  readonly more: number;
  /** Read and compared. */
  readonly entries: number;
  readonly tiles: number;
  /** null where none lie beside it, or entries were left unread. */
  readonly bodies: CheckedBodies | null;
}

const AHEAD = 6;
/** Then the check ends: the answer is no, and whoever serves the log can promise 2^53 entries and have none. */
export const MOST_FAULTS = 1_000;
/** A server that stopped answering is not asked for the rest. */
const MOST_UNREACHABLE = 10;

/** Never refuses: what is wrong is in `faults`. Codes: LOG_*, NOT_FOUND of a file that must be there. */
export async function verifyLog(source: LogSource, asked: VerifyLogAsked): Promise<VerifiedLog> {
  const checkpoint = await checkpointOf(source, asked.keys);
  if (!checkpoint.ok) return { checkpoint: null, faults: [checkpoint.error], more: 0, entries: 0, tiles: 0, bodies: null };
  const beside = asked.hashesOnly ? ok(null) : await bodiesBeside(source);
  const walk = new Walk(source, asked, checkpoint.value, beside.ok ? beside.value : null);
  if (!beside.ok) walk.fault(beside.error);
  await walk.all();
  return walk.report();
}

/** What of one place in the lowest level was read. */
interface Read {
  readonly tile: Result<Uint8Array>;
  readonly bundle: Result<readonly Uint8Array[]> | null;
}

class Walk {
  readonly #source: LogSource;
  readonly #asked: VerifyLogAsked;
  readonly #now: SignedCheckpoint;
  readonly #faults: Problem[] = [];
  #more = 0;
  #unreachable = 0;
  #entries = 0;
  #tiles = 0;
  /** null once a hash is known to nobody: from there on no root can be worked out. */
  #builder: TileBuilder | null = tileBuilder();
  #before: Entry | null = null;

  readonly #beside: BodyCheck | null;
  #bodies: CheckedBodies | null = null;

  constructor(source: LogSource, asked: VerifyLogAsked, now: SignedCheckpoint, beside: BodyCheck | null) {
    this.#beside = beside;
    this.#source = source;
    this.#asked = asked;
    this.#now = now;
  }

  report(): VerifiedLog {
    return { checkpoint: this.#now, faults: this.#faults, more: this.#more, entries: this.#entries, tiles: this.#tiles, bodies: this.#bodies };
  }

  async all(): Promise<void> {
    const { from } = this.#asked;
    const on = from === undefined ? ok(undefined) : goesOn(from, this.#now);
    if (!on.ok) this.fault(on.error);
    const count = Math.ceil(this.#now.size / TILE_WIDTH);
    let index = 0;
    for await (const read of ahead(0, count, AHEAD, (i) => this.#read(i))) {
      await this.#take(index++, read);
      this.#asked.progress('entries', index / count);
      if (this.#unreachable >= MOST_UNREACHABLE || this.#faults.length >= MOST_FAULTS) return;
    }
    await this.#end();
    this.#bodies = (await this.#beside?.check(this.fault, (share) => this.#asked.progress('bodies', share))) ?? null;
  }

  fault = (fault: Problem): void => {
    if (fault.code === 'LOG_UNREACHABLE') this.#unreachable++;
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(fault);
    else this.#more++;
  };

  #width(index: number): number {
    return Math.min(TILE_WIDTH, this.#now.size - index * TILE_WIDTH);
  }

  async #read(index: number): Promise<Read> {
    const width = this.#width(index);
    const [tile, bundle] = await Promise.all([readTile(this.#source, 0, index, width), this.#asked.hashesOnly ? null : readBundle(this.#source, index, width)]);
    return { tile, bundle };
  }

  async #take(index: number, { tile, bundle }: Read): Promise<void> {
    if (!tile.ok) this.fault(tile.error);
    else this.#tiles++;
    if (bundle !== null && !bundle.ok) this.fault(bundle.error);
    const said = tile.ok ? hashesOf(tile.value) : null;
    const entries = bundle?.ok === true ? bundle.value : null;
    const made = entries?.map(leafHash) ?? null;
    if (entries !== null) this.#readEntries(index, entries);
    const hashes = said !== null && made !== null ? await this.#settle(index, said, made) : (said ?? made);
    if (hashes === null) this.#builder = null;
    else await this.#grow(hashes);
  }

  /** Where the tile and the entries differ, what lies above them says which is right; then the other one is the fault. */
  async #settle(index: number, said: readonly Uint8Array[], made: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const apart = said.flatMap((hash, i) => (equal(hash, made[i] ?? new Uint8Array(0)) ? [] : [i]));
    if (apart.length === 0) return said;
    const confirmed = await this.#above(index);
    const right = [said, made].find((hashes) => confirmed?.(hashes) === true);
    const [place, wrong] =
      right === made
        ? [tilePath(0, index, said.length), (leaf: number) => `hash ${leaf % TILE_WIDTH} of the tile is not that of entry ${leaf}`]
        : right === said
          ? [tilePath('entries', index, said.length), (leaf: number) => `entry ${leaf} is not the one the log signed`]
          : [tilePath('entries', index, said.length), (leaf: number) => `entry ${leaf} does not have the hash that stands in ${tilePath(0, index, said.length)}`];
    for (const i of apart) this.fault(problem('LOG_INCLUSION', wrong(index * TILE_WIDTH + i), { place }));
    return right ?? said;
  }

  /** Whether some hashes are those the level above, or the signed root, was made of; null where nothing can be asked. */
  async #above(index: number): Promise<((hashes: readonly Uint8Array[]) => boolean) | null> {
    const width = this.#width(index);
    const builder = this.#builder;
    if (index * TILE_WIDTH + width === this.#now.size && builder !== null)
      return (hashes) => equal(root(hashes.reduce((tree, hash) => grow(tree, hash).tree, builder.tree())), this.#now.root);
    if (width < TILE_WIDTH) return null;
    const at = Math.floor(index / TILE_WIDTH);
    const tile = await readTile(this.#source, 1, at, widthAt(1, at, this.#now.size));
    const hash = tile.ok ? hashesOf(tile.value)[index % TILE_WIDTH] : undefined;
    return hash === undefined ? null : (hashes) => equal(nodeOfTile(concat(...hashes), 8, 0) ?? new Uint8Array(0), hash);
  }

  async #grow(hashes: readonly Uint8Array[]): Promise<void> {
    for (const hash of hashes) {
      const builder = this.#builder;
      if (builder === null) return;
      const full = builder.addLeaf(hash);
      this.#meet(builder);
      for (const tile of full) if (tile.level > 0) await this.#compare(tile);
    }
  }

  /** The log as it was when the older checkpoint was signed. */
  #meet(builder: TileBuilder): void {
    const { from } = this.#asked;
    if (from === undefined || builder.tree().size !== from.size || from.size === this.#now.size) return;
    if (!equal(builder.root(), from.root)) this.fault(forked(from, this.#now));
  }

  async #compare(made: Tile): Promise<void> {
    const { level, index, width } = made;
    const said = await readTile(this.#source, level, index, width);
    if (!said.ok) return this.fault(said.error);
    this.#tiles++;
    const place = tilePath(level, index, width);
    for (let i = 0; i < width; i++) {
      const [a, b] = [said.value, made.hashes].map((t) => t.subarray(i * HASH_SIZE, (i + 1) * HASH_SIZE)) as [Uint8Array, Uint8Array];
      const first = (index * TILE_WIDTH + i) * TILE_WIDTH ** level;
      if (!equal(a, b)) this.fault(problem('LOG_INCLUSION', `hash ${i} of the tile is not that of the entries ${first} to ${first + TILE_WIDTH ** level - 1} under it`, { place }));
    }
  }

  async #end(): Promise<void> {
    const builder = this.#builder;
    if (builder === null) return;
    for (const tile of builder.partial()) if (tile.level > 0) await this.#compare(tile);
    if (!equal(builder.root(), this.#now.root))
      this.fault(problem('LOG_INCLUSION', `the ${this.#now.size} entries do not have the root that the checkpoint signs`, { place: 'checkpoint' }));
  }

  #readEntries(index: number, entries: readonly Uint8Array[]): void {
    this.#entries += entries.length;
    if (this.#beside !== null) for (const entry of entries.map(parseEntry)) if (entry.ok) this.#beside.named(entry.value);
    if (!this.#asked.entries) return;
    entries.forEach((bytes, i) => {
      const at = index * TILE_WIDTH + i;
      const entry = ours(bytes, at, this.#now.origin, this.#before);
      if (entry.ok) this.#before = entry.value;
      else this.fault(problem('LOG_FORMAT', entry.error, { place: `entry ${at}` }));
    });
  }
}

/** One of our entries, where it stands (docs/spec/log.md). */
function ours(bytes: Uint8Array, index: number, origin: string, before: Entry | null): Result<Entry, string> {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) return err(parsed.error.message);
  const { type, fields, at } = parsed.value;
  const wrong = fieldFault(type, fields);
  if (wrong !== undefined) return err(wrong);
  if ((type === 'genesis') !== (index === 0)) return err('entry 0 is the genesis, and no other entry is');
  if (index === 0 && fields.origin !== origin) return err('the genesis names another log than the checkpoint');
  if (before !== null && at < before.at) return err('the entry is older than the one before it');
  return parsed;
}
