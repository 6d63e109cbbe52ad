/**
 * Signatures of people: SSHSIG by passkeys and `sk-` keys, the assertion of a passkey as the browser gave it, and the DSSE envelope with
 * the keys of a trust file. A signature counts where a person was present and verified; plain key files are refused (`KEY_PLAIN`).
 */
import { equal, utf8 } from '../core/base/bytes.ts';
import { err, ok, type Result } from '../core/base/result.ts';
import { TIERS, type Tier } from '../core/risk/risk.ts';
import { checkAuthenticator, checkKey, findKey } from '../core/signoff/authenticator.ts';
import { signingTrust } from '../core/signoff/authority.ts';
import { parseEnvelope } from '../core/signoff/dsse.ts';
import { type PublicKey, parseKeyBlob, parseKeyLine, skEcdsaBlob } from '../core/signoff/keys.ts';
import { openSignature, openSshSig } from '../core/signoff/open.ts';
import { FLAGS, type KeySignature, parseSignature, verifyKeySignature } from '../core/signoff/signature.ts';
import { parseSshSig, unarmor } from '../core/signoff/sshsig.ts';
import type { SignoffTrust } from '../core/signoff/trust.ts';
import { authorityAt } from '../core/signoff/trust-file.ts';
import { checkClientData, checkPresence, isDemoAssertion, wrapAssertion } from '../core/signoff/webauthn.ts';
import { type Answer, answering, type Reason, refused, refusedFor, unless } from './answer.ts';
import { trustOf } from './trust.ts';
import type { TrustInput } from './trust-input.ts';

/** Where a passkey may be used. */
export interface RelyingPartyInput {
  readonly rpId: string;
  /** Exact origins: scheme, host, port. */
  readonly origins: readonly string[];
}

export interface SshSignatureInput {
  readonly message: Uint8Array;
  /** What `ssh-keygen -Y sign` wrote. */
  readonly signature: string | Uint8Array;
  /** The line of a .pub file: `sk-ssh-ed25519@openssh.com` or `sk-ecdsa-sha2-nistp256@openssh.com`, and base64. */
  readonly publicKey: string;
  readonly namespace: string;
  /** For a signature made by a passkey in a browser; without it such a signature is refused. */
  readonly relyingParty?: RelyingPartyInput;
}

export interface SshSignature {
  /** `SHA256:` and base64, as `ssh-keygen -l` prints it. */
  readonly keyid: string;
  /** Made by a passkey in a browser. */
  readonly passkey: boolean;
  readonly counter: number;
}

export interface AssertionInput extends RelyingPartyInput {
  readonly authenticatorData: Uint8Array;
  readonly clientDataJSON: Uint8Array;
  /** DER, as WebAuthn gives it. */
  readonly signature: Uint8Array;
  /** ES256: 65 bytes, 0x04 || X || Y. */
  readonly publicKey: Uint8Array;
  /** The exact bytes that were asked to be signed. */
  readonly challenge: Uint8Array;
}

export interface Assertion {
  readonly counter: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

export interface EnvelopeInput extends TrustInput {
  /** The exact bytes of the DSSE envelope. */
  readonly envelope: Uint8Array;
  /** Milliseconds since 1970: when it was signed, by the log. */
  readonly at: number;
  /** Index of its log entry: whoever was enrolled by then counts. Absent: whoever is enrolled in the trust file. */
  readonly index?: bigint;
  /** `routine`, `elevated`, `high`, `critical`; absent: critical, where synced passkeys do not count. */
  readonly tier?: string;
  /** Takes evidence of demo data, which proves nothing. */
  readonly demo?: boolean;
}

export interface SignedEnvelope {
  /** The signed bytes: parse these and nothing else. */
  readonly payload: Uint8Array;
  /** One for each signature, in the order of the envelope. A person may be there twice: count persons. */
  readonly signers: readonly Signer[];
}

export interface Signer {
  readonly person: string;
  readonly level: string;
  readonly keyid: string;
  readonly counter: number;
}

/** Reasons: SIG_*, KEY_PLAIN, KEY_UNKNOWN (another key signed it), WA_*. */
export function verifySshSignature(input: SshSignatureInput): Answer<SshSignature> {
  return answering(() => {
    const { message, signature, publicKey, namespace, relyingParty } = input;
    const key = parseKeyLine(publicKey);
    if (!key.ok) return refused(key.error);
    const opened = openSshSig(typeof signature === 'string' ? utf8(signature) : signature, message, namespace);
    if (!opened.ok) return refused(opened.error);
    const { keyid, signature: signed } = opened.value;
    if (!equal(opened.value.key.blob, key.value.blob)) return refused({ code: 'KEY_UNKNOWN', message: `another key signed it: ${keyid}` });
    if (signed.client !== undefined && relyingParty === undefined)
      return refused({ code: 'WA_ORIGIN', message: 'a passkey signed it, and no relying party was given to judge that by' });
    const problems = [...checkAuthenticator({ ...opened.value, payload: message, pae: message }, relyingParty ?? { rpId: '', origins: [] }), ...demoProblems(signed)];
    return unless(problems, () => ({ keyid, passkey: signed.client !== undefined, counter: signed.counter }));
  });
}

/**
 * W3C Web Authentication Level 3, section 7.2, for ES256: type, challenge, origin, no foreign frame, relying party, presence,
 * verification, no extensions, signature. The counter is the caller's to compare. Reasons: SIG_*, WA_*.
 */
export function verifyAssertion(input: AssertionInput): Answer<Assertion> {
  return answering(() => {
    const read = assertionOf(input);
    if (!read.ok) return refused(read.error);
    const { key, signature } = read.value;
    const isSigned = verifyKeySignature(key, signature, new Uint8Array(0));
    const client = signature.client === undefined ? [] : checkClientData(signature.client, input.challenge, input);
    const problems: readonly Reason[] = [
      ...(isSigned ? [] : [{ code: 'SIG_INVALID', message: 'the signature does not verify over this assertion' }]),
      ...client,
      ...checkPresence(signature),
      ...demoProblems(signature),
    ];
    return unless(problems, () => ({ counter: signature.counter, backupEligible: (signature.flags & FLAGS.be) !== 0, backedUp: (signature.flags & FLAGS.bs) !== 0 }));
  });
}

/** The software authenticator of demo data labels what it signs: with no trust file to say that this is demo data, it never counts. */
const demoProblems = ({ client }: KeySignature): readonly Reason[] =>
  client !== undefined && isDemoAssertion(client) ? [{ code: 'KEY_MODEL', message: "the demo's software authenticator made it, no person" }] : [];

/** Through the one encoding that everything here reads, so that its parts are judged by the same rules. */
function assertionOf(input: AssertionInput): Result<{ readonly key: PublicKey; readonly signature: KeySignature }> {
  const key = parseKeyBlob(skEcdsaBlob(input.publicKey, input.rpId));
  if (!key.ok) return key;
  const armored = wrapAssertion(input, key.value.blob, 'assertion');
  const blob = armored.ok ? unarmor(armored.value) : armored;
  const outer = blob.ok ? parseSshSig(blob.value) : blob;
  const signature = outer.ok ? parseSignature(key.value, outer.value.signature) : outer;
  return signature.ok ? ok({ key: key.value, signature: signature.value }) : signature;
}

/**
 * Who signed these bytes, by keys of the trust file and no others; every signature has to be good. What the payload says is the
 * caller's to judge. Reasons: TRUST_*, SIG_*, WA_*, KEY_*, USAGE.
 */
export function verifyEnvelope(input: EnvelopeInput): Answer<SignedEnvelope> {
  return answering(() => {
    const [trust, envelope] = [trustOf(input), parseEnvelope(input.envelope)];
    const tier = input.tier ?? 'critical';
    if (!TIERS.has(tier)) return refused({ code: 'USAGE', message: `there is no tier ${tier}` });
    if (!trust.ok) return refusedFor(trust.error);
    if (!envelope.ok) return refused(envelope.error);
    const authority = authorityAt(trust.value, input.index === undefined ? Number.MAX_SAFE_INTEGER : Number(input.index));
    const signing = signingTrust(authority, trust.value.ladder);
    const { payload, signatures } = envelope.value;
    const found = signatures.map((s) => signerOf(openSignature(envelope.value, s, signing.namespace), signing, tier, input));
    return unless(
      found.flatMap((f) => (f.ok ? [] : f.error)),
      () => ({ payload, signers: found.flatMap((f) => (f.ok ? [f.value] : [])) }),
    );
  });
}

function signerOf(opened: ReturnType<typeof openSignature>, trust: SignoffTrust, tier: Tier, { at, demo }: EnvelopeInput): Result<Signer, readonly Reason[]> {
  if (!opened.ok) return err([opened.error]);
  const key = findKey(opened.value, trust.keys);
  if (!key.ok) return err([key.error]);
  const problems = [...checkKey(opened.value, key.value, trust, { tier, now: at, counters: 'logged', allowDemo: demo === true }), ...checkAuthenticator(opened.value, trust)];
  const { person, level } = key.value;
  return problems.length > 0 ? err(problems) : ok({ person, level, keyid: opened.value.keyid, counter: opened.value.signature.counter });
}
