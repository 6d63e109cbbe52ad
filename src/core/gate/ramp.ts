/**
 * What watching showed: verdicts of gates that observed or warned, and what they would have answered. A roll-out is decided
 * by these figures, so every denied change is one here, however often it was pushed.
 */

/** A verdict under `observe` or `warn`. */
export interface Watched {
  readonly change: string;
  readonly repo: string;
  readonly ref: string;
  readonly mode: string;
  /** What `enforce` would have answered. */
  readonly would: string;
  readonly codes: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Ramp {
  readonly version: 1;
  /** Changes a gate watched. */
  readonly changes: number;
  /** Of those, changes whose last verdict would have been a denial. */
  readonly denied: number;
  readonly weeks: readonly { readonly week: string; readonly changes: number; readonly denied: number }[];
  readonly repositories: readonly { readonly repo: string; readonly ref: string; readonly mode: string; readonly changes: number; readonly denied: number }[];
  /** Why, most frequent first; a change counts once under each of its codes. */
  readonly codes: readonly { readonly code: string; readonly changes: number }[];
}

export function rampOf(watched: readonly Watched[]): Ramp {
  const last = [...new Map([...watched].sort((a, b) => a.at - b.at).map((w) => [w.change, w])).values()];
  const denied = (some: readonly Watched[]): number => some.filter((w) => w.would !== 'allow').length;
  const counted = (some: readonly Watched[]) => ({ changes: some.length, denied: denied(some) });
  const weeks = [...Map.groupBy(last, (w) => weekOf(w.at))].sort(([a], [b]) => (a < b ? -1 : 1));
  const places = [...Map.groupBy(last, (w) => JSON.stringify([w.repo, w.ref, w.mode]))].sort(([a], [b]) => (a < b ? -1 : 1));
  const codes = Map.groupBy(
    last.flatMap((w) => (w.would === 'allow' ? [] : [...new Set(w.codes)].filter((c) => c !== 'MODE'))),
    (code) => code,
  );
  return {
    version: 1,
    ...counted(last),
    weeks: weeks.map(([week, some]) => ({ week, ...counted(some) })),
    repositories: places.flatMap(([, some]) => some.slice(0, 1).map(({ repo, ref, mode }) => ({ repo, ref, mode, ...counted(some) }))),
    codes: [...codes].map(([code, some]) => ({ code, changes: some.length })).sort((a, b) => b.changes - a.changes || (a.code < b.code ? -1 : 1)),
  };
}

/** The Monday it is in, UTC. */
function weekOf(at: number): string {
  const day = Math.floor(at / 86_400_000);
  return new Date((day - ((day + 3) % 7)) * 86_400_000).toISOString().slice(0, 10);
}
