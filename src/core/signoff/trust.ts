/** What signatures are verified by: enrolled keys, and where and how they may be used. Who is in it: authority.ts. */
import type { PersonId } from '../roster/roster.ts';
import type { RelyingParty } from './webauthn.ts';

/** An enrolled key. Only these count: a key inside a signature or a bundle is looked up among them and nowhere else. */
export interface TrustedKey {
  readonly person: PersonId;
  /** Level the enrolment vouches for; a roster may say less, never more. */
  readonly level: string;
  readonly keyid: string;
  /** base64 of the OpenSSH public key blob. */
  readonly blob: string;
  readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
  readonly backupEligible: boolean;
  /** The last one seen. */
  readonly counter: number;
  /** Milliseconds since 1970; the key counts from then on. */
  readonly since: number;
  /** Milliseconds since 1970; signatures from then on are void. */
  readonly revokedAt?: number;
  /** Pinned by genesis. */
  readonly founder?: true;
}

export interface SignoffTrust extends RelyingParty {
  readonly keys: readonly TrustedKey[];
  readonly namespace: string;
  readonly mode: 'production' | 'demo';
  /** Names of levels, lowest first. */
  readonly ladder: readonly string[];
}
