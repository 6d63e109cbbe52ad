/** Whose authenticators count: the makers a trust file pins, and the same value alone in a file for a server. Bytes: docs/spec/enrolment.md. */
import { base64, fromBase64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { parseCertificate } from './certificate.ts';
import { list, matching, object, optional, shaped, string } from './shape.ts';
import { parseStrictJson } from './strict-json.ts';
import type { AuthenticatorTrust } from './trust.ts';

export const PINNED = object({ roots: list(string, 1), models: optional(list(matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an AAGUID'), 1)) });

/** `roots[1]`: which of them are no certificates. */
export const notCertificates = (roots: readonly string[]): readonly string[] => roots.flatMap((root, i) => (isCertificate(root) ? [] : [`roots[${i}]`]));

function isCertificate(encoded: string): boolean {
  const bytes = fromBase64(encoded);
  return bytes !== undefined && base64(bytes) === encoded && parseCertificate(bytes) !== undefined;
}

/** Every fault, with its place in the file. Problems: TRUST_FORMAT. */
export function parsePinned(bytes: Bytes): Result<AuthenticatorTrust, readonly Problem[]> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return err([bad(`not strict JSON: ${json.error}`)]);
  const said = shaped(PINNED, json.value);
  if (!said.ok) return err(said.error.map(bad));
  const { roots, models } = said.value;
  const wrong = notCertificates(roots).map((place) => bad(`$.${place} is no certificate (DER, base64)`));
  return wrong.length > 0 ? err(wrong) : ok({ roots, ...(models === undefined ? {} : { models }) });
}

const bad = (why: string): Problem => problem('TRUST_FORMAT', `the pinned makers cannot be used: ${why}`, { remedy: 'openssl x509 -in root.pem -outform der | base64 -w0' });
