/** When policy has the author speak first: asked by a rule, by a tier, by any layer; and taken away by none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import { consider } from './consider.ts';
import type { Decision } from './decision.ts';
import type { Policy } from './document.ts';
import type { Facts } from './facts.ts';
import { loadPolicy } from './load.ts';
import { ownersOf } from './ownership.ts';
import { policyDiff } from './policy-diff.ts';
import { policyWords } from './rule-words.ts';
import { settingWords } from './setting-words.ts';

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';
const RULE = 'rules:\n  - {id: r, paths: ["**"], require: {humans: 1, level: L6}}\n';
const OWNED = RULE.replace('level: L6', 'level: L6, ownership: true');
const REST = 'rules:\n  - {id: rest, paths: ["**"], optional: true}\n';
const load = (text: string, { floors = [], base }: { floors?: readonly string[]; base?: string } = {}) =>
  loadPolicy(utf8(HEAD + text), 'countersign.yml', {
    read: () => (base === undefined ? null : utf8(base)),
    floors: floors.map((floor, i) => ({ name: `floor ${i}`, bytes: utf8(floor) })),
  });
function loaded(...of: Parameters<typeof load>): Policy {
  const answer = load(...of);
  if (!answer.ok) throw new Error(answer.error.map((p) => p.message).join('\n'));
  return answer.value;
}
const judged = (policy: Policy, tier: Tier = 'routine', more: Partial<Facts> = {}): Decision =>
  consider(policy, tier === 'routine' ? [] : [sampleDetector(sampleFinding(tier, 'a'))], sampleFacts(sampleChange(['a'], [sampleCommit('ada')]), { pusher: 'ada', ...more }));
const from = (tier: Tier): string => `ownership: {from_tier: ${tier}}\n`;

describe('is asked', () => {
  test('by a rule that asks somebody to sign, and by no other', () => {
    expect(judged(loaded(OWNED)).ownership).toEqual({ by: ['r'], owners: ['ada'] });
    expect(judged(loaded(RULE)).ownership).toBeNull();
    expect(judged(loaded(OWNED.replace('paths: ["**"]', 'paths: ["**"], when: risk.tier >= high') + REST.replace('rules:\n', ''))).ownership).toBeNull();
  });

  test('from a tier on, where somebody is asked to sign', () => {
    const policy = loaded(from('high') + RULE);
    expect(judged(policy, 'elevated').ownership).toBeNull();
    expect(judged(policy, 'high').ownership).toEqual({ by: ['ownership from high'], owners: ['ada'] });
    expect(judged(policy, 'critical').asked).toBe('needs the ownership statement of its author first, and 1 human at L6 or above');
    expect(judged(loaded(from('routine') + REST)).ownership).toBeNull();
  });

  test('where a condition could not be decided', () => {
    const unknown = OWNED.replace('paths: ["**"]', 'paths: ["**"], when: incident.open.size() > 0');
    expect(judged(loaded(unknown), 'routine', { incidents: null }).ownership).toMatchObject({ by: ['r'] });
  });

  test('of whoever is behind the change, and of nobody else', () => {
    const commits = [sampleCommit('ada', 'x\n\nCo-authored-by: Ben <ben@example.com>\n'), sampleCommit('robo')];
    const facts = sampleFacts(sampleChange(['a'], commits), { pusher: 'cleo', behind: [{ role: 'token-owner', identity: 'flo' }] });
    const { ownership, excluded } = consider(loaded(OWNED), [], facts);
    expect(excluded.map((e) => e.person)).toContain('flo');
    expect(ownership?.owners).toContain('ada');
    expect(ownership?.owners).toContain('cleo');
    expect(ownership?.owners).not.toContain('flo');
    expect(ownersOf({ ownership: null, excluded })).toEqual(ownership?.owners);
  });

  test('of the only one there is as well', () => {
    const ada = SAMPLE_ROSTER.people.filter((p) => p.id === 'ada').map((p) => ({ ...p, level: 'L7' }));
    const decision = judged(loaded(`solo: {cool_down: 1h}\n${OWNED}`), 'routine', { roster: { ...SAMPLE_ROSTER, people: ada, agents: [] } });
    expect(decision).toMatchObject({ excluded: [], ownership: { owners: ['ada'] } });
  });

  test('first, in the reasons too', () => {
    const codes = judged(loaded(OWNED)).reasons.children.map((r) => r.code);
    expect(codes.indexOf('OWNERSHIP_MISSING')).toBe(0);
    expect(codes).toContain('SIGNOFF_MISSING');
  });
});

describe('layers', () => {
  test('a floor adds it, and nothing a repository says takes it away', () => {
    for (const own of ['', from('critical'), from('elevated')])
      expect(judged(loaded(own + RULE, { floors: [`version: 1\n${from('elevated')}`] }), 'elevated').ownership).not.toBeNull();
  });

  test('what is extended adds it, and the file that extends takes nothing away', () => {
    const text = `extends: [.countersign/base.yml]\n${from('critical')}${RULE}`;
    expect(loaded(text, { base: `version: 1\n${from('elevated')}` }).ownershipFrom).toBe('elevated');
  });

  test('a floor that is silent leaves what the repository asks', () => {
    expect(loaded(from('high') + RULE, { floors: ['version: 1\n'] }).ownershipFrom).toBe('high');
  });

  test.each([
    ['an off switch', 'ownership: {from_tier: never}\n', 'from_tier'],
    ['false in a rule', RULE.replace('level: L6', 'ownership: false'), 'ownership'],
    ['a tier nobody knows', 'ownership: {from_tier: severe}\n', 'from_tier'],
    ['no tier', 'ownership: {}\n', 'from_tier'],
  ])('there is no %s', (_, text, place) => {
    const answer = load(text.startsWith('rules') ? text : text + RULE);
    expect(answer.ok ? '' : answer.error.map((p) => p.place).join()).toContain(place);
  });
});

test('strictest wins, whoever says what', () => {
  const tier = fc.option(fc.constantFrom(...TIERS.values), { nil: undefined });
  fc.assert(
    fc.property(tier, tier, tier, (own, base, floor) => {
      const said = (t: Tier | undefined): string => (t === undefined ? '' : from(t));
      const policy = loaded(`extends: [.countersign/base.yml]\n${said(own)}${RULE}`, { base: `version: 1\n${said(base)}`, floors: [`version: 1\n${said(floor)}`] });
      const ranks = [own, base, floor].flatMap((t) => (t === undefined ? [] : [TIERS.rank(t)]));
      expect(policy.ownershipFrom === null ? Number.POSITIVE_INFINITY : TIERS.rank(policy.ownershipFrom)).toBe(Math.min(...ranks, Number.POSITIVE_INFINITY));
    }),
    { numRuns: 60 },
  );
});

test('is said in words, and told when it changes', () => {
  expect(settingWords(loaded(from('high') + RULE)).join('\n')).toContain('whoever is behind a change that is high or above says what they read, ran and do not understand');
  expect(policyWords(loaded(OWNED))[0]?.lines).toContain('once whoever is behind the change has signed what they read, ran and do not understand');
  const moved = (a: string, b: string) => policyDiff(loaded(a), loaded(b)).map((c) => `${c.where} ${c.field}: ${c.from} -> ${c.to} ${c.direction}`);
  expect(moved(RULE, OWNED)).toEqual(['rules.r require.ownership: not asked -> asked stricter']);
  expect(moved(OWNED, RULE)).toEqual(['rules.r require.ownership: asked -> not asked weaker']);
  expect(moved(RULE, from('high') + RULE)).toEqual(['ownership from_tier: never -> high stricter']);
  expect(moved(from('elevated') + RULE, from('high') + RULE)).toEqual(['ownership from_tier: elevated -> high weaker']);
});
