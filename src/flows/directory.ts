/** The people an installation knows: the rosters of its repositories, with the keys enrolled for each. */
import type { Agent, Person } from '../core/roster/roster.ts';
import { enrolledKeys } from './authority.ts';
import { governanceAt } from './governance.ts';
import type { KeyRow } from './ports.ts';
import type { GateWorld } from './site.ts';

export interface Listed extends Person {
  readonly keys: readonly KeyRow[];
}

export interface Directory {
  readonly people: readonly Listed[];
  readonly agents: readonly Agent[];
  /** The ladder of the first repository that has one, lowest first. */
  readonly ladder: readonly string[];
}

export async function directory(world: GateWorld): Promise<Directory> {
  const found = [];
  for (const served of world.repositories.values()) {
    const tip = await served.repository.resolve('HEAD');
    const governance = tip === null ? null : await governanceAt(served.repository, tip, world.floors);
    if (governance?.ok) found.push(governance.value);
  }
  const keys = await enrolledKeys(world.projections);
  const people = new Map(found.flatMap((g) => g.roster.people).map((p) => [p.id, { ...p, keys: keys.filter((k) => k.person === p.id) }]));
  const agents = new Map(found.flatMap((g) => g.roster.agents).map((a) => [a.id, a]));
  return { people: [...people.values()], agents: [...agents.values()], ladder: found[0]?.policy.ladder.values ?? [] };
}
