/**
 * A history written down and read back, so that a change is scored without reading what landed before it. A header of one line of
 * JSON, padded with spaces to a multiple of four bytes; every column, 32 bits a number, little-endian, in the order of the header; then 32 bytes of
 * SHA-256 over all before. It packs to a third (that is for the caller). The digest finds damage; it is no signature, and whoever can write
 * the file can write another. So nothing in it is believed: numbers that point outside, or backwards where they must not, are refused.
 */
import { sha256 } from '../../base/crypto.ts';
import { err, ok, problem, type Result } from '../../base/result.ts';
import { FEATURES_VERSION } from './features.ts';
import { DAY } from './file-history.ts';
import { type Alias, type HistoryParts, LandedHistory, newParts } from './history.ts';
import { Ints } from './ints.ts';
import { misfit } from './snapshot-fit.ts';
import { since } from './snapshot-since.ts';

const FORMAT = 'countersign-history';
/** Raised with every change of what is kept, or of its order. */
const VERSION = 1;
const DIGEST = 32;
/** A header is one line, and never longer. */
const MOST_HEADER = 16_384;

type Column = readonly [name: string, ints: Ints];

/** Every column of the parts, in an order that is always the same. */
function columnsOf(part: unknown, name = ''): readonly Column[] {
  if (part instanceof Ints) return [[name, part]];
  return Object.entries(part as object).flatMap(([key, inner]) => columnsOf(inner, name === '' ? key : `${name}.${key}`));
}

/** A later commit is taken for the revert of one that landed so many days before, at most: by its subject it never is after 365. */
const KEPT_DAYS = 400;

/** Commits of more than 400 days before the last are forgotten one by one; what is counted of people, files, places and words stays. */
export function writeHistory({ parts }: LandedHistory): Uint8Array {
  const columns = columnsOf(since(parts, parts.counted.unsigned(1) - KEPT_DAYS * DAY));
  const header = JSON.stringify({ format: FORMAT, version: VERSION, features: FEATURES_VERSION, columns: columns.map(([name, ints]) => [name, ints.length]) });
  const start = Math.ceil((header.length + 1) / 4) * 4;
  const numbers = columns.reduce((sum, [, ints]) => sum + ints.length, 0);
  const bytes = new Uint8Array(start + numbers * 4 + DIGEST);
  bytes.set(new TextEncoder().encode(`${header.padEnd(start - 1)}\n`));
  let at = start;
  for (const [, ints] of columns) at = writeColumn(bytes, at, ints.view());
  bytes.set(sha256(bytes.subarray(0, at)), at);
  return bytes;
}

const LITTLE = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

function writeColumn(bytes: Uint8Array, at: number, numbers: Int32Array): number {
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
  if (!LITTLE) turn(bytes, at, at + numbers.byteLength);
  return at + numbers.byteLength;
}

/** The other order of bytes, in place. */
function turn(bytes: Uint8Array, from: number, end: number): void {
  for (let at = from; at < end; at += 4) bytes.subarray(at, at + 4).reverse();
}

/** Problem: DATA_INVALID where it was written by another version, is damaged, or is no such thing; the history is read again then. */
export function readHistory(bytes: Uint8Array, alias?: Alias): Result<LandedHistory> {
  const parts = newParts();
  const why = load(bytes, parts) ?? misfit(parts);
  return why === undefined
    ? ok(new LandedHistory(parts, alias))
    : err(problem('DATA_INVALID', `the kept history cannot be used: ${why}`, { remedy: 'delete it: it is made again from the repository' }));
}

/** @returns why not. */
function load(bytes: Uint8Array, parts: HistoryParts): string | undefined {
  const end = bytes.subarray(0, MOST_HEADER).indexOf(0x0a) + 1;
  const sealed = bytes.length - DIGEST;
  if (end === 0 || sealed < end) return 'it is cut off';
  if (!same(sha256(bytes.subarray(0, sealed)), bytes.subarray(sealed))) return 'its digest is another';
  const columns = columnsOf(parts);
  const lengths = lengthsIn(new TextDecoder().decode(bytes.subarray(0, end)), columns);
  if (lengths === undefined) return 'another version wrote it';
  if (end % 4 !== 0 || lengths.reduce((sum, n) => sum + n * 4, end) !== sealed) return 'its columns do not fill it';
  let at = end;
  for (const [i, [, ints]] of columns.entries()) {
    const size = (lengths[i] ?? 0) * 4;
    const own = bytes.slice(at, at + size);
    if (!LITTLE) turn(own, 0, size);
    ints.load(new Int32Array(own.buffer, own.byteOffset, size / 4));
    at += size;
  }
  return undefined;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** How long each column is; undefined where they are not the ones we keep. */
function lengthsIn(header: string, columns: readonly Column[]): readonly number[] | undefined {
  const read = parsed(header);
  if (read?.format !== FORMAT || read.version !== VERSION || read.features !== FEATURES_VERSION || !Array.isArray(read.columns)) return undefined;
  const named = read.columns as readonly unknown[];
  if (named.length !== columns.length) return undefined;
  const lengths = named.flatMap((column, i) =>
    Array.isArray(column) && column[0] === columns[i]?.[0] && Number.isSafeInteger(column[1]) && column[1] >= 0 ? [column[1] as number] : [],
  );
  return lengths.length === columns.length ? lengths : undefined;
}

function parsed(json: string): { readonly [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
