/**
 * Who could have signed, guessed from history where no roster says it. Addresses in commits are anybody's words, and how much
 * somebody commits says little about what they may judge: this is an assumption to count with, never a roster to sign by,
 * and `notes` say so to whoever reads the figures.
 */
import { digest } from '../base/json.ts';
import type { Policy } from '../policy/document.ts';
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
  const [teams, domains] = [named(policy, 'teams'), named(policy, 'domains')];
  return {
    at: (at) => {
      const period = hands.periodOf(at);
      const roster = made.get(period) ?? rosterIn(hands, period, { policy, assumed, teams, domains });
      made.set(period, roster);
      return roster;
    },
    notes: [
      'people are inferred from history, one for each e-mail address (joined by .mailmap where there is one); nobody looked at a roster',
      `levels are assumed from commits landed in the year before: the first ${percent(assumed.highest)} (at least ${assumed.leastHighest}) at ${policy.ladder.values.at(-1)}, the next ${percent(assumed.senior)} at ${policy.senior}, the next ${percent(assumed.below)} one level below, the rest at ${policy.ladder.values[0]}`,
      ...(teams.length + domains.length === 0
        ? []
        : [`everybody at ${policy.senior} and above is assumed to be in the teams and qualified for the domains that rules name: ${[...teams, ...domains].join(', ')}`]),
      'bots are assumed to be enrolled as agents, with somebody who answers for them',
    ],
  };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const named = (policy: Policy, what: 'teams' | 'domains'): readonly string[] => [...new Set(policy.rules.flatMap((r) => r.require?.[what] ?? []))].sort();

interface Making {
  readonly policy: Policy;
  readonly assumed: Assumed;
  readonly teams: readonly string[];
  readonly domains: readonly string[];
}

function rosterIn(hands: Hands, period: number, making: Making): Roster {
  const there = hands.of(period);
  const humans = there.filter(({ hand }) => !hand.bot).sort((a, b) => b.commits - a.commits || (a.hand.id < b.hand.id ? -1 : 1));
  const people = [...humans.map(({ hand }, rank) => personAt(hand, rank, humans.length, making)), owner(making.policy)];
  const agents = there.filter(({ hand }) => hand.bot).map(({ hand }) => ({ id: hand.id, owner: BOT_OWNER, emails: [...hand.emails], accounts: [] }));
  return { people, agents, digest: digest({ people: people.map((p) => [p.id, p.level, ...p.emails]), agents: agents.map((a) => [a.id, ...a.emails]) }) };
}

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
