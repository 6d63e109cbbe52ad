/**
 * Reading what navigator.credentials.create() answered. Who made the authenticator is attestation.ts's to say; without it that
 * is the client's word, so a second human confirms every enrolment. ES256 only: OpenSSH has no webauthn type for anything else.
 * Source: W3C Web Authentication Level 3, sections 6.5.1 (attested credential data) and 7.1.
 */
import { base64url, equal, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type Cbor, readCbor } from './cbor.ts';
import { skEcdsaBlob } from './keys.ts';
import { FLAGS } from './signature.ts';
import { parseStrictJson } from './strict-json.ts';
import type { RelyingParty } from './webauthn.ts';

export interface AuthenticatorRegistration {
  readonly rpIdHash: Bytes;
  readonly flags: number;
  readonly counter: number;
  /** Lowercase hex with dashes. */
  readonly aaguid: string;
  readonly credentialId: Bytes;
  /** 65 bytes, 0x04 || X || Y. */
  readonly point: Bytes;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

/** An enrolled key to be: what an enrolment statement says of it. */
export interface NewKey {
  /** OpenSSH public key blob. */
  readonly blob: Bytes;
  /** base64url. */
  readonly credentialId: string;
  readonly aaguid: string;
  readonly backupEligible: boolean;
  readonly counter: number;
}

/** Authenticator data with attested credential data, of an ES256 key. Problems: SIG_FORMAT, SIG_ALG. */
export function parseRegistration(data: Bytes): Result<AuthenticatorRegistration> {
  const parsed = parseAuthenticatorData(data);
  if (!parsed.ok || parsed.value.ed25519 === undefined) return parsed;
  return err(problem('SIG_ALG', 'the passkey is not an ES256 key', { remedy: 'offer only algorithm -7 when creating it' }));
}

/**
 * The same, of the keys ssh has too. @returns `ed25519`: the 32 bytes of such a key, and then `point` is empty.
 * Problems: SIG_FORMAT, SIG_ALG.
 */
export function parseAuthenticatorData(data: Bytes): Result<AuthenticatorRegistration & { readonly ed25519?: Bytes }> {
  const flags = data[32] ?? 0;
  const idLength = (data[53] ?? 0) * 256 + (data[54] ?? 0);
  const keyAt = 55 + idLength;
  if (data.length < keyAt || (flags & FLAGS.at) === 0) return bad('no credential in the authenticator data');
  if (idLength < 1 || idLength > 1023) return bad('the credential id has an impossible length');
  if ((flags & FLAGS.reserved) !== 0 || ((flags & FLAGS.bs) !== 0 && (flags & FLAGS.be) === 0)) return bad('impossible flags');
  const key = readCbor(data, keyAt);
  const end = (flags & FLAGS.ed) === 0 ? key?.end : extensionsEnd(data, key?.end);
  if (key === undefined || end !== data.length) return bad('the credential key or what follows it is malformed');
  const [point, ed25519] = [es256Point(key.value), ed25519Key(key.value)];
  if (point === undefined && ed25519 === undefined) return err(problem('SIG_ALG', 'the passkey is not an ES256 key', { remedy: 'offer only algorithm -7 when creating it' }));
  return ok({
    rpIdHash: data.slice(0, 32),
    flags,
    counter: data.slice(33, 37).reduce((n, b) => n * 256 + b, 0),
    aaguid: aaguidOf(data.slice(37, 53)),
    credentialId: data.slice(55, keyAt),
    point: point ?? new Uint8Array(0),
    ...(ed25519 === undefined ? {} : { ed25519 }),
    backupEligible: (flags & FLAGS.be) !== 0,
    backedUp: (flags & FLAGS.bs) !== 0,
  });
}

/**
 * The rules of a registration. @param challenge the bytes we asked with.
 * Problems: all of SIG_FORMAT, SIG_ALG, WA_CLIENTDATA, WA_CHALLENGE, WA_ORIGIN, WA_CROSS_ORIGIN, WA_RPID, WA_UP, WA_UV.
 */
export function verifyRegistration(response: { authenticatorData: Bytes; clientDataJSON: Bytes }, challenge: Bytes, rp: RelyingParty): Result<NewKey, readonly Problem[]> {
  const parsed = parseRegistration(response.authenticatorData);
  const client = checkCreationData(response.clientDataJSON, challenge, rp);
  if (!parsed.ok) return err([parsed.error, ...client]);
  const made = parsed.value;
  const rules: readonly (readonly [boolean, Problem])[] = [
    [equal(made.rpIdHash, sha256(utf8(rp.rpId))), problem('WA_RPID', 'the passkey was made for another relying party')],
    [(made.flags & FLAGS.up) !== 0, problem('WA_UP', 'no person was present when the passkey was made')],
    [(made.flags & FLAGS.uv) !== 0, problem('WA_UV', 'the authenticator did not verify the person')],
  ];
  const problems = [...client, ...rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]))];
  if (problems.length > 0) return err(problems);
  const { aaguid, backupEligible, counter } = made;
  return ok({ blob: skEcdsaBlob(made.point, rp.rpId), credentialId: base64url(made.credentialId), aaguid, backupEligible, counter });
}

function checkCreationData(clientDataJSON: Bytes, challenge: Bytes, rp: RelyingParty): readonly Problem[] {
  const json = parseStrictJson(clientDataJSON);
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return [problem('WA_CLIENTDATA', 'clientDataJSON cannot be read')];
  const said = new Map<string, unknown>(Object.entries(json.value));
  const rules: readonly (readonly [boolean, Problem])[] = [
    [said.get('type') === 'webauthn.create', problem('WA_CLIENTDATA', 'clientDataJSON is not of type webauthn.create')],
    [said.get('challenge') === base64url(challenge), problem('WA_CHALLENGE', 'the passkey answered another challenge')],
    [rp.origins.some((o) => o === said.get('origin')), problem('WA_ORIGIN', 'the passkey was made on another origin')],
    [(said.get('crossOrigin') ?? false) === false && !said.has('topOrigin'), problem('WA_CROSS_ORIGIN', 'the passkey was made inside a foreign frame')],
  ];
  return rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));
}

/** 16 bytes as people write them: lowercase hex with dashes. */
export const aaguidOf = (bytes: Bytes): string => hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** COSE_Key {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} and nothing else. */
function es256Point(key: Cbor): Bytes | undefined {
  if (!(key instanceof Map) || key.size !== 5) return undefined;
  const x: unknown = key.get(-2);
  const y: unknown = key.get(-3);
  const isEs256 = key.get(1) === 2 && key.get(3) === -7 && key.get(-1) === 1;
  if (!isEs256 || !(x instanceof Uint8Array) || !(y instanceof Uint8Array) || x.length !== 32 || y.length !== 32) return undefined;
  return Uint8Array.of(4, ...x, ...y);
}

/** COSE_Key {1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: x} and nothing else. */
function ed25519Key(key: Cbor): Bytes | undefined {
  if (!(key instanceof Map) || key.size !== 4) return undefined;
  const x: unknown = key.get(-2);
  const isEd25519 = key.get(1) === 1 && key.get(3) === -8 && key.get(-1) === 6;
  return isEd25519 && x instanceof Uint8Array && x.length === 32 ? x : undefined;
}

/** Extensions are one map (browsers add credProtect unasked); its content decides nothing here. */
function extensionsEnd(data: Bytes, at: number | undefined): number | undefined {
  const map = at === undefined ? undefined : readCbor(data, at);
  return map?.value instanceof Map ? map.end : undefined;
}

const bad = (why: string): Result<never> => err(problem('SIG_FORMAT', `the registration cannot be read: ${why}`));
