/**
 * From findings to the tier of a change. Rules force it; a critical system, many systems that depend on it and a place that is
 * not production move it, by policy; the score may lift a change that nothing was found in, never above high and never down.
 */

import { type Finding, type Risk, TIERS, type Tier } from './risk.ts';
import type { Score } from './score/score.ts';
import { destroys } from './summary.ts';

export interface TierRules {
  /** Systems of this criticality or higher (a smaller number) count one tier more; 0: none. */
  readonly raiseAtCriticality: number;
  /** So do systems that this many others depend on; 0: none. */
  readonly raiseAtDependents: number;
  /** Percentiles of the score from which a change is at least of that tier; null: the score moves nothing. */
  readonly scoreAt: ScoreBounds;
}

export interface ScoreBounds {
  readonly elevated: number | null;
  readonly high: number | null;
}

export interface Touched {
  /** 1 to 4; null: no system. */
  readonly criticality: number | null;
  readonly dependents: number;
}

/**
 * Findings at places that are not production weigh one tier less: a loss of data never less than elevated. What policy does not
 * name is production, and so is a finding of no file, such as of a plan.
 */
export function outsideProduction(risk: Risk, isProduction: (path: string) => boolean): Risk {
  const findings = risk.findings.map((f) => (isProduction(f.place.path) || EVERYWHERE.test(f.rule) ? f : lighter(f)));
  if (findings.every((f, i) => f === risk.findings[i])) return risk;
  return { ...risk, findings, tier: findings.reduce<Tier>((most, f) => TIERS.max(most, f.severity), 'routine') };
}

/** What decides about changes, and rights of a whole cluster, database or account, are not of the folder they are written in. */
const EVERYWHERE = /^(?:META00[0-4]|IAM10[689]|SQL50[12])$/;

function lighter(f: Finding): Finding {
  const least: Tier = destroys(f) ? 'elevated' : 'routine';
  const severity = TIERS.max(TIERS.values[TIERS.rank(f.severity) - 1] ?? 'routine', TIERS.rank(f.severity) < TIERS.rank(least) ? f.severity : least);
  return severity === f.severity ? f : { ...f, severity, because: [...f.because, ['not production', `${f.severity} elsewhere`]] };
}

export function tierOf(risk: Risk, touched: Touched, rules: TierRules, score: Score | null): Tier {
  const worst = risk.findings.reduce<Tier>((most, f) => TIERS.max(most, f.severity), risk.tier);
  const raised = risk.findings.length > 0 && isLoadBearing(touched, rules) ? (TIERS.values[TIERS.rank(worst) + 1] ?? worst) : worst;
  return TIERS.max(raised, byScore(rules.scoreAt, score));
}

const isLoadBearing = ({ criticality, dependents }: Touched, rules: TierRules): boolean =>
  (criticality !== null && criticality <= rules.raiseAtCriticality) || (rules.raiseAtDependents > 0 && dependents >= rules.raiseAtDependents);

/** A score that nobody could compute counts as the highest there is a tier for: a missing model is no way around one. */
function byScore({ elevated, high }: ScoreBounds, score: Score | null): Tier {
  const reaches = (bound: number | null): boolean => bound !== null && (score === null || score.percentile >= bound);
  return reaches(high) ? 'high' : reaches(elevated) ? 'elevated' : 'routine';
}
