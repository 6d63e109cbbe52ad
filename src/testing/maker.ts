/**
 * A maker of authenticators: a root, a batch certificate under it, and attestations signed by that, as real ones come. It can
 * misbehave in every way a verifier has to notice. One maker a process is trusted by the tests; its keys are never written down.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { base64, concat, utf8 } from '../core/base/bytes.ts';
import { type Bytes, sha256 } from '../core/base/crypto.ts';
import { AAGUID_EXTENSION, COMMON_NAME, COUNTRY, ORGANISATION, OU } from '../core/signoff/certificate.ts';
import type { AttestationEvidence } from '../core/signoff/trust.ts';
import { wireString, wireUint32 } from '../core/signoff/wire.ts';

export const MODEL = 'c5ef55ff-ad9a-4b9f-b580-adebafe026d0';

export interface CertificateOptions {
  readonly version?: 1 | 2 | 3;
  readonly subject?: readonly (readonly [string, string])[];
  readonly issuer?: readonly (readonly [string, string])[];
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  /** undefined: no basic constraints at all. */
  readonly ca?: boolean | undefined;
  readonly pathLength?: number;
  /** undefined: no model in it. */
  readonly aaguid?: string | undefined;
  readonly aaguidCritical?: boolean;
  /** Raw extensions beside, DER. */
  readonly more?: readonly Bytes[];
  readonly curve?: 'P-256' | 'P-384';
}

export interface MakerKey {
  readonly privateKey: KeyObject;
  readonly certificate: Bytes;
  readonly subject: readonly (readonly [string, string])[];
}

const NAME = [
  [COUNTRY, 'SE'],
  [ORGANISATION, 'Test Maker AB'],
] as const;
export const LEAF_NAME = [...NAME, [OU, 'Authenticator Attestation'], [COMMON_NAME, 'Test Maker batch 7']] as const;
const LONG_AGO = 0;
const FAR_OFF = Date.UTC(2049, 0, 1);

/** @param issuer absent: it signs itself. */
export function certificate(options: CertificateOptions, issuer?: MakerKey): MakerKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: options.curve ?? 'P-256' });
  const subject = options.subject ?? LEAF_NAME;
  const { version = 3, from = LONG_AGO, to = FAR_OFF } = options;
  const extensions = extensionsOf(options);
  const tbs = tlv(
    0x30,
    ...(version === 1 ? [] : [tlv(0xa0, tlv(0x02, Uint8Array.of(version - 1)))]),
    tlv(0x02, Uint8Array.of(1)),
    ECDSA_SHA256,
    nameOf(options.issuer ?? issuer?.subject ?? subject),
    tlv(0x30, timeOf(from), timeOf(to)),
    nameOf(subject),
    new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, tlv(0x30, ...extensions))]),
  );
  const signature = new Uint8Array(sign('sha256', tbs, issuer?.privateKey ?? privateKey));
  return { privateKey, subject, certificate: tlv(0x30, tbs, ECDSA_SHA256, tlv(0x03, concat(Uint8Array.of(0), signature))) };
}

export const rootCertificate = (options: CertificateOptions = {}): MakerKey => certificate({ subject: [...NAME, [COMMON_NAME, 'Test Maker root']], ca: true, ...options });
export const leafCertificate = (issuer: MakerKey, options: CertificateOptions = {}): MakerKey => certificate({ ca: false, aaguid: MODEL, ...options }, issuer);

export interface Maker {
  readonly root: MakerKey;
  readonly leaf: MakerKey;
  /** base64 of the root, as trust pins it. */
  readonly pin: string;
}

export function maker(leaf: CertificateOptions = {}, root: CertificateOptions = {}): Maker {
  const above = rootCertificate(root);
  return { root: above, leaf: leafCertificate(above, leaf), pin: base64(above.certificate) };
}

let made: Maker | undefined;
/** The one whose root the tests pin. */
export const testMaker = (): Maker => {
  made ??= maker();
  return made;
};

export interface PackedOptions {
  readonly alg?: number;
  readonly fmt?: string;
  /** The first is the attestation certificate; null: self-attestation. */
  readonly chain?: readonly Bytes[] | null;
  readonly signature?: Bytes;
}

/** What navigator.credentials.create() gives as attestationObject. */
export function packedAttestation({ leaf }: Pick<Maker, 'leaf'>, authenticatorData: Bytes, clientDataJSON: Bytes, options: PackedOptions = {}): Bytes {
  const { alg = -7, fmt = 'packed', chain = [leaf.certificate] } = options;
  const signature = options.signature ?? signed(leaf, authenticatorData, sha256(clientDataJSON));
  const statement = cborMap([
    ['alg', cborInteger(alg)],
    ['sig', cborBytes(signature)],
    ...(chain === null ? [] : [['x5c', concat(cborHead(4, chain.length), ...chain.map(cborBytes))] as const]),
  ]);
  return cborMap([
    ['fmt', cborText(fmt)],
    ['attStmt', fmt === 'none' ? Uint8Array.of(0xa0) : statement],
    ['authData', cborBytes(authenticatorData)],
  ]);
}

/** What `ssh-keygen -O write-attestation=` leaves. */
export function sshAttestation({ leaf }: Pick<Maker, 'leaf'>, authenticatorData: Bytes, challenge: Bytes, magic = 'ssh-sk-attest-v01'): Bytes {
  const signature = signed(leaf, authenticatorData, sha256(challenge));
  return concat(wireString(magic), wireString(leaf.certificate), wireString(signature), wireString(cborBytes(authenticatorData)), wireUint32(0), wireString(''));
}

export const evidence = (object: Bytes, clientData: Bytes): AttestationEvidence => ({ object: base64(object), clientData: base64(clientData) });

const signed = ({ privateKey }: MakerKey, data: Bytes, hash: Bytes): Bytes => new Uint8Array(sign('sha256', concat(data, hash), privateKey));

function extensionsOf({ ca, pathLength, aaguid, aaguidCritical = false, more = [], version = 3 }: CertificateOptions): readonly Bytes[] {
  if (version !== 3) return [];
  const limits = [...(ca === true ? [tlv(0x01, Uint8Array.of(0xff))] : []), ...(pathLength === undefined ? [] : [tlv(0x02, Uint8Array.of(pathLength))])];
  return [
    ...(ca === undefined ? [] : [extension('2.5.29.19', tlv(0x30, ...limits), true)]),
    ...(aaguid === undefined ? [] : [extension(AAGUID_EXTENSION, tlv(0x04, bytesOf(aaguid)), aaguidCritical)]),
    ...more,
  ];
}

export const extension = (name: string, value: Bytes, critical: boolean): Bytes => tlv(0x30, oid(name), ...(critical ? [tlv(0x01, Uint8Array.of(0xff))] : []), tlv(0x04, value));

export const bytesOf = (aaguid: string): Bytes => new Uint8Array(Buffer.from(aaguid.replaceAll('-', ''), 'hex'));

const nameOf = (pairs: readonly (readonly [string, string])[]): Bytes => tlv(0x30, ...pairs.map(([name, value]) => tlv(0x31, tlv(0x30, oid(name), tlv(0x0c, utf8(value))))));

/** UTCTime until 2049, GeneralizedTime from then on: RFC 5280 section 4.1.2.5. */
function timeOf(at: number): Bytes {
  const digits = `${new Date(at).toISOString().replace(/\.\d+|\D/g, '')}Z`;
  return new Date(at).getUTCFullYear() < 2050 ? tlv(0x17, utf8(digits.slice(2))) : tlv(0x18, utf8(digits));
}

/** Type, length, value. */
export function tlv(tag: number, ...parts: readonly Bytes[]): Bytes {
  const content = concat(...parts);
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return concat(Uint8Array.of(tag, ...length), content);
}

export function oid(name: string): Bytes {
  const [first = 0, second = 0, ...rest] = name.split('.').map(Number);
  return tlv(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(septets)));
}

const septets = (n: number): readonly number[] => {
  const digits = [n & 127];
  for (let left = Math.floor(n / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left & 127) | 128);
  return digits;
};

const ECDSA_SHA256 = tlv(0x30, oid('1.2.840.10045.4.3.2'));

const cborHead = (major: number, n: number): Bytes => Uint8Array.of(...(n < 24 ? [(major << 5) | n] : n < 256 ? [(major << 5) | 24, n] : [(major << 5) | 25, n >> 8, n & 255]));
const cborInteger = (n: number): Bytes => (n < 0 ? cborHead(1, -1 - n) : cborHead(0, n));
const cborBytes = (bytes: Bytes): Bytes => concat(cborHead(2, bytes.length), bytes);
const cborText = (text: string): Bytes => concat(cborHead(3, utf8(text).length), utf8(text));
const cborMap = (members: readonly (readonly [string, Bytes])[]): Bytes => concat(cborHead(5, members.length), ...members.flatMap(([name, value]) => [cborText(name), value]));
