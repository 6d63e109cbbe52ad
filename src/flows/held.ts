/** Of the people a change asks, those an identity provider keeps from signing it: a page names nobody who would be refused. */
import type { PersonId } from '../core/roster/roster.ts';
import { heldFrom, type PersonalCeilings } from './ceiling.ts';
import { governanceAt } from './governance.ts';
import type { ChangeRow } from './ports.ts';
import type { SigningWorld } from './prepare.ts';

/** For one page, however many changes it lists: each person is looked up once. */
export function remembering({ of }: PersonalCeilings): PersonalCeilings {
  const known = new Map<PersonId, ReturnType<PersonalCeilings['of']>>();
  return {
    of: (person) => {
      const answer = known.get(person) ?? of(person);
      known.set(person, answer);
      return answer;
    },
  };
}

/** Of a change that asks nobody any more, nobody. */
export async function heldOf({ ceilings, objects, floors }: Pick<SigningWorld, 'ceilings' | 'objects' | 'floors'>, { state, decision }: ChangeRow): Promise<readonly PersonId[]> {
  const { repo, base } = decision.change;
  if (state !== 'open' || base === null) return [];
  const asked = [...new Set(decision.seats.flatMap((s) => s.candidates))];
  const limited = (await Promise.all(asked.map(async (person) => ({ person, ceiling: await ceilings.of(person) })))).filter(
    ({ ceiling }) => ceiling.levels !== null || ceiling.teams !== null,
  );
  if (limited.length === 0) return [];
  const governance = await governanceAt(objects.open(repo), base, floors);
  if (!governance.ok) return [];
  const { policy, roster } = governance.value;
  const held = ({ person, ceiling }: (typeof limited)[number]): boolean =>
    roster.people.some((p) => p.id === person && heldFrom(decision, policy.ladder.values, p, ceiling).length > 0);
  return limited.filter(held).map(({ person }) => person);
}
