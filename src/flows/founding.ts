/**
 * Founders who bring a passkey: each gets a link of their own, opens it once, and the key they make there stands in the genesis. A link
 * counts once and for a while; unused it dies with its hour or with the process, and what it stood for is nowhere but in this memory.
 *
 * The attacker has somebody else's link, or opens two of them. A link names its person and its level, and gives nothing else; one key is
 * never two founders; and founders compare the ids of their keys with the genesis before they trust its pin.
 */
import { base64, base64url, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { evidenceOf } from '../core/signoff/attestation.ts';
import { type EnrolmentSubject, isVirtual } from '../core/signoff/enrolment.ts';
import { keyIdOf } from '../core/signoff/keys.ts';
import { verifyRegistration } from '../core/signoff/registration.ts';
import type { RelyingParty } from '../core/signoff/webauthn.ts';
import type { NewPasskey } from './propose.ts';

export interface Invited {
  readonly person: string;
  readonly level: string;
}

export interface FoundingTerms extends RelyingParty {
  readonly organisation: string;
  /** Keys that founders brought already. */
  readonly brought: readonly EnrolmentSubject[];
  /** Milliseconds a link lives. */
  readonly lifetime: number;
  now(): number;
  /** 32 bytes nobody can foresee. */
  random(): Uint8Array;
}

/** What the browser of a founder is asked. */
export interface FoundingAsk {
  readonly challenge: string;
  readonly rpId: string;
  readonly organisation: string;
  readonly level: string;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly excludeCredentials: readonly string[];
}

export interface Founding {
  /** The secret of each link, 43 characters, in the order of whom it invites. */
  readonly links: readonly { readonly person: string; readonly secret: string }[];
  /** Problem: LOGIN_REFUSED, of a link that is none, is used or is over. */
  begin(secret: string): Result<FoundingAsk, readonly Problem[]>;
  /** Problems: LOGIN_REFUSED, WA_*, SIG_*, KEY_MODEL; the link stays good, and is asked anew. */
  enrol(secret: string, made: Omit<NewPasskey, 'person'>): Result<FoundingDone, readonly Problem[]>;
  /** Every key, once the last of them is there. */
  readonly whole: Promise<readonly EnrolmentSubject[]>;
}

export interface FoundingDone {
  readonly person: string;
  readonly keyid: string;
  /** People who are still to come. */
  readonly left: number;
}

export function founding(invited: readonly Invited[], terms: FoundingTerms): Founding {
  const until = terms.now() + terms.lifetime;
  const open = new Map<string, Invited & { challenge?: Uint8Array }>();
  const links = invited.map((who) => {
    const secret = base64url(terms.random());
    open.set(digestOf(secret), { ...who });
    return { person: who.person, secret };
  });
  const keys: EnrolmentSubject[] = [...terms.brought];
  let finish: (keys: readonly EnrolmentSubject[]) => void = () => undefined;
  const whole = new Promise<readonly EnrolmentSubject[]>((resolve) => {
    finish = resolve;
  });
  const held = (secret: string) => (terms.now() < until ? open.get(digestOf(secret)) : undefined);
  return {
    links,
    whole,
    begin: (secret) => {
      const who = held(secret);
      if (who === undefined) return err([dead]);
      who.challenge = terms.random();
      const { person, level, challenge } = who;
      return ok({
        ...{ challenge: base64url(challenge), rpId: terms.rpId, organisation: terms.organisation, level },
        user: { id: base64url(utf8(person)), name: person, displayName: person },
        excludeCredentials: keys.filter((k) => k.kind === 'webauthn').map((k) => k.credentialId),
      });
    },
    enrol: (secret, made) => {
      const who = held(secret);
      if (who === undefined) return err([dead]);
      const { challenge } = who;
      // One answer a question, whatever becomes of it.
      delete who.challenge;
      const key = challenge === undefined ? err([unasked]) : keyOf(who, made, challenge, terms);
      if (!key.ok) return key;
      if (keys.some((k) => k.keyid === key.value.keyid)) return err([problem('KEY_MODEL', 'this key is a founder already', { remedy: 'one key is one founder: make another' })]);
      open.delete(digestOf(secret));
      keys.push(key.value);
      if (open.size === 0) finish(keys);
      return ok({ person: who.person, keyid: key.value.keyid, left: open.size });
    },
  };
}

function keyOf({ person, level }: Invited, made: Omit<NewPasskey, 'person'>, challenge: Uint8Array, rp: RelyingParty): Result<EnrolmentSubject, readonly Problem[]> {
  const verified = verifyRegistration(made, challenge, rp);
  if (!verified.ok) return verified;
  const { blob, ...key } = verified.value;
  if (isVirtual(key, 'production'))
    return err([problem('KEY_MODEL', 'this is the virtual authenticator of a browser', { remedy: 'make a passkey of this device, or take a security key' })]);
  const attestation = evidenceOf(made.attestationObject ?? new Uint8Array(0), made.clientDataJSON, made.authenticatorData);
  return ok({
    ...{ person, name: person, level, keyid: keyIdOf(blob), blob: base64(blob), kind: 'webauthn', ...key },
    ...(attestation === undefined ? {} : { attestation }),
  });
}

/** What is compared is a digest: how long a guess took says nothing of the secret. */
const digestOf = (secret: string): string => sha256Hex(utf8(`founding link v1\0${secret}`));

const dead = problem('LOGIN_REFUSED', 'this link is used, over, or was never given', { remedy: 'ask whoever sent it to begin again' });
const unasked = problem('WA_CHALLENGE', 'this was not asked for here', { remedy: 'open your link again' });
