/** Reading a log's files: each of the one size it can have, or a problem that names it. Nothing is verified here but the checkpoint's signature. */
import { equal, text, utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { openAnyCheckpoint } from '../core/log/any-checkpoint.ts';
import type { Checkpoint } from '../core/log/checkpoint.ts';
import { MAX_ENTRY } from '../core/log/entry.ts';
import { consistencyPlan, edgeNodes, fill, type NodeRef, root as rootOf, verifyConsistency } from '../core/log/merkle.ts';
import { type NoteKey, parseVkey } from '../core/log/note.ts';
import { levelsAt, resume } from '../core/log/resume.ts';
import { parseRotationPath, rotationFile } from '../core/log/rotation-file.ts';
import { HASH_SIZE } from '../core/log/strict.ts';
import { nodesOfTiles, parseBundleBytes, tilePlan } from '../core/log/tile.ts';
import type { Begun } from '../core/log/tile-check.ts';
import { parseTilePath, TILE_WIDTH, tilePath, tilesAt, widthAt } from '../core/log/tiles.ts';
import type { LogFiles, LogSource } from './ports-log.ts';

const MAX_NOTE = 1_000_000;
const MAX_BUNDLE = TILE_WIDTH * (MAX_ENTRY + 2);

export interface SignedCheckpoint extends Checkpoint {
  /** The note, verbatim. */
  readonly note: string;
}

/** Our own log as anybody reads it. */
export const sourceOf = (files: LogFiles, name: string): LogSource => ({
  name,
  read: async (path) => {
    if (path === 'checkpoint') {
      const note = await files.checkpoint();
      return ok(note === null ? null : utf8(note));
    }
    const n = parseRotationPath(path);
    if (n !== undefined) return ok(await rotationAt(files, n));
    const tile = parseTilePath(path);
    if (tile === undefined) return ok(null);
    return ok(tile.level === 'entries' ? await files.bundle(tile.index, tile.width) : await files.tile(tile.level, tile.index, tile.width));
  },
});

/** The file of the n-th change of its key; null where there is none. */
export async function rotationAt(files: LogFiles, n: number): Promise<Uint8Array | null> {
  const rotation = (await files.rotation?.(n)) ?? null;
  return rotation === null ? null : rotationFile(rotation);
}

/** Keys of one log; several may share its name. Problem: USAGE, where there is none too. */
export function keysOf(vkeys: readonly string[]): Result<readonly NoteKey[], readonly Problem[]> {
  if (vkeys.length === 0)
    return err([
      problem('USAGE', 'a log is checked with its key, and none is given', { place: '--vkey', remedy: 'name the key its operator published, by another road than the log' }),
    ]);
  const parsed = vkeys.map((vkey) => parseVkey(vkey));
  const wrong = parsed.flatMap((p, i) => (p.ok ? [] : [problem('USAGE', p.error.message, { place: `--vkey ${vkeys[i]}` })]));
  return wrong.length > 0 ? err(wrong) : ok(parsed.flatMap((p) => (p.ok ? [p.value] : [])));
}

/** Problems: NOT_FOUND, LOG_UNREACHABLE, LOG_FORMAT, LOG_ORIGIN, LOG_SIG. */
export async function checkpointOf(source: LogSource, keys: readonly NoteKey[]): Promise<Result<SignedCheckpoint>> {
  const read = await source.read('checkpoint', MAX_NOTE);
  if (!read.ok) return read;
  if (read.value === null)
    return err(problem('NOT_FOUND', 'there is no checkpoint here, so no log', { place: `${source.name} checkpoint`, remedy: 'check the address or the folder' }));
  return openSigned(read.value, keys, 'checkpoint');
}

/** A checkpoint that was kept. Problems: LOG_FORMAT, LOG_ORIGIN, LOG_SIG. */
export function openSigned(bytes: Uint8Array, keys: readonly NoteKey[], place: string): Result<SignedCheckpoint> {
  const note = text(bytes);
  if (note === undefined) return err(problem('LOG_FORMAT', 'the checkpoint is not UTF-8', { place }));
  const opened = openAnyCheckpoint(note, keys);
  return opened.ok ? ok({ ...opened.value, note }) : err({ ...opened.error, place });
}

/** `width` hashes. Problems: NOT_FOUND, LOG_FORMAT, LOG_UNREACHABLE. */
export async function readTile(source: LogSource, level: number, index: number, width: number): Promise<Result<Uint8Array>> {
  const path = tilePath(level, index, width);
  const exact = await source.read(path, TILE_WIDTH * HASH_SIZE);
  if (!exact.ok) return exact;
  if (exact.value !== null) return sized(exact.value, width, path);
  const full = width < TILE_WIDTH ? await source.read(tilePath(level, index), TILE_WIDTH * HASH_SIZE) : exact;
  if (!full.ok) return full;
  if (full.value === null) return missing(path);
  const whole = sized(full.value, TILE_WIDTH, tilePath(level, index));
  return whole.ok ? ok(whole.value.slice(0, width * HASH_SIZE)) : whole;
}

const sized = (tile: Uint8Array, width: number, place: string): Result<Uint8Array> =>
  tile.length === width * HASH_SIZE ? ok(tile) : err(problem('LOG_FORMAT', `the tile has ${tile.length} bytes; ${width} hashes are ${width * HASH_SIZE}`, { place }));

/** `width` entries. A log may throw a partial file away once the full one is there. Problems: as of a tile. */
export async function readBundle(source: LogSource, index: number, width: number): Promise<Result<readonly Uint8Array[]>> {
  const path = tilePath('entries', index, width);
  const exact = await source.read(path, MAX_BUNDLE);
  if (!exact.ok) return exact;
  if (exact.value !== null) return parsed(exact.value, width, path);
  const full = width < TILE_WIDTH ? await source.read(tilePath('entries', index), MAX_BUNDLE) : exact;
  if (!full.ok) return full;
  if (full.value === null) return missing(path);
  const whole = parsed(full.value, TILE_WIDTH, tilePath('entries', index));
  return whole.ok ? ok(whole.value.slice(0, width)) : whole;
}

function parsed(bytes: Uint8Array, width: number, place: string): Result<readonly Uint8Array[]> {
  const entries = parseBundleBytes(bytes, width);
  return entries === undefined ? err(problem('LOG_FORMAT', `the bundle is not ${width} entries, each behind its length`, { place })) : ok(entries);
}

const missing = (place: string): Result<never> => err(problem('NOT_FOUND', 'the checkpoint promises this file, and it is not there', { place }));

/**
 * That the log at `now` goes on from `old`, by a consistency proof out of its tiles: some dozen files, however long the log.
 * Problems: LOG_FORK where its tiles show another history under the new signature, LOG_INCLUSION where they show nothing; as of a tile.
 */
export async function continues(source: LogSource, old: Checkpoint, now: Checkpoint): Promise<Result<void>> {
  const on = goesOn(old, now);
  const plan = consistencyPlan(old.size, now.size);
  if (!on.ok || plan === undefined || old.size === now.size) return on;
  const hashes = await nodesOf(source, plan.nodes, now.size);
  if (!hashes.ok) return hashes;
  const proof = fill(plan, hashes.value) ?? [];
  if (verifyConsistency(old.size, now.size, proof, old.root, now.root)) return ok(undefined);
  // Not proven is not yet a fork: a damaged tile proves nothing either. What its own tiles prove of another beginning is one.
  const edge = await nodesOf(source, edgeNodes(old.size), now.size);
  if (!edge.ok) return edge;
  const other = edge.value.filter((hash) => hash !== undefined);
  if (other.length === edge.value.length && verifyConsistency(old.size, now.size, proof, rootOf({ size: old.size, edge: other }), now.root)) return err(forked(old, now));
  return err(problem('LOG_INCLUSION', `the tiles do not prove that the log goes on from ${old.size} entries: they are damaged, or it was rewritten`, { place: source.name }));
}

/** What the two checkpoints say by themselves. Problem: LOG_FORK. */
export function goesOn(old: Checkpoint, now: Checkpoint): Result<void> {
  const place = 'checkpoint';
  if (old.origin !== now.origin) return err(problem('LOG_ORIGIN', `the kept checkpoint is of ${old.origin}, this log is ${now.origin}`, { place }));
  if (now.size < old.size) return err(problem('LOG_FORK', `the log had ${old.size} entries and shows ${now.size} now`, { place, remedy: FORK_REMEDY }));
  const same = old.size !== now.size || equal(old.root, now.root);
  return same ? ok(undefined) : err(forked(old, now));
}

export const forked = (old: Checkpoint, now: Checkpoint): Problem =>
  problem('LOG_FORK', `the log at ${now.size} entries does not begin with the ${old.size} entries it was signed with before`, { place: 'checkpoint', remedy: FORK_REMEDY });

const FORK_REMEDY = 'keep both checkpoints: signed by one key, they prove that the log was rewritten. Show them to its operator and to the other people who watch it';

/** Out of the tiles of a log of this size; undefined for each that they do not give. Problems: as of a tile. */
export async function nodesOf(source: LogSource, nodes: readonly NodeRef[], size: number): Promise<Result<readonly (Uint8Array | undefined)[]>> {
  const plan = tilePlan(nodes, size);
  const contents: Uint8Array[] = [];
  for (const { level, index, width } of plan?.tiles ?? []) {
    const tile = await readTile(source, Number(level), index, width);
    if (!tile.ok) return tile;
    contents.push(tile.value);
  }
  return ok(plan === undefined ? nodes.map(() => undefined) : nodesOfTiles(plan, contents));
}

/**
 * The tree of a checkpoint, out of the log's own tiles, ready to grow. @param size of the log as it is shown now: its tiles are those
 * that must be there. Problems: LOG_INCLUSION where they are not of its root; as of a tile.
 */
export async function treeAt(source: LogSource, at: Checkpoint, size: number): Promise<Result<Begun>> {
  const partial = new Map<number, Uint8Array>();
  for (let level = 0; level < levelsAt(at.size); level++) {
    const tile = await startOf(source, level, at.size, size);
    if (!tile.ok) return tile;
    partial.set(level, tile.value);
  }
  const begun = resume(at.size, partial);
  if (begun !== undefined && equal(rootOf(begun.tree), at.root)) return ok(begun);
  return err(problem('LOG_INCLUSION', `the tiles of the first ${at.size} entries do not have the root that was signed`, { place: source.name }));
}

/** The partial tile of a level in the log of the older size, cut out of the one there is now. */
async function startOf(source: LogSource, level: number, old: number, now: number): Promise<Result<Uint8Array>> {
  const { full: index, partial: width } = tilesAt(level, old);
  if (width === 0) return ok(new Uint8Array(0));
  const tile = await readTile(source, level, index, widthAt(level, index, now));
  return tile.ok ? ok(tile.value.slice(0, width * HASH_SIZE)) : tile;
}
