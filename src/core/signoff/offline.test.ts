import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, type SoftAuthenticator, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { LADDER, type LoggedAs, NOW, RP, signoffBytes, signoffInput, testLog } from '../../testing/signoffs.ts';
import { cosigned as cosignedBy, entryOf, subjectOf, trustedBy, trustFileOf, withGenesis } from '../../testing/trust-files.ts';
import { type TestWitness, testWitness } from '../../testing/witnesses.ts';
import { base64, text as decoded, fromBase64, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import type { Said } from './authority.ts';
import { type BundleParts, formatBundle, parseBundle } from './bundle.ts';
import { pae } from './dsse.ts';
import { enrolmentStatement, termFrom } from './enrolment.ts';
import { examineBundle, verifyBundle } from './offline.ts';
import type { Required } from './offline-terms.ts';
import { type RevocationWord, revocationStatement, rosterStatement } from './roster-word.ts';
import { formatSnapshot, type PlacedWord, type Snapshot, statementsDigest } from './snapshot.ts';
import { NAMES, type SignoffDecision } from './statement.ts';
import { parseTrust, TRUST_TYPE } from './trust-file.ts';

const log = testLog();
const people = ['mara', 'noor', 'kim'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
const file = trustFileOf(people, log);
const trust = trustedBy(file);
const MOVE = { change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', old: 'd'.repeat(40), new: 'e'.repeat(40) };
const landed = { moves: [{ old: MOVE.old, new: MOVE.new }], repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64) };

const keyOf = (person: string): SoftAuthenticator => people.find((p) => p.person === person)?.key ?? softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const by = (person: string, nonce = 'a'.repeat(32)): Bytes => keyOf(person).signEnvelope(signoffBytes({ nonce, signer: { ...signoffInput().signer, person } }));
const proven = (parts: readonly BundleParts[], required: Required = {}, gate?: BundleParts, trusted = trust, at = landed): readonly string[] => {
  const bundle = parseBundle(utf8(formatBundle(parts, gate)));
  return bundle.ok ? verifyBundle(bundle.value, trusted, at, required).map((p) => p.code) : [bundle.error.code];
};
const one = log.record(by('mara'));
/** The entry after some other one. */
const behind = (body: Bytes, as: LoggedAs): BundleParts => log.recordAll([utf8('before'), body], [{}, as])[1] ?? one;
const ORIGIN = log.origin;
const taken = (of: RevocationWord['of'], by: readonly string[], from = NOW, index = 9): Said => ({
  ...{ type: 'revocation', index, at: NOW + 1_000 },
  body: cosignedBy(revocationStatement({ of, from, reason: 'stolen' }, ORIGIN, index.toString(16).padStart(32, '0')), by.map(keyOf)),
});
const landing = (as: LoggedAs, nonces: readonly string[] = ['a'.repeat(32)]): BundleParts =>
  behind(utf8(JSON.stringify({ v: 1, nonces })), { type: 'landed', at: NOW, fields: MOVE, ...as });

describe('a bundle', () => {
  it('proves what was signed and logged', () => expect(proven([one])).toEqual([]));

  it('cut at any byte cannot be read', () => {
    const file = utf8(formatBundle([one], behind(utf8('gate'), { type: 'landed' })));
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
    const early = trustedBy(trustFileOf(people, log, { at: NOW + 1 }));
    expect(proven([one], {}, undefined, early)).toEqual(['LOG_FORK', 'QUORUM']);
    const revoked = (from: number) => trustedBy(trustFileOf(people, log, { said: [taken({ key: keyOf('mara').keyid }, ['noor', 'kim'], from)] }));
    expect(proven([one], {}, undefined, revoked(NOW))).toEqual(['KEY_REVOKED', 'QUORUM']);
    expect(proven([one], {}, undefined, revoked(NOW + 1))).toEqual([]);
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
    expect(proven([one], {}, behind(utf8('no nonces'), { type: 'landed', at: NOW, fields: MOVE }))).toEqual(['LOG_FORMAT']);
    expect(proven([one], {}, landing({}), trust, { ...landed, moves: [] })).toEqual(['CONTENT_MISMATCH']);
  });
});

describe('trust comes from outside', () => {
  it('a signature by a key of nobody counts for nothing, whatever the bundle says', () => {
    expect(proven([log.record(by('eve'))])).toEqual(['KEY_UNKNOWN', 'QUORUM']);
  });

  it('demo data needs to be asked for', () => {
    const demo = trustedBy(trustFileOf(people, log, { genesis: { mode: 'demo' } }));
    expect(proven([one], {}, undefined, demo)).toEqual(['TRUST_DEMO', 'QUORUM']);
    expect(proven([one], { allowDemo: true }, undefined, demo)).toEqual([]);
  });

  it('a landing that stands before the sign-off revives nothing that was taken back', () => {
    const back = trustedBy(trustFileOf(people, log, { said: [taken({ signoff: sha256Hex(by('mara')) }, ['mara'], NOW, 5)] }));
    const early = log.record(utf8(JSON.stringify({ v: 1, nonces: ['a'.repeat(32)] })), { type: 'landed', at: NOW, fields: MOVE });
    expect(proven([one], {}, early)).toEqual(['LOG_FORK', 'QUORUM']);
    expect(proven([one], {}, early, back)).not.toEqual([]);
  });

  it('a log key that was followed by another signs nothing larger, whoever has it now', () => {
    const next = testLog();
    const rotated = trustedBy(trustFileOf(people, log, { vkeys: [log.vkey, next.vkey], rotations: [2] }));
    const of = (by_: typeof log, size: number) => by_.recordAll([by('mara'), ...Array.from({ length: size - 1 }, (_, i) => utf8(`${i}`))])[0];
    const codes = (signer: typeof log, size: number) =>
      proven(
        [of(signer, size)].filter((p) => p !== undefined),
        {},
        undefined,
        rotated,
      );
    expect(codes(log, 1)).toEqual([]);
    expect(codes(log, 2)).toEqual([]);
    expect(codes(log, 3)).toEqual(['LOG_SIG', 'QUORUM']);
    expect(codes(next, 3)).toEqual([]);
    expect(codes(next, 1)).toEqual(['LOG_SIG', 'QUORUM']);
  });

  it('what landed is the word of the clone', () => {
    expect(proven([one], {}, undefined, trust, { ...landed, manifest: '9'.repeat(64) })).toEqual(['CONTENT_MISMATCH', 'QUORUM']);
    expect(proven([one], {}, undefined, trust, { ...landed, targetRef: 'refs/heads/x' })).toEqual(['ST_REF', 'QUORUM']);
  });
});

describe('quorum', () => {
  const nonce = (n: number): string => n.toString(16).padStart(32, '0');

  it('k persons never pass k + 1, with however many keys and signatures', () => {
    const second = people.map(({ person }) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
    const holders = [...people, ...second];
    const everybody = trustedBy(trustFileOf(holders, log));
    const signed = ({ person, key }: (typeof holders)[number], n: number) => key.signEnvelope(signoffBytes({ nonce: nonce(n), signer: { ...signoffInput().signer, person } }));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...holders), { minLength: 1, maxLength: 6 }), (signers) => {
        const parts = signers.map((holder, i) => log.record(signed(holder, i)));
        const persons = new Set(signers.map((s) => s.person)).size;
        expect(proven(parts, { seats: [{ humans: persons, level: 'L6' }] }, undefined, everybody)).toEqual([]);
        expect(proven(parts, { seats: [{ humans: persons + 1, level: 'L6' }] }, undefined, everybody)).toEqual(['QUORUM']);
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

  it('a seat that asks for hardware is filled by keys whose maker is pinned alone', () => {
    const { authenticators: _, ...unpinned } = trust;
    const asked = (presence: 'passkey' | 'hardware', known = trust) => proven([one], { tier: 'high', seats: [{ humans: 1, level: null, presence }] }, undefined, known);
    expect(asked('hardware')).toEqual([]);
    expect(asked('passkey', unpinned)).toEqual([]);
    expect(asked('hardware', unpinned)).toEqual(['QUORUM']);
  });

  it('asks for what is due at a push: not for seats of a deployment, and for those of an intent somebody else fills', () => {
    const seat = { humans: 1, level: null } as const;
    expect(proven([one], { seats: [seat, { ...seat, stage: 'deploy' }] })).toEqual([]);
    expect(proven([one], { seats: [{ ...seat, stage: 'deploy' }] })).toEqual([]);
    expect(proven([one, log.record(by('noor'))], { seats: [seat, { ...seat, stage: 'intent' }] })).toEqual(['QUORUM']);
  });

  it('cannot tell whether somebody alone has waited', () => expect(proven([one], { soloAfter: 60_000 })).toEqual(['SOLO']));

  it("nobody fills a seat by somebody else's level", () => {
    const junior = trustedBy(
      trustFileOf(
        people.map((p) => (p.person === 'kim' ? { ...p, level: 'L5' } : p)),
        log,
      ),
    );
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
  const codesOf = (read: ReturnType<typeof parseTrust>): readonly string[] => [...new Set(read.ok ? [] : read.error.map((p) => p.code))];
  const other = softAuthenticator({ rpId: 'evil.example', origin: 'https://evil.example' });
  const ssh = softSshKey('sk-ssh-ed25519', RP.rpId);
  const mara = subjectOf({ person: 'mara', key: keyOf('mara') });
  const alter = (change: object): string => JSON.stringify({ ...JSON.parse(file), ...change });
  const genesis = (change: (said: { founders: readonly object[] } & { readonly [name: string]: unknown }) => object): string =>
    withGenesis(file, (body) => JSON.stringify(change(JSON.parse(body) as { founders: readonly object[] })));
  const firstFounder = (change: object): string => genesis((g) => ({ ...g, founders: [{ ...mara, ...change }, ...g.founders.slice(1)] }));

  it('gives the people genesis pins, and its pin', () => {
    expect(trust.states[0].keys.map((k) => [k.person, k.keyid, k.founder])).toEqual(people.map(({ person, key }) => [person, key.keyid, true]));
    expect(trust.states[0].pin).toMatch(/^[0-9a-f]{64}$/);
  });

  it('cut at any byte is refused or is the whole of it', () => {
    for (let n = 0; n < file.length - 1; n += 3) expect(parseTrust(utf8(file.slice(0, n))).ok).toBe(false);
  });

  it.each([
    ['another type', alter({ mediaType: 'x' })],
    ['an unknown member', alter({ extra: 1 })],
    ['a level twice', alter({ ladder: [...LADDER, 'L6'] })],
    ['no log key', alter({ logKeys: [] })],
    ['a log key of another log', alter({ logKeys: [testLog('other.example/log').vkey] })],
    ['two log keys and not where the first ended', alter({ logKeys: [log.vkey, testLog().vkey] })],
    ['ends of keys out of order', alter({ logKeys: [log.vkey, testLog().vkey, testLog().vkey], rotations: [5, 5] })],
    ['an end of the only log key', alter({ rotations: [5] })],
    ['a log key that is none', alter({ logKeys: ['x+00000000+AA=='] })],
    ['a genesis body its entry does not name', alter({ genesis: { ...JSON.parse(file).genesis, body: base64(utf8('{}')) } })],
    ['a doubled member', file.replace('"size": 1', '"size": 1,"size": 1')],
    ['no origins', genesis((g) => ({ ...g, origins: [] }))],
    ['an origin with a path', genesis((g) => ({ ...g, origins: ['https://countersign.example/'] }))],
    ['one founder who is not solo', genesis((g) => ({ ...g, founders: g.founders.slice(0, 1) }))],
    ['several founders who say solo', genesis((g) => ({ ...g, solo: true }))],
    ['another name in the genesis than in its entry', genesis((g) => ({ ...g, origin: 'other.example/log' }))],
    ['a founder twice', genesis((g) => ({ ...g, founders: [...g.founders, ...g.founders.slice(0, 1)] }))],
    ['a founder of two levels', firstFounder({ person: 'noor', level: 'L7' })],
    ['a key id that lies', firstFounder({ keyid: keyOf('noor').keyid })],
    ['a demo key in production', firstFounder({ kind: 'demo' })],
    ['a passkey of another party', firstFounder({ keyid: other.keyid, blob: base64(other.blob) })],
    ['a passkey that is no ES256 key', firstFounder({ keyid: ssh.keyid, blob: base64(ssh.blob) })],
    ['a key that cannot be read', firstFounder({ blob: 'AAAA' })],
    ['a key that is not base64', firstFounder({ blob: '!' })],
    ['a person with a wildcard', firstFounder({ person: '*' })],
  ])('with %s is refused', (_, text) =>
    expect(parseTrust(utf8(text))).toMatchObject({ ok: false, error: expect.arrayContaining([expect.objectContaining({ code: 'TRUST_FORMAT' })]) }),
  );

  describe('holds what people signed, and nothing else', () => {
    const eve = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
    const enrolled = (person: string, by: readonly string[], index = 3): Said => ({
      ...{ type: 'enrolment', index, at: NOW - 48 * 3_600_000 },
      body: cosignedBy(enrolmentStatement(subjectOf({ person, key: eve }), RP.rpId, '0'.repeat(32), termFrom(NOW)), by.map(keyOf)),
    });
    const word = (said: readonly Said[]) => trustFileOf(people, log, { said });

    it('an enrolment by two founders counts for what came after it', () => {
      const trusted = trustedBy(word([enrolled('eve', ['mara', 'noor'])]));
      const envelope = eve.signEnvelope(signoffBytes({ signer: { ...signoffInput().signer, person: 'eve' } }));
      const [before, , , , after] = log.recordAll([envelope, utf8('1'), utf8('2'), utf8('3'), envelope]);
      if (before === undefined || after === undefined) throw new Error('no evidence');
      expect(proven([after], {}, undefined, trusted)).toEqual([]);
      expect(proven([before], {}, undefined, trusted)).toEqual(['KEY_UNKNOWN', 'QUORUM']);
    });

    it.each<[string, readonly Said[]]>([
      ['one founder enrolled', [enrolled('eve', ['mara'])]],
      ['nobody who counts enrolled', [enrolled('eve', ['stranger', 'strangest'])]],
      ['said twice', [enrolled('eve', ['mara', 'noor']), enrolled('eve', ['mara', 'noor'], 4)]],
      ['dated before the one above it', [taken({ key: keyOf('mara').keyid }, ['mara'], NOW, 3), { ...enrolled('eve', ['noor', 'kim'], 4), at: NOW }]],
      ['in another order than the log', [taken({ key: keyOf('mara').keyid }, ['mara'], NOW, 5), enrolled('eve', ['noor', 'kim'], 4)]],
      ['a revocation by one who may not', [taken({ person: 'mara' }, ['mara'])]],
      [
        'for another log',
        [
          {
            ...taken({ person: 'mara' }, []),
            body: cosignedBy(revocationStatement({ of: { person: 'mara' }, from: NOW, reason: 'x' }, 'other.example/log', '1'.repeat(32)), ['noor', 'kim'].map(keyOf)),
          },
        ],
      ],
    ])('a statement %s refuses the file', (_, said) => expect(codesOf(parseTrust(utf8(word(said))))).toEqual(['TRUST_FORMAT']));

    it('a signature dated back behind the entry that took its key away proves nothing', () => {
      const trusted = trustedBy(word([taken({ key: keyOf('mara').keyid }, ['noor', 'kim'], NOW + 500, 3)]));
      const late = (at: number) => log.recordAll([...Array.from({ length: 5 }, (_, i) => utf8(String(i))), by('mara')], [{}, {}, {}, {}, {}, { at }]).at(-1);
      const codes = (at: number) => {
        const parts = late(at);
        return parts === undefined ? [] : proven([parts], {}, undefined, trusted);
      };
      expect(codes(NOW)).toEqual(['LOG_FORK', 'QUORUM']);
      expect(codes(NOW + 2_000)).toEqual(['KEY_REVOKED', 'QUORUM']);
    });

    it('a sign-off that was taken back proves nothing: by its signer alone, or by two trustees, and by no other alone', () => {
      const digest = JSON.parse(decoded(fromBase64(one.entry) ?? utf8('')) ?? '').envelope as string;
      const codes = (by: readonly string[]) => proven([one], {}, undefined, trustedBy(word([taken({ signoff: digest }, by)])));
      expect(codes(['mara'])).toEqual(['REV_REVOKED', 'QUORUM']);
      expect(codes(['noor', 'kim'])).toEqual(['REV_REVOKED', 'QUORUM']);
      expect(codes(['noor'])).toEqual([]);
    });

    it('a level given later does not reach back, and one taken later neither', () => {
      const lowered: Said = {
        type: 'roster',
        index: 9,
        at: NOW + 1,
        body: cosignedBy(rosterStatement({ person: 'mara', action: 'level', level: 'L4', reason: 'moved' }, ORIGIN, '2'.repeat(32), termFrom(NOW)), ['noor', 'kim'].map(keyOf)),
      };
      expect(proven([one], { seats: [{ humans: 1, level: 'L6' }] }, undefined, trustedBy(word([lowered])))).toEqual([]);
      const late = log.recordAll([...Array.from({ length: 10 }, (_, i) => utf8(String(i))), by('mara')], [...new Array(10).fill({}), { at: NOW + 1 }]).at(-1);
      expect(late && proven([late], {}, undefined, trustedBy(word([lowered])))).toEqual(['QUAL_LEVEL', 'QUORUM']);
    });
  });

  describe('witnesses', () => {
    const [ci, auditor] = [testWitness('witness.example/ci'), testWitness('witness.example/auditor')];
    const policy = (k: number): string => `log ${log.vkey}\nwitness ci ${ci.vkey}\nwitness auditor ${auditor.vkey}\ngroup g ${k} ci auditor\nquorum g\n`;
    const trusted = (k: number) => trustedBy(trustFileOf(people, log, { witnesses: policy(k) }));
    const SEEN = NOW / 1_000;
    /** The witnesses' lines, under the checkpoint of the proof. */
    const cosigned = (by: readonly TestWitness[], time = SEEN): BundleParts => {
      const gap = one.proof.indexOf('\n\n') + 2;
      return { ...one, proof: `${one.proof}${by.map((w) => w.line(one.proof.slice(gap), time)).join('')}` };
    };
    const codes = (parts: BundleParts, k = 2) => proven([parts], {}, undefined, trusted(k));

    it('below the quorum nothing is proven, whatever the log signed', () => {
      expect(codes(cosigned([ci, auditor]))).toEqual([]);
      expect(codes(cosigned([ci]), 1)).toEqual([]);
      for (const by of [[], [ci], [ci, ci]]) expect(codes(cosigned(by))).toEqual(['LOG_QUORUM', 'QUORUM']);
    });

    it('know the time: an entry dated after they saw it is refused', () => {
      expect(codes(cosigned([ci, auditor], SEEN - 301))).toEqual(['LOG_FORK', 'QUORUM']);
      expect(codes(cosigned([ci, auditor], SEEN - 200))).toEqual([]);
    });

    it('in a policy that cannot be read refuse the file', () => {
      for (const witnesses of ['quorum none\n', 'nonsense', policy(3)]) expect(codesOf(parseTrust(utf8(trustFileOf(people, log, { witnesses }))))).toEqual(['TRUST_FORMAT']);
    });
  });

  describe('freshness', () => {
    const revocation = taken({ key: keyOf('mara').keyid }, ['noor', 'kim']);
    const later = { index: revocation.index, entry: base64(entryOf(revocation)), envelope: base64(revocation.body) };
    const placed = { index: revocation.index, entry: entryOf(revocation) };
    const snapshot = (statements: readonly PlacedWord[], change: Partial<Snapshot> = {}) =>
      log.note(formatSnapshot({ origin: ORIGIN, size: 12, at: NOW, statements: statementsDigest(statements), ...change }));
    const codes = (note: string | undefined, more: readonly (typeof later)[], fresh: Required['fresh'] = { now: NOW + 1_000, maxAge: 2_000 }) => {
      const bundle = parseBundle(utf8(formatBundle([one], undefined, note === undefined ? {} : { snapshot: { note, later: more } })));
      return bundle.ok ? verifyBundle(bundle.value, trust, landed, fresh === undefined ? {} : { fresh }).map((p) => p.code) : [bundle.error.code];
    };

    it('holds by the log’s word that these are all the statements, in time', () => {
      expect(codes(snapshot([]), [])).toEqual([]);
      expect(codes(snapshot([]), [], { now: NOW + 2_001, maxAge: 2_000 })).toEqual(['REV_STALE']);
      expect(codes(snapshot([], { at: NOW + 600_000 }), [])).toEqual(['REV_STALE']);
      expect(codes(undefined, [])).toEqual(['REV_MISSING']);
    });

    it('is not for a key to say that was replaced since, at whatever size', () => {
      const [at40, at12] = [40, 12].map((size) => trustedBy(trustFileOf(people, log, { vkeys: [log.vkey, testLog().vkey], rotations: [size] })));
      if (at40 === undefined || at12 === undefined) throw new Error('no trust');
      const bundle = parseBundle(utf8(formatBundle([one], undefined, { snapshot: { note: snapshot([]), later: [] } })));
      if (!bundle.ok) throw new Error(bundle.error.message);
      for (const rotated of [at40, at12]) {
        expect(verifyBundle(bundle.value, rotated, landed, { fresh: { now: NOW, maxAge: 1_000 } }).map((p) => p.code)).toEqual(['REV_STALE']);
        expect(verifyBundle(bundle.value, rotated, landed)).toEqual([]);
      }
    });

    it('brings what was taken back since the trust file, asked for or not', () => {
      expect(codes(snapshot([placed]), [later])).toEqual(['KEY_REVOKED', 'QUORUM']);
      const bundle = parseBundle(utf8(formatBundle([one], undefined, { snapshot: { note: snapshot([placed]), later: [later] } })));
      expect(bundle.ok && verifyBundle(bundle.value, trust, landed).map((p) => p.code)).toEqual(['KEY_REVOKED', 'QUORUM']);
    });

    it('is refused where a statement was left out, invented or is of another log', () => {
      expect(codes(snapshot([placed]), [])).toEqual(['REV_MISSING']);
      expect(codes(snapshot([]), [later])).toEqual(expect.arrayContaining(['REV_MISSING']));
      const alone = { ...revocation, body: taken({ person: 'mara' }, ['noor']).body };
      expect(codes(snapshot([{ index: alone.index, entry: entryOf(alone) }]), [{ ...later, entry: base64(entryOf(alone)), envelope: base64(alone.body) }])).toEqual([
        'REV_MISSING',
      ]);
      expect(codes(testLog().note(formatSnapshot({ origin: ORIGIN, size: 12, at: NOW, statements: statementsDigest([]) })), [])).toEqual(['REV_MISSING']);
      expect(codes(log.note(`${ORIGIN}\n12\n${base64(new Uint8Array(32))}\n`), [])).toEqual(['REV_MISSING']);
    });
  });

  describe('signed as a whole', () => {
    const pin = trust.states[0].pin;
    const signedBy = (who: readonly string[], content = file, namespace: string = NAMES.trustNamespace): Bytes =>
      envelopeOf(
        utf8(content),
        who.map((person) => ({ keyid: keyOf(person).keyid, sig: keyOf(person).signPae(pae(TRUST_TYPE, utf8(content)), {}, namespace) })),
        TRUST_TYPE,
      );

    it('by two trustees is what a verifier who pins the genesis takes', () => {
      expect(parseTrust(signedBy(['mara', 'kim']), { pin })).toMatchObject({ ok: true, value: { signers: ['mara', 'kim'] } });
      expect(parseTrust(utf8(file)).ok).toBe(true);
    });

    it.each<[string, Bytes]>([
      ['not at all', utf8(file)],
      ['by one', signedBy(['mara'])],
      ['by one twice', signedBy(['mara', 'mara'])],
      ['by one and a stranger', signedBy(['mara', 'eve'])],
      ['as if it were a sign-off', signedBy(['mara', 'kim'], file, NAMES.namespace)],
    ])('%s is not', (_, bytes) => expect(codesOf(parseTrust(bytes, { pin }))).toEqual(['TRUST_SIG']));

    it('of another log, older than one that was seen, or expired, is refused', () => {
      expect(parseTrust(signedBy(['mara', 'kim']), { pin: '0'.repeat(64) })).toMatchObject({ error: [{ code: 'TRUST_SIG' }] });
      expect(parseTrust(utf8(file), { atLeast: 2 })).toMatchObject({ error: [{ code: 'TRUST_ROLLBACK' }] });
      const expiring = utf8(trustFileOf(people, log, { expires: NOW }));
      expect(parseTrust(expiring, { now: NOW })).toMatchObject({ error: [{ code: 'TRUST_EXPIRED' }] });
      expect(parseTrust(expiring, { now: NOW - 1 }).ok).toBe(true);
    });
  });
});
