/** Whether a delivery comes from GitHub: an HMAC over the bytes as they came, before anything is read of them. The event's name and the delivery's id are not signed. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * @param secrets any of them will do, so that one takes the place of another while both are in use; an empty one proves nothing.
 * @param header `X-Hub-Signature-256`. Takes as long whatever is wrong.
 */
export function verifyDelivery(secrets: readonly string[], body: Uint8Array, header: string | null | undefined): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  const given = Buffer.from(hex ?? '0'.repeat(64), 'hex');
  const made = secrets.filter((secret) => secret !== '').map((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given));
  return hex !== undefined && made.includes(true);
}
