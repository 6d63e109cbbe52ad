/**
 * A software authenticator: real P-256 and Ed25519 keys that really sign, as a browser and a security key would answer. For
 * tests it can also misbehave; for demo data it labels its signatures, so that they never pass for a person's.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { base64url, concat, fromBase64, utf8 } from '../core/base/bytes.ts';
import { type Bytes, sha256 } from '../core/base/crypto.ts';
import { formatEnvelope, pae } from '../core/signoff/dsse.ts';
import { derToMpints } from '../core/signoff/ecdsa.ts';
import { keyIdOf, parseKeyBlob, SK_ECDSA, SK_ED25519, skEcdsaBlob, skEd25519Blob } from '../core/signoff/keys.ts';
import { FLAGS, formatSignature } from '../core/signoff/signature.ts';
import { armor, challengeOf, formatSshSig, toBeSigned } from '../core/signoff/sshsig.ts';
import { NAMES } from '../core/signoff/statement.ts';
import type { AttestationEvidence } from '../core/signoff/trust.ts';
import { DEMO_MARKER, encodeAssertion, type PasskeyAssertion, signedByAuthenticator } from '../core/signoff/webauthn.ts';
import { wireUint32 } from '../core/signoff/wire.ts';
import { bytesOf, evidence, type Maker, MODEL, packedAttestation, sshAttestation, testMaker } from './maker.ts';

/** How an answer differs from an honest one. */
export interface Misbehaviour {
  /** Authenticator data flags; UP|UV (and BE, BS of the credential) where absent. */
  readonly flags?: number;
  readonly counter?: number;
  readonly origin?: string;
  /** `undefined`: the member is left out, as some clients do. */
  readonly crossOrigin?: boolean | undefined;
  /** Another relying party's hash. */
  readonly rpId?: string;
  readonly extensions?: Bytes;
  /** Last word on the client data, before it is signed. */
  readonly clientData?: (honest: string) => string;
  /** On creation: the model it says it is; all zero where absent. */
  readonly aaguid?: string;
}

export interface AuthenticatorOptions {
  readonly rpId: string;
  readonly origin: string;
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  /** Counter before the first signature; null: always zero, like a synced passkey. */
  readonly counter?: number | null;
  /** Label every signature as the demo's software authenticator. */
  readonly demo?: boolean;
  /** PKCS #8 PEM, to be the same authenticator again. */
  readonly privateKey?: string;
  readonly credentialId?: Bytes;
}

export interface SoftAuthenticator {
  readonly credentialId: Bytes;
  /** 65 bytes. */
  readonly point: Bytes;
  /** OpenSSH public key blob. */
  readonly blob: Bytes;
  readonly keyid: string;
  /** PKCS #8 PEM. */
  readonly privateKey: string;
  /** What its maker says of it, as an enrolment keeps it; the maker the tests trust unless told. */
  attestation(by?: Pick<Maker, 'leaf'>): AttestationEvidence;
  /** navigator.credentials.create() */
  create(challenge: Bytes, change?: Misbehaviour): { readonly authenticatorData: Bytes; readonly clientDataJSON: Bytes };
  /** navigator.credentials.get() */
  get(challenge: Bytes, change?: Misbehaviour): PasskeyAssertion;
  /** The armored SSHSIG over a PAE. */
  signPae(encoded: Bytes, change?: Misbehaviour, namespace?: string): Bytes;
  /** A DSSE envelope with one signature over these statement bytes. */
  signEnvelope(payload: Bytes, change?: Misbehaviour): Bytes;
}

export function softAuthenticator(options: AuthenticatorOptions): SoftAuthenticator {
  const key = options.privateKey === undefined ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : createPrivateKey(options.privateKey);
  const credentialId = options.credentialId ?? new Uint8Array(randomBytes(32));
  const point = pointOf(key);
  const blob = skEcdsaBlob(point, options.rpId);
  const keyid = keyIdOf(blob);
  let counter = options.counter ?? 0;
  const data = (change: Misbehaviour, extra: number, rest: Bytes): Bytes => {
    if (options.counter !== null) counter += 1;
    const flags = (change.flags ?? honestFlags(options)) | extra;
    return concat(sha256(utf8(change.rpId ?? options.rpId)), Uint8Array.of(flags), wireUint32(change.counter ?? counter), rest, change.extensions ?? new Uint8Array(0));
  };
  const self: SoftAuthenticator = {
    credentialId,
    point,
    blob,
    keyid,
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    attestation: (by = testMaker()) => {
      const made = concat(bytesOf(MODEL), lengthOf(credentialId), credentialId, coseKey(point));
      const authenticatorData = concat(sha256(utf8(options.rpId)), Uint8Array.of(honestFlags(options) | FLAGS.at), wireUint32(0), made);
      const client = clientData('webauthn.create', new Uint8Array(32), { ...options, demo: false }, {});
      return evidence(packedAttestation(by, authenticatorData, client), client);
    },
    create: (challenge, change = {}) => ({
      authenticatorData: data(change, FLAGS.at, concat(aaguidBytes(change), lengthOf(credentialId), credentialId, coseKey(point))),
      clientDataJSON: clientData('webauthn.create', challenge, { ...options, demo: false }, change),
    }),
    get: (challenge, change = {}) => {
      const authenticatorData = data(change, 0, new Uint8Array(0));
      const clientDataJSON = clientData('webauthn.get', challenge, options, change);
      const signature = sign('sha256', signedByAuthenticator(authenticatorData, clientDataJSON), key);
      return { authenticatorData, clientDataJSON, signature: new Uint8Array(signature) };
    },
    signPae: (encoded, change = {}, namespace = NAMES.namespace) => {
      const answered = self.get(challengeOf(namespace, encoded), change);
      const claimed = change.rpId === undefined ? blob : skEcdsaBlob(point, change.rpId);
      return encodeAssertion(answered, claimed, namespace, change.origin ?? options.origin) ?? new Uint8Array(0);
    },
    signEnvelope: (payload, change = {}) => envelopeOf(payload, [{ keyid, sig: self.signPae(pae(NAMES.payloadType, payload), change) }]),
  };
  return self;
}

/** An envelope over these statement bytes. */
export const envelopeOf = (payload: Bytes, signatures: readonly { keyid: string; sig: Bytes }[], payloadType: string = NAMES.payloadType): Bytes =>
  formatEnvelope({ payloadType, payload, signatures });

/** A security key on the command line (`sk-` types), synthesised: the bytes a real one gives `ssh-keygen -Y sign`. */
export interface SoftSshKey {
  /** PKCS8 PEM, to make it again. */
  readonly privateKey: string;
  readonly blob: Bytes;
  readonly keyid: string;
  /** Its enrolment record, as an enrolment keeps it. */
  attestation(by?: Pick<Maker, 'leaf'>): AttestationEvidence;
  signPae(encoded: Bytes, change?: { flags?: number; counter?: number; namespace?: string; hash?: 'sha256' | 'sha512' }): Bytes;
}

/** @param pem the key it is; a fresh one unless told. */
export function softSshKey(type: 'sk-ssh-ed25519' | 'sk-ecdsa', application = 'ssh:', pem?: string): SoftSshKey {
  const isEd25519 = type === 'sk-ssh-ed25519';
  const made = isEd25519 ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = pem === undefined ? made.privateKey : createPrivateKey(pem);
  const blob = isEd25519 ? skEd25519Blob(edwardsKeyOf(privateKey), application) : skEcdsaBlob(pointOf(privateKey), application);
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    blob,
    keyid: keyIdOf(blob),
    attestation: (by = testMaker()) => evidence(sshAttestation(by, sshAuthenticatorData(blob), CHALLENGE), CHALLENGE),
    signPae: (encoded, { flags = FLAGS.up | FLAGS.uv, counter = 7, namespace = NAMES.namespace, hash = 'sha512' } = {}) => {
      const head = concat(sha256(utf8(application)), Uint8Array.of(flags), wireUint32(counter));
      const signed = concat(head, sha256(toBeSigned(namespace, hash, encoded)));
      const made = new Uint8Array(sign(isEd25519 ? null : 'sha256', signed, privateKey));
      const body = isEd25519 ? made : (derToMpints(made) ?? made);
      return armor(formatSshSig({ keyBlob: blob, namespace, hash, signature: formatSignature({ type: isEd25519 ? SK_ED25519 : SK_ECDSA, body, flags, counter }) }));
    },
  };
}

const aaguidBytes = ({ aaguid }: Misbehaviour): Bytes => (aaguid === undefined ? new Uint8Array(16) : bytesOf(aaguid));

const lengthOf = (bytes: Bytes): Bytes => Uint8Array.of(bytes.length >> 8, bytes.length & 255);

const honestFlags = ({ backupEligible, backedUp }: AuthenticatorOptions): number =>
  FLAGS.up | FLAGS.uv | (backupEligible === true ? FLAGS.be : 0) | (backedUp === true ? FLAGS.bs : 0);

/** The serialisation WebAuthn prescribes (Level 3, section 5.8.1.1). */
function clientData(type: string, challenge: Bytes, options: AuthenticatorOptions, change: Misbehaviour): Bytes {
  const cross = 'crossOrigin' in change ? change.crossOrigin : false;
  const tail = `${cross === undefined ? '' : `,"crossOrigin":${cross}`}${options.demo === true ? `,${DEMO_MARKER}` : ''}}`;
  const honest = `{"type":"${type}","challenge":"${base64url(challenge)}","origin":"${change.origin ?? options.origin}"${tail}`;
  return utf8(change.clientData?.(honest) ?? honest);
}

/** {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CTAP2 canonical CBOR. */
const coseKey = (point: Bytes): Bytes => concat(Uint8Array.of(0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32), point.slice(1, 33), Uint8Array.of(0x22, 0x58, 32), point.slice(33));

const CHALLENGE = utf8('a challenge of ours');

/** Authenticator data of a security key that was just made for ssh. @param application another than the key's own. */
export function sshAuthenticatorData(blob: Bytes, application?: string, flags: number = FLAGS.up | FLAGS.uv | FLAGS.at): Bytes {
  const parsed = parseKeyBlob(blob);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { type, key } = parsed.value;
  const cose = type === SK_ED25519 ? concat(Uint8Array.of(0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32), key) : coseKey(key);
  const id = sha256(blob);
  return concat(sha256(utf8(application ?? parsed.value.application)), Uint8Array.of(flags), wireUint32(1), bytesOf(MODEL), lengthOf(id), id, cose);
}

function pointOf(key: KeyObject): Bytes {
  const { x, y } = createPublicKey(key).export({ format: 'jwk' });
  return concat(Uint8Array.of(4), fromBase64(x ?? '') ?? new Uint8Array(0), fromBase64(y ?? '') ?? new Uint8Array(0));
}

const edwardsKeyOf = (key: KeyObject): Bytes => fromBase64(createPublicKey(key).export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0);
