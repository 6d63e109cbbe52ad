/** A log in memory: real entries, a real Ed25519 key, every file C2SP tlog-tiles asks for at every size that was published. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { fromBase64, utf8 } from '../core/base/bytes.ts';
import { type Bytes, sha256Hex } from '../core/base/crypto.ts';
import { formatCheckpoint } from '../core/log/checkpoint.ts';
import { formatEntry } from '../core/log/entry.ts';
import { formatNote, formatVkey, type NoteKey, noteKey } from '../core/log/note.ts';
import { bundleBytes } from '../core/log/tile.ts';
import { type Tile, tileBuilder } from '../core/log/tile-check.ts';
import { TILE_WIDTH, tilePath } from '../core/log/tiles.ts';
import type { LogFiles } from '../flows/ports-log.ts';

export interface LogKey {
  readonly key: NoteKey;
  readonly vkey: string;
  /** Signed by this key, with extension lines where given. */
  sign(text: string): string;
}

export interface TestLog extends LogKey {
  /** Appends and publishes a checkpoint. Answers it. */
  append(entries: readonly Bytes[]): string;
  readonly size: number;
  readonly files: LogFiles;
  /** By path as C2SP names it, the checkpoint included: to be damaged. */
  readonly all: Map<string, Bytes>;
}

/** @param privateKey Ed25519; a new one unless told. */
export function logKey(origin: string, privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey): LogKey {
  const key = noteKey(origin, fromBase64(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0));
  if (key === undefined) throw new Error(`${origin} is no name of a log`);
  return { key, vkey: formatVkey(key), sign: (text) => signed(key, privateKey, text) };
}

function signed(key: NoteKey, privateKey: KeyObject, text: string): string {
  const note = formatNote(text, [{ name: key.name, id: key.id, signature: new Uint8Array(sign(null, utf8(text), privateKey)) }]);
  if (!note.ok) throw new Error(note.error.message);
  return note.value;
}

/** @param by another log's key, to fork it. */
export function testLog(origin: string, by: LogKey = logKey(origin)): TestLog {
  const all = new Map<string, Bytes>();
  const builder = tileBuilder();
  let bundle: Bytes[] = [];
  const keep = (tiles: readonly Tile[]): void => {
    for (const t of tiles) all.set(tilePath(t.level, t.index, t.width), t.hashes);
  };
  const keepBundle = (size: number): void => {
    if (bundle.length > 0) all.set(tilePath('entries', Math.floor((size - 1) / TILE_WIDTH), bundle.length), bundleBytes(bundle) ?? new Uint8Array(0));
    if (bundle.length === TILE_WIDTH) bundle = [];
  };
  const append = (entries: readonly Bytes[]): string => {
    for (const entry of entries) {
      bundle.push(entry);
      keep(builder.add(entry));
      if (bundle.length === TILE_WIDTH) keepBundle(builder.tree().size);
    }
    keep(builder.partial());
    keepBundle(builder.tree().size);
    const note = by.sign(formatCheckpoint({ origin, size: builder.tree().size, root: builder.root() }));
    all.set('checkpoint', utf8(note));
    return note;
  };
  const files: LogFiles = {
    tile: async (level, index, width) => all.get(tilePath(level, index, width)) ?? null,
    bundle: async (index, width) => all.get(tilePath('entries', index, width)) ?? null,
    checkpoint: async () => {
      const note = all.get('checkpoint');
      return note === undefined ? null : new TextDecoder().decode(note);
    },
  };
  return {
    ...by,
    append,
    files,
    all,
    get size() {
      return builder.tree().size;
    },
  };
}

/** Entries as ours are, the genesis first where `from` is 0; each names the body `bodyOf` gives. */
export function someEntries(origin: string, from: number, count: number): readonly Bytes[] {
  return Array.from({ length: count }, (_, i) => {
    const index = from + i;
    const at = Date.UTC(2026, 10, 20) + index * 1_000;
    const envelope = sha256Hex(bodyOf(index));
    const change = index.toString(16).padStart(16, '0');
    const made =
      index === 0
        ? formatEntry({ type: 'genesis', at, envelope, fields: { mode: 'production', origin } })
        : formatEntry({ type: 'decision', at, envelope, fields: { change, tier: 'high', outcome: 'wait' } });
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  });
}

export const bodyOf = (index: number): Bytes => utf8(`body ${index}`);
