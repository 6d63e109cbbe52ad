/**
 * The trust file: what a verifier trusts, carried by another road than the evidence. It holds the log's genesis and every statement
 * people signed about who may sign, and a reader works the people out from these alone, so whoever writes the file can leave
 * statements out and can invent none. What no person signed one by one (the log's keys, its witnesses, the gates) trustees may sign as a
 * whole. One fault refuses the whole file. Bytes: docs/spec/trust.md.
 */
import { base64, fromBase64 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type Entry, parseEntry } from '../log/entry.ts';
import { type NoteKey, parseVkey } from '../log/note.ts';
import { signersOf } from '../log/rotation.ts';
import { parseWitnessPolicy, type WitnessPolicy } from '../log/witness-policy.ts';
import { AUTHORITY_TYPES, type Authority, authorityOf, quorumOf, type Said, signingTrust } from './authority.ts';
import { openCosigned } from './cosigned.ts';
import { parseEnvelope } from './dsse.ts';
import { asOf, type Heeded, heedAll, heedMore, latest } from './fold.ts';
import { notCertificates, PINNED } from './pinned.ts';
import { count, list, nullable, object, oneOf, optional, shaped, string } from './shape.ts';
import type { PlacedWord } from './snapshot.ts';
import { NAMES } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';
import type { AuthenticatorTrust } from './trust.ts';

export interface Gate {
  /** The verifier id of its summaries. */
  readonly id: string;
  /** base64 of the DER SubjectPublicKeyInfo. */
  readonly key: string;
}

export interface TrustBundle extends Heeded {
  readonly origin: string;
  /** Every key the log ever signed with, newest last. */
  readonly logKeys: readonly NoteKey[];
  /** Of each key but the last, the size of the last checkpoint it signed. */
  readonly rotations: readonly number[];
  /** Levels, lowest first. */
  readonly ladder: readonly string[];
  /** Entries of the log when it was written: a later file has more. */
  readonly size: number;
  /** The statements behind them, in order. */
  readonly said: readonly PlacedWord[];
  /** Who has to have cosigned a checkpoint; null: nobody is asked for. */
  readonly witnesses: WitnessPolicy | null;
  readonly gates: readonly Gate[];
  /** Milliseconds since 1970; null: it does not expire. */
  readonly expires: number | null;
  /** Whose authenticators count where a certificate chain is asked for; absent: nobody's. */
  readonly authenticators?: AuthenticatorTrust;
  /** Trustees who signed the file as a whole. */
  readonly signers: readonly string[];
}

/** What the file is made of. */
export interface TrustParts extends Pick<TrustBundle, 'ladder' | 'size' | 'gates' | 'expires' | 'authenticators'>, Partial<Pick<TrustBundle, 'rotations'>> {
  /** C2SP tlog-policy text, or null. */
  readonly witnesses: string | null;
  readonly vkeys: readonly string[];
  /** The entry and body of index 0. */
  readonly genesis: { readonly entry: Bytes; readonly body: Bytes };
  /** Statements that hold, in the order of the log. */
  readonly said: readonly { readonly index: number; readonly entry: Bytes; readonly envelope: Bytes }[];
}

export const TRUST_TYPE = 'application/vnd.countersign.trust.v2+json';

const FILE = object({
  mediaType: oneOf(TRUST_TYPE),
  logKeys: list(string, 1),
  rotations: optional(list(count, 1)),
  ladder: list(string, 1),
  size: count,
  genesis: object({ entry: string, body: string }),
  authority: list(object({ index: count, entry: string, envelope: string })),
  witnesses: nullable(string),
  gates: list(object({ id: string, key: string })),
  expires: optional(count),
  authenticators: optional(PINNED),
});

/** Two spaces, fixed member order, LF at the end: a file people read and keep in git. */
export function formatTrust({ vkeys, rotations = [], ladder, size, genesis, said, witnesses, gates, expires, authenticators }: TrustParts): string {
  const file = {
    mediaType: TRUST_TYPE,
    logKeys: vkeys,
    ...(rotations.length === 0 ? {} : { rotations }),
    ladder,
    size,
    genesis: { entry: base64(genesis.entry), body: base64(genesis.body) },
    authority: said.map(({ index, entry, envelope }) => ({ index, entry: base64(entry), envelope: base64(envelope) })),
    witnesses,
    gates: gates.map(({ id, key }) => ({ id, key })),
    ...(expires === null ? {} : { expires }),
    ...(authenticators === undefined ? {} : { authenticators: { roots: authenticators.roots, ...(authenticators.models === undefined ? {} : { models: authenticators.models }) } }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What the caller knows of the file beforehand. */
export interface TrustExpectation {
  /** SHA-256 of the genesis body, lowercase hex. Where it is known the file has to be signed by trustees at quorum. */
  readonly pin?: string;
  /** The size of the newest file seen: an older one may leave out what was taken back since. */
  readonly atLeast?: number;
  /** Milliseconds since 1970; absent: nothing expires. */
  readonly now?: number;
}

/** Plain, or in the envelope trustees signed. Problems: TRUST_FORMAT, TRUST_SIG, TRUST_ROLLBACK, TRUST_EXPIRED. */
export function parseTrust(bytes: Bytes, expect: TrustExpectation = {}): Result<TrustBundle, readonly Problem[]> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return err([bad(`not strict JSON: ${json.error}`)]);
  const enveloped = typeof json.value === 'object' && json.value !== null && 'payloadType' in json.value;
  const envelope = enveloped ? parseEnvelope(bytes) : undefined;
  if (envelope?.ok === false) return err([bad(envelope.error.message)]);
  const trust = readTrust(envelope?.value.payload ?? bytes);
  if (!trust.ok) return trust;
  const signers = envelope === undefined ? ok([]) : trusteesOn(bytes, trust.value, expect.now);
  if (!signers.ok) return signers;
  const signed = { ...trust.value, signers: signers.value };
  const wrong = unexpected(signed, expect);
  return wrong.length === 0 ? ok(signed) : err(wrong);
}

function readTrust(bytes: Bytes): Result<TrustBundle, readonly Problem[]> {
  const json = parseStrictJson(bytes);
  const file = json.ok ? shaped(FILE, json.value) : err([json.error]);
  if (!file.ok) return err(file.error.map(bad));
  const { genesis, authority, logKeys, rotations = [], ladder, size, witnesses, gates, expires = null, authenticators } = file.value;
  const first = entryOf(genesis.entry, genesis.body);
  const start = first?.entry.type === 'genesis' ? authorityOf(first.body, first.entry.at) : undefined;
  if (first === undefined || start === undefined) return err([bad('it does not begin with the genesis of a log')]);
  if (!start.ok) return err([start.error]);
  const keys = logKeys.map(parseVkey);
  const policy = witnesses === null ? ok(null) : parseWitnessPolicy(witnesses, start.value.genesis.mode === 'demo');
  const heeded = heedWritten(heedAll(start.value, []), authority);
  const { origin } = start.value.genesis;
  const wrong = [
    ...keys.flatMap((k) => (k.ok ? (k.value.name === origin ? [] : [bad(`the log key is of ${k.value.name}, and the origin is ${origin}`)]) : [bad(k.error.message)])),
    ...(rotations.length === logKeys.length - 1 && rotations.every((n, i) => n > (rotations[i - 1] ?? 0))
      ? []
      : [bad('its rotations do not say up to where each log key but the last signed, in order')]),
    ...(first.entry.fields.origin === origin && first.entry.fields.mode === start.value.genesis.mode ? [] : [bad('the genesis entry and its body differ')]),
    ...[...new Set(ladder.filter((l, i) => ladder.indexOf(l) !== i))].map((l) => bad(`the level ${l} appears twice`)),
    ...(policy.ok ? [] : [bad(`its witnesses: ${policy.error.message}`)]),
    ...notCertificates(authenticators?.roots ?? []).map((place) => bad(`authenticators.${place} is no certificate (DER, base64)`)),
    ...authority.filter((w) => w.index >= size).map((w) => bad(`statement ${w.index} is beyond the ${size} entries it speaks of`)),
    ...(heeded.ok ? [] : heeded.error),
  ];
  if (wrong.length > 0 || !heeded.ok || !policy.ok) return err(wrong);
  return ok({
    origin,
    logKeys: keys.flatMap((k) => (k.ok ? [k.value] : [])),
    rotations,
    ladder,
    size,
    ...heeded.value,
    said: authority.map(placed),
    witnesses: policy.value,
    gates,
    expires,
    signers: [],
    ...(authenticators === undefined ? {} : { authenticators: authenticators as AuthenticatorTrust }),
  });
}

/** Asked of every key first, and then of those alone that sign a log of the size it turned out to be. */
export function bySize<T>(trust: Pick<TrustBundle, 'logKeys' | 'rotations'>, ask: (keys: readonly NoteKey[]) => Result<T>, sizeIn: (answer: T) => number): Result<T> {
  const { logKeys, rotations } = trust;
  const answer = ask(logKeys);
  if (!answer.ok || rotations.length === 0) return answer;
  return ask(signersOf(sizeIn(answer.value), logKeys, rotations));
}

/** A statement as files hold it. */
export interface WrittenWord {
  readonly index: number;
  /** base64 of the exact log entry. */
  readonly entry: string;
  /** base64 of the exact envelope. */
  readonly envelope: string;
}

/** The trust with statements that came after it: each has to hold, as in the file. Problems: TRUST_FORMAT. */
export function withLater(trust: TrustBundle, later: readonly WrittenWord[]): Result<TrustBundle, readonly Problem[]> {
  const stray = later.find((w) => w.index < trust.size && !trust.said.some((known) => isSame(known, w)));
  if (stray !== undefined) return err([bad(`statement ${stray.index} is not among those it has up to entry ${trust.size}`)]);
  const newer = later.filter((w) => w.index >= trust.size);
  const heeded = heedWritten(trust, newer);
  return heeded.ok ? ok({ ...trust, ...heeded.value, said: [...trust.said, ...newer.map(placed)] }) : heeded;
}

const placed = ({ index, entry }: WrittenWord): PlacedWord => ({ index, entry: exact(entry) ?? new Uint8Array(0) });

/** The entry names its envelope, so both are those of the file. */
const isSame = (known: PlacedWord, { index, entry, envelope }: WrittenWord): boolean =>
  known.index === index && base64(known.entry) === entry && entryOf(entry, envelope) !== undefined;

/** A file says nothing that does not hold: one fault refuses it all. */
function heedWritten(so: Heeded, words: readonly WrittenWord[]): Result<Heeded, readonly Problem[]> {
  const said = words.map(({ index, entry, envelope }) => saidAt(index, entry, envelope) ?? index);
  const stray = said.find((word) => typeof word === 'number');
  if (stray !== undefined) return err([bad(`statement ${stray} is not that of its entry`)]);
  const { states, held, undone, passedOver } = heedMore(
    so,
    said.filter((word) => typeof word !== 'number'),
  );
  return passedOver.length > 0 ? err(passedOver.map((p) => bad(`the statement of ${p.place} does not hold: ${p.message}`))) : ok({ states, held, undone, passedOver });
}

function saidAt(index: number, entry: string, envelope: string): Said | undefined {
  const read = entryOf(entry, envelope);
  const type = AUTHORITY_TYPES.find((t) => t === read?.entry.type);
  return read === undefined || type === undefined ? undefined : { type, index, at: read.entry.at, body: read.body };
}

/** The entry that names exactly this body; undefined for anything else. */
function entryOf(entry: string, body: string): { readonly entry: Entry; readonly body: Bytes } | undefined {
  const [entryBytes, bodyBytes] = [exact(entry), exact(body)];
  const parsed = entryBytes === undefined ? undefined : parseEntry(entryBytes);
  if (bodyBytes === undefined || parsed?.ok !== true || parsed.value.envelope !== sha256Hex(bodyBytes)) return undefined;
  return { entry: parsed.value, body: bodyBytes };
}

function exact(encoded: string): Bytes | undefined {
  const bytes = fromBase64(encoded);
  return bytes !== undefined && base64(bytes) === encoded ? bytes : undefined;
}

/** By the keys of the file's own last state, as of its last statement or the caller's clock: whoever forges those has to forge what founders signed first. */
function trusteesOn(envelope: Bytes, trust: TrustBundle, now = 0): Result<readonly string[], readonly Problem[]> {
  const authority = latest(trust.states);
  const by = { ...signingTrust(authority, []), namespace: NAMES.trustNamespace, keys: authority.keys.filter((k) => authority.trustees.has(k.person) && k.revokedAt === undefined) };
  const opened = openCosigned(envelope, by, { now: Math.max(now, authority.at), allowDemo: authority.genesis.mode === 'demo' }, TRUST_TYPE);
  return opened.ok ? ok(opened.value.signers) : err(opened.error.map((p) => problem('TRUST_SIG', `the trust file is not signed as it says: ${p.message}`)));
}

function unexpected(trust: TrustBundle, { pin, atLeast, now }: TrustExpectation): readonly Problem[] {
  const authority = latest(trust.states);
  const quorum = quorumOf(authority);
  return [
    ...(pin !== undefined && pin !== authority.pin ? [problem('TRUST_SIG', `the file is of another log: its genesis is ${authority.pin}`)] : []),
    ...(pin !== undefined && trust.signers.length < quorum
      ? [problem('TRUST_SIG', `${trust.signers.length} of ${quorum} trustees signed the trust file`, { remedy: 'have it signed: countersign authority sign' })]
      : []),
    ...(atLeast !== undefined && trust.size < atLeast ? [problem('TRUST_ROLLBACK', `the file is of size ${trust.size}, and one of ${atLeast} was seen`)] : []),
    ...(now !== undefined && trust.expires !== null && now >= trust.expires ? [problem('TRUST_EXPIRED', `the file expired at ${new Date(trust.expires).toISOString()}`)] : []),
  ];
}

/**
 * Who could sign when entry `index` was written, and what of that was taken back since: a key that came later never counts for it,
 * one found stolen later does not count from the time of the theft.
 */
export function authorityAt(trust: TrustBundle, index: number): Authority {
  const [now, then] = [latest(trust.states), asOf(trust.states, index)];
  const voided = new Map(now.keys.map((k) => [k.keyid, k.revokedAt]));
  const keys = then.keys.map((k) => {
    const revokedAt = voided.get(k.keyid);
    return revokedAt === undefined ? k : { ...k, revokedAt };
  });
  return { ...then, keys, revoked: now.revoked, ...(trust.authenticators === undefined ? {} : { authenticators: trust.authenticators }) };
}

const bad = (why: string): Problem => problem('TRUST_FORMAT', `the trust file cannot be used: ${why}`, { remedy: 'export it again on the server' });
