/** The gate's summary: by a trusted key under its own id, about exactly this landing, whole; and readable by others' verifiers. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { softGate } from '../../testing/gate.ts';
import { RP } from '../../testing/signoffs.ts';
import { base64, concat, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { statementBytes } from './build.ts';
import { formatEnvelope, pae } from './dsse.ts';
import { gateKeyId, pointOf, spkiOf, verifyAsGate } from './gate-key.ts';
import { sigstoreBundle } from './sigstore.ts';
import { NAMES } from './statement.ts';
import { levelsOf, openVsa, parseVsa, type Vsa, verifyVsa, vsaStatement } from './vsa.ts';

const gate = softGate();
const trusted = [{ id: gate.id, key: base64(gate.publicKey) }];
const VSA: Vsa = {
  commit: 'a'.repeat(40),
  ref: 'refs/heads/main',
  resourceUri: 'git+https://countersign.example/git/pay.git',
  verifier: { id: gate.id, version: '1.0.0' },
  timeVerified: '2026-11-20T10:21:05.000Z',
  policy: { uri: 'git+https://countersign.example/git/pay.git#countersign.yml', digest: 'b'.repeat(64) },
  inputs: ['c'.repeat(64), 'd'.repeat(64)],
  passed: true,
  levels: levelsOf({ tier: 'critical', signed: true, carried: false, brokeGlass: false }),
};
const EXPECT = { commit: VSA.commit, ref: VSA.ref, resourceUri: VSA.resourceUri };

async function sealed(payload: Bytes, by = gate, times = 1): Promise<Bytes> {
  const sig = await by.sign(pae(NAMES.payloadType, payload));
  return formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures: Array.from({ length: times }, () => ({ keyid: gateKeyId(by.publicKey), sig })) });
}
const seal = (of: Partial<Vsa> = {}, by = gate): Promise<Bytes> => sealed(statementBytes(vsaStatement({ ...VSA, ...of })), by);
const why = (result: ReturnType<typeof verifyVsa>): string => (result.ok ? 'holds' : result.error.map((p) => `${p.code} ${p.message}`).join('; '));

let envelope: Bytes;
beforeAll(async () => {
  envelope = await seal();
});

describe('a summary', () => {
  it('is read back as it was written', () => {
    expect(parseVsa(statementBytes(vsaStatement(VSA)))).toEqual({ ok: true, value: VSA });
    expect(verifyVsa(envelope, trusted, { ...EXPECT, policyDigest: VSA.policy.digest, levels: ['ORG_SOURCE_HUMAN_SIGNOFF', 'ORG_SOURCE_TIER_CRITICAL'] })).toEqual({
      ok: true,
      value: VSA,
    });
  });

  it('is of the published schema, and what the schema refuses the reader refuses', () => {
    const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../../docs/spec/vsa.schema.json', import.meta.url), 'utf8')));
    const honest = JSON.parse(text(statementBytes(vsaStatement(VSA))) ?? '');
    expect(schema.parse(honest)).toEqual(honest);
    expect(schema.safeParse(JSON.parse(text(statementBytes(vsaStatement({ ...VSA, passed: false, levels: [] }))) ?? '')).success).toBe(true);
    const without = (path: readonly string[], of = honest): unknown =>
      Array.isArray(of)
        ? of.map((o) => without(path, o))
        : Object.fromEntries(Object.entries(of).flatMap(([k, v]) => (k !== path[0] ? [[k, v]] : path.length === 1 ? [] : [[k, without(path.slice(1), v)]])));
    for (const path of [
      ['subject'],
      ['subject', 'annotations'],
      ['predicate', 'policy'],
      ['predicate', 'slsaVersion'],
      ['predicate', 'verifier', 'id'],
      ['predicate', 'inputAttestations', 'digest'],
    ]) {
      expect(schema.safeParse(without(path)).success).toBe(false);
      expect(parseVsa(utf8(JSON.stringify(without(path)))).ok).toBe(false);
    }
  });

  it('names no SLSA level, and a human only where one signed exactly this', () => {
    const levels = (signed: boolean, carried: boolean, brokeGlass: boolean) => levelsOf({ tier: 'high', signed, carried, brokeGlass });
    expect(levels(true, false, false)).toEqual(['ORG_SOURCE_HUMAN_SIGNOFF', 'ORG_SOURCE_TIER_HIGH']);
    expect(levels(true, true, false)).toEqual(['ORG_SOURCE_HUMAN_SIGNOFF_CARRIED', 'ORG_SOURCE_TIER_HIGH']);
    expect(levels(false, false, true)).toEqual(['ORG_SOURCE_BREAK_GLASS', 'ORG_SOURCE_TIER_HIGH']);
    expect(levels(false, false, false)).toEqual(['ORG_SOURCE_TIER_HIGH']);
  });

  it('is about this commit, ref, repository and policy, and passed', async () => {
    for (const [of, said] of [
      [{ commit: 'e'.repeat(40) }, 'about commit'],
      [{ ref: 'refs/heads/release' }, 'about refs/heads/release'],
      [{ resourceUri: 'git+https://countersign.example/git/other.git' }, 'other.git'],
      [{ policy: { ...VSA.policy, digest: 'e'.repeat(64) } }, 'another policy'],
      [{ passed: false, levels: [] }, 'once enforced, is no'],
      [{ levels: ['ORG_SOURCE_TIER_ROUTINE'] }, 'does not say ORG_SOURCE_HUMAN_SIGNOFF'],
    ] as const)
      expect(why(verifyVsa(await seal(of), trusted, { ...EXPECT, policyDigest: VSA.policy.digest, levels: ['ORG_SOURCE_HUMAN_SIGNOFF'] }))).toContain(said);
  });

  it('counts by its gate’s key under its gate’s id, and by no other pair', async () => {
    const other = softGate('https://countersign.example/other');
    const both = [...trusted, { id: other.id, key: base64(other.publicKey) }];
    expect(why(verifyVsa(await seal({}, other), trusted, EXPECT))).toContain('no gate of the trust file');
    expect(why(verifyVsa(await seal({}, other), both, EXPECT))).toContain('not that of gate https://countersign.example/gate');
    expect(why(verifyVsa(await seal({ verifier: { id: other.id } }, other), both, EXPECT))).toBe('holds');
    expect(why(verifyVsa(envelope, [], EXPECT))).toContain('VSA_INVALID');
    expect(why(verifyVsa(envelope, [{ id: gate.id, key: 'no key' }], EXPECT))).toContain('no gate');
  });

  it('has exactly one signature', async () => {
    expect(why(verifyVsa(await sealed(statementBytes(vsaStatement(VSA)), gate, 2), trusted, EXPECT))).toContain('exactly one');
    expect(sigstoreBundle(await sealed(statementBytes(vsaStatement(VSA)), gate, 2)).ok).toBe(false);
  });

  it('is never a person’s signature, nor a person’s its', async () => {
    const payload = statementBytes(vsaStatement(VSA));
    const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
    const spki = base64(spkiOf(key.point));
    const sshsig = formatEnvelope({ payloadType: NAMES.payloadType, payload, signatures: [{ keyid: '', sig: key.signPae(pae(NAMES.payloadType, payload)) }] });
    expect(pointOf(spkiOf(key.point))).toEqual(key.point);
    expect(why(verifyVsa(sshsig, [{ id: gate.id, key: spki }], EXPECT))).toContain('no gate');
  });

  it('holds with no bit of it flipped', () => {
    for (let n = 0; n < envelope.length * 8; n += 13) {
      const flipped = Uint8Array.from(envelope, (b, i) => (i === n >> 3 ? b ^ (1 << (n & 7)) : b));
      const answer = verifyVsa(flipped, trusted, EXPECT);
      // The hint beside the signature is outside what was signed, and nobody reads it.
      if (answer.ok) expect(answer.value).toEqual(VSA);
      else expect(answer.error.every((p) => p.code === 'VSA_INVALID')).toBe(true);
    }
  });

  it('is refused where it says anything twice, more, or against itself, signed or not', async () => {
    const honest = vsaStatement(VSA);
    const made = async (change: object, predicate: object = {}): Promise<string> =>
      why(verifyVsa(await sealed(utf8(JSON.stringify({ ...honest, predicate: { ...honest.predicate, ...predicate }, ...change }))), trusted, EXPECT));
    const twoRefs = [{ ...honest.subject[0], annotations: { sourceRefs: [VSA.ref, 'refs/heads/release'] } }];
    for (const change of [{ subject: [] }, { subject: [honest.subject[0], honest.subject[0]] }, { subject: twoRefs }, { predicateType: NAMES.predicate }, { extra: 1 }])
      expect(await made(change)).toContain('VSA_INVALID');
    for (const verifiedLevels of [
      [],
      ['FAILED'],
      ['SLSA_SOURCE_LEVEL_4', ...VSA.levels],
      ['ORG_SOURCE_HUMAN_SIGNOFF'],
      ['ORG_SOURCE_TIER_HIGH', 'ORG_SOURCE_TIER_ROUTINE'],
      ['ORG_SOURCE_TIER_HIGH', 'ORG_SOURCE_TIER_HIGH'],
      ['ORG_SOURCE_HUMAN_SIGNOFF', 'ORG_SOURCE_HUMAN_SIGNOFF_CARRIED', 'ORG_SOURCE_TIER_HIGH'],
    ])
      expect(await made({}, { verifiedLevels })).toContain('VSA_INVALID');
    expect(await made({}, { verificationResult: 'FAILED' })).toContain('contradict');
    expect(await made({}, { inputAttestations: [honest.predicate.inputAttestations[0], honest.predicate.inputAttestations[0]] })).toContain('twice');
    expect(await made({}, { slsaVersion: '1.0' })).toContain('slsaVersion');
    expect(await made({})).toBe('holds');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => !openVsa(bytes, trusted).ok && !parseVsa(bytes).ok && !sigstoreBundle(bytes).ok));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 80 }), (key, sig) => !verifyAsGate(base64(key), utf8('x'), sig)));
    fc.assert(fc.property(fc.json(), (json) => !parseVsa(utf8(json)).ok));
  });
});

describe('the key', () => {
  it('is one of P-256 in DER, to the byte', () => {
    const point = pointOf(gate.publicKey) ?? new Uint8Array(0);
    expect(point).toHaveLength(65);
    expect(spkiOf(point)).toEqual(gate.publicKey);
    for (const spki of [gate.publicKey.slice(1), concat(gate.publicKey, Uint8Array.of(0)), point, Uint8Array.from(gate.publicKey, (b, i) => (i === 26 ? 2 : b))])
      expect(pointOf(spki)).toBeUndefined();
  });
});

describe('as a Sigstore bundle', () => {
  const accepts = (file: string): boolean => {
    const keys = (hint: string) => {
      if (hint !== gateKeyId(gate.publicKey)) throw new Error(`no key ${hint}`);
      return { publicKey: createPublicKey({ key: Buffer.from(gate.publicKey), format: 'der', type: 'spki' }), validFor: () => true };
    };
    const material = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [], publicKey: keys };
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    try {
      verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(file))));
      return true;
    } catch {
      return false;
    }
  };
  const bundleOf = (of: Bytes): string => {
    const bundle = sigstoreBundle(of);
    if (!bundle.ok) throw new Error(bundle.error.message);
    return bundle.value;
  };

  it('is accepted by sigstore’s own verifier, and refused once anything signed is changed', async () => {
    const file = bundleOf(envelope);
    expect(accepts(file)).toBe(true);
    const bundle = JSON.parse(file);
    expect(bundle.mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    const tampered = utf8(JSON.stringify(vsaStatement({ ...VSA, commit: 'e'.repeat(40) })));
    expect(accepts(JSON.stringify({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: base64(tampered) } }))).toBe(false);
    expect(accepts(bundleOf(await seal({}, softGate())))).toBe(false);
    const [signature] = bundle.dsseEnvelope.signatures;
    expect(accepts(JSON.stringify({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [signature, signature] } }))).toBe(false);
  });
});
