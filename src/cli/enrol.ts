/**
 * `countersign enrol`: proposes a security key for the terminal. In demo data it acts as the person named and the sample's
 * founders confirm at once; elsewhere founders sign, and no command may speak for them.
 */
import { base64url, fromBase64 } from '../core/base/bytes.ts';
import { problem } from '../core/base/result.ts';
import type { AttestationEvidence } from '../core/signoff/trust.ts';
import type { Taken } from '../flows/receipt.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { attestationBeside, readSecurityKey } from './security-key.ts';
import { callServer } from './server-call.ts';
import { visibleLines } from './terminal.ts';

export interface EnrolOptions {
  readonly as: string;
  readonly key: string;
  readonly json?: boolean;
}

export async function enrol(url: string, options: EnrolOptions): Promise<Answer> {
  if (!URL.canParse(url)) return refusal([problem('USAGE', 'this is not the address of a server', { place: url, remedy: 'for example http://localhost:4180' })], options.json);
  const { origin } = new URL(url);
  const key = readSecurityKey(options.key);
  if (!key.ok) return refusal(key.error, options.json);
  const made = attestationBeside(options.key);
  if (!made.ok) return refusal([made.error], options.json);
  const session = await callServer(origin, '/session/act-as', { person: options.as });
  if (!session.ok) return refusal(session.error, options.json);
  const enrolled = await callServer<Enrolled>(origin, '/enrolments/ssh-key', { publicKey: key.value.line, ...sent(made.value) }, session.value.cookie);
  if (!enrolled.ok) return refusal(enrolled.error, options.json);
  const { keyid, cosigners, index, digest, entry, proof } = enrolled.value.body;
  const text = visibleLines(`enrolled     ${keyid} for ${options.as}, confirmed by ${cosigners.join(', ')}; log entry ${index}`);
  return { code: EXIT.ok, stdout: options.json ? `${JSON.stringify({ version: 1, keyid, cosigners, index, digest, entry, proof })}\n` : `${text}\n`, stderr: '' };
}

/** What the log took is handed on as it came: whoever has its key by another road checks entry and proof with that. */
interface Enrolled extends Taken {
  readonly keyid: string;
  readonly cosigners: readonly string[];
}

const sent = (made: AttestationEvidence | undefined) => (made === undefined ? {} : { attestation: { record: urlSafe(made.object), challenge: urlSafe(made.clientData) } });

const urlSafe = (encoded: string): string => base64url(fromBase64(encoded) ?? new Uint8Array(0));
