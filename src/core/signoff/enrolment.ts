/**
 * Enrolment: who may sign is decided by humans, never by the server. A statement names one person and one key; it takes
 * effect when enough trustees signed it (authority.ts), each with the same ceremony as a sign-off.
 */
import { base64, fromBase64 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
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

/** Base64 of what can be checked, in statements and in the genesis. */
export const ATTESTATION = object({ object: matching(/^[A-Za-z0-9+/]+={0,2}$/, 'base64'), clientData: matching(/^[A-Za-z0-9+/]+={0,2}$/, 'base64') });

export const PREDICATE: Shape<EnrolmentPredicate> = object({
  person: object({ id: PERSON, name: filled, level: filled }),
  key: object({
    keyid: filled,
    blob: filled,
    kind: oneOf('webauthn', 'sk-ssh', 'demo'),
    credentialId: string,
    aaguid: string,
    backupEligible: boolean,
    counter: count,
    expires: optional(timeShape),
    attestation: optional(ATTESTATION),
  }),
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
  const blob = fromBase64(key.blob);
  const parsed = blob === undefined || base64(blob) !== key.blob ? undefined : parseKeyBlob(blob);
  if (blob === undefined || parsed === undefined) return err(problem('ST_TYPE', 'the key of the enrolment is not base64'));
  if (!parsed.ok) return parsed;
  const [subject, ...more] = statement.value.subject;
  const agrees = subject?.name === 'key' && subject.digest.sha256 === sha256Hex(blob) && more.length === 0 && key.keyid === keyIdOf(blob);
  if (!agrees || rpId !== trust.rpId) return err(problem('ST_TYPE', 'the enrolment contradicts itself or is for another installation'));
  const isPasskey = key.kind !== 'sk-ssh';
  const fits = isPasskey ? parsed.value.type === SK_ECDSA && parsed.value.application === trust.rpId : parsed.value.application.startsWith('ssh:');
  if (isVirtual(key, trust.mode))
    return err(problem('KEY_MODEL', 'the virtual authenticator of a browser cannot be enrolled here', { remedy: 'enrol a passkey or a security key' }));
  if (!fits || (key.kind === 'demo' && trust.mode !== 'demo')) return err(problem('KEY_MODEL', `this key cannot be enrolled as ${key.kind}`));
  return ok({ person: personOf(person.id) ?? '', name: person.name, level: person.level, ...key, until: Date.parse(expires) });
}

/** Whatever drives a browser has one, an agent too: it stands for nobody outside demo data. */
export const isVirtual = ({ aaguid }: Pick<EnrolmentSubject, 'aaguid'>, mode: SignoffTrust['mode']): boolean => mode !== 'demo' && aaguid === VIRTUAL_AAGUID;
