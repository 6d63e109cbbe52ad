/**
 * C2SP signed-note: a text, an empty line, and signature lines.
 *
 *     countersign.example/audit        the text; every line of it ends in LF
 *     3
 *     nzQalbi3...
 *                                      the last empty line parts text from signatures
 *     — countersign.example/audit +UmwHwtV...
 *
 * A signature line is U+2014, a space, the key name, a space, base64 of key id (4 bytes) and signature. Signatures by
 * unknown keys are ignored; one bad signature by a known key spoils the whole note. Signing is done elsewhere: this file
 * formats what was signed. Only Ed25519 notes (type 0x01) are verified; other types are unknown keys here.
 */
import { base64, concat, equal, fromHex, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256, verifyEd25519 } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { exactBase64 } from './strict.ts';

export const ED25519_NOTE = 0x01;

/** A key that may sign notes: `vkey` in the words of C2SP. */
export interface NoteKey {
  readonly name: string;
  /** 4 bytes. */
  readonly id: Bytes;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly key: Bytes;
}

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes; a hint, chosen by whoever wrote the line. */
  readonly id: Bytes;
  /** What follows the id: 64 bytes for Ed25519. */
  readonly signature: Bytes;
}

export interface Note {
  /** The signed bytes as text, with its last LF. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const MAX_SIGNATURES = 100;
const MAX_LENGTH = 1_000_000;
const LINE = /^— (\S+) (\S+)$/u;

/** Not empty, no white space, no plus: the name stands between spaces in a note and before a plus in a vkey. */
export const isKeyName = (name: string): boolean => name.length > 0 && !/[\s\p{White_Space}+\p{Cc}]/u.test(name) && name.isWellFormed();

/** First 4 bytes of SHA-256(name || LF || type || key). */
export const keyId = (name: string, key: Bytes, type = ED25519_NOTE): Bytes => sha256(concat(utf8(`${name}\n`), new Uint8Array([type]), key)).slice(0, 4);

/** Undefined when the name or the key's length cannot be. */
export const noteKey = (name: string, key: Bytes): NoteKey | undefined => (isKeyName(name) && key.length === 32 ? { name, id: keyId(name, key), key } : undefined);

/** `<name>+<hex key id>+<base64(type || key)>`. */
export const formatVkey = (k: NoteKey): string => `${k.name}+${hex(k.id)}+${base64(concat(new Uint8Array([ED25519_NOTE]), k.key))}`;

/** Problems: LOG_FORMAT, for an unknown key type too. */
export function parseVkey(vkey: string): Result<NoteKey> {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey) ?? [];
  const typed = exactBase64(encoded);
  if (typed === undefined || typed[0] !== ED25519_NOTE) return malformed('the log key is not an Ed25519 vkey (name+id+base64)');
  const key = noteKey(name, typed.slice(1));
  if (key === undefined || !equal(key.id, fromHex(id) ?? new Uint8Array(0))) return malformed('the log key does not match its own id');
  return ok(key);
}

/** Takes the note apart; says nothing about who signed it. Problems: LOG_FORMAT. */
export function parseNote(note: string): Result<Note> {
  if (note.length > MAX_LENGTH || !note.isWellFormed() || hasControl(note)) return malformed('a note is at most 1 MB of text without control characters');
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0 || !note.endsWith('\n')) return malformed('a note is a text, an empty line and signature lines');
  const lines = note.slice(gap + 2, -1).split('\n');
  const signatures = lines.map(parseLine).filter((s) => s !== undefined);
  if (signatures.length !== lines.length || lines.length > MAX_SIGNATURES) return malformed('a signature line of the note is malformed');
  return ok({ text: note.slice(0, gap + 1), signatures });
}

/** The note and which of these keys signed it (at least one). Problems: LOG_FORMAT, LOG_SIG. */
export function openNote(note: string, keys: readonly NoteKey[]): Result<Note & { readonly by: readonly NoteKey[] }> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const message = utf8(parsed.value.text);
  const by: NoteKey[] = [];
  for (const line of parsed.value.signatures) {
    const key = keys.find((k) => k.name === line.name && equal(k.id, line.id));
    if (key === undefined) continue;
    if (!verifyEd25519(key.key, message, line.signature)) return err(problem('LOG_SIG', `the signature by ${key.name} does not verify`));
    if (!by.includes(key)) by.push(key);
  }
  return by.length === 0 ? err(problem('LOG_SIG', 'no known key signed the note')) : ok({ ...parsed.value, by });
}

/** The note's bytes as text. Problems: LOG_FORMAT when the result would not parse back to exactly this. */
export function formatNote(text: string, signatures: readonly NoteSignature[]): Result<string> {
  const note = `${text}\n${signatures.map(signatureLine).join('')}`;
  const back = parseNote(note);
  if (!back.ok) return back;
  return back.value.text === text ? ok(note) : malformed('this text cannot be a note');
}

/** With its LF. */
export const signatureLine = (s: NoteSignature): string => `— ${s.name} ${base64(concat(s.id, s.signature))}\n`;

function parseLine(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = LINE.exec(line) ?? [];
  const bytes = exactBase64(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length < 5) return undefined;
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** Below 0x20 except LF. */
const hasControl = (text: string): boolean => [...text].some((c) => c < ' ' && c !== '\n');

const malformed = (message: string): { readonly ok: false; readonly error: Problem } => err(problem('LOG_FORMAT', message));
