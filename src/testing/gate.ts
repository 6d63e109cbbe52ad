/** A gate's key that really signs, for tests. */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { GateSigner } from '../flows/ports-gate.ts';

export function softGate(id = 'https://countersign.example/gate'): GateSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    id,
    version: '1.0.0',
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: async (message) => new Uint8Array(sign('sha256', message, privateKey)),
  };
}
