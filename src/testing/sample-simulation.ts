/** One run of `simulate` over sample history, as its three faces are given it. */
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../core/simulate/assumptions.ts';
import { compare } from '../core/simulate/compare.ts';
import type { Counted } from '../core/simulate/counted.ts';
import { reportOf } from '../core/simulate/report.ts';
import type { Simulation } from '../core/simulate/simulation.ts';
import { SAMPLE_REVIEWERS, sampleHistory } from './sample-history.ts';

export interface SampleOptions {
  readonly landings?: number;
  readonly weeks?: number;
  /** Heads by level, no people. */
  readonly nameless?: boolean;
  /** Whatever is to be done to each landing before it is counted. */
  readonly change?: (landing: Counted) => Counted;
  readonly assumed?: Partial<Assumptions>;
}

export function sampleSimulation({ landings = 600, weeks = 12, nameless = false, change = (l) => l, assumed = {} }: SampleOptions = {}): Simulation {
  const reviewers = SAMPLE_REVIEWERS.map((r) => (nameless ? { ...r, person: null } : r));
  const assumptions: Assumptions = { ...DEFAULT_ASSUMPTIONS, reviewers, reviewersFrom: 'roster', levels: 'given', rounds: 200, ...assumed };
  const history = sampleHistory(3, landings, weeks).map((l): Counted => change({ ...l, areas: l.outcome === 'pass' ? [] : ['services/orders'] }));
  return {
    subject: {
      repo: 'larkspur/orders',
      branch: 'refs/heads/main',
      tip: '9f'.repeat(20),
      policy: 'countersign.yml',
      complete: true,
      notes: ['the roster of today, for the whole of history'],
      notSeen: [],
    },
    report: reportOf(history, assumptions),
    comparison: { against: 'the starter profile', changes: compare(history, history.map(other), assumptions) },
  };
}

/** Some more held, some let go. */
const other = (l: Counted, i: number): Counted => {
  if (l.rules.includes('billing-owners')) return { ...l, outcome: 'pass', seats: [], rules: [], refusals: [] };
  if (l.outcome !== 'pass' || i % 40 !== 0) return l;
  return { ...l, outcome: 'signoff', seats: [{ rule: 'new-rule', humans: 1, level: 'L5', candidates: ['ines', 'jon'] }], rules: ['new-rule'] };
};
