/**
 * DSSE v1.0 envelopes: the statement's exact bytes, their type, and signatures over the pre-authentication encoding.
 * Source: secure-systems-lab/dsse protocol.md and envelope.md. Stricter than they ask: no unknown or duplicate members.
 */
import { base64, concat, fromBase64, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { list, object, optional, shaped, string } from './shape.ts';
import { parseStrictJson } from './strict-json.ts';

export interface EnvelopeSignature {
  /** A hint, never used for a decision. */
  readonly keyid: string;
  /** For us: the armored SSHSIG text. */
  readonly sig: Bytes;
}

export interface Envelope {
  readonly payloadType: string;
  readonly payload: Bytes;
  readonly signatures: readonly EnvelopeSignature[];
}

/** An envelope above this many bytes is refused unread. */
const MAX_ENVELOPE = 1_048_576;

/** `DSSEv1 SP len(type) SP type SP len(body) SP body`, lengths in bytes. */
export function pae(payloadType: string, payload: Bytes): Bytes {
  return concat(utf8(`DSSEv1 ${utf8(payloadType).length} ${payloadType} ${payload.length} `), payload);
}

const ENVELOPE = object({
  payloadType: string,
  payload: string,
  signatures: list(object({ keyid: optional(string), sig: string }), 1),
});

/** Problems: SIG_FORMAT. */
export function parseEnvelope(bytes: Bytes): Result<Envelope> {
  if (bytes.length > MAX_ENVELOPE) return bad(`larger than ${MAX_ENVELOPE} bytes`);
  const json = parseStrictJson(bytes);
  if (!json.ok) return bad(json.error);
  const envelope = shaped(ENVELOPE, json.value);
  if (!envelope.ok) return bad(envelope.error.join(', '));
  const payload = fromEitherBase64(envelope.value.payload);
  if (payload === undefined) return bad('payload is not base64');
  const signatures: EnvelopeSignature[] = [];
  for (const { keyid, sig } of envelope.value.signatures) {
    const decoded = fromEitherBase64(sig);
    if (decoded === undefined) return bad('sig is not base64');
    signatures.push({ keyid: keyid ?? '', sig: decoded });
  }
  return ok({ payloadType: envelope.value.payloadType, payload, signatures });
}

/** Fixed member order, standard base64 with padding, no white space. */
export function formatEnvelope(envelope: Envelope): Bytes {
  const signatures = envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig: base64(sig) }));
  return utf8(JSON.stringify({ payloadType: envelope.payloadType, payload: base64(envelope.payload), signatures }));
}

/** One alphabet or the other, never both in one text; padding whole or absent. */
function fromEitherBase64(encoded: string): Bytes | undefined {
  if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(encoded)) return undefined;
  if (encoded.endsWith('=') && encoded.length % 4 !== 0) return undefined;
  return fromBase64(encoded);
}

const bad = (why: string): Result<never, Problem> => err(problem('SIG_FORMAT', `the envelope cannot be read: ${why}`));
