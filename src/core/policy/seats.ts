/** From what rules ask to seats with candidates: who on the roster could sign, and which seats answer one another. */
import { type Person, type PersonId, qualifiedFor, type Roster } from '../roster/roster.ts';
import type { Seat } from './decision.ts';
import type { Policy, Requirement } from './document.ts';
import type { Findings } from './facts.ts';
import type { Presence, Relation, Stage } from './words.ts';

/** One requirement of one rule at one stage, its level settled. `rank` -1 takes any level. */
export interface Ask {
  readonly rule: string;
  readonly humans: number;
  readonly rank: number;
  readonly domains: readonly string[];
  readonly teams: readonly string[];
  readonly people: readonly PersonId[];
  readonly distinctTeams: number;
  readonly not: readonly Relation[];
  readonly stage: Stage;
  readonly presence: Presence;
  /** False where the rule may or may not apply: it asks all the same, and gives its name to a seat only where no other does. */
  readonly sure?: boolean;
  /** Ids of every rule it answers; absent: its own. */
  readonly answers?: readonly string[];
}

/** What a built-in rule asks for: so many people from this rank of the ladder on. */
export const plainAsk = (rule: string, humans: number, rank: number): Ask => ({
  rule,
  humans,
  rank,
  domains: [],
  teams: [],
  people: [],
  distinctTeams: 1,
  not: [],
  stage: 'implementation',
  presence: 'passkey',
});

/** One ask for each stage. `senior_to: author` becomes a level: one above everybody behind the change, or a peer where nobody on the roster is above. */
export function asksOf(policy: Policy, senior: Senior, rule: string, require: Requirement): readonly Ask[] {
  const stated = require.level === null ? -1 : policy.ladder.values.indexOf(require.level);
  const { humans, domains, distinctTeams, not, presence } = require;
  const rank = Math.max(stated, require.seniorToAuthor ? senior.rank : -1);
  return require.stages.map((stage) => ({ rule, humans, rank, domains, teams: require.from.teams, people: require.from.people, distinctTeams, not, stage, presence }));
}

/** What is senior to everybody behind a change. */
export interface Senior {
  readonly rank: number;
  /** Nobody on the roster is above them, so an independent peer will do. */
  readonly peer: boolean;
}

/** Excluded people count as above: naming every senior as co-author must not make a peer enough. */
export function seniorTo(policy: Policy, roster: Roster, { behind: { highest } }: Findings): Senior {
  if (highest === undefined) return { rank: policy.ladder.values.indexOf(policy.senior), peer: false };
  const above = roster.people.some((p) => policy.ladder.values.indexOf(p.level) > highest);
  return above ? { rank: highest + 1, peer: false } : { rank: Math.min(highest, policy.ladder.values.length - 1), peer: true };
}

/**
 * A seat that a stricter seat already answers is not asked twice: whoever fills L6 also fills "any level". One person
 * answers one chain of ever stricter asks, never two asks of which neither implies the other, so one more ask never
 * takes people away (the smallest cover by chains has as many as there are asks nobody can join). Order does not matter.
 *
 * What is left says whom it answers for, also where one of its people does and the others do not: a sign-off that may not
 * speak for one of these rules may then not fill it.
 */
export function fold(asks: readonly Ask[]): readonly Ask[] {
  const keyed = asks.map((ask) => ({ ask, key: key(ask) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const kinds = merged(keyed.map((k) => k.ask));
  const slots = kinds.flatMap((kind) => Array.from({ length: kind.humans }, () => kind));
  const weakerOf = new Map<number, number>();
  // Once answered a slot stays answered, so asking the strict ones first leaves the least strict seats over.
  const reach = slots.map((slot) => kinds.filter((kind) => implies(slot, kind)).length);
  const strictFirst = [...slots.keys()].sort((a, b) => (reach[b] ?? 0) - (reach[a] ?? 0) || a - b);
  for (const slot of strictFirst) absorb(slots, slot, weakerOf, new Set());
  const answered = new Set(weakerOf.values());
  return kinds.flatMap((kind) => {
    const left = [...slots.keys()].filter((i) => slots[i] === kind && !answered.has(i));
    return left.length === 0 ? [] : [{ ...kind, humans: left.length, answers: named(left.flatMap((i) => chainFrom(i, weakerOf).flatMap((at) => slots[at]?.answers ?? []))) }];
  });
}

/** A slot, the weaker one it answers, the one that answers in turn, and so on. Ends: implying is no circle among different kinds. */
function chainFrom(slot: number, weakerOf: ReadonlyMap<number, number>): readonly number[] {
  const chain: number[] = [];
  for (let at: number | undefined = slot; at !== undefined && chain.length <= weakerOf.size; at = weakerOf.get(at)) chain.push(at);
  return chain;
}

const named = (rules: readonly string[]): readonly string[] => [...new Set(rules)].sort();

/** Asks for the very same people: the largest number speaks, under its name, and a rule that is known to apply before one that may. */
function merged(sorted: readonly Ask[]): readonly Ask[] {
  // As sets: two kinds that differ in a name written twice would answer each other, and nobody would be left to ask.
  const kinds = Map.groupBy(sorted, (a) => JSON.stringify([a.stage, a.presence, a.rank, ...[a.domains, a.teams, a.people, a.not].map((list) => named(list))]));
  return [...kinds.values()].flatMap((same) => {
    const [most] = [...same].sort((a, b) => b.humans - a.humans || Number(a.sure === false) - Number(b.sure === false));
    return most === undefined ? [] : [{ ...most, distinctTeams: Math.max(...same.map((a) => a.distinctTeams)), answers: named(same.flatMap((a) => a.answers ?? [a.rule])) }];
  });
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

const key = (a: Ask): string => JSON.stringify([a.rule, a.stage, a.humans, a.rank, a.domains, a.teams, a.people, a.not, a.distinctTeams, a.presence]);

/** Everybody who satisfies `a` satisfies `b`. Different teams are a matter of all seats of `b` together, so nobody answers one of them from elsewhere. */
function implies(a: Ask, b: Ask): boolean {
  if (a.stage !== b.stage || b.distinctTeams > 1 || (b.presence === 'hardware' && a.presence !== 'hardware')) return false;
  const domains = b.domains.every((d) => a.domains.includes(d));
  const relations = b.not.every((r) => a.not.includes(r));
  return a.rank >= b.rank && domains && relations && within(a, b);
}

/** `from` of `a` is no wider than that of `b`. */
function within(a: Ask, b: Ask): boolean {
  if (b.teams.length === 0 && b.people.length === 0) return true;
  if (a.teams.length === 0 && a.people.length === 0) return false;
  return a.teams.every((t) => b.teams.includes(t)) && a.people.every((p) => b.people.includes(p));
}

export function qualified(policy: Policy, person: Person, ask: Pick<Ask, 'rank' | 'domains' | 'teams' | 'people'>, at: number | null): boolean {
  const rank = policy.ladder.values.indexOf(person.level);
  const anybody = ask.teams.length === 0 && ask.people.length === 0;
  const from = anybody || ask.teams.some((t) => person.teams.includes(t)) || ask.people.includes(person.id);
  return rank >= 0 && rank >= ask.rank && from && ask.domains.every((d) => qualifiedFor(person, d, at));
}

/**
 * One person more where headers alone keep somebody from an ask. Added before asks answer one another: a stricter ask would
 * otherwise swallow the weaker one together with its extra person, and more AI or a worse finding would ask for fewer.
 * @param headerOnly people excluded by commit headers alone. @param doubtful an unknown co-author may be any of the candidates.
 */
export function withDoubt(policy: Policy, roster: Roster, ask: Ask, headerOnly: ReadonlySet<PersonId>, doubtful: boolean, at: number | null): Ask {
  const more = doubtful || roster.people.some((p) => headerOnly.has(p.id) && qualified(policy, p, ask, at));
  return more ? { ...ask, humans: ask.humans + 1 } : ask;
}

export function seatOf(policy: Policy, roster: Roster, ask: Ask, excluded: ReadonlySet<PersonId>, at: number | null): Seat {
  const related = relatives(roster, ask.not, excluded);
  const able = roster.people.filter((p) => qualified(policy, p, ask, at) && !excluded.has(p.id) && !related.has(p.id));
  const candidates = able.map((p) => p.id).sort();
  const standing = ask.distinctTeams === 1 ? [] : able.map((p) => [p.id, standsFor(p, ask)] as const);
  const { rule, humans, domains, teams, people, distinctTeams, not, stage, presence } = ask;
  const level = ask.rank < 0 ? null : (policy.ladder.values[ask.rank] ?? null);
  const answers = named(ask.answers ?? [rule]);
  return { rule, answers, humans, level, domains, teams, people, distinctTeams, standsFor: Object.fromEntries(standing), not, stage, presence, candidates };
}

/** Where `from` names teams, only these count. */
const standsFor = (person: Person, ask: Ask): readonly string[] => person.teams.filter((t) => ask.teams.length === 0 || ask.teams.includes(t)).toSorted();

/** Managers, reports and team mates of the people behind the change. */
function relatives(roster: Roster, not: readonly Relation[], behind: ReadonlySet<PersonId>): ReadonlySet<PersonId> {
  const inside = roster.people.filter((p) => behind.has(p.id));
  const managers = not.includes('manager') ? inside.flatMap((p) => (p.manager === undefined ? [] : [p.manager])) : [];
  const reports = not.includes('report') ? roster.people.filter((p) => p.manager !== undefined && behind.has(p.manager)) : [];
  const teams = new Set(not.includes('same-team') ? inside.flatMap((p) => p.teams) : []);
  const mates = roster.people.filter((p) => p.teams.some((t) => teams.has(t)));
  return new Set([...managers, ...[...reports, ...mates].map((p) => p.id)]);
}

/** `1 human at L6 or above, qualified for databases, of team sre` */
export function seatText(seat: Pick<Seat, 'humans' | 'level' | 'domains' | 'teams'> & Partial<Pick<Seat, 'people' | 'distinctTeams' | 'not' | 'stage' | 'presence'>>): string {
  const { humans, level, domains, teams, people = [], distinctTeams = 1, not = [], stage = 'implementation', presence = 'passkey' } = seat;
  const from = [teams.length === 0 ? '' : `of team ${teams.join(' or ')}`, people.length === 0 ? '' : `one of ${people.join(', ')}`].filter(Boolean).join(', or ');
  const parts = [
    level === null ? '' : ` at ${level} or above`,
    domains.length === 0 ? '' : `, qualified for ${domains.join(' and ')}`,
    from === '' ? '' : `, ${from}`,
    distinctTeams === 1 ? '' : `, from ${distinctTeams} different teams`,
    not.length === 0 ? '' : `, no ${not.map((n) => RELATION_WORDS[n]).join(', no ')} of the people behind it`,
    presence === 'hardware' ? ', with a hardware key' : '',
    stage === 'implementation' ? '' : stage === 'intent' ? ', on the intent, before it is built' : ', before it is deployed',
  ];
  return `${humans} ${humans === 1 ? 'human' : 'humans'}${parts.join('')}`;
}

const RELATION_WORDS: { readonly [relation in Relation]: string } = { manager: 'manager', report: 'report', 'same-team': 'team mate' };
