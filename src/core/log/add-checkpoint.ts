/**
 * C2SP tlog-witness, add-checkpoint: what a log asks of a witness, and what the witness answers.
 *
 *     old 2                                            1 the size the witness saw last, strict decimal
 *     mhS8cZ8pARos3IJhRzOUkv74JD19eq7gLfTGj5H+jzU=     2 consistency proof from there, at most 63 lines
 *                                                      3 empty line
 *     countersign.example/audit                        4 the checkpoint, a signed note, verbatim
 *     ...
 *
 * Requests are not authenticated: whoever has a checkpoint that the log signed may bring it. The witness judges; nobody trusts the client.
 */
import { base64, equal } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { openAnyCheckpoint } from './any-checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { EMPTY_TREE, root, verifyConsistency } from './merkle.ts';
import { type NoteKey, parseNote } from './note.ts';
import { decimal, hashLine } from './strict.ts';

export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Bytes[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

/** `Content-Type` of the size in a 409. */
export const SIZE_TYPE = 'text/x.tlog.size';

const MAX_HASHES = 63;

export const formatAddCheckpoint = (r: AddCheckpoint): string => [`old ${r.old}`, ...r.proof.map(base64), '', r.checkpoint].join('\n');

/** Problems: LOG_FORMAT. The checkpoint is not opened yet. */
export function parseAddCheckpoint(body: string): Result<AddCheckpoint> {
  const gap = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(gap, 0)).split('\n');
  const old = first.startsWith('old ') ? decimal(first.slice(4)) : undefined;
  const proof = lines.map(hashLine).filter((h) => h !== undefined);
  if (gap < 0 || old === undefined) return malformed('the first line is `old <size>`, and an empty line stands before the checkpoint');
  if (proof.length !== lines.length || lines.length > MAX_HASHES) return malformed('a line of the proof is not 32 bytes of base64, or there are more than 63');
  return ok({ old, proof, checkpoint: body.slice(gap + 2) });
}

/** What a witness remembers of a log: the largest tree it cosigned. */
export interface Seen {
  readonly size: number;
  readonly root: Bytes;
}

/** What a witness answers, by HTTP status. */
export type Judgement =
  | { readonly status: 200; readonly checkpoint: Checkpoint; readonly text: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422; readonly problem: Problem };

/**
 * What a witness that has seen `seen` says to this request. To cosign, it must then persist the checkpoint before it answers, in one
 * step with this judgement. The attacker controls the body and has every checkpoint the log ever signed.
 * @param logs keys of the logs it watches. @param seen by origin; undefined: nothing yet.
 */
export function judgeCheckpoint(body: string, logs: readonly NoteKey[], seen: (origin: string) => Seen | undefined): Judgement {
  const request = parseAddCheckpoint(body);
  if (!request.ok) return { status: 400, problem: request.error };
  const note = parseNote(request.value.checkpoint);
  if (!note.ok) return { status: 400, problem: note.error };
  const opened = openAnyCheckpoint(request.value.checkpoint, logs);
  if (!opened.ok) return { status: STATUS[opened.error.code] ?? 400, problem: opened.error };
  const known = seen(opened.value.origin) ?? { size: 0, root: root(EMPTY_TREE) };
  return grown(request.value, opened.value, known) ?? { status: 200, checkpoint: opened.value, text: note.value.text };
}

const STATUS: { readonly [code: string]: 403 | 404 } = { LOG_ORIGIN: 404, LOG_SIG: 403 };

/** What keeps the checkpoint from being one that grew out of the last; undefined: nothing. */
function grown({ old, proof }: AddCheckpoint, next: Checkpoint, known: Seen): Judgement | undefined {
  if (old > next.size) return { status: 400, problem: problem('LOG_FORMAT', `the old size ${old} is over that of the checkpoint, ${next.size}`) };
  if (old !== known.size) return { status: 409, size: known.size };
  if (next.size === 0 && !equal(next.root, root(EMPTY_TREE))) return fork('an empty log has the root of the empty tree');
  if (old === 0) return proof.length === 0 ? undefined : fork('there is nothing to prove from size 0');
  if (old === next.size && !equal(next.root, known.root)) return fork(`another tree of size ${old} was seen before`);
  if (!verifyConsistency(old, next.size, proof, known.root, next.root)) return fork(`the tree of size ${next.size} is not shown to grow out of the one of size ${old} seen before`);
  return undefined;
}

const fork = (message: string): Judgement => ({ status: 422, problem: problem('LOG_FORK', message) });
const malformed = (message: string): { readonly ok: false; readonly error: Problem } => err(problem('LOG_FORMAT', message));
