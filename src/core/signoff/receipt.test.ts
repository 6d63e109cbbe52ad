/** A receipt holds without the server, and not where anybody changed anything of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { type LoggedAs, NOW, RP, signoffBytes, testLog } from '../../testing/signoffs.ts';
import { cosigned, type Holder, type TrustOptions, trustedBy, trustFileOf } from '../../testing/trust-files.ts';
import { fromBase64, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { receiptOf, type SignedReceipt, verifyReceipt } from './receipt.ts';
import { revocationStatement } from './roster-word.ts';
import type { TrustBundle } from './trust-file.ts';

const mara = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const log = testLog();
const noor = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const FOUNDERS = [
  { person: 'mara', key: mara },
  { person: 'noor', key: noor },
];
const trust = (options: TrustOptions = {}, founders: readonly Holder[] = FOUNDERS, by = log): TrustBundle => trustedBy(trustFileOf(founders, by, options));
const envelope = mara.signEnvelope(signoffBytes());
const others = [mara.signEnvelope(signoffBytes({ nonce: 'a'.repeat(32) })), mara.signEnvelope(signoffBytes({ nonce: 'b'.repeat(32) }))];

function receipt(as: LoggedAs = {}, of: Bytes = envelope, index = 1): SignedReceipt {
  const all = [others[0] ?? of, ...(index === 1 ? [] : [others[1] ?? of]), of, others[1] ?? of];
  const parts = log.recordAll(
    all,
    all.map((e) => (e === of ? as : {})),
  )[index];
  return receiptOf(index, fromBase64(parts?.entry ?? '') ?? new Uint8Array(0), of, parts?.proof ?? '');
}
const file = (said: object): Bytes => utf8(`${JSON.stringify(said, null, 2)}\n`);
const codes = (said: object, trusted = trust()): readonly string[] => {
  const answer = verifyReceipt(file(said), trusted);
  return answer.ok ? [] : answer.error.map((p) => p.code);
};

it('proves whose word stands where in the log', () => {
  const said = receipt();
  expect(said).toMatchObject({ index: 1, digest: sha256Hex(envelope), words: expect.any(Array) });
  expect(verifyReceipt(file(said), trust())).toEqual({
    ok: true,
    value: { person: 'mara', keyid: mara.keyid, index: 1, type: 'signoff', at: NOW, words: said.words, size: 3 },
  });
});

describe('does not hold', () => {
  const said = receipt();
  it.each<[string, object, readonly string[]]>([
    ['with another place', { ...said, index: 2 }, ['CONTENT_MISMATCH']],
    ['with other words', { ...said, words: [...said.words].reverse() }, ['CONTENT_MISMATCH']],
    ['with another digest', { ...said, digest: '0'.repeat(64) }, ['CONTENT_MISMATCH']],
    ['with another leaf', { ...said, leaf: '0'.repeat(64) }, ['CONTENT_MISMATCH']],
    ['with the envelope of somebody else', { ...receiptOf(1, fromBase64(said.entry) ?? new Uint8Array(0), others[0] ?? envelope, said.proof) }, ['LOG_INCLUSION']],
    ['with an entry that is not in the log', { ...receipt({ at: NOW + 1 }), proof: said.proof }, ['LOG_INCLUSION']],
    ['of an entry of another kind', receipt({ type: 'carry' }), ['LOG_INCLUSION']],
    ['of an ownership entry that holds a sign-off', receipt({ type: 'ownership' }), ['LOG_INCLUSION']],
    ['of an entry with a type that every object has', receipt({ type: 'constructor' }), ['LOG_INCLUSION']],
    ['without its proof', { ...said, proof: '' }, ['LOG_FORMAT']],
    ['with a member more', { ...said, note: 'x' }, ['BUNDLE_FORMAT']],
    ['of another format', { ...said, mediaType: 'application/json' }, ['BUNDLE_FORMAT']],
    ['with a loose spelling of its bytes', { ...said, envelope: `${said.envelope.replace(/=+$/, '')}\n` }, ['BUNDLE_FORMAT']],
  ])('%s', (_, what, code) => {
    expect(codes(what)).toEqual(code);
  });

  it('under the key of another log', () => {
    expect(codes(said, trust({}, FOUNDERS, testLog()))).toEqual(['LOG_SIG']);
    expect(codes(said, trust({}, FOUNDERS, testLog('elsewhere.example/log')))).toEqual(['LOG_ORIGIN']);
  });

  it('for a key that nobody enrolled, or that was taken back from before it', () => {
    const others = ['kim', 'noor'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
    expect(codes(said, trust({}, others))).toEqual(['KEY_UNKNOWN']);
    const third = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
    const word = revocationStatement({ of: { key: mara.keyid }, from: NOW, reason: 'stolen' }, log.origin, '9'.repeat(32));
    const by = (keys: Parameters<typeof cosigned>[1]): readonly string[] =>
      codes(said, trust({ said: [{ type: 'revocation', index: 9, at: NOW + 1_000, body: cosigned(word, keys) }] }, [...FOUNDERS, { person: 'zoe', key: third }]));
    expect(by([noor, third])).toEqual(['KEY_REVOKED']);
    // The holder alone does not disown what they signed before.
    expect(by([mara])).toEqual([]);
  });

  it('dated before a statement that stands above it in the log', () => {
    const word = revocationStatement({ of: { key: noor.keyid }, from: NOW, reason: 'stolen' }, log.origin, '9'.repeat(32));
    expect(codes(receipt({}, envelope, 2), trust({ said: [{ type: 'revocation', index: 1, at: NOW + 1_000, body: cosigned(word, [mara, noor]) }] }))).toEqual(['LOG_FORK']);
  });

  it('of demo data, unless asked for', () => {
    const demo = trust({ genesis: { mode: 'demo' } });
    expect(codes(said, demo)).toEqual(['TRUST_DEMO']);
    expect(verifyReceipt(file(said), demo, { allowDemo: true }).ok).toBe(true);
  });
});

describe('whatever is handed in', () => {
  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !verifyReceipt(bytes, trust()).ok));
    const members = fc.record({
      mediaType: fc.constant(receipt().mediaType),
      index: fc.nat(),
      leaf: fc.string(),
      digest: fc.string(),
      words: fc.array(fc.string()),
      envelope: fc.base64String(),
      entry: fc.base64String(),
      proof: fc.string(),
    });
    fc.assert(fc.property(members, (said) => !verifyReceipt(file(said), trust()).ok));
  });

  it('with any bit flipped it says nothing else', () => {
    const bytes = file(receipt());
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const answer = verifyReceipt(flipped, trust());
        return !answer.ok || JSON.stringify(answer.value) === JSON.stringify(verifyReceipt(bytes, trust()).ok && (verifyReceipt(bytes, trust()) as { value: unknown }).value);
      }),
      { numRuns: 300 },
    );
  });
});
