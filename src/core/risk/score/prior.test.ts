import { describe, expect, it } from 'vitest';
import { expand } from './basis.ts';
import { FEATURES, FEATURES_VERSION } from './features.ts';
import { logit } from './logistic.ts';
import { SPACE } from './model.ts';
import { PRIOR, PRIOR_FEATURES, PRIOR_TRAINED } from './prior.ts';

/** Log-odds of a change that stands in the middle of everything, but for what is named. */
function said(of: Readonly<Record<string, number>>): number {
  const z = Float64Array.from(FEATURES, (f) => of[f.name] ?? (f.scale === 'binary' ? 0 : 0.5));
  const line = new Float64Array(SPACE.basis.of.length);
  expand(SPACE.basis, z, line);
  return logit(PRIOR, line);
}

describe('the prior that ships', () => {
  it('is of the features and columns of this program', () => {
    expect(PRIOR_FEATURES).toBe(FEATURES_VERSION);
    for (const list of [PRIOR.weights, PRIOR.mean, PRIOR.sd]) {
      expect(list.length).toBe(SPACE.basis.of.length);
      expect(list.every((n) => Number.isFinite(n))).toBe(true);
    }
    expect(PRIOR.sd.every((n) => n > 0)).toBe(true);
  });

  it('says what it was learnt from', () => {
    expect(PRIOR_TRAINED.length).toBeGreaterThanOrEqual(6);
    for (const { repository, tip, until, changes, reverted } of PRIOR_TRAINED) {
      expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(tip).toMatch(/^[0-9a-f]{40}$/);
      expect(Date.parse(until)).not.toBeNaN();
      expect(reverted).toBeLessThan(changes / 4);
    }
  });

  it('holds for riskier what is reverted more often', () => {
    const usual = said({});
    expect(said({ la: 1 })).toBeGreaterThan(usual);
    expect(said({ frevsum: 1 })).toBeGreaterThan(usual);
    expect(said({ wrevmean: 0.9 })).toBeGreaterThan(usual);
    expect(said({ tmpw: 1 })).toBeGreaterThan(usual);
    expect(said({ fix: 1 })).toBeLessThan(usual);
    expect(said({ o_doc: 1, k_doc: 1 })).toBeLessThan(usual);
  });
});
