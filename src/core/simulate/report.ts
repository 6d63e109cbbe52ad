/**
 * The report of a simulation: before a policy is switched on, what would it have cost, whom would it have drowned, what would
 * it have stopped? Counts `Replayed` and nothing else. The same landings and assumptions give the same report byte for byte,
 * in whatever order they come. Plain data without NaN; `docs/spec/simulate.schema.json` describes it.
 */
import type { Tier } from '../risk/risk.ts';
import type { Assumptions } from './assumptions.ts';
import { type BusFactor, busFactorOf } from './bus-factor.ts';
import { type Catches, catchesOf } from './catches.ts';
import { type Counted, inOrder } from './counted.ts';
import { type CauseCost, causesCost, type FindingCount, type Friction, findingsOf, frictionOf } from './friction.ts';
import { type Hours, hoursOfLandings } from './hours.ts';
import { type People, peopleOf } from './overload.ts';
import { type QueueWait, queueWaitOf } from './queue-wait.ts';
import { type Shares, sharesOf } from './shares.ts';
import { headCount } from './staff.ts';
import { type Window, weeksOf, windowOf } from './window.ts';

export interface SimulationReport {
  readonly window: Window;
  readonly assumptions: Assumed;
  readonly shares: Shares;
  readonly hours: Hours;
  readonly wait: QueueWait;
  readonly catches: Catches;
  readonly friction: Friction;
  readonly causes: readonly CauseCost[];
  readonly findings: readonly FindingCount[];
  readonly people: People;
  readonly busFactor: BusFactor;
}

/** Assumptions as printed: heads are counted, people not listed again. */
export interface Assumed extends Omit<Assumptions, 'reviewers'> {
  readonly minutes: Readonly<Record<Tier, number>>;
  readonly heads: readonly { readonly level: string; readonly people: number }[];
}

export function reportOf(replayed: readonly Counted[], assumptions: Assumptions): SimulationReport {
  const landings = inOrder(replayed);
  const weeks = weeksOf(landings);
  const window = windowOf(landings, weeks);
  return {
    window,
    assumptions: assumed(assumptions),
    shares: sharesOf(landings),
    hours: hoursOfLandings(landings, weeks, window.months, assumptions),
    wait: queueWaitOf(landings, weeks, assumptions),
    catches: catchesOf(landings, assumptions),
    friction: frictionOf(landings),
    causes: causesCost(landings, assumptions),
    findings: findingsOf(landings),
    people: peopleOf(landings, weeks, assumptions),
    busFactor: busFactorOf(landings),
  };
}

const assumed = ({ reviewers, ...rest }: Assumptions): Assumed => ({ ...rest, heads: headCount(reviewers, rest.ladder) });
