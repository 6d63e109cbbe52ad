/** Whom an installation lets in: people on a roster it serves, and people its own file gives a role. */

import { enrolledKeys, knownAuthority } from '../../flows/authority.ts';
import { directory } from '../../flows/directory.ts';
import type { SessionRow } from '../../flows/ports-login.ts';
import type { ServerWorld } from '../world.ts';

/** An identity provider knows everybody in the house; this is who of them may read source here. */
export async function isKnown(world: ServerWorld, person: string): Promise<boolean> {
  return world.entry.people.has(person) || (await directory(world)).people.some((p) => p.id === person);
}

/** So long what was found out about somebody is said again without another look: a program asks a thousand times a second. */
const REMEMBERED_MS = 10_000;
const MOST = 10_000;
const remembered = new WeakMap<ServerWorld, Map<string, { readonly at: number; readonly answer: Promise<boolean> }>>();

/** The same, a few seconds late: for whoever brings a token again and again. */
export function wasKnown(world: ServerWorld, person: string): Promise<boolean> {
  const known = remembered.get(world) ?? new Map();
  remembered.set(world, known);
  const before = known.get(person);
  if (before !== undefined && Math.abs(world.now() - before.at) < REMEMBERED_MS) return before.answer;
  const answer = isKnown(world, person);
  answer.catch(() => known.delete(person));
  known.delete(person);
  known.set(person, { at: world.now(), answer });
  if (known.size > MOST) known.delete(known.keys().next().value ?? '');
  return answer;
}

/** Whom a key lets in: trustees too, for the log names founders before there is any roster. That a key was enrolled once names nobody: its person may have left. */
export async function isNamed(world: ServerWorld, person: string): Promise<boolean> {
  if (await isKnown(world, person)) return true;
  const log = await knownAuthority(world.projections);
  return log.ok && log.value.authority.trustees.has(person);
}

/** A key that was taken back ends what it opened, and so does leaving the roster, whatever key its person still has. */
export async function stillCounts(world: ServerWorld, { person, via, keyid }: Pick<SessionRow, 'person' | 'via' | 'keyid'>): Promise<boolean> {
  if (via !== 'passkey' && via !== 'key') return isKnown(world, person);
  return (await enrolledKeys(world.projections, { person, keyid })).length > 0 && (await isNamed(world, person));
}
