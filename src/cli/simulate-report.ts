/** From a replay to what is shown of it: counted under the assumptions of the command line, and against the other policy where there is one. */
import { ok, type Problem, type Result } from '../core/base/result.ts';
import { assumptionsOf, type KnownPeople, type Told } from '../core/simulate/assumptions.ts';
import { compare } from '../core/simulate/compare.ts';
import type { Counted } from '../core/simulate/counted.ts';
import { reportOf } from '../core/simulate/report.ts';
import type { Simulation } from '../core/simulate/simulation.ts';

/** One policy's answers, and who could have signed. */
export interface Judged extends KnownPeople {
  readonly replayed: readonly Counted[];
  /** The policy in words. */
  readonly policy: string;
}

/** @param against what is in force, where `judged` is a proposal. Problems: USAGE, with every option that cannot be read. */
export function simulationOf(run: Omit<Simulation['subject'], 'policy'>, judged: Judged, against: Judged | null, told: Told): Result<Simulation, readonly Problem[]> {
  const assumptions = assumptionsOf(told, judged);
  if (!assumptions.ok) return assumptions;
  const { repo, branch, tip, complete, notes, notSeen } = run;
  return ok({
    subject: { repo, branch, tip, policy: judged.policy, complete, notes, notSeen },
    report: reportOf(judged.replayed, assumptions.value),
    comparison: against === null ? null : { against: against.policy, changes: compare(against.replayed, judged.replayed, assumptions.value) },
  });
}
