/**
 * C2SP tlog-policy: which logs are believed, and how many of which witnesses must have cosigned a checkpoint.
 *
 *     log countersign.example/audit+f949b01f+Afmc...            log <vkey> [<url>]
 *     witness ci witness.example/ci+e1533c6b+BFF7... https://…  witness <name> <vkey> [<url>]
 *     witness auditor witness.example/auditor+73d09a17+BP8v...
 *     group two all ci auditor                                  group <name> <k|any|all> <name>...
 *     quorum two                                                quorum <name|none>, exactly once
 *
 * Names are defined above where they stand, and each is a member of one group at most, so that a witness counts once. The file is
 * trusted: whoever writes it decides. We are stricter than the page where a slip would make a quorum mean less than it says.
 */
import { equal, hex } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { ED25519_COSIGNATURE, parseAnyVkey, type WitnessKey, witnessKey } from './cosignature.ts';
import { type NoteKey, parseVkey } from './note.ts';

export interface PolicyLog {
  readonly key: NoteKey;
  readonly url: string | null;
}

export interface PolicyWitness {
  /** As the policy calls it; the key has a name of its own. */
  readonly name: string;
  /** null: of a type that is not verified here (ML-DSA-44, or one to come). It counts for nothing. */
  readonly key: WitnessKey | null;
  /** As written. */
  readonly vkey: string;
  /** Submission prefix (C2SP tlog-witness), as written. */
  readonly url: string | null;
}

/** A witness, or so many of these. */
export type Quorum = { readonly witness: string } | { readonly group: string; readonly least: number; readonly members: readonly Quorum[] };

export interface WitnessPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** null: `quorum none`, no cosignature is asked for. */
  readonly quorum: Quorum | null;
}

/** Whether these witnesses, by their name in the policy, are enough. Each counts once, however often it is named. */
export function quorumHolds(quorum: Quorum, cosigned: ReadonlySet<string>): boolean {
  if ('witness' in quorum) return cosigned.has(quorum.witness);
  return quorum.members.filter((member) => quorumHolds(member, cosigned)).length >= quorum.least;
}

const MAX_LENGTH = 262_144;
/** More witnesses than a note may carry lines would never be read together. */
const MAX_LINES = 90;

/** What was read so far. */
interface Draft {
  readonly logs: PolicyLog[];
  readonly witnesses: PolicyWitness[];
  /** Public keys seen, logs' too: in hex, with the line's word. */
  readonly keys: Set<string>;
  readonly named: Map<string, Quorum>;
  /** Names that are a member already. */
  readonly members: Set<string>;
  quorum: Quorum | null | undefined;
}

/**
 * @param allowNone take `quorum none`: for development, where nothing is at stake.
 * Problems: TRUST_FORMAT, with the line as its place.
 */
export function parseWitnessPolicy(text: string, allowNone = false): Result<WitnessPolicy> {
  const draft: Draft = { logs: [], witnesses: [], keys: new Set(), named: new Map(), members: new Set(), quorum: undefined };
  if (text.length > MAX_LENGTH) return refuse('a witness policy is at most 256 KiB');
  if (!text.isWellFormed()) return refuse('the witness policy is not UTF-8');
  // A file cut short could name another group as its quorum.
  if (!text.endsWith('\n')) return refuse('the last line does not end in a line feed', { remedy: 'end the file with a line feed' });
  for (const [i, line] of text.slice(0, -1).split('\n').entries()) {
    const fault = takeLine(draft, line, allowNone);
    if (fault !== undefined) return refuse(fault, { place: `line ${i + 1}` });
  }
  return finished(draft);
}

function finished({ logs, witnesses, quorum }: Draft): Result<WitnessPolicy> {
  if (quorum === undefined) return refuse('the policy has no quorum line', { remedy: 'say which group or witness must have cosigned: quorum <name>' });
  const verifiable = new Set(witnesses.filter((w) => w.key !== null).map((w) => w.name));
  if (quorum !== null && !quorumHolds(quorum, verifiable))
    return refuse('the quorum needs witnesses whose keys are of a type that is not verified here', { remedy: 'name enough witnesses with Ed25519 keys (type 0x04)' });
  return ok({ logs, witnesses, quorum });
}

/** What is wrong with the line; undefined where it was taken. */
function takeLine(draft: Draft, line: string, allowNone: boolean): string | undefined {
  if (hasControl(line)) return 'the line holds a control character; lines end in LF alone';
  const [word = '', ...rest] = line.split(/[ \t]+/).filter((item) => item !== '');
  if (word === '' || word.startsWith('#')) return undefined;
  if (word === 'log') return takeLog(draft, rest);
  if (word === 'witness') return takeWitness(draft, rest);
  if (word === 'group') return takeGroup(draft, rest);
  if (word === 'quorum') return takeQuorum(draft, rest, allowNone);
  return `a line begins with log, witness, group or quorum, not with ${quote(word)}`;
}

function takeLog(draft: Draft, [vkey = '', url, ...more]: readonly string[]): string | undefined {
  const key = parseVkey(vkey);
  if (!key.ok) return key.error.message;
  if (more.length > 0) return 'a log line is: log <vkey> [<url>]';
  if (draft.logs.length === MAX_LINES) return `more than ${MAX_LINES} logs`;
  if (!firstUse(draft, key.value.key)) return 'this public key stands in the policy already';
  draft.logs.push({ key: key.value, url: url ?? null });
  return undefined;
}

function takeWitness(draft: Draft, [name = '', vkey = '', url, ...more]: readonly string[]): string | undefined {
  const parsed = parseAnyVkey(vkey);
  if (!parsed.ok) return parsed.error.message;
  if (more.length > 0) return 'a witness line is: witness <name> <vkey> [<url>]';
  if (draft.witnesses.length === MAX_LINES) return `more than ${MAX_LINES} witnesses`;
  const { type, material, id } = parsed.value;
  const key = type === ED25519_COSIGNATURE ? witnessKey(parsed.value.name, material) : null;
  if (key === undefined) return 'an Ed25519 key is 32 bytes';
  if (type === 0x01) return 'this is the key of a log (type 0x01), and a witness cosigns with one of type 0x04';
  if (!firstUse(draft, material)) return 'this public key stands in the policy already';
  if (key !== null && draft.witnesses.some((w) => w.key?.name === key.name && equal(w.key.id, id))) return 'two witnesses have the same key name and id';
  const fault = define(draft, name, { witness: name });
  if (fault === undefined) draft.witnesses.push({ name, key, vkey, url: url ?? null });
  return fault;
}

function takeGroup(draft: Draft, [name = '', least = '', ...names]: readonly string[]): string | undefined {
  if (names.length === 0) return 'a group line is: group <name> <k|any|all> <name>...';
  const members: Quorum[] = [];
  for (const member of names) {
    const known = draft.named.get(member);
    if (known === undefined) return `${quote(member)} is not defined above this line`;
    if (draft.members.has(member)) return `${quote(member)} is a member already: each counts in one way only`;
    draft.members.add(member);
    members.push(known);
  }
  const count = least === 'all' ? names.length : least === 'any' ? 1 : /^[1-9][0-9]?$/.test(least) ? Number(least) : 0;
  if (count < 1 || count > names.length) return `a group of ${names.length} asks for 1 to ${names.length}, any or all, not for ${quote(least)}`;
  return define(draft, name, { group: name, least: count, members });
}

function takeQuorum(draft: Draft, [name = '', ...more]: readonly string[], allowNone: boolean): string | undefined {
  if (name === '' || more.length > 0) return 'a quorum line is: quorum <name>';
  if (draft.quorum !== undefined) return 'a second quorum line';
  if (name === 'none' && !allowNone) return 'quorum none asks no witness, and proves nothing: it is for development alone';
  const known = name === 'none' ? null : draft.named.get(name);
  if (known === undefined) return `${quote(name)} is not defined above this line`;
  draft.quorum = known;
  return undefined;
}

function define(draft: Draft, name: string, quorum: Quorum): string | undefined {
  if (name === 'none') return 'none is no name: it stands for no quorum';
  if (draft.named.has(name)) return `${quote(name)} is defined already`;
  if (draft.named.size === 2 * MAX_LINES) return 'more names than a policy can need';
  draft.named.set(name, quorum);
  return undefined;
}

/** A key of a log is no witness either: a log would cosign itself. */
function firstUse({ keys }: Draft, key: Bytes): boolean {
  const seen = keys.has(hex(key));
  keys.add(hex(key));
  return !seen;
}

const hasControl = (line: string): boolean => [...line].some((c) => (c < ' ' && c !== '\t') || c === '\x7f');
const quote = (word: string): string => JSON.stringify(word.slice(0, 60));

const refuse = (message: string, more: { readonly place?: string; readonly remedy?: string } = {}): { readonly ok: false; readonly error: Problem } =>
  err(problem('TRUST_FORMAT', message, more));
