/** From what rules ask to seats with candidates: who on the roster could sign, and which seats answer one another. */
import type { Person, PersonId, Roster } from '../roster/roster.ts';
import type { Seat } from './decision.ts';
import type { Policy, Requirement } from './document.ts';
import type { Findings } from './facts.ts';

/** One requirement of one rule, its level settled. `rank` -1 takes any level. */
export interface Ask {
  readonly rule: string;
  readonly humans: number;
  readonly rank: number;
  readonly domains: readonly string[];
  readonly teams: readonly string[];
}

/** `senior_to: author` becomes a level: one above everybody behind the change, or a peer where nobody on the roster is above. */
export function askOf(policy: Policy, roster: Roster, found: Findings, rule: string, require: Requirement): Ask {
  const ranks = roster.people.map((p) => policy.ladder.values.indexOf(p.level));
  const stated = require.level === null ? -1 : policy.ladder.values.indexOf(require.level);
  const { highest } = found.behind;
  const top = policy.ladder.values.length - 1;
  // Excluded people count as above: naming every senior as co-author must not make a peer enough.
  const senior = highest === undefined ? seniorRank(policy) : ranks.some((r) => r > highest) ? highest + 1 : Math.min(highest, top);
  return { rule, humans: require.humans, rank: Math.max(stated, require.seniorToAuthor ? senior : -1), domains: require.domains, teams: require.teams };
}

const seniorRank = (policy: Policy): number => policy.ladder.values.indexOf(policy.senior);

/**
 * Seats a stricter seat already answers are not asked twice: whoever fills L6 also fills "any level". What is left over
 * of the weaker ask stays a seat of its own. The answer does not depend on the order of the asks.
 */
export function fold(asks: readonly Ask[]): readonly Ask[] {
  const sorted = [...asks].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const dominators = sorted.map((a, i) => sorted.flatMap((b, j) => (i !== j && implies(b, a) && (!implies(a, b) || stronger(b, j, a, i)) ? [j] : [])));
  const left = new Map<number, number>();
  const remaining = (i: number): number => {
    const known = left.get(i);
    if (known !== undefined) return known;
    const answered = (dominators[i] ?? []).reduce((sum, j) => sum + remaining(j), 0);
    const count = Math.max(0, (sorted[i]?.humans ?? 0) - answered);
    left.set(i, count);
    return count;
  };
  return sorted.flatMap((ask, i) => (remaining(i) === 0 ? [] : [{ ...ask, humans: remaining(i) }]));
}

/** Between asks for the same people the larger number speaks, then the earlier name. */
const stronger = (a: Ask, i: number, b: Ask, j: number): boolean => a.humans > b.humans || (a.humans === b.humans && i < j);

const key = (a: Ask): string => JSON.stringify([a.rule, a.humans, a.rank, a.domains, a.teams]);

/** Everybody who satisfies `a` satisfies `b`. */
function implies(a: Ask, b: Ask): boolean {
  const domains = b.domains.every((d) => a.domains.includes(d));
  const teams = b.teams.length === 0 || (a.teams.length > 0 && a.teams.every((t) => b.teams.includes(t)));
  return a.rank >= b.rank && domains && teams;
}

export function qualified(policy: Policy, person: Person, ask: Ask): boolean {
  const rank = policy.ladder.values.indexOf(person.level);
  const teams = ask.teams.length === 0 || ask.teams.some((t) => person.teams.includes(t));
  return rank >= 0 && rank >= ask.rank && teams && ask.domains.every((d) => person.domains.includes(d));
}

/** @param headerOnly people excluded by commit headers alone. @param doubtful an unknown co-author may be any of the candidates. */
export function seatOf(policy: Policy, roster: Roster, ask: Ask, excluded: ReadonlySet<PersonId>, headerOnly: ReadonlySet<PersonId>, doubtful: boolean): Seat {
  const able = roster.people.filter((p) => qualified(policy, p, ask));
  const more = doubtful || able.some((p) => headerOnly.has(p.id));
  return {
    rule: ask.rule,
    humans: ask.humans + (more ? 1 : 0),
    level: ask.rank < 0 ? null : (policy.ladder.values[ask.rank] ?? null),
    domains: ask.domains,
    teams: ask.teams,
    candidates: able
      .filter((p) => !excluded.has(p.id))
      .map((p) => p.id)
      .sort(),
  };
}

/** `1 human at L6 or above, qualified for databases, of team sre` */
export function seatText({ humans, level, domains, teams }: Pick<Seat, 'humans' | 'level' | 'domains' | 'teams'>): string {
  const who = `${humans} ${humans === 1 ? 'human' : 'humans'}`;
  const at = level === null ? '' : ` at ${level} or above`;
  const able = domains.length === 0 ? '' : `, qualified for ${domains.join(' and ')}`;
  return `${who}${at}${able}${teams.length === 0 ? '' : `, of team ${teams.join(' or ')}`}`;
}
