/**
 * The gate's summary as a Sigstore bundle v0.3, for verifiers that read these: an envelope with exactly one signature over the PAE, and
 * the hint their trust material finds the key by. No certificate and no entry of Rekor: the key is the gate's own, the log is ours.
 * Source: sigstore/protobuf-specs, sigstore_bundle.proto.
 */
import { base64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { parseEnvelope } from './dsse.ts';

export const SIGSTORE_BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** One line of JSON and a LF. Problems: VSA_INVALID, for an envelope of several signatures: the format holds one. */
export function sigstoreBundle(envelope: Bytes): Result<string> {
  const parsed = parseEnvelope(envelope);
  const [signature, ...more] = parsed.ok ? parsed.value.signatures : [];
  if (!parsed.ok || signature === undefined || more.length > 0) return err(problem('VSA_INVALID', 'a Sigstore bundle holds one envelope with one signature'));
  const { payloadType, payload } = parsed.value;
  const dsseEnvelope = { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature.sig), keyid: signature.keyid }] };
  const verificationMaterial = { publicKey: { hint: signature.keyid } };
  return ok(`${JSON.stringify({ mediaType: SIGSTORE_BUNDLE_TYPE, verificationMaterial, dsseEnvelope })}\n`);
}
