/**
 * From an attestation certificate to a pinned one. The attacker brings the chain; the pins are ours, and whatever is pinned is
 * trusted for what it is: a root, an intermediate, or the attestation certificate itself.
 * Source: RFC 5280 section 6; W3C Web Authentication Level 3, section 7.1 step 24.
 */
import { equal, hex } from '../base/bytes.ts';
import { type Bytes, certificateIssuedBy, sha256 } from '../base/crypto.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type Certificate, parseCertificate } from './certificate.ts';

/** Certificates between the first and the pinned one, the pinned one counted. */
const LONGEST = 4;
/** What a critical extension may be about: anything else would be a limit nobody here reads. */
const READ: ReadonlySet<string> = new Set(['2.5.29.19', '2.5.29.15']);

/**
 * Lowercase hex SHA-256 of the pinned certificate it leads to, or in words why it leads to none.
 * @param chain the first is the one to anchor; each next one issued the one before. @param at milliseconds since 1970.
 */
export function anchorOf(chain: readonly Bytes[], pinned: readonly Bytes[], at: number): Result<string, string> {
  const pins = pinned.flatMap((der) => parseCertificate(der) ?? []);
  let below = 0;
  for (const der of chain.slice(0, LONGEST)) {
    const certificate = parseCertificate(der);
    const wrong = certificate === undefined ? 'a certificate of the attestation cannot be read' : faultOf(certificate, below, at);
    if (certificate === undefined || wrong !== undefined) return err(wrong ?? '');
    if (pins.some((pin) => equal(pin.der, der))) return ok(fingerprint(der));
    const above = pins.filter((pin) => certificateIssuedBy(der, pin.der) === true);
    const anchor = above.find((pin) => faultOf(pin, below + 1, at) === undefined);
    if (anchor !== undefined) return ok(fingerprint(anchor.der));
    const [next] = chain.slice(below + 1);
    if (next === undefined) break;
    const issued = certificateIssuedBy(der, next);
    if (issued !== true) return err(issued === null ? 'this verifier cannot look into certificates' : 'the certificates of the attestation do not issue one another');
    below += 1;
  }
  return err('the attestation leads to no pinned root');
}

/** Why a certificate cannot stand at this place of a path. @param below certificates under it: one with any is a CA. */
function faultOf({ version, from, to, constraints, extensions }: Certificate, below: number, at: number): string | undefined {
  if (!(from <= at && at <= to)) return 'a certificate of the attestation was not valid when the key was enrolled';
  if ([...extensions].some(([oid, { critical }]) => critical && !READ.has(oid))) return 'a certificate of the attestation has a critical extension nobody here reads';
  if (below === 0) return undefined;
  const room = constraints?.pathLength ?? below - 1;
  return version === 3 && constraints?.ca === true && room >= below - 1 ? undefined : 'a certificate of the attestation may not issue others, or not so many';
}

const fingerprint = (der: Bytes): string => hex(sha256(der));
