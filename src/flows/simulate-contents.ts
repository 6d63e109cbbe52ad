/**
 * Contents for a replay: only where a detector would look, each read and parsed once. What one landing leaves is what the
 * next one starts from, so a side that was parsed is kept for a while.
 */
import type { Change, Oid, TreeRecord } from '../core/change/change.ts';
import { GITLINK } from '../core/change/manifest.ts';
import type { FileEvidence, Parsed } from '../core/risk/evidence.ts';
import { isLookedInto } from '../core/risk/kinds.ts';
import type { BlobRead, Parsers, Repository } from './ports.ts';

export interface Opened {
  readonly change: Change;
  readonly files: readonly FileEvidence[];
}

/** Sides read ahead at once, and landings. */
const SIDES = 256;
const AHEAD = 64;

interface Side {
  readonly key: string;
  readonly path: string;
  readonly mode: string;
  readonly id: Oid;
}

/** In the order of the changes. While one batch is judged the next is read. Rejects where contents can be read no more. */
export async function* evidenceOf(parsers: Parsers, read: Repository['blobs'], changes: readonly (() => Change)[]): AsyncGenerator<Opened> {
  const parsed = new ParsedSides(KEPT);
  let at = 0;
  const load = (): Batch | undefined => {
    const batch: Change[] = [];
    for (let sides = 0; at < changes.length && batch.length < AHEAD && sides < SIDES; at++) {
      const change = changes[at]?.();
      if (change === undefined) continue;
      batch.push(change);
      sides += wanted(change).length;
    }
    if (batch.length === 0) return undefined;
    const blobs = readMissing(read, parsed, batch);
    // Whoever waits for it hears of the failure; until then it is nobody's unhandled rejection.
    blobs.catch(() => undefined);
    return { batch, blobs };
  };
  for (let now = load(); now !== undefined; ) {
    const blobs = await now.blobs;
    const next = load();
    for (const change of now.batch) yield { change, files: await filesOf(parsers, read, parsed, blobs, change) };
    now = next;
  }
}

interface Batch {
  readonly batch: readonly Change[];
  readonly blobs: Promise<ReadonlyMap<Oid, BlobRead>>;
}

async function readMissing(read: Repository['blobs'], parsed: ParsedSides, batch: readonly Change[]): Promise<ReadonlyMap<Oid, BlobRead>> {
  const sides = batch.flatMap(wanted).filter((s) => s.mode !== GITLINK && !parsed.has(s.key));
  const ids = [...new Set(sides.map((s) => s.id))];
  const answers = ids.length === 0 ? [] : await read(ids, BYTES);
  return new Map(answers.map((a) => [a.id, a]));
}

/** What the parsers read at most of one file; they ask for as much themselves. */
const BYTES = 2 * 1024 * 1024;

/** Where a detector looks into a file by its name, or it is a link, or it may run. */
const isOpened = (r: TreeRecord): boolean =>
  isLookedInto(r.path) || r.oldMode === '120000' || r.newMode === '120000' || r.newMode === '100755' || r.oldMode === GITLINK || r.newMode === GITLINK;

const ABSENT = '000000';
const side = (path: string, mode: string, id: Oid): Side => ({ key: `${mode} ${id} ${path}`, path, mode, id });
const sidesOf = (r: TreeRecord): readonly Side[] => [
  ...(r.oldMode === ABSENT ? [] : [side(r.path, r.oldMode, r.oldId)]),
  ...(r.newMode === ABSENT ? [] : [side(r.path, r.newMode, r.newId)]),
];

const known = new WeakMap<Change, readonly Side[]>();
function wanted(change: Change): readonly Side[] {
  const sides = known.get(change) ?? change.records.filter(isOpened).flatMap(sidesOf);
  known.set(change, sides);
  return sides;
}

async function filesOf(parsers: Parsers, read: Repository['blobs'], parsed: ParsedSides, blobs: ReadonlyMap<Oid, BlobRead>, change: Change): Promise<readonly FileEvidence[]> {
  const sides = wanted(change);
  await parseMissing(parsers, read, parsed, blobs, sides);
  const found = new Map(sides.map((s) => [s.key, parsed.get(s.key)]));
  parsed.trim();
  return change.records.map((r) => {
    const [base, head] = [found.get(side(r.path, r.oldMode, r.oldId).key), found.get(side(r.path, r.newMode, r.newId).key)];
    const { path, status, oldMode, newMode } = r;
    return { path, status, oldMode, newMode, ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) };
  });
}

/** Every side alone, as a file that is added: what it is taken for depends on its path, mode and bytes. */
async function parseMissing(parsers: Parsers, read: Repository['blobs'], parsed: ParsedSides, blobs: ReadonlyMap<Oid, BlobRead>, sides: readonly Side[]): Promise<void> {
  const missing = sides.filter((s) => !parsed.has(s.key));
  if (missing.length === 0) return;
  const records = missing.map(
    ({ path, mode, id }): TreeRecord => ({ path, pathBytes: NO_BYTES, oldMode: ABSENT, oldId: '0'.repeat(id.length), newMode: mode, newId: id, status: 'A' }),
  );
  const files = await parsers.parse(records, async (ids, cap) => {
    const late = ids.filter((id) => !blobs.has(id));
    const more = new Map((late.length === 0 ? [] : await read(late, cap)).map((b) => [b.id, b] as const));
    return ids.map((id) => blobs.get(id) ?? more.get(id) ?? { id, problem: 'missing' as const });
  });
  for (const [i, s] of missing.entries()) {
    const head = files[i]?.head;
    if (head !== undefined) parsed.set(s.key, head);
  }
}

const NO_BYTES = new Uint8Array();

/** Characters of source behind what is kept: trees weigh several times their text. */
const KEPT = 4 << 20;

/** The parsed sides used last. */
class ParsedSides {
  readonly #most: number;
  readonly #sides = new Map<string, Parsed>();
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  has(key: string): boolean {
    return this.#sides.has(key);
  }

  get(key: string): Parsed | undefined {
    const found = this.#sides.get(key);
    if (found === undefined) return undefined;
    this.#sides.delete(key);
    this.#sides.set(key, found);
    return found;
  }

  set(key: string, value: Parsed): void {
    this.#size += weight(value) - weight(this.#sides.get(key));
    this.#sides.set(key, value);
  }

  /** Not while a change is put together: all of it has to be there at once. */
  trim(): void {
    for (const [key, value] of this.#sides) {
      if (this.#size <= this.#most) return;
      this.#sides.delete(key);
      this.#size -= weight(value);
    }
  }
}

/** An empty side weighs something too: its key. */
const weight = (side: Parsed | undefined): number => (side === undefined ? 0 : 500 + ('text' in side ? (side.text?.length ?? 0) : 0));
