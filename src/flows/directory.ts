/** The people an installation knows: the rosters of its repositories, with the keys enrolled for each. */
import type { Oid } from '../core/change/change.ts';
import type { Agent, Person, Roster } from '../core/roster/roster.ts';
import { enrolledKeys } from './authority.ts';
import { type Governance, governanceAt } from './governance.ts';
import type { KeyRow } from './ports.ts';
import type { GateWorld, ServedRepository } from './site.ts';

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
  const { people, agents, ladder } = await rostersOf(world);
  const keys = Map.groupBy(await enrolledKeys(world.projections), (k) => k.person);
  return { agents, ladder, people: people.map((p) => ({ ...p, keys: keys.get(p.id) ?? [] })) };
}

export interface Rosters extends Omit<Directory, 'people'> {
  readonly people: readonly Person[];
  /** Of each repository by itself: whose an account is, they may see differently. */
  readonly each: readonly Roster[];
}

/** The same without their keys: who somebody is called. */
export async function rostersOf(world: Pick<GateWorld, 'repositories' | 'floors'>): Promise<Rosters> {
  const read = await Promise.all([...world.repositories.values()].map((served) => governanceNow(served, world)));
  const found = read.filter((g) => g !== undefined);
  const before = merged.get(world.repositories);
  // What a commit holds is read once and is the same object: where all of it is, so is what it comes to.
  if (before !== undefined && before.of.length === found.length && before.of.every((g, i) => g === found[i])) return before.rosters;
  const people = new Map(found.flatMap((g) => g.roster.people).map((p) => [p.id, p]));
  const agents = new Map(found.flatMap((g) => g.roster.agents).map((a) => [a.id, a]));
  const rosters = { people: [...people.values()], agents: [...agents.values()], ladder: found[0]?.policy.ladder.values ?? [], each: found.map((g) => g.roster) };
  merged.set(world.repositories, { of: found, rosters });
  return rosters;
}

const merged = new WeakMap<object, { readonly of: readonly Governance[]; readonly rosters: Rosters }>();

async function governanceNow({ repository, tip }: ServedRepository, { floors }: Pick<GateWorld, 'floors'>): Promise<Governance | undefined> {
  const at: Oid | null = await (tip === undefined ? repository.resolve('HEAD') : tip());
  const governance = at === null ? null : await governanceAt(repository, at, floors);
  return governance?.ok ? governance.value : undefined;
}
