/** Which keys count at which tier: one row for each rule, and who would pass if it were not there. */
import { describe, expect, it } from 'vitest';
import { envelopeOf, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { maker } from '../../testing/maker.ts';
import { expectationOf, NOW, RP, signedBy, signoffBytes, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import type { AuthenticatorTerms } from '../policy/document.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import { COOL_DOWN } from './authenticator.ts';
import { pae } from './dsse.ts';
import { NAMES } from './statement.ts';
import type { SignoffTrust, TrustedKey } from './trust.ts';
import { verifySignoff } from './verify.ts';

const at = { rpId: RP.rpId, origin: RP.origins[0] };
const device = softAuthenticator(at);
const synced = softAuthenticator({ ...at, backupEligible: true, backedUp: true, counter: null });
const demo = softAuthenticator({ ...at, demo: true });
const ssh = softSshKey('sk-ssh-ed25519');
const HOUR = 3_600_000;

const terms = (change: Partial<AuthenticatorTerms> = {}): AuthenticatorTerms => ({ synced: 'high', attestedFrom: null, coolDown: null, ...change });

interface Case {
  readonly signer?: typeof device;
  readonly key?: Partial<TrustedKey>;
  readonly trust?: Partial<SignoffTrust>;
  readonly said?: AuthenticatorTerms;
}

function verified(tier: Tier, { signer = device, key = {}, trust = {}, said }: Case) {
  const kind = signer === demo ? 'demo' : 'webauthn';
  const trusted = trustedKey(signer, { kind, backupEligible: signer === synced, ...key });
  const payload = signoffBytes({ policy: { ...signoffInput().policy, tier }, ...signedBy(trusted) });
  return verifySignoff(
    signer.signEnvelope(payload),
    trustOf([trusted], trust),
    expectationOf({ tier, counters: 'logged', allowDemo: trust.mode === 'demo', authenticators: said }),
  );
}
/** Codes by tier, lowest first. */
const byTier = (of: Case) =>
  TIERS.values.map((tier) => {
    const answer = verified(tier, of);
    return answer.ok ? 'ok' : answer.problems.map((p) => p.code).join(' ');
  });

const unattested: Partial<TrustedKey> = { attestation: undefined } as never;
const fresh: Partial<TrustedKey> = { since: NOW - HOUR };

describe('what is built in', () => {
  it.each<[string, Case, readonly string[]]>([
    ['an attested key counts everywhere', {}, ['ok', 'ok', 'ok', 'ok']],
    ['one that nobody vouches for counts up to high', { key: unattested }, ['ok', 'ok', 'ok', 'KEY_MODEL']],
    ['so does one of a maker nobody pinned', { trust: { authenticators: { roots: [maker().pin] } } }, ['ok', 'ok', 'ok', 'KEY_MODEL']],
    ['and every key, where no maker is pinned', { trust: { authenticators: undefined } as never }, ['ok', 'ok', 'ok', 'KEY_MODEL']],
    ['a synced passkey counts up to high, attested or not', { signer: synced }, ['ok', 'ok', 'ok', 'WA_BACKUP']],
    ['a key of the same day counts up to high', { key: fresh }, ['ok', 'ok', 'ok', 'KEY_NOT_YET_VALID']],
    ['and everywhere where genesis pinned it', { key: { ...fresh, founder: true } }, ['ok', 'ok', 'ok', 'ok']],
    ['a founder’s key has to be attested too', { key: { ...unattested, founder: true } }, ['ok', 'ok', 'ok', 'KEY_MODEL']],
    ['all that is wrong is said', { signer: synced, key: { ...unattested, ...fresh, backupEligible: true } }, ['ok', 'ok', 'ok', 'WA_BACKUP KEY_MODEL KEY_NOT_YET_VALID']],
  ])('%s', (_, of, expected) => expect(byTier(of)).toEqual(expected));

  it('the cool-down ends to the millisecond, and the remedy says when', () => {
    expect(byTier({ key: { since: NOW - COOL_DOWN } })[3]).toBe('ok');
    const answer = verified('critical', { key: { since: NOW - COOL_DOWN + 1 } });
    expect(!answer.ok && answer.problems).toMatchObject([{ code: 'KEY_NOT_YET_VALID', remedy: `sign again from ${new Date(NOW + 1).toISOString()} on` }]);
  });

  it('where the tier is not known it is critical', () => {
    const { tier: _, ...expect_ } = expectationOf({ counters: 'logged' });
    const answer = verifySignoff(device.signEnvelope(signoffBytes()), trustOf([trustedKey(device, unattested)]), expect_);
    expect(!answer.ok && answer.problems.map((p) => p.code)).toEqual(['KEY_MODEL']);
  });

  it('says by whom the key was made', () => {
    expect(verified('critical', {})).toMatchObject({ ok: true, signoff: { attested: { root: expect.stringMatching(/^[0-9a-f]{64}$/) } } });
    expect(verified('high', { key: unattested })).toMatchObject({ ok: true, signoff: { attested: null } });
  });

  it.each(['sk-ssh-ed25519', 'sk-ecdsa'] as const)('an %s key counts at critical with its enrolment record, and not without', (type) => {
    const key = type === 'sk-ecdsa' ? softSshKey(type) : ssh;
    const payload = signoffBytes(signedBy(trustedKey(key, { kind: 'sk-ssh' })));
    const envelope = envelopeOf(payload, [{ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, payload)) }]);
    const codes = (change: Partial<TrustedKey>) => {
      const answer = verifySignoff(envelope, trustOf([trustedKey(key, { kind: 'sk-ssh', ...change })]), expectationOf({ counters: 'logged' }));
      return answer.ok ? [] : answer.problems.map((p) => p.code);
    };
    expect(codes({})).toEqual([]);
    expect(codes(unattested)).toEqual(['KEY_MODEL']);
    expect(codes({ attestation: softSshKey(type).attestation() })).toEqual(['KEY_MODEL']);
  });
});

describe('what policy adds', () => {
  it.each<[string, Case, readonly string[]]>([
    ['no synced passkey anywhere', { signer: synced, said: terms({ synced: 'none' }) }, ['WA_BACKUP', 'WA_BACKUP', 'WA_BACKUP', 'WA_BACKUP']],
    ['synced passkeys up to elevated', { signer: synced, said: terms({ synced: 'elevated' }) }, ['ok', 'ok', 'WA_BACKUP', 'WA_BACKUP']],
    ['attested from high on', { key: unattested, said: terms({ attestedFrom: 'high' }) }, ['ok', 'ok', 'KEY_MODEL', 'KEY_MODEL']],
    ['there nothing that can be copied either', { signer: synced, said: terms({ attestedFrom: 'elevated' }) }, ['ok', 'WA_BACKUP', 'WA_BACKUP', 'WA_BACKUP']],
    ['and no key of the same day', { key: fresh, said: terms({ attestedFrom: 'high' }) }, ['ok', 'ok', 'KEY_NOT_YET_VALID', 'KEY_NOT_YET_VALID']],
    ['a longer wait', { key: { since: NOW - 48 * HOUR }, said: terms({ coolDown: 72 * HOUR }) }, ['ok', 'ok', 'ok', 'KEY_NOT_YET_VALID']],
    ['a shorter wait takes nothing from the built-in one', { key: fresh, said: terms({ coolDown: 1 }) }, ['ok', 'ok', 'ok', 'KEY_NOT_YET_VALID']],
    ['synced up to high takes nothing from critical', { signer: synced, said: terms() }, ['ok', 'ok', 'ok', 'WA_BACKUP']],
  ])('%s', (_, of, expected) => expect(byTier(of)).toEqual(expected));
});

describe('demo data', () => {
  const trust = { mode: 'demo' } as const;
  it.each<[string, Case, readonly string[]]>([
    [
      'the labelled authenticator counts everywhere, whatever policy asks',
      { signer: demo, trust, said: terms({ attestedFrom: 'routine', coolDown: 72 * HOUR }) },
      ['ok', 'ok', 'ok', 'ok'],
    ],
    ['a passkey of this minute that nobody vouches for too', { key: { ...unattested, since: NOW }, trust }, ['ok', 'ok', 'ok', 'ok']],
    ['unless its policy asks for more', { key: unattested, trust, said: terms({ attestedFrom: 'high' }) }, ['ok', 'ok', 'KEY_MODEL', 'KEY_MODEL']],
    ['also where it asks for other things', { key: unattested, trust, said: terms({ synced: 'none', coolDown: 72 * HOUR }) }, ['ok', 'ok', 'ok', 'ok']],
    ['a synced one not at critical', { signer: synced, trust }, ['ok', 'ok', 'ok', 'WA_BACKUP']],
  ])('%s', (_, of, expected) => expect(byTier(of)).toEqual(expected));

  it('is nothing outside demo data', () => expect(byTier({ signer: demo })).toEqual(['KEY_MODEL', 'KEY_MODEL', 'KEY_MODEL', 'KEY_MODEL']));
});

describe('expiry', () => {
  it('ends a key at every tier, to the millisecond', () => {
    expect(byTier({ key: { expires: NOW + 1 } })).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(byTier({ key: { expires: NOW } })).toEqual(['KEY_EXPIRED', 'KEY_EXPIRED', 'KEY_EXPIRED', 'KEY_EXPIRED']);
    expect(byTier({ key: { expires: Number.NaN } })[0]).toBe('KEY_EXPIRED');
  });

  it('ends a founder’s too', () => expect(byTier({ key: { expires: NOW, founder: true } })[0]).toBe('KEY_EXPIRED'));
});
