/** The author's own word: what an honest one says, and one negative for each way it does not hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { expectationOf, NOW, PASSKEY, RP, signoffBytes, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { text, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { signoffStatement, statementBytes } from './build.ts';
import { credentialFor } from './credential.ts';
import { pae } from './dsse.ts';
import { OWNERSHIP_SENTENCE, type OwnershipExpectation, type OwnershipInput, ownershipStatement, parseOwnership, verifyOwnership } from './ownership.ts';
import { parseStatement } from './parse.ts';
import { NAMES } from './statement.ts';
import { verifySignoff } from './verify.ts';

const ada = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], counter: 6 });
const mara = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const trust = trustOf([trustedKey(ada, { person: 'ada', level: 'L4' }), trustedKey(mara)]);

const input = (change: Partial<OwnershipInput> = {}): OwnershipInput => {
  const { change: what, seen, nonce, expires, assumptions } = signoffInput();
  return {
    author: 'ada',
    credential: PASSKEY,
    change: what,
    filesRead: 2,
    filesTotal: 3,
    ran: ['npm test: 812 passed'],
    notUnderstood: ['nothing'],
    assumptions,
    seen,
    nonce,
    expires,
    ...change,
  };
};
const bytes = (change: Partial<OwnershipInput> = {}): Bytes => statementBytes(ownershipStatement(input(change)));
const expected = (change: Partial<OwnershipExpectation> = {}): OwnershipExpectation => {
  const { repo, targetRef, manifest, manifest256 } = expectationOf();
  return { repo, targetRef, manifest, manifest256, files: 3, owners: ['ada', 'ben'], tier: 'critical', now: NOW, counters: 'online', allowDemo: false, ...change };
};
const codes = (envelope: Bytes, change: Partial<OwnershipExpectation> = {}): readonly string[] => {
  const answer = verifyOwnership(envelope, trust, expected(change));
  return answer.ok ? [] : answer.error.map((p) => p.code);
};
/** The statement with some of its text exchanged, signed by its author. */
const rewritten = (from: string, to: string): Bytes => ada.signEnvelope(utf8((text(bytes()) ?? '').replace(from, to)));

describe('an honest author', () => {
  it('is accepted, and says what they did', () => {
    const envelope = ada.signEnvelope(bytes());
    const answer = verifyOwnership(envelope, trust, expected());
    expect(answer).toMatchObject({ ok: true, value: { author: 'ada', keyid: ada.keyid, digest: sha256Hex(envelope) } });
    expect(answer.ok && answer.value.statement.predicate).toMatchObject({
      statement: OWNERSHIP_SENTENCE,
      read: { files: 2, filesTotal: 3 },
      ran: ['npm test: 812 passed'],
      notUnderstood: ['nothing'],
    });
  });

  it('may use a security key in the terminal', () => {
    const key = softSshKey('sk-ssh-ed25519');
    const trusted = trustOf([trustedKey(key, { person: 'ada', kind: 'sk-ssh' })]);
    const statement = bytes({ credential: credentialFor([trustedKey(key, { kind: 'sk-ssh' })]) });
    const envelope = envelopeOf(statement, [{ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, statement)) }]);
    expect(verifyOwnership(envelope, trusted, expected())).toMatchObject({ ok: true, value: { author: 'ada' } });
  });
});

describe('does not hold', () => {
  it.each<[string, Bytes, Partial<OwnershipExpectation>, readonly string[]]>([
    ['from somebody who is not behind the change', mara.signEnvelope(bytes({ author: 'mara' })), {}, ['OWNERSHIP_INVALID']],
    ['where nobody behind the change is known', ada.signEnvelope(bytes()), { owners: [] }, ['OWNERSHIP_INVALID']],
    ['in the name of somebody else', mara.signEnvelope(bytes()), {}, ['KEY_UNKNOWN', 'OWNERSHIP_INVALID']],
    ['from somebody who left the roster', ada.signEnvelope(bytes()), { roster: { people: [] } }, ['PERSON_UNKNOWN']],
    ['of another content', ada.signEnvelope(bytes()), { manifest: '9'.repeat(64) }, ['CONTENT_MISMATCH']],
    ['of other bytes behind the same ids', ada.signEnvelope(bytes()), { manifest256: '9'.repeat(64) }, ['CONTENT_MISMATCH']],
    ['for another repository', ada.signEnvelope(bytes()), { repo: 'pay' }, ['ST_REPO']],
    ['for another ref', ada.signEnvelope(bytes()), { targetRef: 'refs/heads/release' }, ['ST_REF']],
    ['once it expired', ada.signEnvelope(bytes()), { now: Date.parse('2026-12-20T10:21:00Z') }, ['ST_EXPIRED']],
    ['once its author took it back', ada.signEnvelope(bytes()), { takenBack: (_, author) => author === 'ada' }, ['REV_REVOKED']],
    ['without a human', ada.signEnvelope(bytes(), { flags: 0x01 }), {}, ['WA_UV']],
    ['of more files than there are', ada.signEnvelope(bytes({ filesRead: 4 })), {}, ['OWNERSHIP_INVALID']],
    ['of fewer files than there are', ada.signEnvelope(bytes({ filesTotal: 2 })), {}, ['OWNERSHIP_INVALID']],
    ['with another sentence', rewritten('I stand behind', 'I do not stand behind'), {}, ['ST_TYPE']],
    ['with a subject of something else', rewritten('"change-manifest"', '"manifest"'), {}, ['ST_TYPE']],
    [
      'with a head of something else',
      rewritten(`"name":"head","digest":{"gitCommit":"${'c'.repeat(40)}"`, `"name":"head","digest":{"gitCommit":"${'e'.repeat(40)}"`),
      {},
      ['ST_TYPE'],
    ],
    ['with its subjects the other way round', rewritten('"change-manifest"', '"head"'), {}, ['ST_TYPE']],
    ['by another key than it names', ada.signEnvelope(bytes({ credential: { ...PASSKEY, id: 'other' } })), {}, ['KEY_MODEL']],
    ['by a key that can be copied, as it says', ada.signEnvelope(bytes({ credential: { ...PASSKEY, backupEligible: true } })), {}, ['WA_BACKUP']],
    ['by a passkey of elsewhere, as it says', ada.signEnvelope(bytes({ credential: { ...PASSKEY, rpId: 'evil.example' } })), {}, ['WA_RPID']],
    ['silent about what was run', rewritten('"ran":["npm test: 812 passed"],', ''), {}, ['ST_TYPE']],
    ['with nothing said of what was run', ada.signEnvelope(bytes({ ran: [] })), {}, ['ST_TYPE']],
    ['silent about what is not understood', rewritten('"notUnderstood":["nothing"],', ''), {}, ['ST_TYPE']],
    ['with nothing said of what is not understood', ada.signEnvelope(bytes({ notUnderstood: [] })), {}, ['ST_TYPE']],
    ['with a blank said of what is not understood', ada.signEnvelope(bytes({ notUnderstood: [' '] })), {}, ['ST_TYPE']],
    ['with a member nobody declared', rewritten('"ran":', '"decision":"approve","ran":'), {}, ['ST_TYPE']],
  ])('%s', (_, envelope, change, said) => {
    expect(codes(envelope, change)).toEqual(said);
  });
});

it('is no sign-off, and no sign-off is one', () => {
  const owned = ada.signEnvelope(bytes());
  expect(verifySignoff(owned, trust, expectationOf({ excluded: new Map() }))).toMatchObject({ ok: false, problems: [{ code: 'ST_TYPE' }] });
  expect(parseStatement(bytes())).toMatchObject({ ok: false, error: { code: 'ST_TYPE' } });
  const { signer } = signoffInput();
  expect(codes(ada.signEnvelope(signoffBytes({ signer: { ...signer, person: 'ada' } })))).toEqual(['ST_TYPE']);
  // Not even where its type is lied about: the members are others.
  const relabelled = statementBytes({ ...signoffStatement(signoffInput({ signer: { ...signer, person: 'ada' } })), predicateType: NAMES.ownershipPredicate });
  expect(codes(ada.signEnvelope(relabelled))).toEqual(['ST_TYPE']);
});

describe('whatever is handed in', () => {
  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (garbage) => !verifyOwnership(garbage, trust, expected()).ok));
    fc.assert(fc.property(fc.json(), (json) => typeof parseOwnership(utf8(json)).ok === 'boolean'));
  });

  it('is refused with any bit flipped', () => {
    const envelope = ada.signEnvelope(bytes());
    fc.assert(
      fc.property(fc.nat(envelope.length * 8 - 1), (bit) => {
        const flipped = envelope.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const answer = verifyOwnership(flipped, trust, expected());
        // The hint beside the signature and base64's other alphabet say nothing else; what is accepted says the same.
        return !answer.ok || text(statementBytes(answer.value.statement)) === text(bytes());
      }),
    );
  });

  it('comes back as it was said', () => {
    const said = fc.array(
      fc.string({ minLength: 1 }).filter((s) => /\S/.test(s) && s.isWellFormed()),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(said, said, fc.nat(50), (ran, notUnderstood, filesRead) => {
        const statement = ownershipStatement(input({ ran, notUnderstood, filesRead }));
        expect(parseOwnership(statementBytes(statement))).toEqual({ ok: true, value: statement });
      }),
    );
  });
});
