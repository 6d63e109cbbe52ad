/** The functions of `countersign/verify` as their callers meet them: what they take, what they answer, and that they never throw. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, hex, utf8 } from '../core/base/bytes.ts';
import { consistencyPlan, EMPTY_TREE, fill, grow, inclusionPlan, type NodeRef, type ProofPlan, root, type Tree } from '../core/log/merkle.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { formatBundle } from '../core/signoff/bundle.ts';
import { formatEnvelope, pae } from '../core/signoff/dsse.ts';
import { publicKeyLine } from '../core/signoff/keys.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { levelsOf, vsaStatement } from '../core/signoff/vsa.ts';
import { type SoftAuthenticator, softAuthenticator, softSshKey } from '../testing/authenticator.ts';
import { softGate } from '../testing/gate.ts';
import { NOW, RP, signoffBytes, testLog } from '../testing/signoffs.ts';
import { trustFileOf } from '../testing/trust-files.ts';
import { testWitness } from '../testing/witnesses.ts';
import * as api from './index.ts';

const code = (answer: { readonly ok: boolean; readonly reason?: { readonly code: string } }): string => answer.reason?.code ?? 'OK';

describe('the log', () => {
  const SIZE = 21;
  const trees: Tree[] = [EMPTY_TREE];
  const hashes = new Map<string, Uint8Array>();
  const leaves = Array.from({ length: SIZE }, (_, i) => api.leafHash(utf8(`entry ${i}`)));
  for (const leaf of leaves) {
    const { tree, completed } = grow(trees.at(-1) ?? EMPTY_TREE, leaf);
    for (const node of completed) hashes.set(`${node.level}/${node.index}`, node.hash);
    trees.push(tree);
  }
  const read = (nodes: readonly NodeRef[]) => nodes.map((n) => hashes.get(`${n.level}/${n.index}`));
  const prove = (plan: ProofPlan | undefined) => (plan && fill(plan, read(plan.nodes))) ?? [];
  const rootOf = (size: number) => root(trees[size] ?? EMPTY_TREE);
  const leaf = leaves[6] ?? new Uint8Array(0);
  const included = { leaf, index: 6n, size: BigInt(SIZE), proof: prove(inclusionPlan(6, SIZE)), root: rootOf(SIZE) };
  const grown = { first: 9n, second: BigInt(SIZE), proof: prove(consistencyPlan(9, SIZE)), firstRoot: rootOf(9), secondRoot: rootOf(SIZE) };

  it('shows inclusion and consistency, and nothing else', () => {
    expect(api.verifyInclusion(included)).toEqual({ ok: true });
    expect(api.verifyConsistency(grown)).toEqual({ ok: true });
    expect(code(api.verifyInclusion({ ...included, index: 7n }))).toBe('LOG_INCLUSION');
    expect(code(api.verifyInclusion({ ...included, proof: included.proof.slice(1) }))).toBe('LOG_INCLUSION');
    expect(code(api.verifyConsistency({ ...grown, first: 8n }))).toBe('LOG_FORK');
    expect(code(api.verifyConsistency({ ...grown, first: 0n }))).toBe('LOG_FORK');
  });

  it.each([2n ** 53n, 2n ** 64n - 1n, -1n, 6, '6', null, undefined])('counts with bigint up to 2^53 - 1: %s is none', (n) => {
    const size = n as bigint;
    expect(code(api.verifyInclusion({ ...included, size }))).toBe('LOG_FORMAT');
    expect(code(api.verifyInclusion({ ...included, index: size }))).toBe('LOG_FORMAT');
    expect(code(api.verifyConsistency({ ...grown, first: size }))).toBe('LOG_FORMAT');
    expect(code(api.verifyConsistency({ ...grown, second: size }))).toBe('LOG_FORMAT');
  });

  it('takes hashes of 32 bytes and no others', () => {
    for (const bad of [leaf.slice(1), hex(leaf) as unknown as Uint8Array, undefined as unknown as Uint8Array]) {
      expect(code(api.verifyInclusion({ ...included, leaf: bad }))).toBe('LOG_FORMAT');
      expect(code(api.verifyInclusion({ ...included, proof: [bad] }))).toBe('LOG_FORMAT');
      expect(code(api.verifyConsistency({ ...grown, firstRoot: bad }))).toBe('LOG_FORMAT');
    }
  });

  const VKEY = 'countersign.example/audit+f949b01f+Afmc7nzpY7w8m9hT/aVApB98zFmTzfQ85lWeha/IxU1G';
  const NOTE =
    'countersign.example/audit\n3\nnzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=\n\n— countersign.example/audit +UmwHwtVqW/0EtIh8oxMs5ZQ6FbV/Ow74Gp5aKFqMcasgfxMVE2Xzq18bkcnX6ZNMF47gamW5jQsBtIrzwoohdvreg8=\n';

  it('opens the note of the specification and reads its checkpoint', () => {
    const opened = api.openNote({ note: NOTE, keys: [VKEY] });
    expect(opened).toMatchObject({ ok: true, signers: [VKEY] });
    const checkpoint = api.parseCheckpoint(opened.ok ? opened.text : '');
    expect(checkpoint).toMatchObject({ ok: true, origin: 'countersign.example/audit', size: 3n });
    expect(checkpoint.ok && base64(checkpoint.root)).toBe('nzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=');
    expect(code(api.openNote({ note: NOTE, keys: [] }))).toBe('LOG_SIG');
    expect(code(api.openNote({ note: NOTE.replace('\n3\n', '\n4\n'), keys: [VKEY] }))).toBe('LOG_SIG');
    expect(code(api.openNote({ note: NOTE, keys: ['x'] }))).toBe('LOG_FORMAT');
    expect(code(api.parseCheckpoint(NOTE))).toBe('LOG_FORMAT');
  });
});

describe('an SSH signature', () => {
  const key = softSshKey('sk-ssh-ed25519');
  const message = utf8('what was signed');
  const signed = { message, signature: key.signPae(message, {}), publicKey: publicKeyLine(key.blob), namespace: NAMES.namespace };
  const passkey = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
  const byPasskey = { message, signature: passkey.signPae(message), publicKey: publicKeyLine(passkey.blob), namespace: NAMES.namespace };

  it('verifies for this key, message and namespace alone', () => {
    expect(api.verifySshSignature(signed)).toMatchObject({ ok: true, passkey: false });
    expect(api.verifySshSignature({ ...signed, signature: new TextDecoder().decode(signed.signature) })).toMatchObject({ ok: true });
    expect(code(api.verifySshSignature({ ...signed, message: utf8('another') }))).toBe('SIG_INVALID');
    expect(code(api.verifySshSignature({ ...signed, namespace: 'git' }))).toBe('SIG_NAMESPACE');
    expect(code(api.verifySshSignature({ ...signed, publicKey: publicKeyLine(softSshKey('sk-ssh-ed25519').blob) }))).toBe('KEY_UNKNOWN');
    expect(code(api.verifySshSignature({ ...signed, publicKey: `ssh-ed25519 ${base64(utf8('\0\0\0\u000bssh-ed25519'))}` }))).toBe('KEY_PLAIN');
  });

  it('needs a present and verified person', () => {
    expect(code(api.verifySshSignature({ ...signed, signature: key.signPae(message, { flags: 1 }) }))).toBe('WA_UV');
    expect(code(api.verifySshSignature({ ...signed, signature: key.signPae(message, { flags: 4 }) }))).toBe('WA_UP');
  });

  it('by a passkey needs to know the page', () => {
    expect(api.verifySshSignature({ ...byPasskey, relyingParty: RP })).toMatchObject({ ok: true, passkey: true });
    expect(code(api.verifySshSignature(byPasskey))).toBe('WA_ORIGIN');
    expect(code(api.verifySshSignature({ ...byPasskey, relyingParty: { ...RP, origins: ['https://evil.example'] } }))).toBe('WA_ORIGIN');
    expect(code(api.verifySshSignature({ ...byPasskey, relyingParty: { ...RP, rpId: 'evil.example' } }))).toBe('WA_RPID');
  });

  it("by the demo's software authenticator is nobody's", () => {
    const demo = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], demo: true });
    expect(code(api.verifySshSignature({ ...byPasskey, signature: demo.signPae(message), publicKey: publicKeyLine(demo.blob), relyingParty: RP }))).toBe('KEY_MODEL');
  });
});

describe('an assertion', () => {
  const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0], counter: 6 });
  const challenge = utf8('thirty-two bytes, or any other number');
  const asked = { ...RP, challenge, publicKey: key.point };
  const check = (change: Parameters<SoftAuthenticator['get']>[1] = {}, expected: Partial<api.AssertionInput> = {}) =>
    api.verifyAssertion({ ...asked, ...key.get(challenge, change), ...expected });

  it('holds where everything does', () => {
    expect(check()).toMatchObject({ ok: true, counter: 7, backupEligible: false, backedUp: false });
    expect(check({ flags: 0x1d })).toMatchObject({ ok: true, backupEligible: true, backedUp: true });
  });

  it.each<[string, () => api.Answer, string]>([
    ['another challenge', () => check({}, { challenge: utf8('another') }), 'WA_CHALLENGE'],
    ['another origin', () => check({ origin: 'https://evil.example' }), 'WA_ORIGIN'],
    ['a foreign frame', () => check({ crossOrigin: true }), 'WA_CROSS_ORIGIN'],
    ['another relying party', () => check({ rpId: 'evil.example' }), 'WA_RPID'],
    ['nobody present', () => check({ flags: 4 }), 'WA_UP'],
    ['nobody verified', () => check({ flags: 1 }), 'WA_UV'],
    ['extensions', () => check({ extensions: Uint8Array.of(0xa0), flags: 0x85 }), 'SIG_FORMAT'],
    ['a registration', () => check({ clientData: (honest) => honest.replace('webauthn.get', 'webauthn.create') }), 'WA_CLIENTDATA'],
    ['another key', () => check({}, { publicKey: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }).point }), 'SIG_INVALID'],
    ['a key off the curve', () => check({}, { publicKey: key.point.map((b, i) => (i === 64 ? b ^ 1 : b)) }), 'SIG_INVALID'],
    ['a key that is none', () => check({}, { publicKey: new Uint8Array(3) }), 'SIG_FORMAT'],
    ['no DER', () => check({}, { signature: new Uint8Array(70) }), 'SIG_FORMAT'],
  ])('is refused with %s', (_, answer, expected) => expect(code(answer())).toBe(expected));
});

const log = testLog();
const people = ['mara', 'noor'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
const [mara] = people;
const trust = utf8(trustFileOf(people, log));
const envelope = mara?.key.signEnvelope(signoffBytes()) ?? new Uint8Array(0);
const change = { repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64) };
const bundle = utf8(formatBundle([log.record(envelope)]));

describe('an envelope', () => {
  it('says who signed which bytes', () => {
    const answer = api.verifyEnvelope({ envelope, trust, at: NOW });
    expect(answer).toMatchObject({ ok: true, signers: [{ person: 'mara', level: 'L6', keyid: mara?.key.keyid }] });
    expect(answer.ok && hex(answer.payload)).toBe(hex(signoffBytes()));
  });

  it('is refused where a key is not of the trust file, did not count then, or the bytes are others', () => {
    const stranger = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }).signEnvelope(signoffBytes());
    expect(code(api.verifyEnvelope({ envelope: stranger, trust, at: NOW }))).toBe('KEY_UNKNOWN');
    expect(code(api.verifyEnvelope({ envelope, trust, at: -1 }))).toBe('KEY_NOT_YET_VALID');
    expect(code(api.verifyEnvelope({ envelope, trust, at: Number.NaN }))).toBe('KEY_NOT_YET_VALID');
    expect(code(api.verifyEnvelope({ envelope, trust: utf8('{}'), at: NOW }))).toBe('TRUST_FORMAT');
    expect(code(api.verifyEnvelope({ envelope: utf8('{}'), trust, at: NOW }))).toBe('SIG_FORMAT');
    expect(code(api.verifyEnvelope({ envelope, trust, at: NOW, tier: 'low' }))).toBe('USAGE');
  });

  it('with a bad signature beside a good one is refused', () => {
    const payload = signoffBytes();
    const good = mara?.key.signPae(pae(NAMES.payloadType, payload)) ?? new Uint8Array(0);
    const bad = people[1]?.key.signPae(pae(NAMES.payloadType, utf8('other bytes'))) ?? new Uint8Array(0);
    const both = utf8(JSON.stringify({ payloadType: NAMES.payloadType, payload: base64(payload), signatures: [good, bad].map((sig) => ({ sig: base64(sig) })) }));
    expect(code(api.verifyEnvelope({ envelope: both, trust, at: NOW }))).toBe('WA_CHALLENGE');
  });
});

describe('a bundle', () => {
  const outcomes = (answer: api.BundleAnswer) => Object.fromEntries(answer.checks.map((c) => [c.codes[0], c.outcome]));

  it('is proven, every check held', () => {
    const answer = api.verifyBundle({ bundle, trust, change });
    expect(answer).toMatchObject({ ok: true, landed: false, setAside: [], signoffs: [{ person: 'mara', level: 'L6', tier: 'critical', decision: 'approve' }] });
    const unasked = [
      'TRUST_SIG',
      'TRUST_ROLLBACK',
      'TRUST_EXPIRED',
      'ST_POLICY',
      'CONTENT_UNSEEN',
      'SOD_AUTHOR',
      'SOD_PUSHER',
      'REV_STALE',
      'LOG_QUORUM',
      'OWNERSHIP_MISSING',
      'VSA_INVALID',
    ];
    expect(answer.checks.map((c) => c.outcome)).toEqual(answer.checks.map((c) => (unasked.includes(c.codes[0] ?? '') ? 'not asked' : 'held')));
    const whole = api.verifyBundle({ ...{ bundle, trust, change: { ...change, excluded: {} } }, atLeast: 0n, now: NOW, required: { policyDigest: 'e'.repeat(64) } });
    expect(whole.checks.filter((c) => c.outcome !== 'held').map((c) => c.codes[0])).toEqual([
      'TRUST_SIG',
      'CONTENT_UNSEEN',
      'LOG_QUORUM',
      'REV_STALE',
      'OWNERSHIP_MISSING',
      'VSA_INVALID',
    ]);
    expect(new Set(answer.checks.map((c) => c.step))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  });

  it('of another content fails by that check, and by the number of people', () => {
    const answer = api.verifyBundle({ bundle, trust, change: { ...change, manifest: '9'.repeat(64) } });
    expect(answer).toMatchObject({ ok: false, reason: { code: 'CONTENT_MISMATCH', place: 'signoffs[0]' }, reasons: [{ code: 'CONTENT_MISMATCH' }, { code: 'QUORUM' }] });
    expect(outcomes(answer)).toMatchObject({ CONTENT_MISMATCH: 'failed', QUORUM: 'failed', SIG_INVALID: 'held', LOG_ORIGIN: 'held', ST_REPO: 'held' });
  });

  it('whose signature does not open leaves what it would say unreached', () => {
    const other = log.record(people[1]?.key.signEnvelope(utf8('{}')) ?? new Uint8Array(0));
    const torn = utf8(formatBundle([{ ...log.record(envelope), entry: other.entry, proof: other.proof }]));
    const answer = api.verifyBundle({ bundle: torn, trust, change });
    expect(outcomes(answer)).toMatchObject({ LOG_FORMAT: 'failed', KEY_UNKNOWN: 'not reached', CONTENT_MISMATCH: 'not reached' });
  });

  it('that cannot be read, or under a trust file that cannot, reaches nothing', () => {
    const answer = api.verifyBundle({ bundle: bundle.slice(1), trust: trust.slice(1), change });
    expect(answer.ok ? [] : answer.reasons.map((r) => r.code)).toEqual(['TRUST_FORMAT', 'BUNDLE_FORMAT']);
    expect(answer.checks.filter((c) => c.outcome === 'held')).toEqual([]);
  });

  it('asks for seats, for people not behind the change, for the pinned log and for no older trust file', () => {
    const asked = (more: object) => code(api.verifyBundle({ bundle, trust, change, ...more }));
    expect(asked({ required: { seats: [{ humans: 1, level: 'L6' }] } })).toBe('OK');
    expect(asked({ required: { seats: [{ humans: 2, level: 'L6' }] } })).toBe('QUORUM');
    expect(asked({ change: { ...change, excluded: { mara: ['author'] } } })).toBe('SOD_AUTHOR');
    expect(asked({ pin: '0'.repeat(64) })).toBe('TRUST_SIG');
    expect(asked({ atLeast: 2n })).toBe('TRUST_ROLLBACK');
    expect(asked({ required: { tier: 'enormous' } })).not.toBe('OK');
    expect([asked({ maxAge: 1, now: NOW }), asked({ maxAge: 1 })]).toEqual(['REV_MISSING', 'REV_MISSING']);
  });

  it("asks for the caller's own witnesses", () => {
    const witness = testWitness('witness.example/w');
    const policy = `log ${log.vkey}\nwitness w ${witness.vkey}\nquorum w\n`;
    const answer = api.verifyBundle({ bundle, trust, change, witnesses: policy });
    expect(outcomes(answer)).toMatchObject({ LOG_QUORUM: 'failed', KEY_UNKNOWN: 'not reached' });
    expect(code(api.verifyBundle({ bundle, trust, change, witnesses: 'quorum none' }))).toBe('TRUST_FORMAT');
  });

  it('of demo data has to be taken knowingly', () => {
    const demo = utf8(trustFileOf(people, log, { genesis: { mode: 'demo' } }));
    expect(code(api.verifyBundle({ bundle, trust: demo, change }))).toBe('TRUST_DEMO');
    expect(code(api.verifyBundle({ bundle, trust: demo, change, demo: true }))).toBe('OK');
  });
});

describe('a trust file', () => {
  const old = utf8(trustFileOf(people, log, { expires: 5, size: 7 }));
  const summary = { envelope: utf8('{}'), commit: 'a'.repeat(40), ref: 'refs/heads/main', resourceUri: 'u' };
  it.each<[string, (known: Partial<api.TrustInput>) => api.Answer]>([
    ['bundle', (known) => api.verifyBundle({ bundle, trust: old, change, ...known })],
    ['envelope', (known) => api.verifyEnvelope({ envelope, trust: old, at: NOW, ...known })],
    ['summary', (known) => api.verifySummary({ ...summary, trust: old, ...known })],
  ])('that expired, is older than one seen, or of another log is refused with a %s', (_, verify) => {
    const trusts = (known: Partial<api.TrustInput>) => code(verify(known)).replace(/^(?!TRUST_).*/, 'trusted');
    expect([{ now: 5 }, { now: 4 }, { atLeast: 8n }, { atLeast: 7n }, { pin: '0'.repeat(64) }, {}].map(trusts)).toEqual([
      ...['TRUST_EXPIRED', 'trusted', 'TRUST_ROLLBACK', 'trusted', 'TRUST_SIG', 'trusted'],
    ]);
  });
});

describe('the summary of a gate', () => {
  const gate = softGate();
  const landed = { commit: 'a'.repeat(40), ref: 'refs/heads/main', resourceUri: 'git+https://countersign.example/git/infra.git' };
  const gated = utf8(trustFileOf(people, log, { gates: [{ id: gate.id, key: base64(gate.publicKey) }] }));
  const summary = async (): Promise<Uint8Array> => {
    const vsa = { ...landed, verifier: { id: gate.id }, timeVerified: '2026-11-20T10:21:05.000Z', policy: { uri: 'u', digest: 'b'.repeat(64) } };
    const levels = levelsOf({ tier: 'high', signed: true, carried: false, brokeGlass: false });
    const payload = statementBytes(vsaStatement({ ...vsa, inputs: ['c'.repeat(64)], passed: true, levels }));
    return formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures: [{ keyid: '', sig: await gate.sign(pae(NAMES.payloadType, payload)) }] });
  };

  it('holds for its landing, by a gate of the trust file', async () => {
    const asked = { envelope: await summary(), trust: gated, ...landed };
    expect(api.verifySummary({ ...asked, levels: ['ORG_SOURCE_HUMAN_SIGNOFF'] })).toMatchObject({ ok: true, verifier: gate.id, inputs: ['c'.repeat(64)] });
    expect(code(api.verifySummary({ ...asked, commit: 'b'.repeat(40) }))).toBe('VSA_INVALID');
    expect(code(api.verifySummary({ ...asked, levels: ['ORG_SOURCE_TIER_CRITICAL'] }))).toBe('VSA_INVALID');
    expect(code(api.verifySummary({ ...asked, trust }))).toBe('VSA_INVALID');
    expect(code(api.verifySummary({ ...asked, trust: utf8('{}') }))).toBe('TRUST_FORMAT');
    expect(code(api.verifySummary({ ...asked, pin: '0'.repeat(64) }))).toBe('TRUST_SIG');
  });
});

describe('every function', () => {
  const functions = Object.entries(api).filter(([name]) => /^(?:verify|open|parse)/.test(name)) as readonly [string, (input: never) => { ok: boolean }][];

  it('is there', () =>
    expect(functions.map(([name]) => name).sort()).toEqual([
      ...['openNote', 'parseCheckpoint', 'verifyAssertion', 'verifyBundle', 'verifyConsistency', 'verifyEnvelope', 'verifyInclusion', 'verifySshSignature', 'verifySummary'],
    ]));

  it.each(functions)('%s answers anything, and says no', (_, call) => {
    const anything = fc.oneof(
      fc.anything({ withBigInt: true, withTypedArray: true }),
      fc.record({ bundle: fc.uint8Array(), trust: fc.anything(), note: fc.string(), keys: fc.anything() }),
    );
    fc.assert(fc.property(anything, (input) => call(input as never).ok === false));
  });
});
