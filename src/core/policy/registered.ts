/**
 * Agents of the organisation's registry in the principal graph: whoever owns one that wrote a commit stands behind it, as with
 * an agent of the roster. A team owns as all its people: none of them signs what their agent made.
 */
import type { Commit } from '../change/change.ts';
import { registeredAs } from '../provenance/identity.ts';
import { NO_REGISTRY, type Registry } from '../provenance/registry.ts';
import type { Agent, PersonId, Roster } from '../roster/roster.ts';
import type { Behind } from './facts.ts';

export interface Registered {
  /** With an agent for each address a registered one wrote under; what the roster itself says of an address wins. */
  readonly roster: Roster;
  /** Owners beyond the first of each. */
  readonly behind: readonly Behind[];
}

export function registered(roster: Roster, commits: readonly Commit[], registry: Registry = NO_REGISTRY): Registered {
  if (registry.agents.length === 0) return { roster, behind: [] };
  const agents = new Map<string, Agent>();
  const others = new Set<PersonId>();
  for (const { author } of commits) {
    const agent = registeredAs(author.name, author.email, registry);
    const email = author.email.trim().toLowerCase();
    if (agent === undefined || email === '' || agents.has(email)) continue;
    const [owner, ...rest] = ownersOf(roster, agent.owner);
    if (owner === undefined) continue;
    agents.set(email, { id: agent.tool, owner, emails: [email], accounts: [] });
    for (const person of rest) others.add(person);
  }
  if (agents.size === 0) return { roster, behind: [] };
  return { roster: { ...roster, agents: [...agents.values(), ...roster.agents] }, behind: [...others].map((identity) => ({ role: 'agent-owner', identity })) };
}

const ownersOf = (roster: Roster, owner: string): readonly PersonId[] =>
  roster.people.filter((p) => (owner.startsWith('@') ? p.teams.includes(owner.slice(1)) : p.id === owner)).map((p) => p.id);
