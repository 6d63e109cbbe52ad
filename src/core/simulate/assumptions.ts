/** What a report assumes and cannot know: minutes, heads, hours. All of it is printed, so that every figure can be worked out again by hand. */
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import type { PersonId } from '../roster/roster.ts';
import { WORKDAY } from './calendar.ts';

/** Somebody who signs. `person` null: a head of that level who may sit wherever the level allows. */
export interface Reviewer {
  readonly person: PersonId | null;
  readonly level: string;
}

export interface Assumptions {
  /** Minutes of one person for one seat, by the tier of the landing. */
  readonly minutes: Readonly<Record<Tier, number>>;
  /** Routine landings that pass are looked at afterwards: this share of them, for so many minutes. */
  readonly sample: { readonly share: number; readonly minutes: number };
  /** The arithmetic to compare with: everything signed by one person, so many minutes each. */
  readonly everyChange: number;
  /** Lowest first. */
  readonly ladder: readonly string[];
  readonly levels: 'given' | 'inferred';
  readonly reviewers: readonly Reviewer[];
  readonly reviewersFrom: 'options' | 'roster' | 'history';
  /**
   * Where reviewers may sit: only where the decision names them a candidate, or wherever their level allows. People come and
   * go; a roster guessed from history knows who was there then, and today's heads are counted against all of it by level.
   */
  readonly seating: 'candidates' | 'levels';
  /** Review hours of one person on one working day; more than 0, at most 8. */
  readonly hoursPerDay: number;
  /** Working hours under which nine of ten waits should stay. */
  readonly targetWait: number;
  /** Of everything that is sampled. */
  readonly seed: number;
  /** Drawings of an interval. */
  readonly rounds: number;
}

export const DEFAULT_MINUTES: Assumptions['minutes'] = { routine: 5, elevated: 5, high: 15, critical: 20 };

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  minutes: DEFAULT_MINUTES,
  sample: { share: 0.02, minutes: 5 },
  everyChange: 20,
  ladder: ['L4', 'L5', 'L6', 'L7'],
  levels: 'inferred',
  reviewers: [],
  reviewersFrom: 'history',
  seating: 'candidates',
  hoursPerDay: 2,
  targetWait: 4,
  seed: 1,
  rounds: 1000,
};

/** -1 takes anybody. A level nobody declared counts as above all: unknown is stricter. */
export const rankOf = (ladder: readonly string[], level: string | null): number => {
  if (level === null) return -1;
  const rank = ladder.indexOf(level);
  return rank < 0 ? ladder.length : rank;
};

/** As the command line gives them. */
export interface Told {
  readonly minutes?: string;
  readonly reviewers?: string;
  readonly hoursPerDay?: string;
}

/** What the replay knows of people. */
export type KnownPeople = Pick<Assumptions, 'ladder' | 'levels' | 'reviewers'>;

/** The defaults, as far as nothing else is told; every problem at once. */
export function assumptionsOf(told: Told, known: KnownPeople): Result<Assumptions, readonly Problem[]> {
  const minutes = told.minutes === undefined ? ok(DEFAULT_MINUTES) : readMinutes(told.minutes);
  const reviewers = told.reviewers === undefined ? ok(known.reviewers) : readReviewers(told.reviewers, known.ladder);
  const hoursPerDay = told.hoursPerDay === undefined ? ok(DEFAULT_ASSUMPTIONS.hoursPerDay) : readHoursPerDay(told.hoursPerDay);
  if (!minutes.ok || !reviewers.ok || !hoursPerDay.ok) return err([minutes, reviewers, hoursPerDay].flatMap((r) => (r.ok ? [] : [r.error])));
  const ofRoster = told.reviewers === undefined && known.levels === 'given';
  return ok({
    ...DEFAULT_ASSUMPTIONS,
    ladder: known.ladder,
    levels: known.levels,
    minutes: minutes.value,
    reviewers: reviewers.value,
    hoursPerDay: hoursPerDay.value,
    reviewersFrom: told.reviewers === undefined ? (ofRoster ? 'roster' : 'history') : 'options',
    seating: ofRoster ? 'candidates' : 'levels',
  });
}

/** `20` for every tier, or `elevated=5,high=15`: tiers not named keep their default. */
export function readMinutes(text: string): Result<Assumptions['minutes'], Problem> {
  const all = minutesIn(text);
  if (all !== null) return ok({ routine: all, elevated: all, high: all, critical: all });
  const pairs = pairsIn(text);
  const wrong = pairs.find(([tier, value]) => !TIERS.has(tier) || minutesIn(value) === null);
  if (wrong !== undefined) return refuse('--minutes', `${wrong.join('=')} is no number of minutes for a tier`, 'write --minutes 20, or --minutes elevated=5,high=15,critical=20');
  return ok({ ...DEFAULT_MINUTES, ...Object.fromEntries(pairs.map(([tier, value]) => [tier, Number(value)])) });
}

/** At most a working day: more is a slip of the finger. */
const minutesIn = (text: string): number | null => (/^\d{1,3}(?:\.\d{1,2})?$/.test(text) && Number(text) <= WORKDAY ? Number(text) : null);

/** `L6=4,L7=2`: heads by level of this ladder. */
export function readReviewers(text: string, ladder: readonly string[]): Result<readonly Reviewer[], Problem> {
  const pairs = pairsIn(text);
  const wrong = pairs.find(([level, heads]) => !ladder.includes(level) || !/^\d{1,4}$/.test(heads));
  if (wrong !== undefined)
    return refuse('--reviewers', `${wrong.join('=')} is no number of people of a level`, `write --reviewers ${ladder.at(-1) ?? 'L6'}=2; levels are ${ladder.join(', ')}`);
  return ok(pairs.flatMap(([level, heads]) => Array.from({ length: Number(heads) }, () => ({ person: null, level }))));
}

/** `2`: more than 0, at most 8. */
export function readHoursPerDay(text: string): Result<number, Problem> {
  const hours = /^\d(?:\.\d{1,2})?$/.test(text) ? Number(text) : 0;
  return hours > 0 && hours * 60 <= WORKDAY ? ok(hours) : refuse('--hours-per-day', `${text} is no number of review hours in a working day`, 'write a number above 0 and up to 8');
}

const pairsIn = (text: string): readonly (readonly [string, string])[] =>
  text.split(',').map((pair) => {
    const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
    return [name, value];
  });

const refuse = (place: string, message: string, remedy: string): Result<never, Problem> => err(problem('USAGE', message, { place, remedy }));
