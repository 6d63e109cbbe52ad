/** One run of `simulate`, as the terminal, the page and JSON show it. */
import type { Comparison } from './compare.ts';
import type { SimulationReport } from './report.ts';

/** Everything one run of `simulate` has to show. */
export interface Simulation {
  readonly subject: {
    readonly repo: string;
    readonly branch: string;
    readonly tip: string;
    /** Which policy was asked, in words, for example `countersign.yml` or `the starter profile`. */
    readonly policy: string;
    /** False: ended before all landings were judged. */
    readonly complete: boolean;
    /** What was assumed, and what of the history as a whole was not seen. */
    readonly notes: readonly string[];
    readonly notSeen: readonly string[];
  };
  readonly report: SimulationReport;
  /** Against another policy. */
  readonly comparison: { readonly against: string; readonly changes: Comparison } | null;
}
