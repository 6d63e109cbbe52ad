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
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Of its entry. */
  readonly index: number;
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

/** Bytes of one statement: it is never erased, and travels with every bundle. An attestation with its chain takes ten thousand. */
const LONGEST = 65_536;

/** How many trustees other than the person concerned have to sign. Alone, the one there is signs for themselves. */
export const quorumOf = ({ genesis }: Pick<Authority, 'genesis'>): number => (genesis.solo ? 1 : 2);

/**
 * The authority with one statement more. Problems, and nothing changes: LOG_FORK, SIG_*, WA_*, KEY_*, TRUST_DEMO, ST_TYPE, ST_NONCE, ST_EXPIRED, QUORUM.
 */
export function heed(authority: Authority, said: Said): Result<Authority, readonly Problem[]> {
  // Places and times of a log only grow: a statement dated before the one that took its signer's key away came after it all the same.
  if (said.index <= authority.since || said.at < authority.at) return err([problem('LOG_FORK', 'the statement does not stand, or is not dated, behind the one before it')]);
  if (said.body.length > LONGEST) return err([problem('ST_TYPE', `a statement has at most ${LONGEST} bytes`, { remedy: 'give the reason in a few words' })]);
  const next = HEEDED[said.type](authority, said);
  return next.ok ? ok({ ...next.value, since: said.index, at: said.at }) : next;
}

/** With the level that counts. @param ladder names of levels, lowest first. */
export const settledKeys = (keys: readonly TrustedKey[], ladder: readonly string[]): readonly TrustedKey[] =>
  keys.map((key) => (key.atMost === undefined ? key : { ...key, level: ladder.find((l) => l === key.level || l === key.atMost) ?? key.level }));

/** What sign-offs are verified by. @param ladder of the policy in force. */
export const signingTrust = ({ genesis, keys, authenticators }: Authority, ladder: readonly string[]): SignoffTrust => ({
  keys: settledKeys(keys, ladder),
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
  const wrong = [...short(authority, opened.value.signers, person), ...lapsed(subject.value, said), ...taken(authority, keyid)];
  if (wrong.length > 0) return err(wrong);
  // The level an enrolment names holds for the person: two keys of one person never vouch for two levels.
  return ok({ ...authority, keys: [...atLevel(authority.keys, person, level), keyOf(subject.value, said.at)], names: new Map([...authority.names, [person, name]]) });
}

/** Who kept a signed statement back cannot bring it when everybody has forgotten it. */
const lapsed = ({ until }: { readonly until: number }, { at }: Said): readonly Problem[] =>
  until > at ? [] : [problem('ST_EXPIRED', `the statement had to be kept before ${new Date(until).toISOString()}`, { remedy: 'propose it again, and have it signed again' })];

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
  const wrong = [...short(authority, opened.value.signers, word.value.person), ...lapsed(word.value, said), ...replayed(authority, word.value.nonce)];
  if (wrong.length > 0) return err(wrong);
  const { person, action, level = '' } = word.value;
  const next: Authority = { ...authority, nonces: new Set([...authority.nonces, word.value.nonce]) };
  switch (action) {
    case 'level':
      return ok({ ...next, keys: atLevel(next.keys, person, level) });
    case 'trustee':
      return trusted(next, person, said.at);
    case 'no-trustee':
      return fewer(next, person, said.at);
    case 'leave': {
      const without = fewer(next, person, said.at);
      return without.ok ? ok({ ...without.value, keys: voided(without.value.keys, (k) => k.person === person, said.at) }) : without;
    }
  }
}

/** A solo founder confirms alone for ever: with a second trustee either of two would, which is less than anybody agreed to. */
function trusted(authority: Authority, person: PersonId, at: number): Result<Authority, readonly Problem[]> {
  if (authority.genesis.solo) return err([problem('QUORUM', 'in a solo installation one founder confirms, and nobody else', { remedy: 'begin a log with two founders' })]);
  return confirms(authority, person, at)
    ? ok({ ...authority, trustees: new Set([...authority.trustees, person]) })
    : err([problem('KEY_UNKNOWN', `${person} has no key that counts, so they confirm nobody`)]);
}

/** They hold a key they can still sign with. */
const confirms = ({ keys }: Authority, person: PersonId, at: number): boolean =>
  keys.some((k) => k.person === person && (k.revokedAt === undefined || k.revokedAt > at) && (k.expires === undefined || k.expires > at));

/** Trustees never become fewer than confirm anything: nobody could be taken in or let go any more. Who lost their last key confirms nothing. */
function fewer(authority: Authority, person: PersonId, at: number): Result<Authority, readonly Problem[]> {
  if (!authority.trustees.has(person)) return ok(authority);
  const trustees = new Set([...authority.trustees].filter((t) => t !== person));
  const able = [...trustees].filter((t) => confirms(authority, t, at)).length;
  return able >= quorumOf(authority)
    ? ok({ ...authority, trustees })
    : err([problem('QUORUM', `without ${person} ${able} people would confirm others, and ${quorumOf(authority)} must`, { remedy: 'make somebody else a trustee first' })]);
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
  const atQuorum = lacking.length === 0;
  const next = { ...authority, nonces: new Set([...authority.nonces, nonce]) };
  const without = 'person' in of && wrong.length === 0 ? fewer(next, of.person, said.at) : ok(next);
  if (wrong.length > 0 || !without.ok) return err([...wrong, ...(without.ok ? [] : without.error)]);
  // Alone, nobody reaches back, nor ahead: whoever may void what they signed long ago could disown it once it has done harm, and one who gives a key up gives it up now.
  return ok(revoke(without.value, of, { from: atQuorum ? from : said.at, index: said.index, signers, atQuorum }));
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

/**
 * The sign-off was taken back, by trustees or by its signer: alone in time only, for what landed on somebody's word stays theirs.
 * @param digest of its envelope. @param landed index of the landing that counted it; absent: none did yet.
 */
export const takenBack = ({ revoked }: Authority, digest: string, signer: PersonId, landed: number = Number.POSITIVE_INFINITY): boolean =>
  revoked.get(digest)?.some((word) => word.atQuorum || (word.signers.includes(signer) && word.index < landed)) === true;

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

const atLevel = (keys: readonly TrustedKey[], person: PersonId, level: string): readonly TrustedKey[] =>
  keys.map(({ atMost, ...k }) => (k.person === person ? { ...k, level } : { ...k, ...(atMost === undefined ? {} : { atMost }) }));

/** The earliest time wins: a later word never makes a key good again. */
const voided = (keys: readonly TrustedKey[], which: (key: TrustedKey) => boolean, from: number): readonly TrustedKey[] =>
  keys.map((k) => (which(k) ? { ...k, revokedAt: Math.min(from, k.revokedAt ?? from) } : k));

const keyOf = (s: EnrolmentSubject, since: number): TrustedKey => ({
  person: s.person,
  level: s.level,
  keyid: s.keyid,
  blob: s.blob,
  kind: s.kind,
  credentialId: s.credentialId,
  aaguid: s.aaguid,
  backupEligible: s.backupEligible,
  counter: 0,
  since,
  ...(s.expires === undefined ? {} : { expires: Date.parse(s.expires) }),
  ...(s.attestation === undefined ? {} : { attestation: s.attestation }),
});
