import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rule } from './finding.ts';
import { type Finding, type Risk, TIERS, type Tier } from './risk.ts';
import type { Score } from './score/score.ts';
import { outsideProduction, type TierRules, tierOf } from './tiers.ts';

const drop = rule('SQL101', 'drop-table', 'critical', 'exact');
const timeout = rule('CFG101', 'timeout', 'elevated', 'heuristic');
const find = (make: typeof drop, path: string, severity?: Tier): Finding => make({ place: { path, side: 'head' }, what: 'x', ...(severity === undefined ? {} : { severity }) });
const risk = (...findings: readonly Finding[]): Risk => ({ findings, notAnalysed: [], tier: findings.reduce<Tier>((most, f) => TIERS.max(most, f.severity), 'routine') });
const scored = (percentile: number): Score => ({ probability: percentile / 100, percentile, reasons: [], model: '' });
const RULES: TierRules = { raiseAtCriticality: 1, raiseAtDependents: 10, scoreAt: { elevated: null, high: null } };
const ALONE = { criticality: null, dependents: 0 };

describe('outside production', () => {
  const isProduction = (path: string): boolean => !path.startsWith('dev/');
  it('a finding weighs one tier less, and says what it would be elsewhere', () => {
    const [one] = outsideProduction(risk(find(timeout, 'dev/a.yml')), isProduction).findings;
    expect(one).toMatchObject({ severity: 'routine', because: [['not production', 'elevated elsewhere']] });
  });
  it.each([
    ['critical', 'high'],
    ['high', 'elevated'],
    ['elevated', 'elevated'],
    ['routine', 'routine'],
  ] as const)('a loss of data that is %s is %s there', (severity, expected) => {
    expect(outsideProduction(risk(find(drop, 'dev/a.sql', severity)), isProduction).tier).toBe(expected);
  });
  it.each(['META004', 'IAM108', 'SQL501'])('%s weighs the same wherever it is written', (id) => {
    const there = risk({ ...find(drop, 'dev/a'), rule: id });
    expect(outsideProduction(there, isProduction)).toBe(there);
  });
  it('changes nothing elsewhere', () => {
    const there = risk(find(drop, 'live/a.sql'), find(timeout, 'a.yml'));
    expect(outsideProduction(there, isProduction)).toBe(there);
  });
});

describe('the tier', () => {
  it.each([
    ['a finding alone', risk(find(timeout, 'a')), ALONE, 'elevated'],
    ['in a critical system', risk(find(timeout, 'a')), { criticality: 1, dependents: 0 }, 'high'],
    ['in one that is less critical', risk(find(timeout, 'a')), { criticality: 2, dependents: 9 }, 'elevated'],
    ['in one that ten others depend on', risk(find(timeout, 'a')), { criticality: 4, dependents: 10 }, 'high'],
    ['no finding in a critical system', risk(), { criticality: 1, dependents: 50 }, 'routine'],
    ['nothing is above critical', risk(find(drop, 'a')), { criticality: 1, dependents: 50 }, 'critical'],
  ] as const)('%s', (_, found, touched, expected) => {
    expect(tierOf(found, touched, RULES, null)).toBe(expected);
  });

  const scoring: TierRules = { ...RULES, scoreAt: { elevated: 90, high: 99 } };
  it.each([
    [89, 'routine'],
    [90, 'elevated'],
    [98, 'elevated'],
    [99, 'high'],
    [100, 'high'],
  ] as const)('a score of %i lifts it to %s', (percentile, expected) => {
    expect(tierOf(risk(), ALONE, scoring, scored(percentile))).toBe(expected);
  });

  it('a score nobody could compute counts as the highest that is named', () => {
    expect(tierOf(risk(), ALONE, scoring, null)).toBe('high');
    expect(tierOf(risk(), ALONE, { ...RULES, scoreAt: { elevated: 90, high: null } }, null)).toBe('elevated');
    expect(tierOf(risk(), ALONE, RULES, null)).toBe('routine');
  });

  it('no score makes it lower, and none reaches critical by itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TIERS.values), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 99 }), (severity, percentile, bound) => {
        const found = risk(find(timeout, 'a', severity));
        const rules: TierRules = { ...RULES, scoreAt: { elevated: bound, high: bound } };
        const tier = tierOf(found, ALONE, rules, scored(percentile));
        expect(TIERS.atLeast(tier, severity)).toBe(true);
        expect(tier === 'critical').toBe(severity === 'critical');
      }),
    );
  });
});
