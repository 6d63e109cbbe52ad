/** Incidents: something that hurt, as policy sees it. Links to changes and tightening proposals come with their own files. */

export interface Incident {
  /** As the organisation's own tracker names it. */
  readonly id: string;
  /** 1 is the worst, 4 the mildest. */
  readonly severity: 1 | 2 | 3 | 4;
  /** What kind of thing went wrong, for example `environment-deleted`; the organisation's own words. */
  readonly class: string;
  /** Ids of systems that were hurt. */
  readonly systems: readonly string[];
  readonly open: boolean;
  /** Whole days since it began, at the time of the decision. */
  readonly days: number;
}
