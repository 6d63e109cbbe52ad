import { describe, expect, test } from 'vitest';
import { sampleHeld, sampleReplayed } from '../../testing/sample-history.ts';
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { causesCost, findingsOf, frictionOf } from './friction.ts';

const landings = [
  sampleHeld({ rule: 'a' }, { revertedBy: 'x', findings: [{ rule: 'TF1', severity: 'high' }] }),
  sampleHeld({ rule: 'a' }),
  sampleHeld({ rule: 'a' }, { rules: ['a', 'b'], tier: 'critical' }),
  sampleHeld({ rule: 'b', humans: 2 }, { outcome: 'refused', refusals: ['SOD_UNRESOLVED'], rules: ['b'] }),
  sampleReplayed({
    findings: [
      { rule: 'TF1', severity: 'elevated' },
      { rule: 'TF1', severity: 'critical' },
    ],
  }),
];

test('friction is what was held and hurt nobody, by tier', () => {
  expect(frictionOf(landings)).toMatchObject({ held: 4, unharmed: 3, share: 0.75 });
  expect(frictionOf(landings).byTier.map((t) => [t.tier, t.held, t.share])).toEqual([
    ['routine', 0, null],
    ['elevated', 0, null],
    ['high', 3, 2 / 3],
    ['critical', 1, 1],
  ]);
});

describe('causes', () => {
  const rows = new Map(causesCost(landings, DEFAULT_ASSUMPTIONS).map((r) => [r.cause, r]));

  test('a rule costs its seats; where another seat answered it, it fired and cost nothing', () => {
    expect(rows.get('a')).toEqual({
      cause: 'a',
      kind: 'rule',
      fired: 3,
      sole: 2,
      seats: 3,
      minutes: 15 + 15 + 20,
      catches: 1,
      soleCatches: 1,
      minutesPerCatch: 50,
      unharmed: 2,
      friction: 2 / 3,
    });
    expect(rows.get('b')).toMatchObject({ fired: 2, sole: 0, seats: 2, minutes: 30, catches: 0, minutesPerCatch: null });
  });
  test('a refusal holds as a rule does, and has no seats', () => {
    expect(rows.get('SOD_UNRESOLVED')).toMatchObject({ kind: 'refusal', fired: 1, sole: 0, seats: 0, minutes: 0 });
  });
  test('the most expensive comes first', () => {
    expect([...rows.keys()]).toEqual(['a', 'b', 'SOD_UNRESOLVED']);
  });
});

test('a finding counts once a landing, at its worst, held or not', () => {
  expect(findingsOf(landings)).toEqual([{ rule: 'TF1', severity: 'critical', landings: 2, per1000: 400, hurt: 1, hurtShare: 0.5 }]);
});
