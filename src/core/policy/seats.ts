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
  /** False where the rule may or may not apply: it asks all the same, and gives its name to a seat only where no other does. */
  readonly sure?: boolean;
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
 * A seat that a stricter seat already answers is not asked twice: whoever fills L6 also fills "any level". One person
 * answers one chain of ever stricter asks, never two asks of which neither implies the other, so one more ask never
 * takes people away (the smallest cover by chains has as many as there are asks nobody can join). Order does not matter.
 */
export function fold(asks: readonly Ask[]): readonly Ask[] {
  const kinds = merged([...asks].sort((a, b) => (key(a) < key(b) ? -1 : 1)));
  const slots = kinds.flatMap((kind) => Array.from({ length: kind.humans }, () => kind));
  const weakerOf = new Map<number, number>();
  // Once answered a slot stays answered, so asking the strict ones first leaves the least strict seats over.
  const reach = slots.map((slot) => kinds.filter((kind) => implies(slot, kind)).length);
  const strictFirst = [...slots.keys()].sort((a, b) => (reach[b] ?? 0) - (reach[a] ?? 0) || a - b);
  for (const slot of strictFirst) absorb(slots, slot, weakerOf, new Set());
  const answered = new Set(weakerOf.values());
  return kinds.flatMap((kind) => {
    const humans = slots.filter((slot, i) => slot === kind && !answered.has(i)).length;
    return humans === 0 ? [] : [{ ...kind, humans }];
  });
}

/** Asks for the very same people: the largest number speaks, under its name, and a rule that is known to apply before one that may. */
function merged(sorted: readonly Ask[]): readonly Ask[] {
  const kinds = Map.groupBy(sorted, (a) => JSON.stringify([a.rank, [...a.domains].sort(), [...a.teams].sort()]));
  return [...kinds.values()].flatMap((same) => [...same].sort((a, b) => b.humans - a.humans || Number(a.sure === false) - Number(b.sure === false)).slice(0, 1));
}

/** Finds a stricter slot that answers this one, each for one weaker slot only (Kuhn). `weakerOf`: stricter to weaker. */
function absorb(slots: readonly Ask[], slot: number, weakerOf: Map<number, number>, tried: Set<number>): boolean {
  const weak = slots[slot];
  for (const [i, strict] of slots.entries()) {
    if (weak === undefined || strict === weak || tried.has(i) || !implies(strict, weak)) continue;
    tried.add(i);
    const other = weakerOf.get(i);
    if (other === undefined || absorb(slots, other, weakerOf, tried)) {
      weakerOf.set(i, slot);
      return true;
    }
  }
  return false;
}

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

/**
 * One person more where headers alone keep somebody from an ask. Added before asks answer one another: a stricter ask would
 * otherwise swallow the weaker one together with its extra person, and more AI or a worse finding would ask for fewer.
 * @param headerOnly people excluded by commit headers alone. @param doubtful an unknown co-author may be any of the candidates.
 */
export function withDoubt(policy: Policy, roster: Roster, ask: Ask, headerOnly: ReadonlySet<PersonId>, doubtful: boolean): Ask {
  const more = doubtful || roster.people.some((p) => headerOnly.has(p.id) && qualified(policy, p, ask));
  return more ? { ...ask, humans: ask.humans + 1 } : ask;
}

export function seatOf(policy: Policy, roster: Roster, ask: Ask, excluded: ReadonlySet<PersonId>): Seat {
  const able = roster.people.filter((p) => qualified(policy, p, ask));
  return {
    rule: ask.rule,
    humans: ask.humans,
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
