/**
 * C2SP tlog-proof: one file that shows offline that an entry is in the log.
 *
 *     c2sp.org/tlog-proof@v1        1 magic
 *     extra <base64>                2 optional, covered by no signature: never trusted, never written by us
 *     index 1                       3 strict decimal
 *     LTSf3Dzc...                   4 siblings from leaf to root, one base64 line each
 *                                   5 empty line
 *     countersign.example/audit     6 the checkpoint, a signed note, verbatim
 *     ...
 */
import { base64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import type { NoteKey } from './note.ts';
import { believedLogs, type Proven, proven } from './proven.ts';
import { decimal, exactBase64, hashLine } from './strict.ts';
import type { WitnessPolicy } from './witness-policy.ts';

export interface LogProof {
  readonly index: number;
  /** Leaf to root, at most 63. */
  readonly hashes: readonly Bytes[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

const MAGIC = 'c2sp.org/tlog-proof@v1';
const MAX_HASHES = 63;

export const formatProof = (p: LogProof): string => [MAGIC, `index ${p.index}`, ...p.hashes.map(base64), '', p.checkpoint].join('\n');

/** Takes the file apart; proves nothing yet. Problems: LOG_FORMAT. */
export function parseProof(file: string): Result<LogProof> {
  const gap = file.indexOf('\n\n');
  const [magic, ...head] = file.slice(0, Math.max(gap, 0)).split('\n');
  if (gap < 0 || magic !== MAGIC) return malformed(`a proof starts with ${MAGIC} and ends in a checkpoint`);
  const [indexLine = '', ...lines] = head[0]?.startsWith('extra ') ? head.slice(1) : head;
  if (head[0]?.startsWith('extra ') && exactBase64(head[0].slice(6)) === undefined) return malformed('the extra line is not base64');
  const index = indexLine.startsWith('index ') ? decimal(indexLine.slice(6)) : undefined;
  const hashes = lines.map(hashLine).filter((h) => h !== undefined);
  if (index === undefined) return malformed('the index of the proof is not a plain decimal');
  if (hashes.length !== lines.length || lines.length > MAX_HASHES) return malformed('a sibling of the proof is not 32 bytes of base64');
  return ok({ index, hashes, checkpoint: file.slice(gap + 2) });
}

export interface ProvenEntry {
  readonly index: number;
  readonly checkpoint: Checkpoint;
  /** Who cosigned, and since when that was a quorum; null where no policy was given, or one of `quorum none`. */
  readonly witnessed: Pick<Proven, 'by' | 'at'> | null;
}

/**
 * Shows that exactly these entry bytes are in a log of one of these keys; answers where, under which checkpoint, and with a policy
 * that enough witnesses cosigned it. `witnessed.at` is when the entry was there at the latest: what a key's validity is judged by.
 * The attacker controls `file`. Problems: LOG_FORMAT, LOG_ORIGIN, LOG_SIG, LOG_QUORUM, LOG_INCLUSION.
 */
export function verifyProof(file: string, entry: Bytes, logs: readonly NoteKey[], policy?: WitnessPolicy): Result<ProvenEntry> {
  const proof = parseProof(file);
  if (!proof.ok) return proof;
  const { index, hashes, checkpoint: note } = proof.value;
  const opened = openCheckpoint(note, policy === undefined ? logs : believedLogs(policy, logs));
  if (!opened.ok) return opened;
  const quorum = policy === undefined || policy.quorum === null ? ok(null) : proven(note, policy, logs);
  if (!quorum.ok) return quorum;
  const { size, root } = opened.value;
  if (!verifyInclusion(leafHash(entry), index, size, hashes, root)) return err(problem('LOG_INCLUSION', `this entry is not number ${index} of the log of size ${size}`));
  return ok({ index, checkpoint: opened.value, witnessed: quorum.value && { by: quorum.value.by, at: quorum.value.at } });
}

const malformed = (message: string): { readonly ok: false; readonly error: Problem } => err(problem('LOG_FORMAT', message));
