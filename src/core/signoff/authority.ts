/**
 * Who may sign, and who may say so: worked out from the log alone. Genesis pins founders; every later person, key, level and
 * trustee, and everything taken back, is a statement that people signed. An entry that does not hold changes nothing: an
 * administrator with the database, who can append whatever they like, gains nobody a right.
 *
 * The attacker controls every byte after genesis. What genesis says is pinned by its digest, carried out of band.
 */
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { EntryType } from '../log/kinds.ts';
import type { PersonId } from '../roster/roster.ts';
import { openCosigned } from './cosigned.ts';
import { type EnrolmentSubject, enrolmentIn } from './enrolment.ts';
import { type Genesis, parseGenesis } from './genesis.ts';
import { parseErasure, parseRevocation, parseRosterWord, type Revoked } from './roster-word.ts';
import { NAMES } from './statement.ts';
import type { AuthenticatorTrust, SignoffTrust, TrustedKey } from './trust.ts';

/** Statements of trustees. An erasure changes nobody's right, but only trustees may say it, each once. */
export const AUTHORITY_TYPES = ['enrolment', 'roster', 'revocation', 'erasure'] as const satisfies readonly EntryType[];
type AuthorityType = (typeof AUTHORITY_TYPES)[number];

/** One logged statement, as the log has it. */
export interface Said {
  readonly type: AuthorityType;
  readonly index: number;
  /** Milliseconds since 1970, by the log. */
  readonly at: number;
  /** The exact envelope bytes. */
  readonly body: Bytes;
}

export interface Authority {
  readonly genesis: Genesis;
  /** SHA-256 of the genesis body, lowercase hex: what a verifier pins. */
  readonly pin: string;
  /** Who confirms others. */
  readonly trustees: ReadonlySet<PersonId>;
  /** In the order of the log. A key that was taken back stays, with the time from which it is void. */
  readonly keys: readonly TrustedKey[];
  readonly names: ReadonlyMap<PersonId, string>;
  /** By envelope digest: sign-offs somebody took back. Whether that somebody may, `takenBack` says. */
  readonly revoked: ReadonlyMap<string, readonly TakenBack[]>;
  readonly nonces: ReadonlySet<string>;
  /** Index and time of the last entry that had a say. */
  readonly since: number;
  readonly at: number;
  /** Whose authenticators count: no statement says it, it is carried beside the log. Absent: nobody's. */
  readonly authenticators?: AuthenticatorTrust;
}

export interface TakenBack {
  readonly from: number;
  readonly signers: readonly PersonId[];
  /** Trustees at quorum signed it: it holds whoever the signer was. */
  readonly atQuorum: boolean;
}

/** Problems: TRUST_FORMAT. @param body of entry 0. @param at its time by the log. */
export function authorityOf(body: Bytes, at: number): Result<Authority> {
  const genesis = parseGenesis(body);
  if (!genesis.ok) return genesis;
  const { founders } = genesis.value;
  return ok({
    genesis: genesis.value,
    pin: sha256Hex(body),
    trustees: new Set(founders.map((f) => f.person)),
    keys: founders.map((f) => ({ ...keyOf(f, at), founder: true })),
    names: new Map(founders.map((f) => [f.person, f.name])),
    revoked: new Map(),
    nonces: new Set(),
    since: 0,
    at,
  });
}

/** How many trustees other than the person concerned have to sign. Alone, the one there is signs for themselves. */
export const quorumOf = ({ genesis }: Pick<Authority, 'genesis'>): number => (genesis.solo ? 1 : 2);

/**
 * The authority with one statement more. Problems, and nothing changes: LOG_FORK, SIG_*, WA_*, KEY_*, TRUST_DEMO, ST_TYPE, ST_NONCE, QUORUM.
 */
export function heed(authority: Authority, said: Said): Result<Authority, readonly Problem[]> {
  // Places and times of a log only grow: a statement dated before the one that took its signer's key away came after it all the same.
  if (said.index <= authority.since || said.at < authority.at) return err([problem('LOG_FORK', 'the statement does not stand, or is not dated, behind the one before it')]);
  const next = HEEDED[said.type](authority, said);
  return next.ok ? ok({ ...next.value, since: said.index, at: said.at }) : next;
}

/** What a log came to. */
export interface Heeded {
  /** As it began, then after each statement that holds. */
  readonly states: readonly [Authority, ...Authority[]];
  /** Those statements, in order. */
  readonly held: readonly Said[];
  /** Why the others do not. */
  readonly passedOver: readonly Problem[];
}

/** All that a log says, oldest first: the one way from statements to who may sign. What does not hold is passed over and named. */
export function heedAll(start: Authority, said: readonly Said[]): Heeded {
  const [after, held, passedOver]: [Authority[], Said[], Problem[]] = [[], [], []];
  for (const one of said) {
    const next = heed(after.at(-1) ?? start, one);
    if (!next.ok) {
      passedOver.push(...next.error.map((p) => ({ ...p, place: `entry ${one.index} (${one.type})` })));
      continue;
    }
    after.push(next.value);
    held.push(one);
  }
  return { states: [start, ...after], held, passedOver };
}

/** The newest of these. */
export const latest = (states: Heeded['states']): Authority => states.at(-1) ?? states[0];

/** As it stood when entry `index` was written. */
export const before = (states: Heeded['states'], index: number): Authority => states.findLast((s) => s.since < index) ?? states[0];

/** What sign-offs are verified by. @param ladder of the policy in force. */
export const signingTrust = ({ genesis, keys, authenticators }: Authority, ladder: readonly string[]): SignoffTrust => ({
  keys,
  namespace: NAMES.namespace,
  rpId: genesis.rpId,
  origins: genesis.origins,
  mode: genesis.mode,
  ladder,
  ...(authenticators === undefined ? {} : { authenticators }),
});

/** The same with trustees' keys alone: only they confirm. */
const trusteesTrust = (authority: Authority): SignoffTrust => ({
  ...signingTrust(authority, []),
  keys: authority.keys.filter((k) => authority.trustees.has(k.person)),
});

const expecting = ({ genesis }: Authority, { at }: Said) => ({ now: at, allowDemo: genesis.mode === 'demo' });

const HEEDED: { readonly [type in Said['type']]: typeof heedRoster } = {
  enrolment: heedEnrolment,
  roster: heedRoster,
  revocation: heedRevocation,
  erasure: heedErasure,
};

function heedEnrolment(authority: Authority, said: Said): Result<Authority, readonly Problem[]> {
  const opened = openCosigned(said.body, trusteesTrust(authority), expecting(authority, said));
  if (!opened.ok) return opened;
  const subject = enrolmentIn(opened.value.payload, authority.genesis);
  if (!subject.ok) return err([subject.error]);
  const { person, keyid, name, level } = subject.value;
  const wrong = [...short(authority, opened.value.signers, person), ...taken(authority, keyid)];
  if (wrong.length > 0) return err(wrong);
  // The level an enrolment names holds for the person: two keys of one person never vouch for two levels.
  return ok({ ...authority, keys: [...atLevel(authority.keys, person, level), keyOf(subject.value, said.at)], names: new Map([...authority.names, [person, name]]) });
}

/** A key that moved from one person to another would let one human be two; one taken back stays so. */
function taken({ keys }: Authority, keyid: string): readonly Problem[] {
  const known = keys.find((k) => k.keyid === keyid);
  return known === undefined ? [] : [problem('KEY_MODEL', `this key is already enrolled for ${known.person}`, { remedy: 'one key belongs to one person, and is enrolled once' })];
}

function heedRoster(authority: Authority, said: Said): Result<Authority, readonly Problem[]> {
  const opened = openCosigned(said.body, trusteesTrust(authority), expecting(authority, said));
  if (!opened.ok) return opened;
  const word = parseRosterWord(opened.value.payload, authority.genesis.origin);
  if (!word.ok) return err([word.error]);
  const wrong = [...short(authority, opened.value.signers, word.value.person), ...replayed(authority, word.value.nonce)];
  if (wrong.length > 0) return err(wrong);
  const { person, action, level = '' } = word.value;
  const next: Authority = { ...authority, nonces: new Set([...authority.nonces, word.value.nonce]) };
  switch (action) {
    case 'level':
      return ok({ ...next, keys: atLevel(next.keys, person, level) });
    case 'trustee':
      return next.keys.some((k) => k.person === person && k.revokedAt === undefined)
        ? ok({ ...next, trustees: new Set([...next.trustees, person]) })
        : err([problem('KEY_UNKNOWN', `${person} has no key that counts, so they confirm nobody`)]);
    case 'no-trustee':
      return fewer(next, person);
    case 'leave': {
      const without = next.trustees.has(person) ? fewer(next, person) : ok(next);
      return without.ok ? ok({ ...without.value, keys: voided(without.value.keys, (k) => k.person === person, said.at) }) : without;
    }
  }
}

/** Trustees never become fewer than confirm anything: nobody could be taken in or let go any more. */
function fewer(authority: Authority, person: PersonId): Result<Authority, readonly Problem[]> {
  const trustees = new Set([...authority.trustees].filter((t) => t !== person));
  return trustees.size >= quorumOf(authority)
    ? ok({ ...authority, trustees })
    : err([problem('QUORUM', `without ${person} ${trustees.size} people would confirm others, and ${quorumOf(authority)} must`, { remedy: 'make somebody else a trustee first' })]);
}

function heedRevocation(authority: Authority, said: Said): Result<Authority, readonly Problem[]> {
  // Whoever holds a key may give it up alone: that takes a right away and gives none.
  const opened = openCosigned(said.body, signingTrust(authority, []), expecting(authority, said));
  if (!opened.ok) return opened;
  const word = parseRevocation(opened.value.payload, authority.genesis.origin);
  if (!word.ok) return err([word.error]);
  const { of, from, nonce } = word.value;
  const concerned = concernedBy(authority, of);
  const { signers } = opened.value;
  const lacking = short(
    authority,
    signers.filter((s) => authority.trustees.has(s)),
    concerned,
  );
  const own = 'signoff' in of || ('key' in of && concerned !== undefined && signers.includes(concerned));
  const wrong = [...(own ? [] : lacking), ...replayed(authority, nonce), ...unknown(authority, of)];
  const next = { ...authority, nonces: new Set([...authority.nonces, nonce]) };
  return wrong.length > 0 ? err(wrong) : ok(revoke(next, of, { from, signers, atQuorum: lacking.length === 0 }));
}

function heedErasure(authority: Authority, said: Said): Result<Authority, readonly Problem[]> {
  const opened = openCosigned(said.body, trusteesTrust(authority), expecting(authority, said));
  if (!opened.ok) return opened;
  const word = parseErasure(opened.value.payload, authority.genesis.origin);
  if (!word.ok) return err([word.error]);
  const wrong = [...short(authority, opened.value.signers, undefined), ...replayed(authority, word.value.nonce)];
  return wrong.length > 0 ? err(wrong) : ok({ ...authority, nonces: new Set([...authority.nonces, word.value.nonce]) });
}

function revoke(authority: Authority, of: Revoked, word: TakenBack): Authority {
  if ('signoff' in of) return { ...authority, revoked: new Map([...authority.revoked, [of.signoff, [...(authority.revoked.get(of.signoff) ?? []), word]]]) };
  return { ...authority, keys: voided(authority.keys, (k) => ('key' in of ? k.keyid === of.key : k.person === of.person), word.from) };
}

/** The sign-off was taken back, by its signer or by trustees. @param digest of its envelope. */
export const takenBack = ({ revoked }: Authority, digest: string, signer: PersonId): boolean =>
  revoked.get(digest)?.some((word) => word.atQuorum || word.signers.includes(signer)) === true;

/** Whose word or key it is. A sign-off's signer is in its envelope, which the log need not have here: then trustees decide. */
function concernedBy({ keys }: Authority, of: Revoked): PersonId | undefined {
  if ('person' in of) return of.person;
  return 'key' in of ? keys.find((k) => k.keyid === of.key)?.person : undefined;
}

const unknown = ({ keys }: Authority, of: Revoked): readonly Problem[] =>
  'signoff' in of || keys.some((k) => ('key' in of ? k.keyid === of.key : k.person === of.person)) ? [] : [problem('KEY_UNKNOWN', 'there is no such key to take back')];

function short(authority: Authority, signers: readonly PersonId[], concerned: PersonId | undefined): readonly Problem[] {
  const others = signers.filter((s) => authority.genesis.solo || s !== concerned);
  const quorum = quorumOf(authority);
  return others.length >= quorum ? [] : [problem('QUORUM', `${others.length} of ${quorum} trustees other than the person concerned signed this`)];
}

const replayed = ({ nonces }: Authority, nonce: string): readonly Problem[] => (nonces.has(nonce) ? [problem('ST_NONCE', 'this statement was used before')] : []);

const atLevel = (keys: readonly TrustedKey[], person: PersonId, level: string): readonly TrustedKey[] => keys.map((k) => (k.person === person ? { ...k, level } : k));

/** The earliest time wins: a later word never makes a key good again. */
const voided = (keys: readonly TrustedKey[], which: (key: TrustedKey) => boolean, from: number): readonly TrustedKey[] =>
  keys.map((k) => (which(k) ? { ...k, revokedAt: Math.min(from, k.revokedAt ?? from) } : k));

const keyOf = (s: EnrolmentSubject, since: number): TrustedKey => ({
  person: s.person,
  level: s.level,
  keyid: s.keyid,
  blob: s.blob,
  kind: s.kind,
  backupEligible: s.backupEligible,
  counter: 0,
  since,
  ...(s.expires === undefined ? {} : { expires: Date.parse(s.expires) }),
  ...(s.attestation === undefined ? {} : { attestation: s.attestation }),
});
