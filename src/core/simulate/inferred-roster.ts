/**
 * Who could have signed, guessed from history where no roster says it. Addresses in commits are anybody's words, and how much
 * somebody commits says little about what they may judge: this is an assumption to count with, never a roster to sign by,
 * and `notes` say so to whoever reads the figures.
 */
import { digest } from '../base/json.ts';
import type { Policy, Requirement } from '../policy/document.ts';
import type { Person, PersonId, Roster } from '../roster/roster.ts';
import type { Hand, Hands } from './hands.ts';

/** Shares are of the people of one year, most commits first. */
export interface Assumed {
  /** Who stands at the top of the ladder, and how many at least. */
  readonly highest: number;
  readonly leastHighest: number;
  /** Who comes next, at the level the policy calls senior, and after them one level below. The rest starts the ladder. */
  readonly senior: number;
  readonly below: number;
}

export const ASSUMED: Assumed = { highest: 0.05, leastHighest: 2, senior: 0.15, below: 0.3 };

export interface InferredRoster {
  /** The roster as it would have been when something landed. @param at milliseconds since 1970, of a landing among the hands. */
  at(at: number): Roster;
  readonly notes: readonly string[];
}

/** Answers for all bots; nobody real, so never somebody who could sign. */
export const BOT_OWNER: PersonId = 'owner-of-bots';

export function inferRoster(hands: Hands, policy: Policy, assumed: Assumed = ASSUMED): InferredRoster {
  const made = new Map<number, Roster>();
  const making = { policy, assumed, teams: named(policy, (r) => r.from.teams), domains: named(policy, (r) => r.domains), people: named(policy, (r) => r.from.people) };
  return {
    at: (at) => {
      const period = hands.periodOf(at);
      const roster = made.get(period) ?? rosterIn(hands, period, making);
      made.set(period, roster);
      return roster;
    },
    notes: notesOf(making),
  };
}

function notesOf({ policy: { ladder, senior }, assumed, teams, domains, people }: Making): readonly string[] {
  const [lowest = '', highest = ''] = [ladder.values[0], ladder.values.at(-1)];
  const able = [...teams, ...domains].join(', ');
  return [
    'people are inferred from history, one for each e-mail address (joined by .mailmap where there is one); nobody looked at a roster',
    `levels are assumed from commits landed in the year before: the first ${percent(assumed.highest)} (at least ${assumed.leastHighest}) at ${highest}, the next ${percent(assumed.senior)} at ${senior}, the next ${percent(assumed.below)} one level below, the rest at ${lowest}`,
    ...(able === '' ? [] : [`everybody at ${senior} and above is assumed to be in the teams and qualified for the domains that rules name: ${able}`]),
    ...(people.length === 0 ? [] : [`whom rules ask for by name are assumed to be there, at ${highest}: ${people.join(', ')}`]),
    'bots are assumed to be enrolled as agents, with somebody who answers for them',
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const named = (policy: Policy, what: (require: Requirement) => readonly string[]): readonly string[] =>
  [...new Set(policy.rules.flatMap((r) => (r.require === null ? [] : what(r.require))))].sort();

interface Making {
  readonly policy: Policy;
  readonly assumed: Assumed;
  readonly teams: readonly string[];
  readonly domains: readonly string[];
  /** Whom rules ask for by id. */
  readonly people: readonly PersonId[];
}

function rosterIn(hands: Hands, period: number, making: Making): Roster {
  const there = hands.of(period);
  const humans = there.filter(({ hand }) => !hand.bot).sort((a, b) => b.commits - a.commits || (a.hand.id < b.hand.id ? -1 : 1));
  const seen = humans.map(({ hand }, rank) => personAt(hand, rank, humans.length, making));
  const missing = making.people.filter((id) => !seen.some((p) => p.id === id));
  const people = [...seen, ...missing.map((id) => askedByName(id, making)), owner(making.policy)];
  const agents = there.filter(({ hand }) => hand.bot).map(({ hand }) => ({ id: hand.id, owner: BOT_OWNER, emails: [...hand.emails], accounts: [] }));
  return { people, agents, digest: digest({ people: people.map((p) => [p.id, p.level, ...p.emails]), agents: agents.map((a) => [a.id, ...a.emails]) }) };
}

const askedByName = (id: PersonId, { policy: { ladder }, teams, domains }: Making): Person => ({
  id,
  name: id,
  level: ladder.values.at(-1) ?? '',
  teams,
  domains,
  emails: [],
  accounts: [],
});

const owner = ({ ladder }: Policy): Person => ({
  id: BOT_OWNER,
  name: 'whoever answers for bots',
  level: ladder.values[0] ?? '',
  teams: [],
  domains: [],
  emails: [],
  accounts: [],
});

function personAt(hand: Hand, place: number, all: number, { policy, assumed, teams, domains }: Making): Person {
  const rank = rankAt(place, all, policy, assumed);
  const senior = rank >= policy.ladder.values.indexOf(policy.senior);
  return {
    id: hand.id,
    name: hand.name,
    level: policy.ladder.values[rank] ?? '',
    teams: senior ? teams : [],
    domains: senior ? domains : [],
    emails: [...hand.emails],
    accounts: [],
  };
}

function rankAt(place: number, all: number, { ladder, senior }: Policy, assumed: Assumed): number {
  const seniorRank = Math.max(0, ladder.values.indexOf(senior));
  const highest = Math.max(assumed.leastHighest, Math.ceil(all * assumed.highest));
  const next = highest + Math.ceil(all * assumed.senior);
  if (place < highest) return ladder.values.length - 1;
  if (place < next) return seniorRank;
  return place < next + Math.ceil(all * assumed.below) ? Math.max(0, seniorRank - 1) : 0;
}
