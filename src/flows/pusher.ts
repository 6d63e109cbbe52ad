/**
 * Whose the account of a push is, where a token let it in. The token says an account and an owner, as things stood when it was made; the roster says
 * whose that account is now. Whoever holds a token chooses neither: an account that went to somebody else is not theirs to push as.
 */
import { type Problem, problem } from '../core/base/result.ts';
import { answersFor } from '../core/roster/principals.ts';
import type { PersonId, Roster } from '../core/roster/roster.ts';
import { rostersOf } from './directory.ts';
import type { GateWorld } from './site.ts';

export interface Pusher {
  /** Authenticated by the transport; null is refused for protected refs. */
  readonly pusher: string | null;
  /** Whose token let it in, a principal of the push; not given: no token did. */
  readonly tokenOwner?: PersonId | undefined;
}

/** In the place of an account where no transport can say whose it was: on no roster. It is not remembered, because it may be known the next time. */
export const NOBODY_KNOWS = 'whoever brought it to the forge';

/** Null where the account is the owner's, or nobody's: that one policy refuses, with the owner behind it. */
export function foreign(roster: Roster, { pusher, tokenOwner }: Pusher): Problem | null {
  if (pusher === null || tokenOwner === undefined) return null;
  const answers = answersFor(roster, pusher);
  if (answers === null || answers === tokenOwner) return null;
  return problem('PUSHER_FOREIGN', `the account ${pusher} is not of ${tokenOwner}, whose token this is: by the roster ${answers} answers for it`, {
    remedy: 'push with a token made for an account of your own, or of an agent you own; where the roster is wrong, mend .countersign/roster.yml first',
  });
}

/** Accounts somebody may push as, in one installation. */
export interface Pushable {
  /** Their own first, then those of agents they own; none that a roster gives to anybody else. */
  readonly accounts: readonly string[];
  /** Of one of these agents by its id, the account it pushes with. */
  readonly agents: ReadonlyMap<string, string>;
}

export async function pushableBy(world: Pick<GateWorld, 'repositories' | 'floors'>, person: PersonId): Promise<Pushable> {
  const { each } = await rostersOf(world);
  const theirs = (account: string): boolean => each.every((roster) => [null, person].includes(answersFor(roster, account)));
  const own = each.flatMap((r) => r.people.filter((p) => p.id === person).flatMap((p) => p.accounts));
  const agents = each.flatMap((r) => r.agents.filter((a) => a.owner === person)).map(({ id, accounts }) => ({ id, accounts: accounts.filter(theirs) }));
  return {
    accounts: [...new Set([...own.filter(theirs), ...agents.flatMap((a) => a.accounts)])],
    agents: new Map(agents.flatMap(({ id, accounts: [first] }) => (first === undefined ? [] : [[id, first]]))),
  };
}
