/** What somebody signed about break-glass, as whoever holds the key may have written it: verified where it arrives, at the gate and offline alike. */
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { NOW, PASSKEY, RP, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { cosigned } from '../../testing/trust-files.ts';
import type { KeyName } from '../signoff/statement.ts';
import type { TrustedKey } from '../signoff/trust.ts';
import { verifyWord } from './break-glass-verify.ts';
import { type Said, wordStatement } from './break-glass-words.ts';

const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const { change, seen, nonce, policy } = signoffInput();
const USE: Said = {
  ...{ kind: 'use', reason: 'orders are down', incident: 'INC-1042', review: { withinSeconds: 60, level: 'L6' }, expires: new Date(NOW + 60_000).toISOString() },
  policy: { uri: policy.uri, digest: { sha256: policy.digest }, tier: policy.tier },
};
const KINDS: readonly Said[] = [USE, { kind: 'cancel', reason: 'x', uses: ['a'.repeat(64)] }, { kind: 'review', outcome: 'justified', note: 'x', uses: ['a'.repeat(64)] }];

/** @param known of the key as enrolled. */
function problemsOf(said: Said, credential: KeyName, known: Partial<TrustedKey> = {}, counters: 'online' | 'logged' = 'logged'): readonly string[] {
  const envelope = cosigned(wordStatement(said, { change, person: 'mara', credential, seen, nonce }), [key]);
  const answer = verifyWord(envelope, trustOf([trustedKey(key, known)]), { now: NOW, counters, allowDemo: false, tier: 'high' });
  return answer.ok ? [] : answer.error.map((p) => p.code);
}

describe('the key that a word names', () => {
  it.each(KINDS.map((said) => [said.kind, said] as const))('signed it, or the record is a lie: %s', (_, said) => {
    expect(problemsOf(said, PASSKEY)).toEqual([]);
    expect(problemsOf(said, { ...PASSKEY, id: '' })).toEqual([]);
    for (const other of [{ id: 'other' }, { type: 'sk-ssh' }, { id: '', type: 'sk-ssh' }, { type: 'demo' }] as const)
      expect(problemsOf(said, { ...PASSKEY, ...other })).toEqual(['KEY_MODEL']);
  });
});

it('a key that is to be taken back has its last days in the log, and brings nothing new', () => {
  expect(problemsOf(USE, PASSKEY, { revokedAt: NOW + 1 })).toEqual([]);
  expect(problemsOf(USE, PASSKEY, { revokedAt: NOW + 1 }, 'online')).toEqual(['KEY_REVOKED']);
  expect(problemsOf(USE, PASSKEY, { revokedAt: NOW })).toEqual(['KEY_REVOKED']);
});
