/** What a bundle holds beside its sign-offs: the author's word and the gate's summary, and every way neither counts. */
import { describe, expect, it } from 'vitest';
import { type SoftAuthenticator, softAuthenticator } from '../../testing/authenticator.ts';
import { softGate } from '../../testing/gate.ts';
import { type LoggedAs, NOW, PASSKEY, RP, signoffBytes, signoffInput, testLog } from '../../testing/signoffs.ts';
import { trustedBy, trustFileOf } from '../../testing/trust-files.ts';
import { base64, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { statementBytes } from './build.ts';
import { type BundleParts, formatBundle, parseBundle } from './bundle.ts';
import { formatEnvelope, pae } from './dsse.ts';
import { gateKeyId } from './gate-key.ts';
import { verifyBundle } from './offline.ts';
import type { Required } from './offline-terms.ts';
import { type OwnershipInput, ownershipStatement } from './ownership.ts';
import { NAMES } from './statement.ts';
import { HUMAN_SIGNOFF, type Vsa, vsaStatement } from './vsa.ts';

const log = testLog();
const make = (): SoftAuthenticator => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const [mara, ada] = [make(), make()];
const gate = softGate();
const people = [
  { person: 'mara', key: mara },
  { person: 'ada', key: ada },
];
const trust = (gates = [{ id: gate.id, key: base64(gate.publicKey) }]) => trustedBy(trustFileOf(people, log, { gates }));

const OLD = 'd'.repeat(40);
const NEW = 'e'.repeat(40);
const MOVE = { change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', old: OLD, new: NEW };
const HERE = { moves: [{ old: OLD, new: NEW }], repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64) };
const NONCE = 'a'.repeat(32);
const approval = mara.signEnvelope(signoffBytes({ nonce: NONCE }));
const OWN = 'b'.repeat(32);
const landing = (nonces: readonly string[]): Bytes => utf8(JSON.stringify({ v: 1, nonces }));

const vsa: Vsa = {
  ...{ commit: NEW, ref: 'refs/heads/main', resourceUri: 'git+https://countersign.example/git/infra.git', verifier: { id: gate.id, version: '1.0.0' } },
  ...{ timeVerified: '2026-11-20T10:21:00Z', policy: { uri: 'x', digest: 'e'.repeat(64) }, inputs: [sha256Hex(approval)], passed: true },
  levels: ['ORG_SOURCE_TIER_CRITICAL', HUMAN_SIGNOFF].sort(),
};
async function summed(change: Partial<Vsa> = {}, by = gate): Promise<Bytes> {
  const payload = statementBytes(vsaStatement({ ...vsa, ...change }));
  return formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures: [{ keyid: gateKeyId(by.publicKey), sig: await by.sign(pae(NAMES.payloadType, payload)) }] });
}

const owned = (change: Partial<OwnershipInput> = {}, by = ada): Bytes => {
  const { change: what, seen, assumptions } = signoffInput();
  const input = {
    author: 'ada',
    credential: PASSKEY,
    change: what,
    filesRead: 2,
    filesTotal: 3,
    ran: ['npm test'],
    notUnderstood: ['nothing'],
    assumptions,
    seen,
  };
  return by.signEnvelope(statementBytes(ownershipStatement({ ...input, nonce: OWN, expires: '2026-12-20T10:21:00Z', ...change })));
};

interface Given {
  readonly summary?: Bytes;
  readonly word?: Bytes;
  readonly required?: Required;
  readonly showLanding?: boolean;
  readonly summaryAs?: LoggedAs['type'];
  readonly gates?: Parameters<typeof trust>[0];
  /** The author spoke after the sign-off. */
  readonly late?: boolean;
  readonly nonces?: readonly string[];
  readonly landedAt?: number;
}
function codes({ summary, word, required = {}, showLanding = true, summaryAs = 'vsa', gates, late = false, nonces = [NONCE, OWN], landedAt = NOW }: Given): readonly string[] {
  const said = word ?? utf8('none');
  const [first, a, l, s, last] = log.recordAll(
    [late ? utf8('none') : said, approval, landing(nonces), summary ?? utf8('none'), said],
    [{ type: 'ownership' }, {}, { type: 'landed', fields: MOVE, at: landedAt }, { type: summaryAs }, { type: 'ownership' }],
  );
  const o = late ? last : first;
  const parts = (p: BundleParts | undefined): BundleParts => p ?? { envelope: '', entry: '', proof: '' };
  const more = { ...(summary === undefined ? {} : { gate: parts(s) }), ...(word === undefined ? {} : { ownership: [parts(o)] }) };
  const bundle = parseBundle(utf8(formatBundle([parts(a)], showLanding ? parts(l) : undefined, more)));
  return bundle.ok ? verifyBundle(bundle.value, trust(gates), HERE, required).map((p) => p.code) : [bundle.error.code];
}

describe('the summary of the gate', () => {
  it('of this landing, over the sign-off that counts, holds', async () => expect(codes({ summary: await summed() })).toEqual([]));

  it.each<[string, Partial<Vsa>]>([
    ['another commit', { commit: 'f'.repeat(40) }],
    ['another ref', { ref: 'refs/heads/release' }],
    ['another repository', { resourceUri: 'git+https://countersign.example/git/pay.git' }],
    ['what it did not pass', { passed: false, levels: [] }],
    ['other sign-offs', { inputs: ['9'.repeat(64)] }],
  ])('of %s does not', async (_, change) => expect(codes({ summary: await summed(change) })).toEqual(['VSA_INVALID']));

  it('under another policy than the verifier knows does not', async () => {
    expect(codes({ summary: await summed({ policy: { uri: 'x', digest: '0'.repeat(64) } }), required: { policyDigest: 'e'.repeat(64) } })).toEqual(['VSA_INVALID']);
  });

  it('by a gate nobody trusts does not, nor without the landing, nor as another kind of entry', async () => {
    const stranger = softGate();
    expect(codes({ summary: await summed({}, stranger) })).toEqual(['VSA_INVALID']);
    expect(codes({ summary: await summed(), showLanding: false })).toEqual(['VSA_INVALID']);
    expect(codes({ summary: await summed(), summaryAs: 'verdict' })).toEqual(['LOG_FORMAT']);
  });

  it('is not asked where the trust file knows no gate, but is of the log all the same, and never stands for a sign-off', async () => {
    expect(codes({ summary: utf8('whatever'), gates: [] })).toEqual([]);
    expect(codes({ summary: utf8('whatever'), gates: [], summaryAs: 'verdict' })).toEqual(['LOG_FORMAT']);
    const file = formatBundle(log.recordAll([await summed()], [{ type: 'signoff' }]));
    const bundle = parseBundle(utf8(file));
    expect(bundle.ok && verifyBundle(bundle.value, trust(), HERE).map((p) => p.code)).toContain('QUORUM');
  });
});

describe('the author’s own word', () => {
  const required: Required = { ownership: { files: 3 } };
  it('is asked for only where policy asks, and then one that holds is enough', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ required })).toEqual(['OWNERSHIP_MISSING']);
    expect(codes({ required, word: owned() })).toEqual([]);
  });

  it.each<[string, Bytes, string]>([
    ['on another content', owned({ change: { ...signoffInput().change, manifest: '9'.repeat(64) } }), 'CONTENT_MISMATCH'],
    ['on other files', owned({ filesTotal: 4 }), 'OWNERSHIP_INVALID'],
    ['by whoever signed it off', owned({ author: 'mara' }, mara), 'OWNERSHIP_INVALID'],
    ['by a key of nobody', owned({}, make()), 'KEY_UNKNOWN'],
    ['that is a sign-off', mara.signEnvelope(signoffBytes({ nonce: 'c'.repeat(32) })), 'ST_TYPE'],
  ])('%s does not count', (_, word, code) => expect(codes({ required, word })).toEqual(expect.arrayContaining([code, 'OWNERSHIP_MISSING'])));

  it('comes before the first sign-off, is spent by the landing, and had not expired then', () => {
    expect(codes({ required, word: owned(), late: true })).toEqual(['OWNERSHIP_INVALID', 'OWNERSHIP_MISSING']);
    expect(codes({ required, word: owned(), nonces: [NONCE] })).toEqual(['ST_NONCE', 'OWNERSHIP_MISSING']);
    const short = owned({ expires: new Date(NOW + 60_000).toISOString() });
    expect(codes({ required, word: short, landedAt: NOW + 59_999 })).toEqual([]);
    expect(codes({ required, word: short, landedAt: NOW + 60_000 })).toEqual(['ST_EXPIRED', 'OWNERSHIP_MISSING']);
  });

  it('is bound to its entry', () => {
    const [entry] = log.recordAll([owned()], [{ type: 'signoff' }]);
    const bundle = parseBundle(utf8(formatBundle(log.recordAll([approval]), undefined, entry === undefined ? {} : { ownership: [entry] })));
    expect(bundle.ok && verifyBundle(bundle.value, trust(), HERE, required).map((p) => p.code)).toEqual(['LOG_FORMAT', 'OWNERSHIP_MISSING']);
  });
});

it('takes the keys policy asks for: what it tightens holds here too', () => {
  const { authenticators: _, ...unpinned } = trust();
  const bundle = parseBundle(utf8(formatBundle(log.recordAll([approval]))));
  const found = (required: Required) => (bundle.ok ? verifyBundle(bundle.value, unpinned, HERE, required).map((p) => p.code) : []);
  expect(found({ tier: 'high' })).toEqual([]);
  expect(found({ tier: 'high', authenticators: { synced: 'high', attestedFrom: 'high', coolDown: null } })).toEqual(['KEY_MODEL', 'QUORUM']);
});
