/**
 * Enrolment: who may sign is decided by humans, never by the server. A statement names one person and one key; it takes
 * effect when enough trustees signed it (authority.ts), each with the same ceremony as a sign-off.
 */
import { base64, fromBase64 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { PersonId } from '../roster/roster.ts';
import { VIRTUAL_AAGUID } from './attestation.ts';
import { personOf, personUrn } from './build.ts';
import { keyIdOf, parseKeyBlob, SK_ECDSA } from './keys.ts';
import { filled, NONCE, PERSON, parseStatementOf, timeShape } from './parse.ts';
import { boolean, count, matching, object, oneOf, optional, type Shape, string } from './shape.ts';
import { NAMES, type Statement } from './statement.ts';
import type { AttestationEvidence, SignoffTrust, TrustedKey } from './trust.ts';

/** One person, one key. */
export interface EnrolmentSubject {
  readonly person: PersonId;
  readonly name: string;
  readonly level: string;
  readonly keyid: string;
  /** base64 of the OpenSSH public key blob. */
  readonly blob: string;
  readonly kind: TrustedKey['kind'];
  readonly credentialId: string;
  /** The client's word; empty for `sk-ssh`. */
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly counter: number;
  /** RFC 3339, UTC: from then on the key signs nothing more. Absent: it does not expire. */
  readonly expires?: string | undefined;
  /** What its maker said, for anybody to check again; absent: nothing that could be checked. */
  readonly attestation?: AttestationEvidence | undefined;
}

export interface EnrolmentPredicate {
  readonly person: { readonly id: string; readonly name: string; readonly level: string };
  readonly key: Omit<EnrolmentSubject, 'person' | 'name' | 'level'>;
  /** The installation it is for. */
  readonly rpId: string;
  readonly nonce: string;
  /** RFC 3339, UTC. Logged from then on it holds no more: who keeps a signed statement back cannot bring it when everybody has forgotten it. */
  readonly expires: string;
}

/** What an enrolment that was read says. */
export interface EnrolmentWord extends EnrolmentSubject {
  /** Milliseconds since 1970: it has to be logged before. */
  readonly until: number;
}

const BASE64 = matching(/^[A-Za-z0-9+/]+={0,2}$/, 'base64');

/** A key as enrolments say it, and the genesis of founders' keys. */
export const KEY = {
  keyid: filled,
  blob: filled,
  kind: oneOf('webauthn', 'sk-ssh', 'demo'),
  credentialId: string,
  aaguid: string,
  backupEligible: boolean,
  counter: count,
  expires: optional(timeShape),
  attestation: optional(object({ object: BASE64, clientData: BASE64 })),
};

export const PREDICATE: Shape<EnrolmentPredicate> = object({
  person: object({ id: PERSON, name: filled, level: filled }),
  key: object(KEY),
  rpId: filled,
  nonce: NONCE,
  expires: timeShape,
});

/** How long people have to bring what they signed, where nobody says otherwise: milliseconds. */
const TERM = 7 * 24 * 3_600_000;

/** RFC 3339: the end of that term. @param now milliseconds since 1970. @param term milliseconds. */
export const termFrom = (now: number, term: number = TERM): string => new Date(now + term).toISOString();

/** Serialise with `statementBytes`, once. @param nonce 32 lowercase hex digits. @param until RFC 3339, UTC: it has to be logged before. */
export function enrolmentStatement(of: EnrolmentSubject, rpId: string, nonce: string, until: string): Statement<EnrolmentPredicate> {
  const { keyid, blob, kind, credentialId, aaguid, backupEligible, counter } = of;
  const { expires, attestation } = of;
  const more = { ...(expires === undefined ? {} : { expires }), ...(attestation === undefined ? {} : { attestation }) };
  return {
    _type: NAMES.statementType,
    subject: [{ name: 'key', digest: { sha256: sha256Hex(fromBase64(blob) ?? new Uint8Array(0)) } }],
    predicateType: NAMES.enrolmentPredicate,
    predicate: {
      person: { id: personUrn(of.person), name: of.name, level: of.level },
      key: { keyid, blob, kind, credentialId, aaguid, backupEligible, counter, ...more },
      rpId,
      nonce,
      expires: until,
    },
  };
}

/** What an enrolment says, from bytes a signature was verified over. Problems: ST_TYPE, KEY_MODEL, KEY_PLAIN, SIG_*. */
export function enrolmentIn(payload: Bytes, trust: Pick<SignoffTrust, 'rpId' | 'mode'>): Result<EnrolmentWord> {
  const statement = parseStatementOf(payload, NAMES.enrolmentPredicate, PREDICATE);
  if (!statement.ok) return statement;
  const { person, key, rpId, expires } = statement.value.predicate;
  const [fault] = keyFaults(key, trust);
  if (fault !== undefined) return err(fault);
  const [subject, ...more] = statement.value.subject;
  const agrees = subject?.name === 'key' && subject.digest.sha256 === sha256Hex(fromBase64(key.blob) ?? new Uint8Array(0)) && more.length === 0;
  if (!agrees || rpId !== trust.rpId) return err(problem('ST_TYPE', 'the enrolment contradicts itself or is for another installation'));
  return ok({ person: personOf(person.id) ?? '', name: person.name, level: person.level, ...key, until: Date.parse(expires) });
}

/** Whatever drives a browser has one, an agent too: it stands for nobody outside demo data. */
export const isVirtual = ({ aaguid }: Pick<EnrolmentSubject, 'aaguid'>, mode: SignoffTrust['mode']): boolean => mode !== 'demo' && aaguid === VIRTUAL_AAGUID;

/** The blob is what counts, and everything said of it must agree. A plain key proves no human. Problems: ST_TYPE, KEY_MODEL, KEY_PLAIN, SIG_*. */
export function keyFaults(key: Pick<EnrolmentSubject, 'blob' | 'keyid' | 'kind' | 'aaguid'>, { mode, rpId }: Pick<SignoffTrust, 'rpId' | 'mode'>): readonly Problem[] {
  const blob = fromBase64(key.blob);
  if (blob === undefined || base64(blob) !== key.blob) return [problem('ST_TYPE', `the key ${key.keyid} is not base64`)];
  const parsed = parseKeyBlob(blob);
  if (!parsed.ok) return [parsed.error];
  const { type, application } = parsed.value;
  const isPasskey = key.kind !== 'sk-ssh';
  const model = (message: string): Problem => problem('KEY_MODEL', message, { remedy: 'enrol a passkey or a security key' });
  const rules: readonly (readonly [boolean, Problem])[] = [
    [keyIdOf(blob) === key.keyid, problem('ST_TYPE', `the key ${key.keyid} is really ${keyIdOf(blob)}`)],
    [!isVirtual(key, mode), model(`the key ${key.keyid} is of the virtual authenticator of a browser`)],
    [!isPasskey || type === SK_ECDSA, model(`the passkey ${key.keyid} is no ES256 key`)],
    [!isPasskey || application === rpId, model(`the passkey ${key.keyid} belongs to another relying party`)],
    [isPasskey || application.startsWith('ssh:'), model(`the key ${key.keyid} is no security key of ssh`)],
    [key.kind !== 'demo' || mode === 'demo', model(`the demo key ${key.keyid} has no place in production`)],
  ];
  return rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));
}
