/** A carried sign-off proved again: what holds, and every way it is refused. The attacker wrote the body. */
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { RP, signoffInput, testLog } from '../../testing/signoffs.ts';
import { trustedBy, trustFileOf } from '../../testing/trust-files.ts';
import { base64, concat, utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import type { Entry } from '../log/entry.ts';
import { type CoveredRule, DEFAULT_ON_CHANGE } from '../policy/carry.ts';
import { signoffStatement, statementBytes } from './build.ts';
import { formatBundle, parseBundle } from './bundle.ts';
import { type Carry, type CarryExpectation, checkCarry, parseCarry } from './carry.ts';
import { examineBundle } from './offline.ts';
import type { Required } from './offline-terms.ts';

const oid = (c: string): string => c.repeat(40);
const file = (path: string, old: string, now: string, mode = '100644'): Uint8Array => utf8(`:100644 ${mode} ${oid(old)} ${oid(now)} M\0${path}\0`);
const SIGNED = concat(file('a.txt', '1', '2'), file('b.txt', '3', '4'));
const LANDED = concat(file('a.txt', '1', '5'), file('b.txt', '3', '4'));
const side = (raw: Uint8Array, manifest256: string) => ({ base: oid('b'), mergeBase: oid('b'), head: oid('c'), manifest: sha256Hex(raw), manifest256, records: base64(raw) });

const body = (more: object = {}) => ({
  v: 1,
  signoff: 'f'.repeat(64),
  tier: 'elevated',
  policy: 'e'.repeat(64),
  signed: side(SIGNED, '8'.repeat(64)),
  now: side(LANDED, '9'.repeat(64)),
  rules: [{ rule: 'beta', paths: ['b.txt'], onChange: DEFAULT_ON_CHANGE }],
  classes: [
    ['a.txt', 'rework'],
    ['b.txt', 'no-change'],
  ],
  ...more,
});
const entry = (more: Entry['fields'] = {}): Entry => ({
  type: 'carry',
  at: 0,
  envelope: '',
  fields: { signoff: 'f'.repeat(64), from: sha256Hex(SIGNED), to: sha256Hex(LANDED), ...more },
});
const parsed = (said: object = body(), of = entry()) => parseCarry({ entry: of, index: 7 }, utf8(JSON.stringify(said)));
const carryOf = (said: object = body(), of = entry()): Carry => {
  const carry = parsed(said, of);
  if (!carry.ok) throw new Error(carry.error.message);
  return carry.value;
};

const statement = (more: Parameters<typeof signoffInput>[0] = {}, raw = SIGNED) => {
  const { change, policy } = signoffInput();
  return signoffStatement(signoffInput({ change: { ...change, manifest: sha256Hex(raw), manifest256: '8'.repeat(64) }, policy: { ...policy, tier: 'elevated' }, ...more }));
};
const log = testLog();
const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const trust = trustedBy(trustFileOf([{ person: 'mara', key }], log));

const covers =
  (...rules: readonly CoveredRule[]) =>
  (): readonly CoveredRule[] =>
    rules;
const BETA: CoveredRule = { rule: 'beta', paths: ['b.txt'], onChange: DEFAULT_ON_CHANGE };
const AT: CarryExpectation = { manifest: sha256Hex(LANDED), manifest256: '9'.repeat(64), tier: 'elevated', provenance: 'agent', covers: covers(BETA) };
const codes = (carry: Carry, at: Partial<CarryExpectation> = {}, said = statement(), index = 3) => checkCarry(carry, said, index, { ...AT, ...at }).map((p) => p.code);

describe('the body of a carry', () => {
  it('is read where both record lists have the manifests it gives them', () => {
    expect(carryOf()).toMatchObject({ rules: ['beta'], tier: 'elevated', index: 7, signed: { manifest: sha256Hex(SIGNED) }, now: { manifest: sha256Hex(LANDED) } });
  });

  it.each([
    ['other records', body({ signed: { ...side(SIGNED, ''), records: base64(LANDED) } })],
    ['records that are no difference', body({ signed: { ...side(utf8('x'), '') } })],
    ['records that are not base64', body({ now: { ...side(LANDED, ''), records: '-' } })],
    ['a member nobody declared', body({ more: 1 })],
    ['no rule', body({ rules: [] })],
    ['a rule of no path', body({ rules: [{ rule: 'beta', paths: [], onChange: DEFAULT_ON_CHANGE }] })],
    ['another version', body({ v: 2 })],
  ])('with %s is refused', (_, said) => expect(parsed(said)).toMatchObject({ ok: false, error: { code: 'CARRY_INVALID' } }));

  it.each<Entry['fields']>([{ signoff: 'a'.repeat(64) }, { from: 'a'.repeat(64) }, { to: 'a'.repeat(64) }])('of another entry is refused: %o', (fields) => {
    expect(parsed(body(), entry(fields))).toMatchObject({ ok: false, error: { code: 'CARRY_INVALID' } });
  });

  it('that is no JSON is refused', () => expect(parseCarry({ entry: entry(), index: 0 }, utf8('{'))).toMatchObject({ ok: false, error: { code: 'CARRY_INVALID' } }));
});

describe('a carry', () => {
  it('holds where every path of its rules is the record that was signed', () => expect(codes(carryOf())).toEqual([]));

  it('does not where the statement signed other records, or the clone holds others', () => {
    expect(codes(carryOf(), {}, statement({}, LANDED))).toEqual(['CARRY_INVALID']);
    expect(codes(carryOf(body({ signed: side(SIGNED, '7'.repeat(64)) })))).toEqual(['CARRY_INVALID']);
    expect(codes(carryOf(), { manifest: '0'.repeat(64) })).toEqual(['CARRY_INVALID']);
    expect(codes(carryOf(), { manifest256: '0'.repeat(64) })).toEqual(['CARRY_INVALID']);
  });

  it('does not from tier high on, by any account of the tier, or where it is not known', () => {
    expect(codes(carryOf(), { tier: 'high' })).toEqual(['CARRY_TIER']);
    expect(codes(carryOf(body({ tier: 'high' })))).toEqual(['CARRY_TIER']);
    expect(codes(carryOf(body({ tier: 'wish' })))).toEqual(['CARRY_TIER']);
    expect(codes(carryOf(), {}, statement({ policy: { ...signoffInput().policy, tier: 'critical' } }))).toEqual(['CARRY_TIER']);
    const { tier: _, ...unknown } = AT;
    expect(checkCarry(carryOf(), statement(), 3, unknown).map((p) => p.code)).toEqual(['CARRY_TIER']);
  });

  it('does not where a path of the rule, by the verifier’s own policy, holds something else', () => {
    const both = { ...BETA, paths: ['a.txt', 'b.txt'] };
    expect(checkCarry(carryOf(), statement(), 3, { ...AT, covers: covers(both) })).toMatchObject([
      { code: 'CARRY_INVALID', message: expect.stringContaining('a.txt of rule beta') },
    ]);
    expect(codes(carryOf(), { covers: covers({ ...BETA, paths: ['c.txt'] }) })).toEqual(['CARRY_INVALID']);
  });

  it.each([
    ['its mode', file('b.txt', '3', '4', '100755')],
    ['its base', file('b.txt', '6', '4')],
    ['its content', file('b.txt', '3', '6')],
  ])('does not where %s is another', (_, b) => {
    const raw = concat(file('a.txt', '1', '5'), b);
    const carry = carryOf(body({ now: side(raw, '9'.repeat(64)) }), entry({ to: sha256Hex(raw) }));
    expect(codes(carry, { manifest: sha256Hex(raw) })).toEqual(['CARRY_INVALID']);
  });

  it('does not for a rule that asks for nothing, covers nothing, keeps nothing, or is not known', () => {
    expect(codes(carryOf(), { covers: covers() })).toEqual(['CARRY_INVALID']);
    expect(codes(carryOf(), { covers: covers({ ...BETA, paths: [] }) })).toEqual(['CARRY_INVALID']);
    for (const c of ['no-change', 'message', 'trivial-rebase'] as const)
      expect(codes(carryOf(), { covers: covers({ ...BETA, onChange: { ...DEFAULT_ON_CHANGE, [c]: 'recheck' } }) })).toEqual(['CARRY_INVALID']);
    const { covers: _, ...unknown } = AT;
    expect(checkCarry(carryOf(), statement(), 3, unknown).map((p) => p.code)).toEqual(['CARRY_INVALID']);
  });

  it('does not where more AI is known of, or how much was known is not', () => {
    expect(codes(carryOf(), { provenance: 'agent' }, statement({ provenance: { ...signoffInput().provenance, level: 'unattributed' } }))).toEqual(['CARRY_INVALID']);
    const { provenance: _, ...unknown } = AT;
    expect(checkCarry(carryOf(), statement(), 3, unknown).map((p) => p.code)).toEqual(['CARRY_INVALID']);
  });

  it('does not where it is logged before the sign-off', () => expect(codes(carryOf(), {}, statement(), 7)).toEqual(['CARRY_INVALID']));
});

describe('a bundle with a carried sign-off', () => {
  const envelope = key.signEnvelope(statementBytes(statement()));
  const objection = key.signEnvelope(statementBytes(statement({ decision: 'changes', conditions: ['no'], nonce: 'b'.repeat(32) })));
  const landed = { repo: 'infra', targetRef: 'refs/heads/main', manifest: sha256Hex(LANDED), manifest256: '9'.repeat(64) };
  const SEAT = { rule: 'beta', answers: ['beta'], humans: 1, level: 'L6' };
  const required: Required = { tier: 'elevated', provenance: 'agent', covers: covers(BETA), seats: [SEAT] };
  const fieldsOf = (signed: Uint8Array) => ({ signoff: sha256Hex(signed), from: sha256Hex(SIGNED), to: sha256Hex(LANDED) });
  /** `of`: the envelope that was carried, logged before the carry. */
  const examined = (more: Partial<Required> = {}, { of = envelope, as = 'carry', at = landed }: { of?: Uint8Array; as?: string; at?: typeof landed } = {}) => {
    const carry = utf8(JSON.stringify(body({ signoff: sha256Hex(of) })));
    const [signoff, why] = log.recordAll([of, carry], [{}, { type: as, fields: fieldsOf(of) }]);
    const bundle = parseBundle(utf8(formatBundle(signoff === undefined ? [] : [signoff], undefined, why === undefined ? {} : { carries: [why] })));
    if (!bundle.ok) throw new Error(bundle.error.message);
    return examineBundle(bundle.value, trust, at, { ...required, ...more });
  };
  const found = (...of: Parameters<typeof examined>) => examined(...of).problems.map((p) => p.code);

  it('is proved for seats that answer its rules, and its words say so', () => {
    expect(examined()).toMatchObject({ problems: [], signoffs: [{ signer: 'mara', rules: ['beta'] }] });
  });

  it('fills no seat that answers another rule, or that does not say which', () => {
    expect(found({ seats: [{ ...SEAT, answers: ['beta', 'gamma'] }] })).toEqual(['QUORUM']);
    expect(found({ seats: [{ ...SEAT, answers: [] }] })).toEqual(['QUORUM']);
    expect(found({ seats: [{ humans: 1, level: 'L6' }] })).toEqual(['QUORUM']);
    expect(found({ seats: [] })).toEqual(['QUORUM']);
  });

  it('proves nothing where the carry does not hold', () => {
    expect(found({ tier: 'high' })).toEqual(['ST_TIER', 'QUORUM']);
    expect(found({ tier: 'routine', provenance: 'agent', covers: covers() })).toEqual(['CARRY_INVALID', 'QUORUM']);
    expect(found({}, { as: 'decision' })).toEqual(['LOG_FORMAT', 'CONTENT_MISMATCH', 'QUORUM']);
    expect(found({}, { at: { ...landed, manifest: '0'.repeat(64) } })).toEqual(['CONTENT_MISMATCH', 'QUORUM']);
    expect(found({}, { at: { ...landed, manifest256: '0'.repeat(64) } })).toEqual(['CARRY_INVALID', 'QUORUM']);
    expect(found({}, { of: objection })).toEqual(['ST_DECISION', 'QUORUM']);
  });

  it.each(['carries":[]', 'carries":[{"envelope":"QR==","entry":"","proof":""}]', 'carries":{}'])('cannot be read with %s', (member) => {
    const [only] = log.recordAll([envelope]);
    const file = formatBundle(only === undefined ? [] : [only]).replace(/}\n$/, `,"${member}}\n`);
    expect(parseBundle(utf8(file))).toMatchObject({ ok: false, error: { code: 'BUNDLE_FORMAT' } });
  });
});
