/** Whom an installation lets in: people on a roster it serves, and people its own file gives a role. */

import { enrolledKeys } from '../../flows/authority.ts';
import { directory } from '../../flows/directory.ts';
import type { SessionRow } from '../../flows/ports-login.ts';
import type { ServerWorld } from '../world.ts';

/** An identity provider knows everybody in the house; this is who of them may read source here. */
export async function isKnown(world: ServerWorld, person: string): Promise<boolean> {
  return world.entry.people.has(person) || (await directory(world)).people.some((p) => p.id === person);
}

/** A key that was taken back ends what it opened, and so does leaving the roster. */
export async function stillCounts(world: ServerWorld, { person, via, keyid }: Pick<SessionRow, 'person' | 'via' | 'keyid'>): Promise<boolean> {
  if (via === 'passkey' || via === 'key') return (await enrolledKeys(world.projections, { person, keyid })).length > 0;
  return isKnown(world, person);
}
