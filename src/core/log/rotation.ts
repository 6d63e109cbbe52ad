/**
 * A new key for the same log. The old key says so itself, over a text that is no checkpoint and can be none:
 *
 *     countersign log key rotation v1
 *     old countersign.example/audit+f949b01f+Afmc7nzp...
 *     new countersign.example/audit+0c33ab30+AUV+GMkMa...
 *     size 41                                              entries before the one that says it: its index
 *
 * The entry `log-key` names the new key, its body holds both and the old key's signature:
 *
 *     {"v":1,"old":"<vkey>","new":"<vkey>","signature":"<base64, 64 bytes>"}
 *
 * From the next checkpoint on the new key signs; that one, of size index + 1, carries both signatures.
 */
import { base64, text, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex, verifyEd25519 } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { parseEntry } from './entry.ts';
import { formatVkey, type NoteKey, parseVkey } from './note.ts';
import { countable, exactBase64 } from './strict.ts';

export interface Rotation {
  readonly old: NoteKey;
  readonly new: NoteKey;
  /** Entries before the one that says it. */
  readonly size: number;
}

/** Where a log says it. */
export interface RotationEntry {
  readonly index: number;
  /** The leaf bytes. */
  readonly entry: Bytes;
  readonly body: Bytes;
}

/** What the old key signs. */
export const rotationText = (r: Rotation): Bytes => utf8(`countersign log key rotation v1\nold ${formatVkey(r.old)}\nnew ${formatVkey(r.new)}\nsize ${r.size}\n`);

/** @param signature of the old key over `rotationText`, 64 bytes. */
export const rotationBody = (r: Rotation, signature: Bytes): Bytes => utf8(JSON.stringify({ v: 1, old: formatVkey(r.old), new: formatVkey(r.new), signature: base64(signature) }));

/**
 * What an entry says of the log's key, signed by the old one. It says nothing yet to somebody who does not trust the old one.
 * Problems: LOG_FORMAT, LOG_ORIGIN where the two keys are not of one log, LOG_SIG.
 */
export function openRotation({ index, entry, body }: RotationEntry): Result<Rotation> {
  const leaf = parseEntry(entry);
  if (!leaf.ok) return leaf;
  const said = readBody(body);
  if (leaf.value.type !== 'log-key' || leaf.value.envelope !== sha256Hex(body) || said === undefined || said.new !== leaf.value.fields.vkey || !countable(index))
    return malformed('the entry does not say which key follows which');
  const [old, next] = [parseVkey(said.old), parseVkey(said.new)];
  if (!old.ok) return old;
  if (!next.ok) return next;
  if (old.value.name !== next.value.name || said.old === said.new) return err(problem('LOG_ORIGIN', 'a log key is followed by another key of the same log'));
  const rotation = { old: old.value, new: next.value, size: index };
  return verifyEd25519(old.value.key, rotationText(rotation), said.signature) ? ok(rotation) : err(problem('LOG_SIG', 'the old log key did not sign this rotation'));
}

/**
 * The key that follows one you trust, and those that follow it. The attacker controls the entries; order and completeness are
 * theirs to choose, so what is learnt is that a trusted key vouched for the next. That the log says it too, an inclusion proof
 * of the entry under the new key shows. Problems: those of `openRotation`; LOG_SIG for a rotation no trusted key began.
 */
export function followRotations(trusted: NoteKey, entries: readonly RotationEntry[]): Result<readonly NoteKey[]> {
  const keys = [trusted];
  for (const entry of entries) {
    const rotation = openRotation(entry);
    if (!rotation.ok) return rotation;
    if (formatVkey(rotation.value.old) !== formatVkey(keys.at(-1) ?? trusted)) return err(problem('LOG_SIG', `entry ${entry.index} follows another key than the one known last`));
    keys.push(rotation.value.new);
  }
  return ok(keys);
}

/**
 * Which of these sign a log of this size: each from the rotation that brought it to the one that ended it, both included. One that was
 * followed, perhaps because it was stolen, speaks for no larger log, and one that came later for no smaller.
 * @param keys of the log, the first one first. @param ends of each key but the last, the size of the last checkpoint it signed.
 */
export const signersOf = <K>(size: number, keys: readonly K[], ends: readonly number[]): readonly K[] =>
  keys.filter((_, i) => size >= (ends[i - 1] ?? 0) && size <= (ends[i] ?? size));

/** The size of the checkpoint that both keys sign: the first with the entry that says it. */
export const turnOf = ({ size }: Pick<Rotation, 'size'>): number => size + 1;

function readBody(body: Bytes): { readonly old: string; readonly new: string; readonly signature: Bytes } | undefined {
  const value = parsed(text(body));
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, old, new: next, signature, ...rest } = value as { readonly [name: string]: unknown };
  if (v !== 1 || typeof old !== 'string' || typeof next !== 'string' || typeof signature !== 'string' || Object.keys(rest).length > 0) return undefined;
  const bytes = exactBase64(signature);
  return bytes === undefined ? undefined : { old, new: next, signature: bytes };
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}

const malformed = (message: string): { readonly ok: false; readonly error: Problem } => err(problem('LOG_FORMAT', message));
