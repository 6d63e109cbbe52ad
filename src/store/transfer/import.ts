/**
 * A stream of a whole store into an empty database. Nothing of it is believed: every entry is hashed again, the roots come out at those that
 * the log signed, bodies have their digests, what was erased is gone; then what was written is read back and audited, and the
 * projections are made of it. All of that happens before the first of it is kept.
 */
import { equal, text } from '../../core/base/bytes.ts';
import { type Bytes, sha256Hex } from '../../core/base/crypto.ts';
import { type Problem, problem } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { leafHash, root } from '../../core/log/merkle.ts';
import { formatVkey, type NoteKey } from '../../core/log/note.ts';
import type { Fill, Filling } from '../connection.ts';
import { keepBodies } from '../envelopes/envelopes.ts';
import { inserter } from '../insert.ts';
import { auditLog } from '../ledger/audit-log.ts';
import { findings } from '../ledger/findings.ts';
import { EMPTY_HEAD, growth } from '../ledger/head.ts';
import { insertTiles } from '../ledger/write.ts';
import { replay } from '../projections/rebuild.ts';
import { Refused } from '../refused.ts';
import type { EntryTable, Reading, TileTable } from '../schema.ts';
import { saidIn } from './export.ts';
import { type Part, reading } from './format.ts';

/** How far it is. `done` of `size` entries: read and written, read back, replayed. */
export interface ImportStep {
  readonly part: 'written' | 'checked' | 'projections';
  readonly done: number;
  readonly size: number;
}

export interface Imported {
  readonly origin: string;
  readonly size: number;
  readonly bodies: number;
  readonly checkpoints: number;
  readonly cosignatures: number;
  /** Every key the log was ever signed with, the newest first. */
  readonly vkeys: readonly string[];
}

export interface Asked {
  /** Which key signs the log, of those that whoever imports has; undefined: none of them. */
  keys(db: Reading, origin: string): Promise<readonly NoteKey[]>;
  /** What the folder and others have seen of this log. Throws `Refused`. */
  holds(db: Reading, keys: readonly NoteKey[], size: number): Promise<void>;
  progress(step: ImportStep): void;
}

/** Throws `Refused`: DATA_INVALID and what `asked` throws; then the database is as it was. */
export async function imported(source: AsyncIterable<Uint8Array>, fill: Fill, asked: Asked): Promise<Imported> {
  const { head, parts } = await reading(source);
  return fill(async (into) => {
    const counts = await written(into.db, parts, head.size, (done) => asked.progress({ part: 'written', done, size: head.size }));
    await into.counted();
    const keys = await asked.keys(into.db, head.origin);
    await audited(into, keys[0], (done) => asked.progress({ part: 'checked', done, size: head.size }));
    await asked.holds(into.db, keys, head.size);
    await replay(into.db, (done) => asked.progress({ part: 'projections', done, size: head.size }));
    return { ...head, ...counts, vkeys: keys.map(formatVkey) };
  });
}

async function audited({ db, rows }: Pick<Filling, 'db' | 'rows'>, key: NoteKey | undefined, seen: (done: number) => void): Promise<void> {
  const found = findings();
  await auditLog({ db, rows }, key, found, async (done) => seen(done));
  const [first, ...more] = found.all();
  if (first !== undefined) throw new Refused({ ...first, message: more.length === 0 ? first.message : `${first.message} (and ${more.length} more)`, remedy: ELSEWHERE });
}

const ELSEWHERE = 'take another copy of the store; nothing was kept of this one';

const insertEntries = inserter('entries', ['idx', 'type', 'at', 'body', 'leaf', 'bytes']);
const insertCheckpoints = inserter('checkpoints', ['size', 'note']);
const insertCosignatures = inserter('cosignatures', ['size', 'witness', 'line']);

/** Written together: records, and about as many bytes at most. */
const [RECORDS, BYTES] = [1_000, 1 << 20];

type Counts = Pick<Imported, 'bodies' | 'checkpoints' | 'cosignatures'>;

async function written(db: Reading, parts: AsyncIterable<Part>, size: number, seen: (done: number) => void): Promise<Counts> {
  const waiting = waitingRows();
  for await (const part of parts) {
    const wrong = waiting.take(part);
    if (wrong !== undefined) throw new Refused({ remedy: ELSEWHERE, ...wrong });
    if (!waiting.full()) continue;
    await waiting.write(db);
    seen(waiting.size());
  }
  await waiting.write(db);
  const [reached, signed] = [waiting.size(), waiting.signed()];
  if (reached !== size || signed !== size)
    throw new Refused(problem('DATA_INVALID', `it says that it holds ${size} entries; it holds ${reached}, and ${signed} of them are signed`, { remedy: ELSEWHERE }));
  return waiting.counts();
}

/** What was read and is not written yet, and where the log stands with it. */
function waitingRows() {
  const log = growth(EMPTY_HEAD);
  const counts = { bodies: 0, checkpoints: 0, cosignatures: 0 };
  let [entries, bodies, tiles, notes, lines]: [EntryTable[], { idx: number; bytes: Bytes }[], TileTable[], { size: number; note: string }[], Line[]] = [[], [], [], [], []];
  let [bytes, signed, witness, open]: [number, number, string, string | undefined] = [0, 0, '', undefined];
  const takes: Readonly<Record<Part['kind'], (of: Bytes) => Problem | undefined>> = {
    entry: (of) => {
      const idx = log.tree.size;
      const entry = parseEntry(of);
      if (!entry.ok) return { ...entry.error, place: `entry ${idx}` };
      const { type, at, envelope } = entry.value;
      const leaf = leafHash(of);
      entries.push({ idx, type, at, body: envelope, leaf, bytes: of });
      tiles.push(...log.add(leaf, at));
      open = envelope;
      return undefined;
    },
    body: (of) => {
      const idx = log.tree.size - 1;
      if (open === undefined) return problem('DATA_INVALID', 'stands behind no entry', { place: `body of entry ${idx}` });
      if (sha256Hex(of) !== open) return problem('DATA_INVALID', `of entry ${idx} has another digest`, { place: `body ${open}` });
      bodies.push({ idx, bytes: of });
      open = undefined;
      counts.bodies++;
      return undefined;
    },
    checkpoint: (of) => {
      const { size } = log.tree;
      const note = text(of) ?? '';
      const said = saidIn(note);
      if (size === signed || said?.size !== size || !equal(said.root, root(log.tree)))
        return problem('DATA_INVALID', 'the entries do not have this root', { place: `checkpoint ${size}` });
      notes.push({ size, note });
      [signed, witness, open] = [size, '', undefined];
      counts.checkpoints++;
      return undefined;
    },
    cosignature: (of) => {
      const { size } = log.tree;
      const said = text(of) ?? '';
      const end = said.indexOf('\n');
      const by = said.slice(0, Math.max(0, end));
      if (size !== signed || by <= witness) return problem('DATA_INVALID', 'stands behind no checkpoint, or not in order', { place: `cosignature of ${size}` });
      lines.push({ size, witness: by, line: said.slice(end + 1) });
      witness = by;
      counts.cosignatures++;
      return undefined;
    },
  };
  return {
    take: ({ kind, bytes: of }: Part): Problem | undefined => {
      bytes += of.length;
      return takes[kind](of);
    },
    full: () => bytes >= BYTES || entries.length + lines.length >= RECORDS,
    write: async (db: Reading): Promise<void> => {
      await insertEntries(db, entries);
      await keepBodies(db, bodies);
      await insertTiles(db, tiles);
      await insertCheckpoints(db, notes);
      await insertCosignatures(db, lines);
      // Where statements are sent and not waited for, this one is behind them all: no more than these are ever on the way.
      await db.selectFrom('entries').select('idx').where('idx', '=', 0).execute();
      [entries, bodies, tiles, notes, lines, bytes] = [[], [], [], [], [], 0];
    },
    size: () => log.tree.size,
    signed: () => signed,
    counts: (): Counts => counts,
  };
}

interface Line {
  readonly size: number;
  readonly witness: string;
  readonly line: string;
}
