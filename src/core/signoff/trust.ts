/** What signatures are verified by: enrolled keys, and where and how they may be used. Who is in it: authority.ts. */
import type { PersonId } from '../roster/roster.ts';
import type { RelyingParty } from './webauthn.ts';

/** An enrolled key. Only these count: a key inside a signature or a bundle is looked up among them and nowhere else. */
export interface TrustedKey {
  readonly person: PersonId;
  /** Level the enrolment vouches for; a roster may say less, never more. */
  readonly level: string;
  /** Another level that is all they may have: what confirmed the first was undone. The lower of the two counts. */
  readonly atMost?: string;
  readonly keyid: string;
  /** base64 of the OpenSSH public key blob. */
  readonly blob: string;
  readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
  /** base64url of a passkey; empty for `sk-ssh`. */
  readonly credentialId: string;
  /** The model by the client's word at enrolment; empty where there is none. Who made it, `attestation` proves. */
  readonly aaguid: string;
  readonly backupEligible: boolean;
  /** The last one seen. */
  readonly counter: number;
  /** Milliseconds since 1970; the key counts from then on. */
  readonly since: number;
  /** Milliseconds since 1970; signatures from then on are void. */
  readonly revokedAt?: number;
  /** Pinned by genesis. */
  readonly founder?: true;
  /** Milliseconds since 1970; signatures from then on are void. Absent: the key does not expire. */
  readonly expires?: number;
  /** What its maker said when it was enrolled, to be checked each time: attestation.ts. Absent: nothing. */
  readonly attestation?: AttestationEvidence;
}

/** Base64, standard, padded. Of a passkey: attestationObject and clientDataJSON. Of an `sk-ssh` key: its enrolment record and challenge. */
export interface AttestationEvidence {
  readonly object: string;
  readonly clientData: string;
}

/** Whose authenticators count where a certificate chain is asked for. */
export interface AuthenticatorTrust {
  /** base64 of DER certificates: roots of makers, intermediates, or attestation certificates themselves. */
  readonly roots: readonly string[];
  /** AAGUIDs, lowercase hex with dashes; absent: every model of these makers. */
  readonly models?: readonly string[];
}

export interface SignoffTrust extends RelyingParty {
  readonly keys: readonly TrustedKey[];
  readonly namespace: string;
  readonly mode: 'production' | 'demo';
  /** Names of levels, lowest first. */
  readonly ladder: readonly string[];
  /** Absent: no maker is trusted, so no key is attested. */
  readonly authenticators?: AuthenticatorTrust;
}
