/** A receipt holds without the server, and not where anybody changed anything of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { type LoggedAs, NOW, RP, signoffBytes, testLog } from '../../testing/signoffs.ts';
import { cosigned, type TrustOptions, trustedBy, trustFileOf } from '../../testing/trust-files.ts';
import { fromBase64, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { receiptOf, type SignedReceipt, verifyReceipt } from './receipt.ts';
import { revocationStatement } from './roster-word.ts';

const mara = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const log = testLog();
const trust = (more: TrustOptions = {}, of = log, key = mara) => trustedBy(trustFileOf([{ person: 'mara', key }], of, more));
const envelope = mara.signEnvelope(signoffBytes());
const others = [mara.signEnvelope(signoffBytes({ nonce: 'a'.repeat(32) })), mara.signEnvelope(signoffBytes({ nonce: 'b'.repeat(32) }))];

function receipt(as: LoggedAs = {}, of: Bytes = envelope): SignedReceipt {
  const [, parts] = log.recordAll([others[0] ?? of, of, others[1] ?? of], [{}, as, {}]);
  return receiptOf(1, fromBase64(parts?.entry ?? '') ?? new Uint8Array(0), of, parts?.proof ?? '');
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
    expect(codes(said, trust({}, testLog()))).toEqual(['LOG_SIG']);
    expect(codes(said, trust({}, testLog('elsewhere.example/log')))).toEqual(['LOG_ORIGIN']);
  });

  it('for a key that nobody enrolled, or that was revoked by then', () => {
    expect(codes(said, trust({}, log, softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] })))).toEqual(['KEY_UNKNOWN']);
    const body = cosigned(revocationStatement({ of: { key: mara.keyid }, from: NOW, reason: 'lost' }, log.origin, '1'.repeat(32)), [mara]);
    expect(codes(said, trust({ said: [{ type: 'revocation', index: 9, at: NOW + 1, body }] }))).toEqual(['KEY_REVOKED']);
  });

  it('of demo data, unless asked for', () => {
    expect(codes(said, trust({ genesis: { mode: 'demo' } }))).toEqual(['TRUST_DEMO']);
    expect(verifyReceipt(file(said), trust({ genesis: { mode: 'demo' } }), { allowDemo: true }).ok).toBe(true);
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
