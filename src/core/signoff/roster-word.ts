/**
 * What trustees say of people after genesis: a level, a trustee more or less, somebody who left. A key is enrolled by its own
 * statement (enrolment.ts). The server writes these down and can say none of them. Bytes: docs/spec/authority.md.
 */
import { utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import type { PersonId } from '../roster/roster.ts';
import { personOf, personUrn } from './build.ts';
import { filled, NONCE, PERSON, parseStatementOf, sha256Shape, timeShape } from './parse.ts';
import { list, matching, object, oneOf, optional, type Shape } from './shape.ts';
import { NAMES, type Statement } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

/**
 * `level`: the person's level from now on. `trustee`, `no-trustee`: whether they confirm others. `leave`: none of their keys counts
 * any more, and they confirm nobody.
 */
export type RosterAction = 'level' | 'trustee' | 'no-trustee' | 'leave';

export interface RosterWord {
  readonly person: PersonId;
  readonly action: RosterAction;
  /** With `level` alone. */
  readonly level?: string;
  /** Public within the organisation: never a medical or a private one. */
  readonly reason: string;
}

export interface RosterPredicate extends Omit<RosterWord, 'person'> {
  readonly person: { readonly id: string };
  /** The installation it is for, by its log: the same people may run two. */
  readonly origin: string;
  readonly nonce: string;
  /** RFC 3339, UTC: it has to be logged before. What takes rights away alone (a revocation) has no such end. */
  readonly expires: string;
}

/** What one that was read says. */
export interface ReadRosterWord extends RosterWord {
  readonly nonce: string;
  /** Milliseconds since 1970: it has to be logged before. */
  readonly until: number;
}

export const ROSTER: Shape<RosterPredicate> = object({
  person: object({ id: PERSON }),
  action: oneOf('level', 'trustee', 'no-trustee', 'leave'),
  level: optional(filled),
  reason: filled,
  origin: filled,
  nonce: NONCE,
  expires: timeShape,
}) as Shape<RosterPredicate>;

const personDigest = (urn: string): string => sha256Hex(utf8(urn));

/** @param nonce 32 lowercase hex digits. @param until RFC 3339, UTC: it has to be logged before. */
export function rosterStatement({ person, action, level, reason }: RosterWord, origin: string, nonce: string, until: string): Statement<RosterPredicate> {
  const id = personUrn(person);
  return {
    _type: NAMES.statementType,
    subject: [{ name: 'person', digest: { sha256: personDigest(id) } }],
    predicateType: NAMES.rosterPredicate,
    predicate: { person: { id }, action, ...(level === undefined ? {} : { level }), reason, origin, nonce, expires: until },
  };
}

/** @param payload bytes a signature was verified over. Problems: ST_TYPE. */
export function parseRosterWord(payload: Bytes, origin: string): Result<ReadRosterWord> {
  const statement = parseStatementOf(payload, NAMES.rosterPredicate, ROSTER);
  if (!statement.ok) return statement;
  const { person, action, level, reason, nonce, expires, ...said } = statement.value.predicate;
  const [subject, ...more] = statement.value.subject;
  const agrees = subject?.name === 'person' && subject.digest.sha256 === personDigest(person.id) && more.length === 0;
  if (!agrees || said.origin !== origin || (action === 'level') !== (level !== undefined))
    return err(problem('ST_TYPE', 'the statement contradicts itself, or is for another log'));
  return ok({ person: personOf(person.id) ?? '', action, reason, nonce, until: Date.parse(expires), ...(level === undefined ? {} : { level }) });
}

/** What is taken back: one key, everything of a person, or one sign-off. */
export type Revoked = { readonly key: string } | { readonly person: PersonId } | { readonly signoff: string };

export interface RevocationWord {
  readonly of: Revoked;
  /** Milliseconds since 1970: signatures made from then on are void, by the time of the log. May lie in the past: when the key was stolen. */
  readonly from: number;
  readonly reason: string;
}

export interface RevocationPredicate {
  readonly of: { readonly key?: string; readonly person?: string; readonly signoff?: string };
  /** RFC 3339, UTC. */
  readonly from: string;
  readonly reason: string;
  readonly origin: string;
  readonly nonce: string;
}

const KEYID = matching(/^SHA256:[A-Za-z0-9+/]{43}$/, 'the fingerprint of a key');

export const REVOCATION: Shape<RevocationPredicate> = object({
  of: object({ key: optional(KEYID), person: optional(PERSON), signoff: optional(sha256Shape) }),
  from: timeShape,
  reason: filled,
  origin: filled,
  nonce: NONCE,
}) as Shape<RevocationPredicate>;

const named = (of: Revoked): RevocationPredicate['of'] => ('person' in of ? { person: personUrn(of.person) } : of);
const ofDigest = (of: RevocationPredicate['of']): string => sha256Hex(utf8(of.key ?? of.person ?? of.signoff ?? ''));

/** @param nonce 32 lowercase hex digits. */
export function revocationStatement({ of, from, reason }: RevocationWord, origin: string, nonce: string): Statement<RevocationPredicate> {
  const said = named(of);
  return {
    _type: NAMES.statementType,
    subject: [{ name: 'revoked', digest: { sha256: ofDigest(said) } }],
    predicateType: NAMES.revocationPredicate,
    predicate: { of: said, from: new Date(from).toISOString(), reason, origin, nonce },
  };
}

/** @param payload bytes a signature was verified over. Problems: ST_TYPE. */
export function parseRevocation(payload: Bytes, origin: string): Result<RevocationWord & { readonly nonce: string }> {
  const statement = parseStatementOf(payload, NAMES.revocationPredicate, REVOCATION);
  if (!statement.ok) return statement;
  const { of, from, reason, nonce, ...said } = statement.value.predicate;
  const [subject, ...more] = statement.value.subject;
  const only = Object.values(of).filter((v) => v !== undefined).length === 1;
  const agrees = subject?.name === 'revoked' && subject.digest.sha256 === ofDigest(of) && more.length === 0;
  const at = Date.parse(from);
  if (!only || !agrees || said.origin !== origin || Number.isNaN(at)) return err(problem('ST_TYPE', 'the revocation contradicts itself, or is for another log'));
  return ok({ of: revokedOf(of), from: at, reason, nonce });
}

const revokedOf = ({ key, person, signoff }: RevocationPredicate['of']): Revoked =>
  key !== undefined ? { key } : person !== undefined ? { person: personOf(person) ?? '' } : { signoff: signoff ?? '' };

export interface ErasurePredicate {
  /** SHA-256 of bodies beside the log, lowercase hex. */
  readonly bodies: readonly string[];
  readonly reason: string;
  readonly origin: string;
  readonly nonce: string;
}

export const ERASURE: Shape<ErasurePredicate> = object({ bodies: list(sha256Shape, 1), reason: filled, origin: filled, nonce: NONCE });

/** @param nonce 32 lowercase hex digits. */
export function erasureStatement({ bodies, reason }: Pick<ErasurePredicate, 'bodies' | 'reason'>, origin: string, nonce: string): Statement<ErasurePredicate> {
  return {
    _type: NAMES.statementType,
    subject: bodies.map((sha256, i) => ({ name: `body-${i}`, digest: { sha256 } })),
    predicateType: NAMES.erasurePredicate,
    predicate: { bodies: [...bodies], reason, origin, nonce },
  };
}

/** @param payload bytes a signature was verified over. Problems: ST_TYPE. */
export function parseErasure(payload: Bytes, origin: string): Result<ErasurePredicate> {
  const statement = parseStatementOf(payload, NAMES.erasurePredicate, ERASURE);
  if (!statement.ok) return statement;
  const { predicate, subject } = statement.value;
  const agrees = subject.length === predicate.bodies.length && subject.every((s, i) => s.digest.sha256 === predicate.bodies[i]);
  return agrees && predicate.origin === origin ? ok(predicate) : err(problem('ST_TYPE', 'the erasure contradicts itself, or is for another log'));
}

const KINDS = {
  [NAMES.enrolmentPredicate]: 'enrolment',
  [NAMES.rosterPredicate]: 'roster',
  [NAMES.revocationPredicate]: 'revocation',
  [NAMES.erasurePredicate]: 'erasure',
} as const;

/** By the predicate the bytes name, which proves nothing yet; undefined for anything trustees do not sign one by one. */
export function kindOfWord(payload: Bytes): (typeof KINDS)[keyof typeof KINDS] | undefined {
  const json = parseStrictJson(payload);
  const said = json.ok && typeof json.value === 'object' && json.value !== null && 'predicateType' in json.value ? json.value.predicateType : undefined;
  return Object.entries(KINDS).find(([predicate]) => predicate === said)?.[1];
}
