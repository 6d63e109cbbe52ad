/**
 * Proofs, notes and checkpoints of a transparency log (RFC 6962, RFC 9162, C2SP signed-note and tlog-checkpoint). Sizes and indexes are
 * bigint, as the formats count to 2^64 - 1; what is above 2^53 - 1 is refused (`LOG_FORMAT`).
 */
import { parseCheckpoint as readCheckpoint } from '../core/log/checkpoint.ts';
import * as merkle from '../core/log/merkle.ts';
import { openNote as openSignedNote, parseVkey } from '../core/log/note.ts';
import { HASH_SIZE } from '../core/log/strict.ts';
import { type Answer, answering, type Refused, refused, unless } from './answer.ts';

export interface InclusionInput {
  /** 32 bytes: SHA-256(0x00 || entry), `leafHash` of the entry. */
  readonly leaf: Uint8Array;
  readonly index: bigint;
  readonly size: bigint;
  /** Siblings from leaf to root, 32 bytes each. */
  readonly proof: readonly Uint8Array[];
  /** 32 bytes, from a checkpoint whose signature was verified. */
  readonly root: Uint8Array;
}

export interface ConsistencyInput {
  /** The size that was seen earlier; 0 proves nothing and is refused. */
  readonly first: bigint;
  readonly second: bigint;
  readonly proof: readonly Uint8Array[];
  /** 32 bytes each. */
  readonly firstRoot: Uint8Array;
  readonly secondRoot: Uint8Array;
}

export interface NoteInput {
  /** The whole signed note. */
  readonly note: string;
  /** Verifier keys that may have signed it: `<name>+<key id>+<base64>`. Ed25519 notes alone are known. */
  readonly keys: readonly string[];
}

export interface OpenedNote {
  /** The signed text, its last LF included. */
  readonly text: string;
  /** Those of the keys that signed it, at least one. */
  readonly signers: readonly string[];
}

export interface LogCheckpoint {
  readonly origin: string;
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** The leaf hash of an entry's exact bytes. */
export const leafHash = (entry: Uint8Array): Uint8Array => merkle.leafHash(entry);

/** RFC 9162 section 2.1.3.2. Reasons: LOG_FORMAT, LOG_INCLUSION. */
export function verifyInclusion(input: InclusionInput): Answer {
  return answering(() => {
    const { leaf, index, size, proof, root } = input;
    const [at, of] = [counted(index), counted(size)];
    if (at === undefined || of === undefined || !allHashes([leaf, root, ...proof])) return MALFORMED;
    return merkle.verifyInclusion(leaf, at, of, proof, root)
      ? { ok: true }
      : refused({ code: 'LOG_INCLUSION', message: `the leaf is not number ${at} of a log of size ${of} with this root` });
  });
}

/** RFC 9162 section 2.1.4.2. Reasons: LOG_FORMAT, LOG_FORK. */
export function verifyConsistency(input: ConsistencyInput): Answer {
  return answering(() => {
    const { first, second, proof, firstRoot, secondRoot } = input;
    const [old, now] = [counted(first), counted(second)];
    if (old === undefined || now === undefined || !allHashes([firstRoot, secondRoot, ...proof])) return MALFORMED;
    if (merkle.verifyConsistency(old, now, proof, firstRoot, secondRoot)) return { ok: true };
    return refused({ code: 'LOG_FORK', message: `the log of size ${old} is not shown to be the beginning of that of size ${now}` });
  });
}

/** C2SP signed-note: unknown keys are ignored, one bad signature by a known key spoils it. Reasons: LOG_FORMAT, LOG_SIG. */
export function openNote(input: NoteInput): Answer<OpenedNote> {
  return answering(() => {
    const { note, keys } = input;
    const known = keys.map((vkey) => ({ vkey, key: parseVkey(vkey) }));
    const [bad] = known.flatMap(({ key }) => (key.ok ? [] : [key.error]));
    if (bad !== undefined) return refused(bad);
    const opened = openSignedNote(
      note,
      known.flatMap(({ key }) => (key.ok ? [key.value] : [])),
    );
    if (!opened.ok) return refused(opened.error);
    const { text, by } = opened.value;
    return { ok: true, text, signers: known.flatMap(({ vkey, key }) => (key.ok && by.includes(key.value) ? [vkey] : [])) };
  });
}

/** C2SP tlog-checkpoint: the text of a note, three lines and no extensions. Says nothing of who signed it. Reasons: LOG_FORMAT. */
export function parseCheckpoint(text: string): Answer<LogCheckpoint> {
  return answering(() => {
    const checkpoint = readCheckpoint(text);
    return unless(checkpoint.ok ? [] : [checkpoint.error], () => {
      const { origin, size, root } = checkpoint.ok ? checkpoint.value : { origin: '', size: 0, root: new Uint8Array(0) };
      return { origin, size: BigInt(size), root };
    });
  });
}

const MALFORMED: Refused = refused({ code: 'LOG_FORMAT', message: `sizes and indexes are bigint from 0 to 2^53 - 1, hashes are ${HASH_SIZE} bytes` });

const counted = (n: unknown): number | undefined => (typeof n === 'bigint' && n >= 0n && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : undefined);
const allHashes = (hashes: readonly unknown[]): boolean => hashes.every((h) => h instanceof Uint8Array && h.length === HASH_SIZE);
