/** What a replay of lately says of a proposal, in the few figures somebody asks who decides about it. */
import type { Decision } from '../core/policy/decision.ts';
import { TIERS } from '../core/risk/risk.ts';
import { DEFAULT_ASSUMPTIONS } from '../core/simulate/assumptions.ts';
import { hurt, isHeld, type Named, named } from '../core/simulate/counted.ts';
import { sum } from '../core/simulate/figures.ts';
import type { Replayed } from '../core/simulate/replay.ts';
import { reportOf } from '../core/simulate/report.ts';
import type { Simulated } from './simulate.ts';

export interface OnboardAnswer {
  /** Milliseconds since 1970 of the oldest and the newest landing that was asked about; null where there was none. */
  readonly from: number | null;
  readonly to: number | null;
  readonly weeks: number;
  readonly landings: number;
  /** Of `landings`, in time. */
  readonly judged: number;
  readonly passed: number;
  /** Held for a signature, and refused: nobody could cure that by signing. */
  readonly asked: number;
  readonly refused: number;
  /** Of `refused`, by people who are not on the proposed roster. */
  readonly strangers: number;
  readonly minutesAWeek: number;
  /** Signatures a week, and who would give most of them if candidates share evenly. */
  readonly seatsAWeek: number;
  readonly people: readonly { readonly person: string; readonly timesAWeek: number; readonly minutesAWeek: number; readonly weeksOver: number }[];
  /** How many have a week with more review than the hours assumed for one person. */
  readonly drowned: number;
  readonly weekHours: number;
  /** What asks most. */
  readonly rules: readonly { readonly rule: string; readonly landings: number }[];
  /** The gravest of what would have waited for somebody, newest first. Titles are somebody else's words. */
  readonly examples: readonly Example[];
  readonly takenBack: { readonly landings: number; readonly held: number };
  readonly notSeen: readonly string[];
}

export interface Example extends Named {
  /** The rule of its worst finding, and what that saw, in words: quoted from whoever wrote the change. */
  readonly rule: string;
  readonly what: string;
}

/** What a decision found worst, kept while landings are judged: `Replayed` counts findings and holds no words. */
export type Worst = ReadonlyMap<string, Pick<Example, 'rule' | 'what'>>;

export function worstOf({ findings }: Pick<Decision, 'findings'>): Pick<Example, 'rule' | 'what'> | null {
  const [worst] = findings.toSorted((a, b) => TIERS.values.indexOf(b.severity) - TIERS.values.indexOf(a.severity));
  return worst === undefined ? null : { rule: worst.rule, what: worst.what };
}

const EXAMPLES = 3;
const PEOPLE = 5;
const RULES = 4;
const WEEK_MS = 7 * 86_400_000;

export function answerOf(simulated: Simulated, worst: Worst): OnboardAnswer {
  const [judged] = simulated.judged;
  const all = judged?.replayed ?? [];
  const times = all.map((l) => l.at);
  const [from, to] = all.length === 0 ? [null, null] : [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const weeks = from === null || to === null ? 0 : Math.max(1, (to - from) / WEEK_MS);
  const reviewers = judged?.reviewers ?? [];
  const report = reportOf(all, { ...DEFAULT_ASSUMPTIONS, ladder: judged?.ladder ?? [], levels: 'given', reviewers, reviewersFrom: 'roster' });
  const each = (n: number): number => (weeks === 0 ? 0 : n / weeks);
  return {
    ...{ from, to, weeks, landings: simulated.landings, judged: all.length },
    passed: all.filter((l) => !isHeld(l)).length,
    asked: all.filter((l) => l.outcome === 'signoff').length,
    refused: all.filter((l) => l.outcome === 'refused').length,
    strangers: all.filter((l) => l.refusals.includes('SOD_UNRESOLVED')).length,
    minutesAWeek: each(report.hours.total * 60),
    seatsAWeek: each(sum(all.map((l) => sum(l.seats.map((s) => s.humans))))),
    people: report.people.busiest
      .slice(0, PEOPLE)
      .map((p) => ({ person: p.person, timesAWeek: each(shareOf(all, p.person)), minutesAWeek: each(p.hours * 60), weeksOver: p.weeksOver })),
    ...{ drowned: report.people.overloaded, weekHours: report.people.weekHours },
    rules: report.causes
      .filter((c) => c.kind === 'rule')
      .toSorted((a, b) => b.fired - a.fired)
      .slice(0, RULES)
      .map((c) => ({ rule: c.cause, landings: c.fired })),
    examples: gravest(all, worst),
    takenBack: { landings: all.filter(hurt).length, held: all.filter((l) => hurt(l) && isHeld(l)).length },
    notSeen: simulated.notSeen,
  };
}

/** Signatures of one person, where candidates take turns. */
const shareOf = (all: readonly Replayed[], person: string): number =>
  sum(all.flatMap((l) => l.seats.map((s) => (s.candidates.includes(person) ? Math.min(1, s.humans / s.candidates.length) : 0))));

function gravest(all: readonly Replayed[], worst: Worst): readonly Example[] {
  const rank = (l: Replayed): number => TIERS.values.indexOf(l.tier) + (hurt(l) ? 0.5 : 0);
  const seen = new Set<string>();
  return all
    .filter((l) => isHeld(l) && worst.has(l.id))
    .toSorted((a, b) => rank(b) - rank(a) || b.at - a.at)
    .flatMap((l) => {
      const found = worst.get(l.id);
      // One example for each rule says more than the same one three times.
      if (found === undefined || seen.has(found.rule)) return [];
      seen.add(found.rule);
      return [{ ...named(l), ...found }];
    })
    .slice(0, EXAMPLES);
}
