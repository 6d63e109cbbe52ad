/** Whoever carries a bundle can change any bit of it, and none can be changed: a sign-off, its proof under a tree of several, a landing. */
import { expect, it } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { formatBundle, parseBundle } from '../core/signoff/bundle.ts';
import { verifyBundle } from '../core/signoff/offline.ts';
import { softAuthenticator } from '../testing/authenticator.ts';
import { NOW, RP, signoffBytes, testLog } from '../testing/signoffs.ts';
import { trustedBy, trustFileOf } from '../testing/trust-files.ts';

const log = testLog();
const [mara, noor] = ['mara', 'noor'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
if (mara === undefined || noor === undefined) throw new Error('nobody');
const trust = trustedBy(trustFileOf([mara, noor], log));
const move = { old: 'd'.repeat(40), new: 'e'.repeat(40) };
const landed = { repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64), moves: [move] };
const nonce = 'a'.repeat(32);
const [, signoff, landing] = log.recordAll(
  [utf8('genesis'), mara.key.signEnvelope(signoffBytes({ nonce })), utf8(JSON.stringify({ v: 1, nonces: [nonce] })), utf8('later')],
  [{}, {}, { type: 'landed', at: NOW, fields: { change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', ...move } }],
);
if (signoff === undefined) throw new Error('nothing was logged');
const file = utf8(formatBundle([signoff], landing));

const holds = (bytes: Uint8Array): boolean => {
  const bundle = parseBundle(bytes);
  return bundle.ok && verifyBundle(bundle.value, trust, landed).length === 0;
};

/** Odd, so that every place of a bit in a byte is met; a few seconds' worth of the file. */
const STEP = 29;

it(`of ${file.length * 8} bits none can be flipped (one of ${STEP} is tried)`, () => {
  expect(holds(file)).toBe(true);
  const passed: number[] = [];
  for (let bit = 0; bit < file.length * 8; bit += STEP) {
    const at = bit >> 3;
    file[at] = (file[at] ?? 0) ^ (1 << (bit & 7));
    if (holds(file)) passed.push(bit);
    file[at] = (file[at] ?? 0) ^ (1 << (bit & 7));
  }
  expect(passed).toEqual([]);
  expect(holds(file)).toBe(true);
});
