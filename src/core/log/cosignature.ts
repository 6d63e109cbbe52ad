/**
 * C2SP tlog-cosignature v1: a witness says that, at a time, this was the largest tree of the log it had seen, and that it grew out of
 * every one it saw before.
 *
 *     — witness.example/ci 4VM8awAAAABrAB8SL64z...
 *                          key id (4 bytes), seconds since 1970 (8, big-endian), Ed25519 signature (64)
 *
 *     cosignature/v1                                   what the signature covers: 1 the magic
 *     time 1795170066                                  2 the time again
 *     countersign.example/audit                        3 the whole text of the checkpoint
 *     3
 *     nzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=
 *
 * Only Ed25519 (type 0x04) is verified. ML-DSA-44 (0x06) and whatever comes later are unknown keys: their lines are ignored.
 * The signature does not commit to the witness's name: two witnesses never share a key.
 */
import { base64, concat, equal, fromHex, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, verifyEd25519 } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { isKeyName, keyId, type Note, type NoteSignature, signatureLine } from './note.ts';
import { exactBase64 } from './strict.ts';

export const ED25519_COSIGNATURE = 0x04;

/** A key that cosigns. Not a `NoteKey`: what a log's key signs is another message. */
export interface WitnessKey {
  readonly name: string;
  /** 4 bytes. */
  readonly id: Bytes;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
}

/** One line of a note that this witness truly signed. */
export interface Cosignature {
  readonly by: WitnessKey;
  /** Seconds since 1970, by the witness's clock; more than zero. */
  readonly time: number;
  /** The line itself, with its LF. */
  readonly line: string;
}

/** 31 December 9999: later than any entry can be. The format allows 2^63 - 1; a time nobody can write down we refuse. */
const LAST_TIME = 253_402_300_799;
const TIME_SIZE = 8;
const SIGNATURE_SIZE = TIME_SIZE + 64;

/** Undefined when the name or the key's length cannot be. */
export const witnessKey = (name: string, publicKey: Bytes): WitnessKey | undefined =>
  isKeyName(name) && publicKey.length === 32 ? { name, id: keyId(name, publicKey, ED25519_COSIGNATURE), publicKey } : undefined;

/** `<name>+<hex key id>+<base64(0x04 || key)>`. */
export const formatWitnessVkey = (k: WitnessKey): string => `${k.name}+${hex(k.id)}+${base64(concat(new Uint8Array([ED25519_COSIGNATURE]), k.publicKey))}`;

/** A vkey of any type, taken apart. */
interface AnyVkey {
  readonly name: string;
  /** 4 bytes; checked against name and key where the type says how. */
  readonly id: Bytes;
  /** First byte of the encoded key. */
  readonly type: number;
  /** What follows the type. */
  readonly material: Bytes;
}

/** Types whose id is the hash of name, type and key; the others may have any. */
const HASHED = new Set([0x01, ED25519_COSIGNATURE, 0x06]);

/** Problems: LOG_FORMAT, also for an id that is not that of the key. */
export function parseAnyVkey(vkey: string): Result<AnyVkey> {
  const [, name = '', idText = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey) ?? [];
  const id = fromHex(idText);
  const [type, ...rest] = exactBase64(encoded) ?? [];
  if (!isKeyName(name) || id === undefined || type === undefined || rest.length === 0) return malformed('a vkey is name+id+base64');
  const material = new Uint8Array(rest);
  if (HASHED.has(type) && !equal(id, keyId(name, material, type))) return malformed(`the id of the key of ${name} is not that of its key`);
  return ok({ name, id, type, material });
}

/** Problems: LOG_FORMAT, for a key of another type too. */
export function parseWitnessVkey(vkey: string): Result<WitnessKey> {
  const parsed = parseAnyVkey(vkey);
  if (!parsed.ok) return parsed;
  const key = parsed.value.type === ED25519_COSIGNATURE ? witnessKey(parsed.value.name, parsed.value.material) : undefined;
  return key === undefined ? malformed('the key of the witness is not an Ed25519 cosignature key (type 0x04)') : ok(key);
}

/** What a witness signs. @param time seconds since 1970. @param text of the checkpoint, its last LF included. */
export const cosignedMessage = (time: number, text: string): Bytes => utf8(`cosignature/v1\ntime ${time}\n${text}`);

/** The signature line, with its LF. @param signature of `cosignedMessage`, 64 bytes. */
export const cosignatureLine = (key: WitnessKey, time: number, signature: Bytes): string =>
  signatureLine({ name: key.name, id: key.id, signature: concat(timeBytes(time), signature) });

/**
 * The lines these witnesses signed, in the order they stand; those of unknown keys are not among them. The attacker controls the
 * note. Problem: LOG_SIG, where a line by a known key does not verify: it spoils the whole note, as with any signed note.
 */
export function cosignaturesOf(note: Note, witnesses: readonly WitnessKey[]): Result<readonly Cosignature[]> {
  const found: Cosignature[] = [];
  for (const line of note.signatures) {
    const by = witnesses.find((w) => w.name === line.name && equal(w.id, line.id));
    if (by === undefined) continue;
    const time = verified(by, line, note.text);
    if (time === undefined) return err(problem('LOG_SIG', `the cosignature by ${by.name} does not verify`));
    found.push({ by, time, line: signatureLine(line) });
  }
  return ok(found);
}

/** The time the line carries, where the witness signed it with this text. */
function verified(by: WitnessKey, { signature }: NoteSignature, text: string): number | undefined {
  if (signature.length !== SIGNATURE_SIZE) return undefined;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (time < 1n || time > BigInt(LAST_TIME)) return undefined;
  return verifyEd25519(by.publicKey, cosignedMessage(Number(time), text), signature.slice(TIME_SIZE)) ? Number(time) : undefined;
}

function timeBytes(time: number): Bytes {
  const bytes = new Uint8Array(TIME_SIZE);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(time));
  return bytes;
}

const malformed = (message: string): { readonly ok: false; readonly error: Problem } => err(problem('LOG_FORMAT', message));
