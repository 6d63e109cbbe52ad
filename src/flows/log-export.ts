/**
 * A log into a folder, as C2SP tlog-tiles files. What is written was proven first: the leaf hashes have the signed root, and the entries
 * have those hashes. A folder that holds another log's files, or an older history than the one shown, is left as it is.
 */
import { concat, equal, hex } from '../core/base/bytes.ts';
import { sha256, sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import { EMPTY_TREE, leafHash } from '../core/log/merkle.ts';
import type { NoteKey } from '../core/log/note.ts';
import { hashesOf } from '../core/log/resume.ts';
import { rotationFile, rotationPath } from '../core/log/rotation-file.ts';
import { bundleBytes } from '../core/log/tile.ts';
import { type Begun, type Tile, type TileBuilder, tileBuilder } from '../core/log/tile-check.ts';
import { TILE_WIDTH, tilePath } from '../core/log/tiles.ts';
import { ahead } from './ahead.ts';
import { bodyPath, MAX_BODY } from './log-bodies.ts';
import { shownRotations } from './log-keys.ts';
import { checkpointOf, goesOn, openSigned, readBundle, readTile, type SignedCheckpoint, treeAt } from './log-read.ts';
import type { LogFolder, LogSource } from './ports-log.ts';

export interface ExportWorld {
  readonly source: LogSource;
  readonly folder: LogFolder;
  readonly keys: readonly NoteKey[];
  /** Where bodies are to lie beside the log: how to get one; null where it was erased or never was. */
  readonly body?: (sha256: string) => Promise<Uint8Array | null>;
  progress(words: string, share: number): void;
}

export interface Exported {
  readonly origin: string;
  /** Entries that were there before, and are there now. */
  readonly from: number;
  readonly size: number;
  /** Files written. */
  readonly files: number;
  readonly bodies?: BodyCount;
}

export interface BodyCount {
  readonly written: number;
  /** Taken away again, because the log says that they were erased. */
  readonly dropped: number;
  /** Named by entries and not there to be had. */
  readonly missing: number;
}

const AHEAD = 6;

/** Problems: LOG_FORK, LOG_SIG, LOG_ORIGIN, LOG_FORMAT, LOG_INCLUSION, NOT_FOUND, LOG_UNREACHABLE, DATA_INVALID. */
export async function exportLog(world: ExportWorld): Promise<Result<Exported>> {
  const now = await checkpointOf(world.source, world.keys);
  if (!now.ok) return now;
  const before = await exported(world, now.value);
  if (!before.ok) return before;
  const { begun, size: from } = before.value;
  const proven = await provenTiles(world, begun, now.value);
  if (!proven.ok) return proven;
  const files = await write(world, begun, now.value, proven.value);
  if (!files.ok) return files;
  const turned = await writeRotations(world, now.value.size);
  if (!turned.ok) return turned;
  const bodies = world.body === undefined ? ok(undefined) : await writeBodies(world, world.body, now.value.size);
  if (!bodies.ok) return bodies;
  // A log that did not grow may still have a witness more under its checkpoint.
  const published = await world.folder.publish(now.value.note);
  if (!published.ok) return published;
  const { origin, size } = now.value;
  return ok({ origin, from, size, files: files.value + turned.value, ...(bodies.value === undefined ? {} : { bodies: bodies.value }) });
}

interface Before {
  readonly size: number;
  readonly begun: Begun;
}

/** What the folder holds already, if that is this log at an earlier time. */
async function exported({ folder, keys }: ExportWorld, now: SignedCheckpoint): Promise<Result<Before>> {
  const bytes = await folder.read('checkpoint', 1_000_000);
  if (!bytes.ok) return bytes;
  if (bytes.value === null) return ok({ size: 0, begun: NOTHING });
  const old = openSigned(bytes.value, keys, `${folder.name} checkpoint`);
  if (!old.ok) return err({ ...old.error, remedy: 'choose another folder: this one holds another log, or one of another key' });
  const on = goesOn(old.value, now);
  if (!on.ok) return on;
  const begun = await treeAt(folder, old.value, old.value.size);
  return begun.ok ? ok({ size: old.value.size, begun: begun.value }) : err({ ...begun.error, remedy: 'countersign log verify of the folder says which file is damaged' });
}

const NOTHING: Begun = { tree: EMPTY_TREE, open: [] };

const bundles = (from: number, to: number): readonly [number, number] => [Math.floor(from / TILE_WIDTH), Math.ceil(to / TILE_WIDTH)];
const widthOf = (index: number, size: number): number => Math.min(TILE_WIDTH, size - index * TILE_WIDTH);

/** Digests of the lowest tiles, after the root they lead to was compared with the signed one. Nothing is written before. */
async function provenTiles({ source, progress }: ExportWorld, begun: Begun, now: SignedCheckpoint): Promise<Result<readonly string[]>> {
  const builder = tileBuilder(begun);
  const digests: string[] = [];
  const from = begun.tree.size;
  if (from === now.size) return ok([]);
  const [first, end] = bundles(from, now.size);
  for await (const tile of ahead(first, end, AHEAD, (i) => readTile(source, 0, i, widthOf(i, now.size)))) {
    if (!tile.ok) return tile;
    const hashes = hashesOf(tile.value);
    const known = digests.length === 0 ? from % TILE_WIDTH : 0;
    if (!sameStart(begun, hashes.slice(0, known))) return err(otherStart(tilePath(0, first, widthOf(first, now.size)), from));
    for (const hash of hashes.slice(known)) builder.addLeaf(hash);
    digests.push(hex(sha256(tile.value)));
    progress('hashes', builder.tree().size / now.size / 3);
  }
  if (equal(builder.root(), now.root)) return ok(digests);
  return err(problem('LOG_INCLUSION', 'the leaf hashes of the log do not have the root its checkpoint signs', { place: 'checkpoint', remedy: VERIFY }));
}

const VERIFY = 'countersign log verify says which file is wrong';

const sameStart = (begun: Begun, hashes: readonly Uint8Array[]): boolean => hashes.every((hash, i) => equal(hash, begun.open[0]?.hashes[i] ?? new Uint8Array(0)));

const otherStart = (place: string, size: number): Problem =>
  problem('LOG_FORK', `the log shows other entries among its first ${size} than the folder has`, { place, remedy: 'keep both: one of them is not the log that was published' });

/** Answers how many files were written. */
async function write(world: ExportWorld, begun: Begun, now: SignedCheckpoint, digests: readonly string[]): Promise<Result<number>> {
  const builder = tileBuilder(begun);
  const from = begun.tree.size;
  const [first, end] = bundles(from, now.size);
  let count = 0;
  if (digests.length === 0) return ok(0);
  for await (const read of ahead(first, end, AHEAD, (i) => readBundle(world.source, i, widthOf(i, now.size)))) {
    if (!read.ok) return read;
    const index = Math.floor(builder.tree().size / TILE_WIDTH);
    const put = await writeBundle(world.folder, builder, index, read.value, digests[index - first] ?? '');
    if (!put.ok) return put;
    count += put.value;
    world.progress('entries', 1 / 3 + builder.tree().size / now.size / 3);
  }
  const rest = await putAll(world.folder, builder.partial());
  return rest.ok ? ok(count + rest.value) : rest;
}

async function writeBundle(folder: LogFolder, builder: TileBuilder, index: number, entries: readonly Uint8Array[], digest: string): Promise<Result<number>> {
  const path = tilePath('entries', index, entries.length);
  const leaves = entries.map(leafHash);
  if (hex(sha256(concat(...leaves))) !== digest)
    return err(problem('LOG_INCLUSION', 'an entry of the bundle does not have the hash that was signed', { place: path, remedy: VERIFY }));
  const put = await folder.put(path, bundleBytes(entries) ?? new Uint8Array(0));
  if (!put.ok) return put;
  const full = leaves.slice(builder.tree().size % TILE_WIDTH).flatMap((leaf) => builder.addLeaf(leaf));
  const tiles = await putAll(folder, full);
  return tiles.ok ? ok(tiles.value + Number(put.value)) : tiles;
}

async function putAll(folder: LogFolder, tiles: readonly Tile[]): Promise<Result<number>> {
  let count = 0;
  for (const { level, index, width, hashes } of tiles) {
    const put = await folder.put(tilePath(level, index, width), hashes);
    if (!put.ok) return put;
    count += Number(put.value);
  }
  return ok(count);
}

/** What tells a holder of an old key which key signs the log now. Each is held to the entry that was proven. */
async function writeRotations({ source, folder }: ExportWorld, size: number): Promise<Result<number>> {
  const shown = await shownRotations(source);
  if (!shown.ok) return shown;
  let count = 0;
  for (const [n, rotation] of shown.value.filter((r) => r.index < size).entries()) {
    const at = Math.floor(rotation.index / TILE_WIDTH);
    const bundle = await readBundle(folder, at, widthOf(at, size));
    if (!bundle.ok) return bundle;
    if (!equal(bundle.value[rotation.index % TILE_WIDTH] ?? new Uint8Array(0), rotation.entry))
      return err(problem('LOG_INCLUSION', `a new key is shown that entry ${rotation.index} of the log does not name`, { place: rotationPath(n), remedy: VERIFY }));
    const put = await folder.put(rotationPath(n), rotationFile(rotation));
    if (!put.ok) return put;
    count += Number(put.value);
  }
  return ok(count);
}

/** From the first entry on, whatever was there before: bodies may be asked for later than the log was. */
async function writeBodies({ folder, progress }: ExportWorld, body: NonNullable<ExportWorld['body']>, size: number): Promise<Result<BodyCount>> {
  const missing = new Set<string>();
  let [written, dropped] = [0, 0];
  const [, end] = bundles(0, size);
  for (let index = 0; index < end; index++) {
    const entries = await readBundle(folder, index, widthOf(index, size));
    if (!entries.ok) return entries;
    for (const bytes of entries.value) {
      const entry = parseEntry(bytes);
      if (!entry.ok) return entry;
      const done = await writeBody(folder, body, entry.value.envelope, missing);
      if (!done.ok) return done;
      written += Number(done.value);
      const gone = entry.value.type === 'erasure' ? await dropErased(folder, body, entry.value.fields.bodies, missing) : ok(0);
      if (!gone.ok) return gone;
      dropped += gone.value;
    }
    progress('bodies', 2 / 3 + ((index + 1) / end) * (1 / 3));
  }
  return ok({ written, dropped, missing: missing.size });
}

async function writeBody(folder: LogFolder, body: NonNullable<ExportWorld['body']>, sha256: string, missing: Set<string>): Promise<Result<boolean>> {
  const known = await folder.read(bodyPath(sha256), MAX_BODY);
  if (!known.ok) return known;
  if (known.value !== null) return sha256Hex(known.value) === sha256 ? ok(false) : err(otherBody(sha256));
  const bytes = await body(sha256);
  if (bytes === null) missing.add(sha256);
  if (bytes === null) return ok(false);
  if (sha256Hex(bytes) === sha256) return folder.putBody(sha256, bytes);
  return err(problem('DATA_INVALID', 'a body does not have the digest it is kept under', { place: `body ${sha256}`, remedy: 'countersign audit --full says what else is wrong' }));
}

const otherBody = (sha256: string): Problem =>
  problem('LOG_INCLUSION', 'the body that lies there does not have the digest it lies under', { place: bodyPath(sha256), remedy: 'take it away, and run it again' });

/** Only what the store itself no longer has: an entry alone takes nothing away. */
async function dropErased(folder: LogFolder, body: NonNullable<ExportWorld['body']>, digests: unknown, missing: Set<string>): Promise<Result<number>> {
  let count = 0;
  for (const sha256 of Array.isArray(digests) ? digests.filter((d): d is string => typeof d === 'string' && /^[0-9a-f]{64}$/.test(d)) : []) {
    missing.delete(sha256);
    if ((await body(sha256)) !== null) continue;
    const gone = await folder.dropBody(sha256);
    if (!gone.ok) return gone;
    count += Number(gone.value);
  }
  return ok(count);
}
