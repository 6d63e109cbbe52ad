/** What a sign-off of an earlier form is kept for: one that holds, and everything of which each alone makes it not. */
import { describe, expect, it } from 'vitest';
import { softAuthenticator } from '../../testing/authenticator.ts';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { expectationOf, NOW, RP, signoffBytes, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import type { ChangeClass } from '../change/classes.ts';
import { DEFAULT_ON_CHANGE } from '../policy/carry.ts';
import { consider } from '../policy/consider.ts';
import { type Decision, plainSeat } from '../policy/decision.ts';
import type { Finding } from '../risk/risk.ts';
import type { SignoffInput } from '../signoff/build.ts';
import { carriedSignoff, type EarlierForm } from './carried.ts';

const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const trust = trustOf([trustedKey(key, { person: 'dan' })]);
const POLICY = samplePolicy('  - {id: b, paths: ["b/**"], require: {humans: 1, level: L6}}\n  - {id: rest, paths: ["**"], optional: true}');
const FILES = ['a/one', 'b/one'];
const considered = consider(POLICY, [], sampleFacts(sampleChange(FILES, [sampleCommit('ada')]), { pusher: 'ada' }));
const here = { ...considered.change, repo: 'infra', targetRef: 'refs/heads/main' };
const BEFORE: Decision = { ...considered, change: { ...here, manifest: '1'.repeat(64), manifest256: '2'.repeat(64) } };
const AFTER: Decision = { ...considered, change: { ...here, manifest: '3'.repeat(64), manifest256: '4'.repeat(64) } };
const side = sampleChange(FILES, [sampleCommit('ada')]);

interface Case {
  readonly now?: Partial<Decision>;
  readonly before?: Partial<Decision>;
  readonly classes?: Readonly<Record<string, ChangeClass>>;
  readonly rules?: EarlierForm['rules'];
  readonly said?: Partial<SignoffInput>;
  readonly at?: number;
  readonly by?: typeof key;
}

function carried({ now = {}, before = {}, classes = {}, rules, said = {}, at = NOW, by = key }: Case) {
  const after = { ...AFTER, ...now };
  const form: EarlierForm = {
    decision: { ...BEFORE, ...before },
    signed: side,
    now: side,
    classified: { overall: 'rework', paths: new Map(Object.entries({ 'a/one': 'rework', 'b/one': 'no-change', ...classes } as const)) },
    rules: rules ?? [{ rule: 'b', paths: ['b/one'], onChange: DEFAULT_ON_CHANGE }],
  };
  const input = signoffInput();
  const statement = signoffBytes({
    signer: { ...input.signer, person: 'dan' },
    policy: { ...input.policy, digest: POLICY.digest, tier: 'elevated' },
    dispositions: [],
    ...said,
  });
  const { manifest, manifest256 } = after.change;
  const candidates = after.seats.flatMap((s) => s.candidates);
  const expect = expectationOf({
    manifest,
    manifest256,
    tier: after.tier,
    policyDigest: after.policyDigest,
    findings: [],
    seat: { level: 'L6', candidates },
    roster: SAMPLE_ROSTER,
    counters: 'logged',
  });
  return carriedSignoff(by.signEnvelope(statement), trust, expect, after, form, at);
}
const outcome = (of: Case) => {
  const found = carried(of);
  return found === undefined ? 'not verified' : found.kept.length > 0 ? found.kept : found.problems.map((p) => p.code);
};

const finding = (path: string, severity: Finding['severity'] = 'elevated'): Finding => ({
  ...{ rule: 'X1', slug: 'x', version: 1, severity, confidence: 'exact', place: { path, side: 'head' }, what: 'x', because: [], safeIf: [] },
});
const disposed = { dispositions: [{ finding: 'X1:b/one::0', disposition: 'accepted', note: 'planned' }] } as const;

describe('a sign-off of an earlier form', () => {
  it('is kept for a rule whose every path holds what was signed', () => {
    expect(carried({})).toMatchObject({ kept: ['b'], recheck: [], problems: [], signoff: { signer: 'dan', level: 'L6' } });
    expect(outcome({ said: { decision: 'approve_with_conditions', conditions: ['keep it'] } })).toEqual(['b']);
    expect(outcome({ now: { tier: 'elevated' }, before: { tier: 'elevated' } })).toEqual(['b']);
    expect(outcome({ now: { findings: [finding('b/one')] }, before: { findings: [finding('b/one')] }, said: disposed })).toEqual(['b']);
    expect(outcome({ now: { findings: [finding('a/one')] } })).toEqual(['b']);
  });

  it.each<[string, Case, string | readonly string[]]>([
    ['a path of the rule is reworked', { classes: { 'b/one': 'rework' } }, []],
    ['a path of the rule has no class', { rules: [{ rule: 'b', paths: ['b/one', 'b/two'], onChange: DEFAULT_ON_CHANGE }] }, []],
    [
      'policy keeps rework',
      { classes: { 'b/one': 'rework' }, rules: [{ rule: 'b', paths: ['b/one'], onChange: { ...DEFAULT_ON_CHANGE, 'context-moved': 'keep', rework: 'keep' } }] },
      [],
    ],
    [
      'policy keeps nothing that moved',
      { classes: { 'b/one': 'trivial-rebase' }, rules: [{ rule: 'b', paths: ['b/one'], onChange: { ...DEFAULT_ON_CHANGE, message: 'revoke' } }] },
      [],
    ],
    ['the rule covers nothing', { rules: [{ rule: 'b', paths: [], onChange: DEFAULT_ON_CHANGE }] }, []],
    ['the rule is gone', { rules: [] }, []],
    ['the signer could not fill its seat then', { before: { seats: [plainSeat('b', 1, ['eve'])] } }, []],
    ['the seat answers another rule too', { now: { seats: [{ ...plainSeat('b', 1, ['dan']), answers: ['b', 'c'] }] } }, []],
    ['the tier is high now', { now: { tier: 'high' }, said: { policy: { ...signoffInput().policy, digest: POLICY.digest, tier: 'high' } } }, ['CARRY_TIER']],
    ['the tier was high then', { before: { tier: 'high' }, said: { policy: { ...signoffInput().policy, digest: POLICY.digest, tier: 'high' } } }, ['CARRY_TIER']],
    ['the tier is above what was signed', { now: { tier: 'elevated' }, said: { policy: { ...signoffInput().policy, digest: POLICY.digest, tier: 'routine' } } }, 'not verified'],
    ['policy was decided under another digest then', { before: { policyDigest: 'f'.repeat(64) } }, ['ST_POLICY']],
    ['policy is another now', { now: { policyDigest: 'f'.repeat(64) } }, 'not verified'],
    [
      'more AI is known of',
      { now: { provenance: { ...AFTER.provenance, level: 'agent' } }, said: { provenance: { ...signoffInput().provenance, level: 'assisted', tools: [] } } },
      ['CARRY_INVALID'],
    ],
    ['its provenance is no level', { said: { provenance: { ...signoffInput().provenance, level: 'wish' as never, tools: [] } } }, 'not verified'],
    ['nobody is asked', { now: { outcome: 'pass' } }, ['CARRY_INVALID']],
    ['somebody is alone', { now: { soloAfter: 1 } }, ['CARRY_INVALID']],
    ['policy asks for a younger signature', { now: { terms: { ttl: 1_000, sla: null } }, at: NOW - 1_000 }, ['ST_EXPIRED']],
    ['a finding has no disposition', { now: { findings: [finding('b/one')] }, before: { findings: [] } }, ['ST_DISPOSITION']],
    ['a finding of no file has none', { now: { findings: [finding('')] } }, ['ST_DISPOSITION']],
    ['a finding is worse than it was', { now: { findings: [finding('b/one')] }, before: { findings: [finding('b/one', 'routine')] }, said: disposed }, ['ST_DISPOSITION']],
    ['a file can no longer be analysed', { now: { notAnalysed: [{ path: 'b/one', why: 'too large' }] } }, ['ST_DISPOSITION']],
    ['a finding of then had no disposition', { before: { findings: [finding('b/one')] } }, 'not verified'],
    ['it asks for changes', { said: { decision: 'changes', conditions: ['no'] } }, 'not verified'],
    ['it is of another stage', { said: { stage: 'intent' } }, 'not verified'],
    ['it signed something else', { before: { change: { ...BEFORE.change, manifest: '5'.repeat(64) } } }, 'not verified'],
    ['it signed other contents behind the same ids', { before: { change: { ...BEFORE.change, manifest256: '5'.repeat(64) } } }, 'not verified'],
    ['it was for another ref', { before: { change: { ...BEFORE.change, targetRef: 'refs/heads/release' } } }, 'not verified'],
    ['its signer stands behind the new form', { now: { excluded: [{ person: 'dan', roles: ['co-author'] }] } }, 'not verified'],
    ['its signer stood behind the earlier form', { before: { excluded: [{ person: 'dan', roles: ['pusher'] }] } }, 'not verified'],
    ['its signer can fill no seat now', { now: { seats: [plainSeat('b', 1, ['eve'])] } }, 'not verified'],
    ['it has expired', { said: { expires: new Date(NOW).toISOString() } }, 'not verified'],
    ['the key is another', { by: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }, 'not verified'],
  ])('is not where %s', (_, of, expected) => expect(outcome(of)).toEqual(expected));

  it('names what has to be looked at again', () => {
    expect(carried({ classes: { 'b/one': 'context-moved' } })).toMatchObject({ kept: [], recheck: ['b/one'], problems: [] });
    expect(outcome({ classes: { 'b/one': 'context-moved' }, rules: [{ rule: 'b', paths: ['b/one'], onChange: { ...DEFAULT_ON_CHANGE, 'context-moved': 'keep' } }] })).toEqual([
      'b',
    ]);
  });
});
