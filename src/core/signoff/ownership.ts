/**
 * The author's own word on a change, signed before anybody else's minutes are spent: what was read, what was run, what is not
 * understood. It fills no seat, and no sign-off stands for it. The bytes are in docs/spec/ownership/v1/README.md.
 *
 * The attacker is an author in a hurry, or an agent with its owner's token: they choose every word, and may hand in the word of
 * somebody who has nothing to do with the change. They cannot make a credential answer for other bytes; what was read and run is
 * the author's word, shown as that and never checked.
 */
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { PersonId, Roster } from '../roster/roster.ts';
import { checkAuthenticator, checkKey, findKey, type KeyExpectation } from './authenticator.ts';
import { changeOf, changeSubject, credentialOf, personUrn, type SignedChange } from './build.ts';
import { checkCredential } from './credential.ts';
import { openEnvelope } from './open.ts';
import { ASSUMPTIONS, CHANGE, CHANGE_SUBJECT, CREDENTIAL, filled, LOG, NONCE, PERSON, parseStatementOf, timeShape } from './parse.ts';
import { count, list, object, type Shape } from './shape.ts';
import { type Assumption, NAMES, type SignoffPredicate, type Statement } from './statement.ts';
import { checkContent } from './subject.ts';
import type { SignoffTrust } from './trust.ts';

/** What an author says by signing, in the words a page shows above the button. */
export const OWNERSHIP_SENTENCE = 'I stand behind this exact change. What I read of it, what I ran and what I do not understand is what I say here.';

/** The author's own words. */
export interface OwnershipWords {
  readonly filesRead: number;
  /** Commands and checks with what came of them. Never empty: "nothing" is an answer. */
  readonly ran: readonly string[];
  /** Never empty: "nothing" is an answer. */
  readonly notUnderstood: readonly string[];
  readonly assumptions: readonly Assumption[];
}

export interface OwnershipPredicate {
  /** `OWNERSHIP_SENTENCE`, word for word. */
  readonly statement: string;
  readonly author: Pick<SignoffPredicate['signer'], 'id' | 'credential'>;
  readonly change: SignoffPredicate['change'];
  /** By the author's word; the total is that of the change. */
  readonly read: { readonly files: number; readonly filesTotal: number };
  readonly ran: OwnershipWords['ran'];
  readonly notUnderstood: OwnershipWords['notUnderstood'];
  readonly assumptions: OwnershipWords['assumptions'];
  readonly log: SignoffPredicate['log'];
  /** 32 lowercase hex digits. */
  readonly nonce: string;
  /** RFC 3339, UTC. */
  readonly expires: string;
}

export const OWNERSHIP: Shape<OwnershipPredicate> = object({
  statement: filled,
  author: object({ id: PERSON, credential: CREDENTIAL }),
  change: CHANGE,
  read: object({ files: count, filesTotal: count }),
  ran: list(filled, 1),
  notUnderstood: list(filled, 1),
  assumptions: ASSUMPTIONS,
  log: LOG,
  nonce: NONCE,
  expires: timeShape,
});

export interface OwnershipInput extends OwnershipWords {
  readonly author: PersonId;
  /** The credential's id is empty where any of several may answer. */
  readonly credential: OwnershipPredicate['author']['credential'];
  readonly change: SignedChange;
  readonly filesTotal: number;
  readonly seen: SignoffPredicate['log']['seen'];
  /** 32 lowercase hex digits from the caller's randomness. */
  readonly nonce: string;
  readonly expires: string;
}

/** Serialise with `statementBytes`, once: member order is fixed here. */
export function ownershipStatement(input: OwnershipInput): Statement<OwnershipPredicate> {
  const { change, credential, seen } = input;
  return {
    _type: NAMES.statementType,
    subject: changeSubject(change),
    predicateType: NAMES.ownershipPredicate,
    predicate: {
      statement: OWNERSHIP_SENTENCE,
      author: { id: personUrn(input.author), credential: credentialOf(credential) },
      change: changeOf(change),
      read: { files: input.filesRead, filesTotal: input.filesTotal },
      ran: [...input.ran],
      notUnderstood: [...input.notUnderstood],
      assumptions: input.assumptions.map(({ text, holds }) => ({ text, holds })),
      log: { seen: { origin: seen.origin, size: seen.size, root: seen.root } },
      nonce: input.nonce,
      expires: input.expires,
    },
  };
}

/** Every member is known and typed. Problems: ST_TYPE. */
export const parseOwnership = (payload: Bytes): Result<Statement<OwnershipPredicate>> => parseStatementOf(payload, NAMES.ownershipPredicate, OWNERSHIP, CHANGE_SUBJECT);

export interface OwnershipExpectation extends KeyExpectation {
  readonly repo: string;
  readonly targetRef: string;
  readonly manifest: string;
  readonly manifest256: string;
  /** Changed files. */
  readonly files: number;
  /** Who can speak for the change, recomputed by the verifier: `ownersIn` of core/policy. */
  readonly owners: readonly PersonId[];
  /** Whether this very statement was taken back; absent: none was. */
  readonly takenBack?: (digest: string, author: PersonId) => boolean;
  /** The roster in force; absent: enrolment alone. */
  readonly roster?: Pick<Roster, 'people'>;
}

export interface VerifiedOwnership {
  readonly author: PersonId;
  readonly statement: Statement<OwnershipPredicate>;
  readonly keyid: string;
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
}

/** Problems: SIG_*, WA_*, KEY_*, TRUST_DEMO, ST_TYPE, ST_REPO, ST_REF, ST_EXPIRED, REV_REVOKED, CONTENT_MISMATCH, PERSON_UNKNOWN, OWNERSHIP_INVALID. */
export function verifyOwnership(envelope: Bytes, trust: SignoffTrust, expect: OwnershipExpectation): Result<VerifiedOwnership, readonly Problem[]> {
  const opened = openEnvelope(envelope, trust.namespace);
  if (!opened.ok) return err([opened.error]);
  const key = findKey(opened.value, trust.keys);
  const statement = parseOwnership(opened.value.payload);
  const used = [...(key.ok ? checkKey(opened.value, key.value, trust, expect) : [key.error]), ...checkAuthenticator(opened.value, trust)];
  const problems = [
    ...used,
    ...(key.ok && expect.takenBack?.(sha256Hex(envelope), key.value.person) === true ? [problem('REV_REVOKED', `${key.value.person} took the ownership statement back`)] : []),
    ...(statement.ok
      ? [...checkScope(statement.value.predicate, expect), ...checkContent(statement.value, expect), ...checkWords(statement.value.predicate, expect)]
      : [statement.error]),
    ...(statement.ok && key.ok ? checkCredential(statement.value.predicate.author.credential, opened.value, key.value, used) : []),
    ...(statement.ok && key.ok ? checkAuthor(statement.value.predicate, key.value.person, expect) : []),
  ];
  if (problems.length > 0 || !key.ok || !statement.ok) return err(problems);
  return ok({ author: key.value.person, statement: statement.value, keyid: opened.value.keyid, digest: sha256Hex(envelope) });
}

function checkScope({ change, expires }: OwnershipPredicate, { repo, targetRef, now }: OwnershipExpectation): readonly Problem[] {
  return [
    ...(change.repo === repo ? [] : [problem('ST_REPO', `signed for repository ${change.repo}, not ${repo}`)]),
    ...(change.targetRef === targetRef ? [] : [problem('ST_REF', `signed for ${change.targetRef}, not ${targetRef}`)]),
    ...(Date.parse(expires) > now ? [] : [problem('ST_EXPIRED', `the ownership statement expired at ${expires}`, { remedy: 'the author says it again' })]),
  ];
}

function checkWords({ statement, read }: OwnershipPredicate, { files }: OwnershipExpectation): readonly Problem[] {
  const counted = read.filesTotal === files && read.files <= read.filesTotal;
  return [
    ...(statement === OWNERSHIP_SENTENCE ? [] : [problem('ST_TYPE', 'the sentence signed is not the one of this kind of statement')]),
    ...(counted ? [] : [problem('OWNERSHIP_INVALID', `it speaks of ${read.files} of ${read.filesTotal} files, and the change has ${files}`)]),
  ];
}

/** Whose word it is, and that it is the word of somebody the change comes from: anybody else's costs its author nothing. */
function checkAuthor({ author }: OwnershipPredicate, person: PersonId, { owners, roster }: OwnershipExpectation): readonly Problem[] {
  const unlisted = roster !== undefined && !roster.people.some((p) => p.id === person);
  return [
    ...(author.id === personUrn(person) ? [] : [problem('KEY_UNKNOWN', `the key is not one of ${author.id}`)]),
    ...(unlisted ? [problem('PERSON_UNKNOWN', `${person} is not on the roster`)] : []),
    ...(owners.includes(person) ? [] : [problem('OWNERSHIP_INVALID', `${person} does not stand behind this change, and only its author can own it`)]),
  ];
}
