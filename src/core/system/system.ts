/** Systems: the running things an organisation operates. */
export interface System {
  readonly id: string;
  readonly name: string;
  /** 1 is the highest. */
  readonly criticality: 1 | 2 | 3 | 4;
  /** Globs over paths of the repository the policy lives in. */
  readonly paths: readonly string[];
  /** Teams. */
  readonly owners: readonly string[];
  /** Ids of systems that break when this one does. */
  readonly dependents: readonly string[];
  /** Rules humans maintain that no test knows, in words. */
  readonly invariants: readonly string[];
}

/** Criticality as policy sees it: the highest (smallest number) of the systems touched, or null for none. */
export const criticality = (systems: readonly System[]): number | null => (systems.length === 0 ? null : Math.min(...systems.map((s) => s.criticality)));
