/**
 * Who made an authenticator, as its maker's certificate says it: what an enrolment keeps of that, and whether it holds today
 * against the roots we pin. Only a certificate chain counts: what an authenticator says of itself is its own word, and the
 * client chose the bytes. So nothing here ever bars a key; it is only not attested, and the reason is said.
 * Source: W3C Web Authentication Level 3, sections 6.5, 8.2 and 8.7; OpenSSH PROTOCOL.u2f. Bytes: docs/spec/enrolment.md.
 */
import { base64, concat, equal, fromBase64, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256, verifyP256ByCertificate } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { type Cbor, readCbor } from './cbor.ts';
import { AAGUID_EXTENSION, type Certificate, COMMON_NAME, COUNTRY, ORGANISATION, OU, parseCertificate } from './certificate.ts';
import { anchorOf } from './chain.ts';
import { readDer } from './der.ts';
import { parseKeyBlob, skEcdsaBlob, skEd25519Blob } from './keys.ts';
import { type AuthenticatorRegistration, aaguidOf, parseAuthenticatorData } from './registration.ts';
import { FLAGS } from './signature.ts';
import { parseStrictJson } from './strict-json.ts';
import type { AttestationEvidence, SignoffTrust, TrustedKey } from './trust.ts';
import { wireReader } from './wire.ts';

/** A key whose maker's certificate leads to a pinned root. */
export interface Attested {
  /** Lowercase hex SHA-256 of the pinned certificate, DER. */
  readonly root: string;
  /** The model, lowercase hex with dashes. */
  readonly aaguid: string;
}

/** What Chromium's virtual authenticator calls itself: any program that drives a browser has one. */
export const VIRTUAL_AAGUID = '01020304-0506-0708-0102-030405060708';

/** What every format comes down to. */
interface Claim {
  readonly authenticatorData: Bytes;
  readonly clientDataHash: Bytes;
  /** DER. */
  readonly signature: Bytes;
  /** DER; the first is the attestation certificate. */
  readonly chain: readonly Bytes[];
}

type AttestedKey = Pick<TrustedKey, 'kind' | 'blob' | 'backupEligible' | 'since'> & { readonly attestation?: AttestationEvidence | undefined };

/** Worked out from the enrolled bytes each time, never remembered. Problems: KEY_MODEL, saying why it is not attested. */
export function attestationOf(key: AttestedKey, { rpId, mode, authenticators }: Pick<SignoffTrust, 'rpId' | 'mode' | 'authenticators'>): Result<Attested> {
  const claim = key.attestation === undefined ? undefined : claimOf(key.kind, key.attestation);
  if (claim === undefined) return not('its maker does not vouch for it');
  const made = parseAuthenticatorData(claim.authenticatorData);
  if (!made.ok) return not(made.error.message);
  const leaf = parseCertificate(claim.chain[0] ?? new Uint8Array(0));
  if (leaf === undefined) return not('its attestation certificate cannot be read');
  const { roots = [], models } = authenticators ?? {};
  const { aaguid } = made.value;
  const wrong = aboutKey(key, made.value, rpId) ?? aboutLeaf(leaf, aaguid, models !== undefined) ?? aboutSignature(leaf, claim);
  if (wrong !== undefined) return not(wrong);
  if (mode !== 'demo' && aaguid === VIRTUAL_AAGUID) return not('it is the virtual authenticator of a browser');
  if (models?.includes(aaguid) === false) return not(`the model ${aaguid} is not among those allowed`);
  const root = anchorOf(
    claim.chain,
    roots.flatMap((r) => fromBase64(r) ?? []),
    key.since,
  );
  return root.ok ? ok({ root: root.value, aaguid }) : not(root.error);
}

/** What a registration brought that a verifier could check one day; undefined where only the client's word is in it. */
export function evidenceOf(attestationObject: Bytes, clientDataJSON: Bytes, authenticatorData: Bytes): AttestationEvidence | undefined {
  const evidence = { object: base64(attestationObject), clientData: base64(clientDataJSON) };
  const claim = claimOf('webauthn', evidence);
  return claim !== undefined && equal(claim.authenticatorData, authenticatorData) ? evidence : undefined;
}

/** The same of a security key of ssh: its enrolment record, and the challenge it was made with. */
export function sshEvidenceOf(record: Bytes, challenge: Bytes): AttestationEvidence | undefined {
  const evidence = { object: base64(record), clientData: base64(challenge) };
  return claimOf('sk-ssh', evidence) === undefined ? undefined : evidence;
}

function claimOf(kind: TrustedKey['kind'], { object, clientData }: AttestationEvidence): Claim | undefined {
  const [bytes, client] = [exact(object), exact(clientData)];
  if (bytes === undefined || client === undefined) return undefined;
  return kind === 'sk-ssh' ? sshClaim(bytes, client) : kind === 'webauthn' ? packedClaim(bytes, client) : undefined;
}

/** `{"fmt": "packed", "attStmt": {"alg": -7, "sig": ..., "x5c": [...]}, "authData": ...}`; without x5c it is self-attestation. */
function packedClaim(object: Bytes, clientDataJSON: Bytes): Claim | undefined {
  const read = readCbor(object);
  const client = parseStrictJson(clientDataJSON);
  const [members, isCreation] = [mapOf(read?.value), client.ok && isMade(client.value)];
  const statement = mapOf(members?.get('attStmt'));
  const [authenticatorData, signature, chain] = [members?.get('authData'), statement?.get('sig'), statement?.get('x5c')];
  if (read?.end !== object.length || members?.size !== 3 || members.get('fmt') !== 'packed' || !isCreation) return undefined;
  if (statement?.size !== 3 || statement.get('alg') !== -7 || !isBytes(authenticatorData) || !isBytes(signature)) return undefined;
  return Array.isArray(chain) && chain.length > 0 && chain.every(isBytes) ? { authenticatorData, clientDataHash: sha256(clientDataJSON), signature, chain } : undefined;
}

/** string "ssh-sk-attest-v01", string certificate, string signature, string CBOR of the authenticator data, uint32 0, string "". */
function sshClaim(record: Bytes, challenge: Bytes): Claim | undefined {
  const read = wireReader(record);
  const [magic, certificate, signature, data, flags, reserved] = [read.text(), read.string(), read.string(), read.string(), read.uint32(), read.string()];
  const wrapped = readCbor(data);
  if (!read.complete() || magic !== 'ssh-sk-attest-v01' || flags !== 0 || reserved.length > 0) return undefined;
  if (wrapped?.end !== data.length || !isBytes(wrapped.value)) return undefined;
  return { authenticatorData: wrapped.value, clientDataHash: sha256(challenge), signature, chain: [certificate] };
}

/** The certificate has to be about this very key, made where it is used, with somebody there. */
function aboutKey(key: AttestedKey, made: AuthenticatorRegistration & { readonly ed25519?: Bytes }, rpId: string): string | undefined {
  const blob = fromBase64(key.blob);
  const enrolled = blob === undefined ? undefined : parseKeyBlob(blob);
  if (blob === undefined || enrolled?.ok !== true) return 'the key cannot be read';
  const application = key.kind === 'webauthn' ? rpId : enrolled.value.application;
  const same = made.ed25519 === undefined ? skEcdsaBlob(made.point, application) : skEd25519Blob(made.ed25519, application);
  if (!equal(same, blob) || !equal(made.rpIdHash, sha256(utf8(application)))) return 'its attestation is of another key';
  if ((made.flags & FLAGS.up) === 0) return 'nobody was present when it was made';
  return made.backupEligible === key.backupEligible ? undefined : 'its attestation and its enrolment differ on whether it can be copied';
}

/** Section 8.2.1. @param named the model has to be in the certificate: where models are chosen, it may not be the authenticator's own word. */
function aboutLeaf({ version, subject, constraints, extensions }: Certificate, aaguid: string, named: boolean): string | undefined {
  const all = (oid: string): readonly string[] => subject.flatMap(([name, value]) => (name === oid ? [value] : []));
  if (version !== 3) return 'its attestation certificate is not of version 3';
  if (all(OU).join('\0') !== 'Authenticator Attestation') return 'its certificate is not one of authenticator attestation';
  const [country = '', organisation = '', name = ''] = [all(COUNTRY)[0], all(ORGANISATION)[0], all(COMMON_NAME)[0]];
  if (!/^[A-Z]{2}$/.test(country) || organisation === '' || name === '') return 'its attestation certificate does not name its maker';
  if (constraints?.ca !== false) return 'its attestation certificate could issue others';
  const model = extensions.get(AAGUID_EXTENSION);
  if (model === undefined) return named ? 'its attestation certificate names no model' : undefined;
  const octets = readDer(model.value);
  const says = octets?.tag === 0x04 ? aaguidOf(octets.content) : undefined;
  return says === aaguid && !model.critical ? undefined : 'its attestation certificate is of another model';
}

function aboutSignature(leaf: Certificate, { authenticatorData, clientDataHash, signature }: Claim): string | undefined {
  const holds = verifyP256ByCertificate(leaf.der, concat(authenticatorData, clientDataHash), signature);
  if (holds === null) return 'this verifier cannot look into certificates';
  return holds ? undefined : 'its attestation is not signed by its certificate';
}

const mapOf = (value: Cbor | undefined): ReadonlyMap<number | string, Cbor> | undefined => (value instanceof Map ? value : undefined);
const isBytes = (value: unknown): value is Bytes => value instanceof Uint8Array;
const isMade = (value: unknown): boolean => typeof value === 'object' && value !== null && 'type' in value && value.type === 'webauthn.create';

function exact(encoded: string): Bytes | undefined {
  const bytes = fromBase64(encoded);
  return bytes !== undefined && base64(bytes) === encoded ? bytes : undefined;
}

const not = (why: string): Result<never> => err(problem('KEY_MODEL', why));
