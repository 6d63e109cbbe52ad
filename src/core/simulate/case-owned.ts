/** Who, in a case, signed the author's ownership statement: as a gate is shown it, and what does not count. */
import { problem } from '../base/result.ts';
import type { PresentedOwnership } from '../gate/judge.ts';
import type { Case } from '../policy/case.ts';
import type { Decision } from '../policy/decision.ts';
import type { Roster } from '../roster/roster.ts';
import type { Ignored } from './case-answer.ts';

export interface WeighedOwned {
  readonly presented: readonly PresentedOwnership[];
  readonly ignored: readonly Ignored[];
}

/** Where policy does not ask, nothing is weighed: the word stands beside the change and changes nothing. */
export function weighOwned({ ownedBy }: Pick<Case, 'ownedBy'>, { ownership }: Decision, roster: Roster): WeighedOwned {
  if (ownership === null) return { presented: [], ignored: [] };
  const weighed = ownedBy.map((by, index) => {
    const person = personNamed(roster, by);
    const why = person === undefined ? `${by} is nobody on the roster` : ownership.owners.includes(person) ? '' : `${person} does not stand behind this change`;
    return { author: person ?? by, index, why };
  });
  return {
    presented: weighed.map(({ author, index, why }) => ({ digest: author, author, index, problems: why === '' ? [] : [problem('OWNERSHIP_INVALID', why)] })),
    ignored: weighed.flatMap(({ author, why }): readonly Ignored[] => (why === '' ? [] : [{ person: author, reason: 'OWNERSHIP_INVALID', detail: why, paths: [] }])),
  };
}

function personNamed({ people }: Roster, by: string): string | undefined {
  const same = (name: string): boolean => name.toLowerCase() === by.toLowerCase();
  return (people.find((p) => p.id === by) ?? people.find((p) => [...p.emails, ...p.accounts].some(same)))?.id;
}
