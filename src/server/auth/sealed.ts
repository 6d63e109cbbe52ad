/**
 * What whoever asks carries for us between two requests and can neither read nor change: AES-256-GCM under a key of its own for each purpose.
 * Nothing is kept here until it succeeds, so a flood of half-begun ones costs nothing, and any server of the same secret can finish.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const IV = 12;
const TAG = 16;
/** A cookie is 4 KiB at most. */
const LONGEST = 4_096;

const keyOf = (secret: Uint8Array, purpose: string): Uint8Array => new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `countersign sealed v1 ${purpose}`, 32));

/** base64url. */
export function seal(secret: Uint8Array, purpose: string, value: unknown): string {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, purpose), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Undefined for whatever this secret did not seal for this purpose: total over text. @param longest what is longer is not looked at. */
export function unseal(secret: Uint8Array, purpose: string, text: string, longest = LONGEST): unknown {
  if (text.length > longest || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length <= IV + TAG) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, purpose), bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8'));
  } catch {
    return undefined;
  }
}
