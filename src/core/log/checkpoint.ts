/**
 * C2SP tlog-checkpoint: what the log promises at one size.
 *
 *     countersign.example/audit                        1 origin: the log's name, and its key's name
 *     3                                                2 size: leaves, strict decimal
 *     nzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=     3 root: base64 of 32 bytes
 *
 * We write no extension lines and refuse them: nothing unread may stand under the signature.
 */
import { base64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { isKeyName, type NoteKey, openNote, parseNote } from './note.ts';
import { signersOf } from './rotation.ts';
import { decimal, hashLine } from './strict.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** The body, ready to be signed; its last LF included. */
export const formatCheckpoint = (c: Checkpoint): string => `${c.origin}\n${c.size}\n${base64(c.root)}\n`;

/** Problems: LOG_FORMAT. */
export function parseCheckpoint(body: string): Result<Checkpoint> {
  const [origin = '', sizeLine = '', rootLine = '', ...rest] = body.split('\n');
  const size = decimal(sizeLine);
  const root = hashLine(rootLine);
  if (rest.length !== 1 || rest[0] !== '' || !isKeyName(origin)) return err(problem('LOG_FORMAT', 'a checkpoint is three lines: origin, size, root'));
  if (size === undefined) return err(problem('LOG_FORMAT', 'the size of the checkpoint is not a plain decimal'));
  if (root === undefined) return err(problem('LOG_FORMAT', 'the root of the checkpoint is not 32 bytes of base64'));
  return ok({ origin, size, root });
}

/** What a note says, whoever signed it. Problems: LOG_FORMAT. */
export function claimedCheckpoint(note: string): Result<Checkpoint> {
  const parsed = parseNote(note);
  return parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
}

/** What a note says of its size, by its second line: of one that is the log's own, or was opened already. NaN: it says none. */
export const sizeIn = (note: string): number => decimal(note.split('\n', 2)[1] ?? '') ?? Number.NaN;

/** A key of a log. */
export interface SigningKey extends NoteKey {
  /** The size of the last checkpoint it signed; absent: it signs still. */
  readonly until?: number;
}

/** As `openCheckpoint`, by a key that signed logs of that size. @param keys every one the log ever signed with, the newest first. */
export function openBySize(note: string, keys: readonly SigningKey[]): Result<Checkpoint> {
  const opened = openCheckpoint(note, keys);
  if (!opened.ok) return opened;
  const inOrder = keys.toReversed();
  return openCheckpoint(
    note,
    signersOf(
      opened.value.size,
      inOrder,
      inOrder.flatMap((k) => k.until ?? []),
    ),
  );
}

/**
 * A checkpoint signed by one of these log keys under its own name. Several keys may share an origin (rotation).
 * Problems: LOG_FORMAT, LOG_ORIGIN (no key of that origin), LOG_SIG.
 */
export function openCheckpoint(note: string, logs: readonly NoteKey[]): Result<Checkpoint> {
  const checkpoint = claimedCheckpoint(note);
  if (!checkpoint.ok) return checkpoint;
  const keys = logs.filter((k) => k.name === checkpoint.value.origin);
  if (keys.length === 0) return err(problem('LOG_ORIGIN', `the checkpoint is from ${checkpoint.value.origin}, which is not a log we know`));
  const signed = openNote(note, keys);
  return signed.ok ? checkpoint : signed;
}
