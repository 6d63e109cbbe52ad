/**
 * How fresh a verifier's knowledge is: the log's own word, at a time, that these are all the statements about who may sign, with those
 * that came after the trust file. Each statement still stands on people's signatures; what the log adds is that there is no other, and
 * a log that lies about that is found out by replaying it. Bytes: docs/spec/bundle.md.
 *
 *     countersign.dev/snapshot/v1                  1 magic: no checkpoint begins so
 *     countersign.example/log                      2 origin
 *     81234                                        3 entries of the log then
 *     2026-11-20T10:21:04.000Z                     4 time
 *     <hex sha256>                                 5 SHA-256 over one line for each statement, in the order of the log: its index, a space, SHA-256 of its
 *                                                    entry in hex, LF
 */
import { utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type NoteKey, openNote } from '../log/note.ts';
import { decimal } from '../log/strict.ts';

export interface Snapshot {
  readonly origin: string;
  readonly size: number;
  /** Milliseconds since 1970, by the log's clock. */
  readonly at: number;
  /** `statementsDigest`. */
  readonly statements: string;
}

const MAGIC = 'countersign.dev/snapshot/v1';

/** A statement's place, and the exact bytes of its entry, which names time and envelope. */
export interface PlacedWord {
  readonly index: number;
  readonly entry: Bytes;
}

/** @param words every statement, in the order of the log. */
export const statementsDigest = (words: readonly PlacedWord[]): string => sha256Hex(utf8(words.map(({ index, entry }) => `${index} ${sha256Hex(entry)}\n`).join('')));

/** The text the log signs as a note. */
export const formatSnapshot = ({ origin, size, at, statements }: Snapshot): string => `${MAGIC}\n${origin}\n${size}\n${new Date(at).toISOString()}\n${statements}\n`;

/** Problems: REV_MISSING, for anything the log did not sign in exactly this form. */
export function openSnapshot(note: string, logs: readonly NoteKey[]): Result<Snapshot> {
  const opened = openNote(note, logs);
  if (!opened.ok) return missing(opened.error.message);
  const [magic, origin = '', sizeLine = '', time = '', statements = '', ...rest] = opened.value.text.split('\n');
  const size = decimal(sizeLine);
  const snapshot = { origin, size: size ?? -1, at: Date.parse(time), statements };
  const spelled = magic === MAGIC && size !== undefined && !Number.isNaN(snapshot.at) && rest.length === 1 && formatSnapshot(snapshot) === opened.value.text;
  if (!spelled || !logs.some((k) => k.name === origin)) return missing('it is not written as snapshots are, or is of another log');
  return ok(snapshot);
}

/** The log speaks of exactly these statements, as far as it went then. @param known every statement at hand. Problems: REV_MISSING. */
export function checkStatements(snapshot: Snapshot, known: readonly PlacedWord[]): readonly Problem[] {
  const then = known.filter((w) => w.index < snapshot.size);
  if (snapshot.statements === statementsDigest(then)) return [];
  return [problem('REV_MISSING', 'the log speaks of other statements about who may sign than are here', { remedy: 'export bundle and trust file again' })];
}

/** It is of the last `maxAge` milliseconds. Problems: REV_STALE. */
export function checkAge(snapshot: Snapshot, now: number, maxAge: number): readonly Problem[] {
  const rules: readonly (readonly [boolean, Problem])[] = [
    [now - snapshot.at <= maxAge, problem('REV_STALE', `the snapshot is of ${new Date(snapshot.at).toISOString()}, older than asked for`, { remedy: 'export the bundle again' })],
    // A clock that is a little behind is no attack; one that is far ahead would make every snapshot fresh for ever.
    [snapshot.at - now <= AHEAD, problem('REV_STALE', 'the snapshot is from the future: a clock is wrong')],
  ];
  return rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));
}

const AHEAD = 300_000;

const missing = (why: string): Result<never> => err(problem('REV_MISSING', `the snapshot does not hold: ${why}`, { remedy: 'export the bundle again' }));
