/**
 * Where in the log people signed which change, and where violations of which repository are told, by the entries' own bytes. What a
 * sign-off says is answered by a table, and whoever has the database can take a row out of that, or write in it that it is of another
 * change: then nobody would ask for it. So the places are kept here, in 16 bytes each, in the order of the log, and lie so in `log.signed`
 * beside the database (checked.ts):
 *
 *     8 bytes    the change, the number that the 16 hex digits of its id are; of any other id, and of a repository, the first 8 bytes of
 *                the SHA-256 of it
 *     8 bytes    the place of the entry; the highest bit is set where it is a violation
 *
 * both big-endian. Beside them, in memory alone, stands which records have the same number: eight bytes each, sixteen at most. A million of
 * them are 32 MB at most, and asked for one change only its own are read.
 */
import { type Bytes, sha256Hex } from '../../core/base/crypto.ts';
import type { Entry } from '../../core/log/entry.ts';

export interface Signed {
  readonly count: number;
  /** Places of the sign-offs of this change, oldest first. */
  of(change: string): readonly number[];
  /** Places of the sign-offs of any change behind this entry, oldest first. */
  after(index: number): readonly number[];
  /** Places of the violations of this repository, or of all, oldest first. */
  violations(repo?: string): readonly number[];
  /** An entry of any type, that comes after all that are here. */
  add(entry: Pick<Entry, 'type' | 'fields'>, index: number): void;
  /** All that came after. */
  join(more: Signed): void;
  /** As they lie in the file. */
  records(): Bytes;
}

export const RECORD = 16;

/** @param from records of a file. */
export function signed(from: Bytes = new Uint8Array(0)): Signed {
  let count = Math.floor(from.length / RECORD);
  let kept = from;
  let view = viewOf(kept);
  // Records with numbers alike, the last first, each by where it stands from 1 on: 0 ends. Made when it is first asked for.
  let chained = { heads: new Uint32Array(0), next: new Uint32Array(0), count: 0 };
  const told: number[] = [];
  const bucketOf = (high: number, low: number): number => ((high ^ low) >>> 0) & (chained.heads.length - 1);
  const chain = (records: DataView, size: number): void => {
    if (size > chained.next.length) {
      const room = 2 ** Math.ceil(Math.log2(Math.max(1_024, size + 1)));
      chained = { heads: new Uint32Array(room), next: new Uint32Array(room), count: 0 };
      told.length = 0;
    }
    for (; chained.count < size; chained.count++) {
      if (isViolation(records, chained.count * RECORD)) told.push(placeAt(records, chained.count * RECORD));
      const bucket = bucketOf(records.getUint32(chained.count * RECORD), records.getUint32(chained.count * RECORD + 4));
      chained.next[chained.count] = chained.heads[bucket] ?? 0;
      chained.heads[bucket] = chained.count + 1;
    }
  };
  const next = (more: number): number => {
    const [at, size] = [count * RECORD, (count + more) * RECORD];
    if (size > kept.length) {
      const wider = new Uint8Array(Math.max(size, Math.ceil((kept.length * 3) / 2)));
      wider.set(kept.subarray(0, at));
      [kept, view] = [wider, viewOf(wider)];
    }
    count += more;
    return at;
  };
  const placesOf = ([high, low]: Numbers, violations: boolean): readonly number[] => {
    chain(view, count);
    const places: number[] = [];
    for (let nth = chained.heads[bucketOf(high, low)] ?? 0; nth > 0; nth = chained.next[nth - 1] ?? 0) {
      const at = (nth - 1) * RECORD;
      if (view.getUint32(at) === high && view.getUint32(at + 4) === low && isViolation(view, at) === violations) places.push(placeAt(view, at));
    }
    return places.reverse();
  };
  return {
    get count() {
      return count;
    },
    of: (change) => placesOf(numbersOf(change), false),
    after: (index) => {
      const places: number[] = [];
      for (let at = (count - 1) * RECORD; at >= 0 && placeAt(view, at) > index; at -= RECORD) if (!isViolation(view, at)) places.push(placeAt(view, at));
      return places.reverse();
    },
    violations: (repo) => {
      if (repo !== undefined) return placesOf(hashed(repo), true);
      chain(view, count);
      return [...told];
    },
    add: ({ type, fields: { change, repo } }, index) => {
      const of = type === 'signoff' && typeof change === 'string' ? numbersOf(change) : type === 'violation' && typeof repo === 'string' ? hashed(repo) : undefined;
      if (of === undefined) return;
      const at = next(1);
      view.setUint32(at, of[0]);
      view.setUint32(at + 4, of[1]);
      view.setBigUint64(at + 8, BigInt(index) | (type === 'violation' ? VIOLATION : 0n));
    },
    join: (more) => {
      const records = more.records();
      const at = next(more.count);
      kept.set(records, at);
    },
    records: () => kept.subarray(0, count * RECORD),
  };
}

/** Those before this entry. */
export function signedBefore(records: Bytes, index: number): Signed {
  const view = viewOf(records);
  let end = Math.floor(records.length / RECORD) * RECORD;
  while (end > 0 && placeAt(view, end - RECORD) >= index) end -= RECORD;
  return signed(records.subarray(0, end));
}

const viewOf = (bytes: Bytes): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const VIOLATION = 1n << 63n;

const isViolation = (view: DataView, at: number): boolean => view.getUint8(at + 8) >= 0x80;
const placeAt = (view: DataView, at: number): number => Number(view.getBigUint64(at + 8) & ~VIOLATION);

type Numbers = readonly [high: number, low: number];

const numbersOf = (change: string): Numbers => (/^[0-9a-f]{16}$/.test(change) ? halves(change) : hashed(change));
const hashed = (name: string): Numbers => halves(sha256Hex(name));
const halves = (digits: string): Numbers => [Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8, 16), 16)];
