/**
 * One entry of the log: one line of JSON, and exactly these bytes are the leaf. They are written once and never again.
 *
 *     {"v":1,"type":"signoff","time":"2026-11-20T10:21:04Z","envelope":"<hex sha256 of the body>","stage":"implementation",...}
 *
 * 1 v  2 type  3 time: UTC, `.mmm` only where the milliseconds are not zero  4 envelope  5 the type's own small public fields,
 * in the order they were given. No white space, and only the spelling `JSON.stringify` gives: the reader writes what it read
 * again and refuses any difference, so a doubled key, another escape or a `1.0` cannot hide beside a hash.
 */
import { equal, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';

export interface Entry {
  readonly type: string;
  /** Milliseconds since 1970, UTC; years 1970 to 9999. */
  readonly at: number;
  /** Lowercase hex SHA-256 of the body's bytes. */
  readonly envelope: string;
  readonly fields: { readonly [name: string]: Json };
}

/** A C2SP entry bundle counts an entry's length in 16 bits. */
export const MAX_ENTRY = 65_535;

const COMMON = ['v', 'type', 'time', 'envelope'];
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The leaf bytes. Problems: LOG_FORMAT. */
export function formatEntry(entry: Entry): Result<Bytes> {
  const wrong = complaint(entry);
  if (wrong !== undefined) return malformed(wrong);
  const bytes = utf8(JSON.stringify({ v: 1, type: entry.type, time: formatTime(entry.at), envelope: entry.envelope, ...entry.fields }));
  return bytes.length > MAX_ENTRY ? malformed(`an entry is at most ${MAX_ENTRY} bytes`) : ok(bytes);
}

/** Problems: LOG_FORMAT, for anything `formatEntry` would not have written. */
export function parseEntry(bytes: Bytes): Result<Entry> {
  const value = bytes.length > MAX_ENTRY ? undefined : parseObject(text(bytes));
  if (value === undefined) return malformed('an entry is one JSON object');
  const { v, type, time, envelope, ...fields } = value;
  if (v !== 1 || typeof type !== 'string' || typeof time !== 'string' || typeof envelope !== 'string') return malformed('an entry has v 1, type, time and envelope');
  const entry: Entry = { type, at: Date.parse(time), envelope, fields };
  const again = formatEntry(entry);
  if (!again.ok) return again;
  return equal(again.value, bytes) ? ok(entry) : malformed('the entry is not spelled the one way entries are');
}

/** RFC 3339 in UTC with a `Z`; whole seconds without a fraction, else three digits. */
const formatTime = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

function complaint({ type, at, envelope, fields }: Entry): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(type)) return 'the type of an entry is a lower-case word';
  if (!Number.isSafeInteger(at) || at < 0 || at > LAST_TIME) return 'the time of an entry lies between 1970 and 9999';
  if (!/^[0-9a-f]{64}$/.test(envelope)) return 'the envelope of an entry is a hex SHA-256';
  const name = Object.keys(fields).find((n) => COMMON.includes(n) || !/^[a-z][A-Za-z0-9]*$/.test(n));
  if (name !== undefined) return `no field of an entry may be called ${name.slice(0, 40)}`;
  return Object.values(fields).every((v) => plain(v, 0)) ? undefined : 'the fields of an entry are strings, whole numbers, booleans, null, and lists and objects of these';
}

/** What every JSON reader in every language reads the same way; nested at most eight deep. */
function plain(value: Json | undefined, depth: number): boolean {
  if (value === undefined || depth > 8) return false;
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0);
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((v) => plain(v, depth + 1));
}

function parseObject(json: string | undefined): { readonly [name: string]: Json } | undefined {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [name: string]: Json }) : undefined;
  } catch {
    return undefined;
  }
}

const malformed = (message: string): { readonly ok: false; readonly error: Problem } => err(problem('LOG_FORMAT', message));
