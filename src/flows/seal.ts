/** Turns a signature a person just gave into the envelope everybody verifies. Judges nothing: `verifySignoff` does. */
import { fromBase64 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { formatEnvelope } from '../core/signoff/dsse.ts';
import { claimOf } from '../core/signoff/open.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { type PasskeyAssertion, wrapAssertion } from '../core/signoff/webauthn.ts';
import type { KeyRow } from './ports.ts';
import { SIGNING_NAMESPACE } from './site.ts';

export function sealAssertion(statement: Uint8Array, assertion: PasskeyAssertion, key: KeyRow | undefined): Result<Uint8Array, readonly Problem[]> {
  const blob = key === undefined ? undefined : fromBase64(key.blob);
  if (key === undefined || blob === undefined)
    return err([problem('KEY_UNKNOWN', 'this passkey is not enrolled for the signer', { remedy: 'use an enrolled passkey, or enrol this one on the People page' })]);
  const sig = wrapAssertion(assertion, blob, SIGNING_NAMESPACE);
  return sig.ok ? ok(formatEnvelope({ payloadType: NAMES.payloadType, payload: statement, signatures: [{ keyid: key.keyid, sig: sig.value }] })) : err([sig.error]);
}

/** The envelope around an armored SSHSIG made by `ssh-keygen -Y sign` over the PAE. */
export function sealSshsig(statement: Uint8Array, armored: Uint8Array): Uint8Array {
  const keyid = claimOf(armored)?.keyid ?? '';
  return formatEnvelope({ payloadType: NAMES.payloadType, payload: statement, signatures: [{ keyid, sig: armored }] });
}
