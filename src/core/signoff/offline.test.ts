import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SoftAuthenticator, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { LADDER, type LoggedAs, NOW, RP, signoffBytes, signoffInput, testLog, trustedKey } from '../../testing/signoffs.ts';
import { base64, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { type BundleParts, formatBundle, parseBundle } from './bundle.ts';
import { examineBundle, type Required, verifyBundle } from './offline.ts';
import { NAMES, type SignoffDecision } from './statement.ts';
import { formatTrust, parseTrust, type TrustBundle, trustedPeople } from './trust.ts';

const log = testLog();
const people = ['mara', 'noor', 'kim'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
const trust: TrustBundle = {
  version: 1,
  mode: 'production',
  origin: log.origin,
  logKey: log.vkey,
  ...RP,
  namespace: NAMES.namespace,
  ladder: LADDER,
  people: trustedPeople(
    people.map(({ person, key }) => trustedKey(key, { person })),
    new Map([['mara', 'Mara']]),
  ),
};
const MOVE = { change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', old: 'd'.repeat(40), new: 'e'.repeat(40) };
const landed = { moves: [{ old: MOVE.old, new: MOVE.new }], repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64) };

const keyOf = (person: string): SoftAuthenticator => people.find((p) => p.person === person)?.key ?? softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const by = (person: string, nonce = 'a'.repeat(32)): Bytes => keyOf(person).signEnvelope(signoffBytes({ nonce, signer: { ...signoffInput().signer, person } }));
const proven = (parts: readonly BundleParts[], required: Required = {}, gate?: BundleParts, trusted = trust, at = landed): readonly string[] => {
  const bundle = parseBundle(utf8(formatBundle(parts, gate)));
  return bundle.ok ? verifyBundle(bundle.value, trusted, at, required).map((p) => p.code) : [bundle.error.code];
};
const one = log.record(by('mara'));
const landing = (as: LoggedAs, nonces: readonly string[] = ['a'.repeat(32)]): BundleParts =>
  log.record(utf8(JSON.stringify({ v: 1, nonces })), { type: 'landed', at: NOW, fields: MOVE, ...as });

describe('a bundle', () => {
  it('proves what was signed and logged', () => expect(proven([one])).toEqual([]));

  it('cut at any byte cannot be read', () => {
    const file = utf8(formatBundle([one], log.record(utf8('gate'), { type: 'landed' })));
    expect(parseBundle(file).ok).toBe(true);
    for (let n = 0; n < file.length; n++) expect(parseBundle(file.slice(0, n))).toMatchObject({ ok: false, error: { code: 'BUNDLE_FORMAT' } });
  });

  it('with any bit flipped proves nothing', () => {
    const file = utf8(formatBundle([one]));
    for (let n = 0; n < file.length; n += 7) {
      const flipped = Uint8Array.from(file);
      flipped[n] = (flipped[n] ?? 0) ^ (1 << (n % 8));
      const bundle = parseBundle(flipped);
      expect(bundle.ok && verifyBundle(bundle.value, trust, landed).length === 0).toBe(false);
    }
  });

  it.each([
    ['another media type', formatBundle([one]).replace('bundle.v1', 'bundle.v2')],
    ['no sign-off', formatBundle([])],
    ['keys of its own', formatBundle([one]).replace('"signoffs"', '"keys":[],"signoffs"')],
    ['the url alphabet', formatBundle([{ ...one, entry: '-_8=' }])],
    ['another spelling of an envelope', formatBundle([{ ...one, envelope: 'QR==' }])],
    ['another spelling of an entry', formatBundle([{ ...one, entry: 'QR==' }])],
    ['a landing that is not base64', formatBundle([one], { ...one, entry: '!' })],
    ['a landing in another spelling', formatBundle([one], { ...one, envelope: 'QR==' })],
    ['more than 32 MiB', formatBundle([one]).replace('{', `{${' '.repeat(33_554_432)}`)],
    ['no line end', formatBundle([one]).trimEnd()],
  ])('with %s cannot be read', (_, file) => expect(parseBundle(utf8(file))).toMatchObject({ ok: false, error: { code: 'BUNDLE_FORMAT' } }));
});

describe('the log', () => {
  it.each([
    ['another log with the same name', testLog().record(by('mara')), ['LOG_SIG', 'QUORUM']],
    ['a log of another name', testLog('evil.example/log').record(by('mara')), ['LOG_ORIGIN', 'QUORUM']],
    ['no proof', { ...one, proof: '' }, ['LOG_FORMAT', 'QUORUM']],
    ['the proof of another entry', { ...one, proof: log.record(by('noor')).proof }, ['LOG_INCLUSION', 'QUORUM']],
    ['the entry of another envelope', { ...log.record(by('noor')), envelope: one.envelope }, ['LOG_INCLUSION', 'QUORUM']],
    ['an entry of another type', log.record(by('mara'), { type: 'verdict' }), ['LOG_FORMAT', 'QUORUM']],
  ])('%s', (_, parts, expected) => expect(proven([parts])).toEqual(expected));

  it('its time judges keys and expiry, not the clock of the verifier', () => {
    const early = { ...trust, people: trust.people.map((p) => ({ ...p, keys: p.keys.map((k) => ({ ...k, since: NOW + 1 })) })) };
    expect(proven([one], {}, undefined, early)).toEqual(['KEY_NOT_YET_VALID', 'QUORUM']);
    const revoked = { ...trust, people: trust.people.map((p) => ({ ...p, keys: p.keys.map((k) => ({ ...k, revokedAt: NOW })) })) };
    expect(proven([one], {}, undefined, revoked)).toEqual(['KEY_REVOKED', 'QUORUM']);
    expect(proven([log.record(by('mara'), { at: Date.parse('2027-01-01') })])).toEqual(['ST_EXPIRED', 'QUORUM']);
  });

  it('expiry bounds the landing where it is logged', () => {
    expect(proven([one], {}, landing({ at: Date.parse('2027-01-01') }))).toEqual(['ST_EXPIRED', 'QUORUM']);
    expect(proven([one], {}, landing({ at: NOW + 1 }))).toEqual([]);
    expect(proven([one], {}, landing({ at: NOW - 1 }))).toEqual(['LOG_FORK', 'QUORUM']);
    expect(proven([one], {}, landing({ type: 'signoff' }))).toEqual(['LOG_FORMAT']);
  });

  it.each<[string, LoggedAs['fields'], string]>([
    ['repository', { ...MOVE, repo: 'pay' }, 'ST_REPO'],
    ['ref', { ...MOVE, ref: 'refs/heads/release' }, 'ST_REF'],
    ['commit', { ...MOVE, new: 'f'.repeat(40) }, 'CONTENT_MISMATCH'],
    ['place to start from', { ...MOVE, old: 'f'.repeat(40) }, 'CONTENT_MISMATCH'],
    ['kind: no move at all', {}, 'LOG_FORMAT'],
  ])('a landing of another %s is none of this', (_, fields, code) => {
    expect(proven([one], {}, landing({ fields }))).toEqual([code]);
  });

  it('a landing that counted other sign-offs spends none of these, and proves none', () => {
    expect(proven([one], {}, landing({}, ['b'.repeat(32)]))).toEqual(['ST_NONCE', 'QUORUM']);
    expect(proven([one], {}, log.record(utf8('no nonces'), { type: 'landed', at: NOW, fields: MOVE }))).toEqual(['LOG_FORMAT']);
    expect(proven([one], {}, landing({}), trust, { ...landed, moves: [] })).toEqual(['CONTENT_MISMATCH']);
  });
});

describe('trust comes from outside', () => {
  it('a signature by a key of nobody counts for nothing, whatever the bundle says', () => {
    expect(proven([log.record(by('eve'))])).toEqual(['KEY_UNKNOWN', 'QUORUM']);
  });

  it('demo data needs to be asked for', () => {
    expect(proven([one], {}, undefined, { ...trust, mode: 'demo' })).toEqual(['TRUST_DEMO', 'QUORUM']);
    expect(proven([one], { allowDemo: true }, undefined, { ...trust, mode: 'demo' })).toEqual([]);
  });

  it('what landed is the word of the clone', () => {
    expect(proven([one], {}, undefined, trust, { ...landed, manifest: '9'.repeat(64) })).toEqual(['CONTENT_MISMATCH', 'QUORUM']);
    expect(proven([one], {}, undefined, trust, { ...landed, targetRef: 'refs/heads/x' })).toEqual(['ST_REF', 'QUORUM']);
  });
});

describe('quorum', () => {
  const nonce = (n: number): string => n.toString(16).padStart(32, '0');

  it('k persons never pass k + 1', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('mara', 'noor', 'kim'), { minLength: 1, maxLength: 6 }), (signers) => {
        const parts = signers.map((person, i) => log.record(by(person, nonce(i))));
        const persons = new Set(signers).size;
        expect(proven(parts, { seats: [{ humans: persons, level: 'L6' }] })).toEqual([]);
        expect(proven(parts, { seats: [{ humans: persons + 1, level: 'L6' }] })).toEqual(['QUORUM']);
      }),
      { numRuns: 25 },
    );
  });

  it('each person fills one seat', () => {
    const seats = [
      { humans: 1, level: 'L6' },
      { humans: 1, level: null, rule: 'second pair of eyes' },
    ];
    expect(proven([one], { seats })).toEqual(['QUORUM']);
    expect(proven([one, log.record(by('noor'))], { seats })).toEqual([]);
  });

  it("nobody fills a seat by somebody else's level", () => {
    const junior = { ...trust, people: trust.people.map((p) => (p.id === 'kim' ? { ...p, level: 'L5' } : p)) };
    const kim = log.record(keyOf('kim').signEnvelope(signoffBytes({ nonce: nonce(1), signer: { ...signoffInput().signer, person: 'kim', level: 'L5' } })));
    for (const parts of [
      [one, kim],
      [kim, one],
    ])
      expect(proven(parts, { seats: [{ humans: 2, level: 'L6' }] }, undefined, junior)).toEqual(['QUORUM']);
    expect(proven([one, kim], { seats: [{ humans: 2, level: 'L5' }] }, undefined, junior)).toEqual([]);
  });

  it('asks for the policy and the tier the verifier knows', () => {
    expect(proven([one], { policyDigest: 'e'.repeat(64), tier: 'critical' })).toEqual([]);
    expect(proven([one], { policyDigest: '0'.repeat(64) })).toEqual(['ST_POLICY', 'QUORUM']);
    const high = log.record(keyOf('mara').signEnvelope(signoffBytes({ policy: { ...signoffInput().policy, tier: 'high' } })));
    expect(proven([high], { tier: 'critical' })).toEqual(['ST_TIER', 'QUORUM']);
    expect(proven([], { seats: [] })).toEqual(['BUNDLE_FORMAT']);
    expect(proven([log.record(by('eve'))], { seats: [] })).toEqual(['KEY_UNKNOWN', 'QUORUM']);
  });

  it('counts only the level asked for', () => expect(proven([one], { seats: [{ humans: 1, level: 'L7' }] })).toEqual(['QUORUM']));

  it('sets aside what does not count, and names it where humans are missing', () => {
    const bundle = parseBundle(utf8(formatBundle([one, log.record(by('eve'))])));
    if (!bundle.ok) throw new Error(bundle.error.message);
    expect(examineBundle(bundle.value, trust, landed)).toMatchObject({ problems: [], setAside: [{ code: 'KEY_UNKNOWN', place: 'signoffs[1]' }] });
    expect(verifyBundle(bundle.value, trust, landed, { seats: [{ humans: 2, level: null }] })).toMatchObject([{ code: 'KEY_UNKNOWN', place: 'signoffs[1]' }, { code: 'QUORUM' }]);
  });

  it("takes each person's latest word in the log", () => {
    const said = (decision: SignoffDecision): Bytes => mara.signEnvelope(signoffBytes({ decision, signer: { ...signoffInput().signer, person: 'mara' } }));
    const mara = keyOf('mara');
    const [approve, changes, unsure] = [said('approve'), said('changes'), said('cannot_judge')];
    const logs = (...envelopes: readonly Bytes[]): readonly string[] => proven(log.recordAll(envelopes).toReversed());
    expect(logs(changes, approve)).toEqual([]);
    expect(logs(approve, changes)).toEqual(['REV_CHANGES', 'QUORUM']);
    expect(logs(approve, unsure)).toEqual(['QUORUM']);
    expect(logs(said('approve_with_conditions'))).toEqual([]);
  });

  it("one person's wish for changes blocks whatever others say", () => {
    const changes = keyOf('noor').signEnvelope(signoffBytes({ decision: 'changes', signer: { ...signoffInput().signer, person: 'noor' } }));
    expect(proven([one, log.record(changes)])).toEqual(['REV_CHANGES']);
  });
});

describe('the trust file', () => {
  const file = formatTrust(trust);

  it('reads what it writes', () => expect(parseTrust(utf8(file))).toEqual({ ok: true, value: trust }));

  it('cut at any byte is refused or is the whole of it', () => {
    for (let n = 0; n < file.length - 1; n++) expect(parseTrust(utf8(file.slice(0, n))).ok).toBe(false);
  });

  const other = softAuthenticator({ rpId: 'evil.example', origin: 'https://evil.example' });
  const ssh = softSshKey('sk-ssh-ed25519', RP.rpId);
  const [mara, noor] = trust.people;
  if (mara === undefined || noor === undefined) throw new Error('no people');
  const alter = (change: object): string => JSON.stringify({ ...trust, ...change });
  const [key] = mara.keys;
  it.each([
    ['another version', alter({ version: 2 })],
    ['an unknown member', alter({ extra: 1 })],
    ['no origins', alter({ origins: [] })],
    ['an origin with a path', alter({ origins: ['https://countersign.example/'] })],
    ['another namespace', alter({ namespace: 'git' })],
    ['a level twice', alter({ ladder: [...LADDER, 'L6'] })],
    ['a level nobody knows', alter({ people: [{ ...mara, level: 'L99' }] })],
    ['a person twice', alter({ people: [mara, { ...mara, keys: [] }] })],
    ['a key of two people', alter({ people: [mara, { ...noor, keys: mara.keys }] })],
    ['a key id that lies', alter({ people: [{ ...mara, keys: [{ ...key, keyid: noor.keys[0]?.keyid }] }] })],
    ['a demo key in production', alter({ people: [{ ...mara, keys: [{ ...key, kind: 'demo' }] }] })],
    ['a passkey of another party', alter({ people: [{ ...mara, keys: [{ ...key, keyid: other.keyid, blob: base64(other.blob) }] }] })],
    ['a passkey that is no ES256 key', alter({ people: [{ ...mara, keys: [{ ...key, keyid: ssh.keyid, blob: base64(ssh.blob) }] }] })],
    ['a key that cannot be read', alter({ people: [{ ...mara, keys: [{ ...key, blob: 'AAAA' }] }] })],
    ['a key that is not base64', alter({ people: [{ ...mara, keys: [{ ...key, blob: '!' }] }] })],
    ['a log key of another log', alter({ origin: 'other.example/log' })],
    ['a log key that is none', alter({ logKey: 'x+00000000+AA==' })],
    ['a person with a wildcard', alter({ people: [{ ...mara, id: '*' }] })],
    ['a doubled member', file.replace('"version": 1', '"version": 1,"version": 1')],
  ])('with %s is refused', (_, text) => expect(parseTrust(utf8(text))).toMatchObject({ ok: false, error: [{ code: 'TRUST_FORMAT' }] }));
});
