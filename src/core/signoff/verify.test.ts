import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, type Misbehaviour, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { expectationOf, LADDER, NOW, RP, signedBy, signoffBytes, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { signoffStatement, statementBytes } from './build.ts';
import { formatEnvelope, pae } from './dsse.ts';
import { missingHumans } from './people.ts';
import { NAMES } from './statement.ts';
import { type Expectation, type SignoffTrust, verifySignoff } from './verify.ts';

const mara = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], counter: 6 });
const trust = trustOf([trustedKey(mara)]);

const codes = (envelope: Bytes, change: Partial<Expectation> = {}, trusted: SignoffTrust = trust): readonly string[] => {
  const answer = verifySignoff(envelope, trusted, expectationOf(change));
  return answer.ok ? [] : answer.problems.map((p) => p.code);
};
const signed = (input: Parameters<typeof signoffBytes>[0] = {}, change?: Misbehaviour): Bytes => mara.signEnvelope(signoffBytes(input), change);

describe('an honest passkey', () => {
  it('is accepted, and says who signed what', () => {
    const envelope = signed();
    const answer = verifySignoff(envelope, trust, expectationOf());
    expect(answer).toMatchObject({ ok: true, signoff: { signer: 'mara', level: 'L6', keyid: mara.keyid, digest: sha256Hex(envelope) } });
    expect(answer.ok && answer.signoff.counter).toBeGreaterThan(6);
    expect(answer.ok && answer.signoff.statement.predicate.change.repo).toBe('infra');
  });

  it('may leave crossOrigin out, as some clients do', () => {
    expect(codes(signed({}, { crossOrigin: undefined }))).toEqual([]);
  });

  it('may come with members a later client adds', () => {
    expect(codes(signed({}, { clientData: (c) => c.replace(/}$/, ',"other":"x"}') }))).toEqual([]);
  });

  it('may count zero for ever when it is synced', () => {
    const synced = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], counter: null, backupEligible: true, backedUp: true });
    const trusted = trustOf([trustedKey(synced, { backupEligible: true })]);
    const enrolled = trustedKey(synced, { backupEligible: true });
    const envelope = synced.signEnvelope(signoffBytes({ policy: { ...signoffInput().policy, tier: 'high' }, ...signedBy(enrolled) }));
    expect(codes(envelope, { tier: 'high' }, trusted)).toEqual([]);
    expect(codes(envelope, { tier: 'critical' }, trusted)).toEqual(['WA_BACKUP', 'ST_TIER']);
  });
});

describe('passkey rules, one negative for each', () => {
  const table: readonly (readonly [string, Misbehaviour, readonly string[]])[] = [
    ['UP clear', { flags: 0x04 }, ['WA_UP']],
    ['UV clear', { flags: 0x01 }, ['WA_UV']],
    ['UP and UV clear', { flags: 0x00 }, ['WA_UP', 'WA_UV']],
    ['reserved bit 0x02', { flags: 0x07 }, ['SIG_FORMAT']],
    ['reserved bit 0x20', { flags: 0x25 }, ['SIG_FORMAT']],
    ['AT set', { flags: 0x45 }, ['SIG_FORMAT']],
    ['ED set with an extension nobody asked for', { flags: 0x85, extensions: Uint8Array.of(0xa0) }, ['SIG_FORMAT']],
    ['ED set without extensions', { flags: 0x85 }, ['SIG_FORMAT']],
    ['extensions without ED', { extensions: Uint8Array.of(0xa0) }, ['SIG_FORMAT']],
    ['BE unlike enrolment', { flags: 0x0d }, ['WA_BACKUP']],
    ['BS without BE', { flags: 0x15 }, ['WA_BACKUP']],
    ['foreign origin', { origin: 'https://evil.example' }, ['WA_ORIGIN']],
    ['origin with another port', { origin: 'https://countersign.example:8443' }, ['WA_ORIGIN']],
    ['crossOrigin true', { crossOrigin: true }, ['WA_CROSS_ORIGIN']],
    ['topOrigin present', { clientData: (c) => c.replace(/}$/, ',"topOrigin":"https://evil.example"}') }, ['WA_CROSS_ORIGIN']],
    ['crossOrigin later in the object', { crossOrigin: undefined, clientData: (c) => c.replace(/}$/, ',"x":1,"crossOrigin":false}') }, ['WA_CLIENTDATA']],
    ['type webauthn.create', { clientData: (c) => c.replace('webauthn.get', 'webauthn.create') }, ['WA_CLIENTDATA']],
    ['another challenge', { clientData: (c) => c.replace(/"challenge":"U1NI/, '"challenge":"U1NJ') }, ['WA_CHALLENGE']],
    ['padded challenge', { clientData: (c) => c.replace(/("challenge":"[^"]*)"/, '$1="') }, ['WA_CHALLENGE']],
    ['duplicate origin', { clientData: (c) => c.replace(/}$/, ',"origin":"https://countersign.example"}') }, ['WA_CLIENTDATA']],
    ['duplicate key spelt with an escape', { clientData: (c) => c.replace(/}$/, ',"\\u006frigin":"https://countersign.example"}') }, ['WA_CLIENTDATA']],
    ['white space after the origin', { crossOrigin: undefined, clientData: (c) => c.replace(/}$/, ' }') }, ['WA_CLIENTDATA']],
    ['white space', { clientData: (c) => c.replace('","origin', '", "origin') }, ['WA_CLIENTDATA']],
    ['another order of members', { clientData: (c) => c.replace(/^{("type":[^,]*),("challenge":[^,]*)/, '{$2,$1') }, ['WA_CLIENTDATA']],
    ['bytes that are not JSON after the prefix', { clientData: (c) => c.replace(/}$/, ',garbage') }, ['WA_CLIENTDATA']],
    ['bytes after the object', { clientData: (c) => `${c}{}` }, ['WA_CLIENTDATA']],
    ['the counter went back', { counter: 3 }, ['WA_COUNTER']],
    ['the counter stood still', { counter: 5 }, ['WA_COUNTER']],
    ['the counter fell to zero', { counter: 0 }, ['WA_COUNTER']],
  ];
  const counted = trustOf([trustedKey(mara, { counter: 5 })]);
  it.each(table)('%s', (_, change, expected) => {
    expect(codes(signed({}, { counter: 6, ...change }), {}, counted)).toEqual(expected);
  });

  it.each<[string, Misbehaviour, boolean]>([
    ['BE set, enrolled without', { flags: 0x0d }, false],
    ['BE clear, enrolled with', { flags: 0x05 }, true],
    ['BS without BE', { flags: 0x15 }, false],
  ])('%s, where a synced passkey would do', (_, change, backupEligible) => {
    const keyOf = (eligible: boolean) => trustedKey(mara, { backupEligible: eligible });
    const high = signed({ policy: { ...signoffInput().policy, tier: 'high' }, ...signedBy(keyOf(!backupEligible)) }, change);
    const enrolled = (eligible: boolean) => trustOf([keyOf(eligible)]);
    expect(codes(high, { tier: 'high' }, enrolled(backupEligible))).toEqual(['WA_BACKUP']);
    if (change.flags !== 0x15) expect(codes(high, { tier: 'high' }, enrolled(!backupEligible))).toEqual([]);
  });

  it('the counter is left to the order of the log once it is logged', () => {
    expect(codes(signed({}, { counter: 3 }), { counters: 'logged' }, counted)).toEqual([]);
  });

  it('a byte order mark is not JSON', () => {
    expect(codes(signed({}, { clientData: (c) => c.replace('{"type"', '\ufeff{"type"') }))).toEqual(['WA_CLIENTDATA']);
  });

  it('another relying party', () => {
    const elsewhere = mara.signEnvelope(signoffBytes(), { rpId: 'evil.example' });
    expect(codes(elsewhere)).toEqual(['KEY_UNKNOWN', 'WA_RPID']);
  });

  it('reports all that is wrong, not only the first', () => {
    const envelope = signed({ notChecked: ' ' }, { flags: 0, origin: 'https://evil.example', crossOrigin: true });
    expect(codes(envelope, { targetRef: 'refs/heads/release', manifest: '9'.repeat(64) })).toEqual([
      'WA_ORIGIN',
      'WA_CROSS_ORIGIN',
      'WA_UP',
      'WA_UV',
      'ST_REF',
      'ST_UNCHECKED',
      'CONTENT_MISMATCH',
    ]);
  });
});

describe('keys', () => {
  const eve = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });

  it('a key nobody enrolled counts for nothing', () => {
    expect(codes(eve.signEnvelope(signoffBytes()))).toEqual(['KEY_UNKNOWN']);
  });

  it("cannot claim to be somebody else's", () => {
    const both = trustOf([trustedKey(mara), trustedKey(eve, { person: 'eve', level: 'L7' })]);
    expect(codes(eve.signEnvelope(signoffBytes()), { seat: { level: null } }, both)).toEqual(['KEY_UNKNOWN']);
  });

  it('the keyid of an envelope is a hint and decides nothing', () => {
    const payload = signoffBytes();
    const sig = eve.signPae(pae(NAMES.payloadType, payload));
    expect(codes(envelopeOf(payload, [{ keyid: mara.keyid, sig }]))).toEqual(['KEY_UNKNOWN']);
  });

  it('counts only inside its time', () => {
    expect(codes(signed(), {}, trustOf([trustedKey(mara, { since: NOW + 1 })]))).toEqual(['KEY_NOT_YET_VALID']);
    expect(codes(signed(), {}, trustOf([trustedKey(mara, { revokedAt: NOW })]))).toEqual(['KEY_REVOKED']);
    // On its way out it brings nothing new; what the log took before the time still counts.
    expect(codes(signed(), {}, trustOf([trustedKey(mara, { revokedAt: NOW + 1 })]))).toEqual(['KEY_REVOKED']);
    expect(codes(signed(), { counters: 'logged' }, trustOf([trustedKey(mara, { revokedAt: NOW + 1 })]))).toEqual([]);
    expect(codes(signed(), { now: Number.NaN })).toContain('KEY_NOT_YET_VALID');
  });

  it.each(['sk-ssh-ed25519', 'sk-ecdsa'] as const)('%s with presence and verification is accepted, and not otherwise', (type) => {
    const key = softSshKey(type);
    const payload = signoffBytes(signedBy(trustedKey(key, { kind: 'sk-ssh' })));
    const trusted = trustOf([trustedKey(key, { kind: 'sk-ssh' })]);
    const sign = (change: Parameters<typeof key.signPae>[1]) => envelopeOf(payload, [{ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, payload), change) }]);
    expect(codes(sign({}), {}, trusted)).toEqual([]);
    expect(codes(sign({ hash: 'sha256' }), {}, trusted)).toEqual([]);
    expect(codes(sign({ flags: 1 }), {}, trusted)).toEqual(['WA_UV']);
    expect(codes(sign({ flags: 0 }), {}, trusted)).toEqual(['WA_UP', 'WA_UV']);
    expect(codes(sign({ flags: 0x0d }), {}, trusted)).toEqual(['SIG_FORMAT']);
    expect(codes(sign({ namespace: 'git' }), {}, trusted)).toEqual(['SIG_NAMESPACE']);
    expect(codes(sign({}), {}, trustOf([trustedKey(key, { kind: 'webauthn' })]))).toEqual(['KEY_MODEL']);
  });

  it('a passkey enrolled as an SSH key is refused', () => {
    expect(codes(signed(), {}, trustOf([trustedKey(mara, { kind: 'sk-ssh' })]))).toEqual(['KEY_MODEL']);
  });
});

describe('demo data', () => {
  const soft = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], demo: true });
  const key = trustedKey(soft, { kind: 'demo' });
  const envelope = soft.signEnvelope(signoffBytes(signedBy(key)));

  it('counts only where trust and verifier both say demo', () => {
    const demo = trustOf([key], { mode: 'demo' });
    expect(codes(envelope, { allowDemo: true, counters: 'logged' }, demo)).toEqual([]);
    expect(codes(envelope, { allowDemo: false, counters: 'logged' }, demo)).toEqual(['TRUST_DEMO']);
    expect(codes(envelope, { allowDemo: true, counters: 'logged' }, trustOf([key]))).toEqual(['KEY_MODEL']);
  });

  it('the label never passes for a passkey, and a demo key needs the label', () => {
    expect(codes(envelope, { allowDemo: true }, trustOf([{ ...key, kind: 'webauthn' }], { mode: 'demo' }))).toEqual(['KEY_MODEL']);
    const plain = trustOf([trustedKey(mara, { kind: 'demo' })], { mode: 'demo' });
    expect(codes(signed(), { allowDemo: true }, plain)).toEqual(['KEY_MODEL']);
  });
});

describe('the statement', () => {
  const table: readonly (readonly [string, Partial<Expectation>, readonly string[]])[] = [
    ['another repository', { repo: 'pay' }, ['ST_REPO']],
    ['another ref', { targetRef: 'refs/heads/next' }, ['ST_REF']],
    ['another stage', { stage: 'deploy' }, ['ST_STAGE']],
    ['another policy', { policyDigest: '0'.repeat(64) }, ['ST_POLICY']],
    ['expired', { now: Date.parse('2026-12-20T10:21:00Z') }, ['ST_EXPIRED']],
    ['used before', { usedNonces: new Set([signoffInput().nonce]) }, ['ST_NONCE']],
    ['a finding without disposition', { findings: ['SQL101:x.sql::0'] }, ['ST_DISPOSITION']],
    ['another manifest', { manifest: '9'.repeat(64) }, ['CONTENT_MISMATCH']],
    ['the same ids over other contents', { manifest256: '9'.repeat(64) }, ['CONTENT_MISMATCH']],
  ];
  it.each(table)('%s', (_, change, expected) => expect(codes(signed(), change)).toEqual(expected));

  it('must approve, unless any decision is asked for', () => {
    for (const decision of ['approve_with_conditions', 'changes', 'cannot_judge'] as const) {
      expect(codes(signed({ decision }))).toEqual(['ST_DECISION']);
      expect(codes(signed({ decision }), { decisions: [decision] })).toEqual([]);
    }
  });

  it('approves no finding it is silent about, with conditions or without, and only approvals have to speak', () => {
    const findings = ['TF102:db.tf:aws_db_instance.main:3', 'SQL101:x.sql::0'];
    expect(codes(signed({ dispositions: [] }))).toEqual(['ST_DISPOSITION']);
    expect(codes(signed({ decision: 'approve_with_conditions' }), { findings, decisions: ['approve_with_conditions'] })).toEqual(['ST_DISPOSITION']);
    expect(codes(signed({ decision: 'changes' }), { findings, decisions: ['changes'] })).toEqual([]);
  });

  it('made for a lower tier does not serve a higher one', () => {
    expect(codes(signed({ policy: { ...signoffInput().policy, tier: 'high' } }))).toEqual(['ST_TIER']);
  });

  it('with a second or disagreeing subject is refused', () => {
    const honest = signoffStatement(signoffInput());
    const [manifest, head] = honest.subject;
    if (manifest === undefined || head === undefined) throw new Error('no subject');
    for (const subject of [[manifest, manifest, head], [head], [{ ...manifest, digest: { sha256: '9'.repeat(64) } }, head]]) {
      expect(codes(mara.signEnvelope(statementBytes({ ...honest, subject })))).toEqual(['ST_TYPE']);
    }
  });

  it.each([
    ['not JSON', '{'],
    ['another predicate', JSON.stringify({ ...signoffStatement(signoffInput()), predicateType: 'https://example/other' })],
    ['a member nobody declared', JSON.stringify({ ...signoffStatement(signoffInput()), extra: 1 })],
    ['a doubled member', JSON.stringify(signoffStatement(signoffInput())).replace('"decision":"approve"', '"decision":"changes","decision":"approve"')],
    ['a two-headed digest set', JSON.stringify(signoffStatement(signoffInput())).replace('{"gitCommit":"c', '{"sha256":"0","gitCommit":"c')],
    ['a time that does not exist', JSON.stringify(signoffStatement(signoffInput())).replace('"openedAt":"2026-11-20', '"openedAt":"2026-13-20')],
    ['words before a time', JSON.stringify(signoffStatement(signoffInput())).replace('"expires":"', '"expires":"x')],
    ['words after a time', JSON.stringify(signoffStatement(signoffInput())).replace('10:21:00Z","activeSeconds', '10:21:00Zx","activeSeconds')],
    ['a count below zero', JSON.stringify(signoffStatement(signoffInput())).replace('"filesTotal":3', '"filesTotal":-1')],
    ['a level in __proto__', JSON.stringify(signoffStatement(signoffInput())).replace('"predicate":{', '"predicate":{"__proto__":{},')],
  ])('%s is ST_TYPE', (_, body) => expect(codes(mara.signEnvelope(utf8(body)))).toEqual(['ST_TYPE']));
});

describe('people', () => {
  it.each([
    ['author', 'SOD_AUTHOR'],
    ['committer', 'SOD_AUTHOR'],
    ['co-author', 'SOD_AUTHOR'],
    ['pusher', 'SOD_PUSHER'],
    ['prompter', 'SOD_PROMPTER'],
    ['agent-owner', 'SOD_OWNER'],
  ] as const)('%s of the change may not sign it', (role, code) => expect(codes(signed(), { excluded: new Map([['mara', [role]]]) })).toEqual([code]));

  it('levels compare by the ladder, never as strings', () => {
    const high = trustOf([trustedKey(mara, { level: 'L10' })]);
    expect(codes(signed({ signer: { ...signoffInput().signer, level: 'L10' } }), { seat: { level: 'L7' } }, high)).toEqual([]);
    expect(codes(signed(), { seat: { level: 'L10' } })).toEqual(['QUAL_LEVEL']);
  });

  it('nobody claims more than enrolment vouches for or the roster says', () => {
    expect(codes(signed(), {}, trustOf([trustedKey(mara, { level: 'L5' })]))).toEqual(['QUAL_LEVEL']);
    const person = { id: 'mara', name: 'Mara', level: 'L5', teams: [], domains: [], emails: [], accounts: [] };
    expect(codes(signed(), { roster: { people: [person] } })).toEqual(['QUAL_LEVEL']);
    expect(codes(signed(), { roster: { people: [] } })).toEqual(['PERSON_UNKNOWN']);
    expect(codes(signed(), { roster: { people: [{ ...person, id: 'noor' }] } })).toEqual(['PERSON_UNKNOWN']);
    const listed = (level: string) => ({
      people: [
        { ...person, id: 'noor', level: 'L4' },
        { ...person, level },
      ],
    });
    expect(codes(signed(), { roster: listed('L6') })).toEqual([]);
    expect(codes(signed(), { seat: { level: null }, roster: listed('L5') })).toEqual(['QUAL_LEVEL']);
    expect(codes(signed(), { seat: { level: null }, roster: listed('L6') }, trustOf([trustedKey(mara, { level: 'L5' })]))).toEqual(['QUAL_LEVEL']);
    expect(codes(signed(), {}, trustOf([trustedKey(mara)], { ladder: ['L1'] }))).toEqual(['QUAL_LEVEL']);
  });

  it('a seat for others stays empty', () => expect(codes(signed(), { seat: { level: null, candidates: ['noor'] } })).toEqual(['QUAL_SCOPE']));

  it('k persons never fill k + 1 seats, however many keys and signatures they bring', () => {
    const signoff = fc.record({ signer: fc.constantFrom('a', 'b', 'c', 'd'), level: fc.constantFrom(...LADDER) });
    fc.assert(
      fc.property(fc.array(signoff, { maxLength: 40 }), fc.constantFrom(null, ...LADDER), (signoffs, level) => {
        const persons = new Set(signoffs.map((s) => s.signer)).size;
        expect(missingHumans({ humans: persons + 1, level }, signoffs, LADDER)).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe('the envelope', () => {
  it('holds exactly one signature over an in-toto statement', () => {
    const payload = signoffBytes();
    const sig = { keyid: mara.keyid, sig: mara.signPae(pae(NAMES.payloadType, payload)) };
    expect(codes(envelopeOf(payload, [sig, sig]))).toEqual(['SIG_FORMAT']);
    expect(codes(formatEnvelope({ payloadType: 'text/plain', payload, signatures: [sig] }))).toEqual(['SIG_FORMAT']);
    expect(codes(envelopeOf(signoffBytes({ nonce: 'f'.repeat(32) }), [sig]))).toEqual(['WA_CHALLENGE']);
  });

  it('never throws and never passes, whatever bytes arrive', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => codes(bytes).length > 0));
    fc.assert(fc.property(fc.string(), fc.string(), (payload, sig) => codes(utf8(JSON.stringify({ payloadType: NAMES.payloadType, payload, signatures: [{ sig }] }))).length > 0));
  });
});
