/**
 * Secrets that stand in the database, sealed: AES-256-GCM under a key that only the installation's own secret gives. Each is bound to its
 * place, so whoever can write to the database can neither read one nor put it to another's use. Bytes: nonce 12, tag 16, then the secret.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Vault } from '../../flows/ports-webhooks.ts';

const [NONCE, TAG, SECRET] = [12, 16, 32];
const CIPHER = 'aes-256-gcm';

/** @param installation 32 random bytes that every server of one database has. */
export function openVault(installation: Uint8Array): Vault {
  const key = Buffer.from(hkdfSync('sha256', installation, new Uint8Array(), 'countersign webhook secrets v1', 32));
  const open = (place: string, sealed: Uint8Array): Buffer | null => {
    const bytes = Buffer.from(sealed);
    if (bytes.length !== NONCE + TAG + SECRET) return null;
    try {
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
    } catch {
      return null;
    }
  };
  return {
    make: (place) => {
      const [secret, nonce] = [randomBytes(SECRET), randomBytes(NONCE)];
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG });
      cipher.setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(secret), cipher.final()]);
      return { shown: `whsec_${secret.toString('base64')}`, sealed: new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body])) };
    },
    sign: (place, sealed, message) => {
      const secret = open(place, sealed);
      return secret === null ? null : createHmac('sha256', secret).update(message).digest('base64');
    },
  };
}
