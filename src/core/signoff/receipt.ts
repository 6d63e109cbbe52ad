/**
 * What whoever signed keeps: their envelope, the log's entry of it, and the proof that a checkpoint the log signed holds that
 * entry. A server that loses or changes the word later contradicts its own signature. The bytes are in docs/spec/receipt.md.
 *
 * The attacker is the server: it made the whole file but the signature of its owner. What it says of itself (digest, leaf, words)
 * is computed again; keys come from a trust file got by another road.
 */
import { base64, fromBase64, hex } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type Entry, parseEntry } from '../log/entry.ts';
import { leafHash } from '../log/merkle.ts';
import { verifyProof } from '../log/proof.ts';
import type { PersonId } from '../roster/roster.ts';
import { checkAuthenticator, checkKey, findKey } from './authenticator.ts';
import { signingTrust } from './authority.ts';
import { pae, parseEnvelope } from './dsse.ts';
import { fingerprintOf } from './fingerprint.ts';
import { openEnvelope } from './open.ts';
import { count, list, object, oneOf, shaped, string } from './shape.ts';
import { NAMES } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';
import { authorityAt, bySize, type TrustBundle } from './trust-file.ts';

const RECEIPT_TYPE = 'application/vnd.countersign.receipt.v1+json';
/** A receipt above this many bytes is refused unread. */
const MAX_RECEIPT = 4 << 20;

export interface SignedReceipt {
  readonly mediaType: typeof RECEIPT_TYPE;
  /** Position in the log. */
  readonly index: number;
  /** Lowercase hex: the hash of the leaf, and SHA-256 of the envelope. */
  readonly leaf: string;
  readonly digest: string;
  readonly words: readonly string[];
  /** base64 of the exact bytes. */
  readonly envelope: string;
  readonly entry: string;
  /** tlog-proof text. */
  readonly proof: string;
}

const RECEIPT = object({ mediaType: oneOf(RECEIPT_TYPE), index: count, leaf: string, digest: string, words: list(string), envelope: string, entry: string, proof: string });

export function receiptOf(index: number, entry: Bytes, envelope: Bytes, proof: string): SignedReceipt {
  return {
    mediaType: RECEIPT_TYPE,
    index,
    leaf: hex(leafHash(entry)),
    digest: sha256Hex(envelope),
    words: wordsOf(envelope),
    envelope: base64(envelope),
    entry: base64(entry),
    proof,
  };
}

/** The fingerprint words of what an envelope holds; empty where it is none. */
export const wordsOf = (envelope: Bytes): readonly string[] => {
  const parsed = parseEnvelope(envelope);
  return parsed.ok ? fingerprintOf(pae(parsed.value.payloadType, parsed.value.payload)) : [];
};

export interface VerifiedReceipt {
  readonly person: PersonId;
  readonly keyid: string;
  readonly index: number;
  readonly type: string;
  /** When the log took it, milliseconds since 1970. */
  readonly at: number;
  readonly words: readonly string[];
  /** Entries of the log that its checkpoint promises. */
  readonly size: number;
}

/** The types of entries a receipt may be of, and the statements they hold. */
const RECEIPTED: { readonly [type: string]: string } = { signoff: NAMES.predicate, ownership: NAMES.ownershipPredicate };

/** Problems: BUNDLE_FORMAT, LOG_*, SIG_*, WA_*, KEY_*, TRUST_DEMO, CONTENT_MISMATCH where what it says of itself is not so. */
export function verifyReceipt(bytes: Bytes, trust: TrustBundle, { allowDemo = false }: { readonly allowDemo?: boolean } = {}): Result<VerifiedReceipt, readonly Problem[]> {
  const read = parseReceipt(bytes);
  if (!read.ok) return err([read.error]);
  const { said, envelope, entry } = read.value;
  const placed = entryOf(entry, said.proof, trust);
  if (!placed.ok) return err([placed.error]);
  const authority = authorityAt(trust, placed.value.index);
  if (placed.value.entry.at < authority.at) return err([problem('LOG_FORK', 'it is dated before an entry that stands above it in the log')]);
  const signing = signingTrust(authority, trust.ladder);
  const opened = openEnvelope(envelope, signing.namespace);
  if (!opened.ok) return err([opened.error]);
  const key = findKey(opened.value, signing.keys);
  const problems = [
    ...contradictions(said, receiptOf(placed.value.index, entry, envelope, said.proof)),
    ...named(placed.value.entry, envelope, opened.value.payload),
    ...(key.ok ? checkKey(opened.value, key.value, signing, { tier: 'high', now: placed.value.entry.at, counters: 'logged', allowDemo }) : [key.error]),
    ...checkAuthenticator(opened.value, signing),
  ];
  if (problems.length > 0 || !key.ok) return err(problems);
  const { index, size, entry: logged } = placed.value;
  return ok({ person: key.value.person, keyid: opened.value.keyid, index, type: logged.type, at: logged.at, words: said.words, size });
}

function parseReceipt(bytes: Bytes): Result<{ readonly said: SignedReceipt; readonly envelope: Bytes; readonly entry: Bytes }> {
  if (bytes.length > MAX_RECEIPT) return bad(`larger than ${MAX_RECEIPT} bytes`);
  const json = parseStrictJson(bytes);
  if (!json.ok) return bad(json.error);
  const said = shaped(RECEIPT, json.value);
  if (!said.ok) return bad(said.error.join(', '));
  const [envelope, entry] = [fromBase64(said.value.envelope), fromBase64(said.value.entry)];
  if (envelope === undefined || entry === undefined || base64(envelope) !== said.value.envelope || base64(entry) !== said.value.entry)
    return bad('envelope or entry is not base64');
  return ok({ said: said.value, envelope, entry });
}

/** The entry, shown to be in the log: by a checkpoint that the trusted key signed. */
function entryOf(bytes: Bytes, proof: string, trust: TrustBundle): Result<{ readonly entry: Entry; readonly index: number; readonly size: number }> {
  // A receipt is handed out at once, and witnesses come later: it shows what the log promised, not that others saw it.
  const proven = bySize(
    trust,
    (keys) => verifyProof(proof, bytes, keys),
    ({ checkpoint }) => checkpoint.size,
  );
  if (!proven.ok) return proven;
  const entry = parseEntry(bytes);
  return entry.ok ? ok({ entry: entry.value, index: proven.value.index, size: proven.value.checkpoint.size }) : entry;
}

/** What the file says of itself, where its own bytes say otherwise. */
function contradictions(said: SignedReceipt, is: SignedReceipt): readonly Problem[] {
  const wrong = (['index', 'leaf', 'digest', 'words'] as const).filter((name) => String(said[name]) !== String(is[name]));
  return wrong.length === 0 ? [] : [problem('CONTENT_MISMATCH', `the receipt says something else of itself than its bytes: ${wrong.join(', ')}`)];
}

/** The entry is of this very envelope, and of a kind that fits what was signed. */
function named(entry: Entry, envelope: Bytes, payload: Bytes): readonly Problem[] {
  const json = parseStrictJson(payload);
  const type = json.ok && typeof json.value === 'object' && json.value !== null && 'predicateType' in json.value ? json.value.predicateType : undefined;
  return [
    ...(entry.envelope === sha256Hex(envelope) ? [] : [problem('LOG_INCLUSION', 'the entry in the log is of another envelope')]),
    ...(Object.hasOwn(RECEIPTED, entry.type) && RECEIPTED[entry.type] === type ? [] : [problem('LOG_INCLUSION', `an entry of type ${entry.type} does not hold what was signed`)]),
  ];
}

const bad = (why: string): Result<never> => err(problem('BUNDLE_FORMAT', `the receipt cannot be read: ${why}`, { remedy: 'save it again' }));
