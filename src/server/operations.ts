/** What whoever runs a server gives it: where to write, what to count, how much is too much. */
import type { StreamTerms } from './events/streams.ts';
import type { Log } from './logging.ts';
import type { Metrics } from './metrics.ts';

/** How often one person, or one address nobody signed in from, may ask; one API token half as often. */
export interface Limits {
  /** In the long run. 0: no limit. */
  readonly perSecond: number;
  readonly burst: number;
  /** Addresses whose last word in x-forwarded-for is believed. */
  readonly proxies: readonly string[];
}

export interface Operations {
  /** Requests and failures, one record each; absent: neither is written down. */
  readonly journal?: Log;
  /** What is counted; absent: nothing is. */
  readonly metrics?: Metrics;
  /** Whoever brings it may read the figures, and nobody else; absent: nobody, and of demo data whoever asks from this machine. */
  readonly metricsToken?: string;
  /** How often anybody may ask; absent: as often as they like. */
  readonly limits?: Limits;
  /** How many streams of events may be open; absent: none. */
  readonly streams?: StreamTerms;
}
