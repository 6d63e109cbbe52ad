/**
 * Who stands behind a change, as far as the roster knows. An attacker writes every header of a commit (author, committer,
 * trailers); only the pusher is the transport's word. Names are never looked up: addresses and accounts are.
 */
import type { Commit } from '../change/change.ts';
import { coAuthors } from '../provenance/co-authors.ts';
import { identityOf } from '../provenance/identity.ts';
import type { PersonId, Principal, PrincipalGraph, PrincipalRole, Roster } from './roster.ts';

interface Seen {
  readonly role: PrincipalRole;
  readonly name: string;
  readonly identity: string;
}

interface Lookup {
  readonly people: ReadonlyMap<string, PersonId>;
  readonly agents: ReadonlyMap<string, { readonly id: string; readonly owner: PersonId }>;
}

/** Whom a record or a transport names. `claimed`: an unsigned record, so whoever pushed it chose the name. */
export interface Named {
  readonly role: PrincipalRole;
  readonly identity: string;
  readonly claimed?: boolean;
}

/**
 * Named by the change itself and by nobody else: a co-author in a message, a prompter in an unsigned note. It excludes them,
 * and costs one more unrelated person, because whoever writes it could name every senior but a friend.
 */
export const named = (p: Principal): boolean => p.role === 'co-author' || p.claimed === true;

/** What `identityOf` says of a header: a tool, automation, or a person who must be on the roster. */
export type ToolOf = (name: string, email: string) => { readonly tool: string | null; readonly actor: 'agent' | 'automation' | 'person' };

/** An account nobody was known by when it pushed: it is remembered as it is called, and stands for nobody until a roster names it. */
const UNKNOWN = 'account:';

/** As whom a pusher is remembered: by person, or by an account that is nobody's. */
export const remembered = (roster: Roster, account: string): string => answersFor(roster, account) ?? `${UNKNOWN}${account.toLowerCase()}`;

/**
 * @param pusher the account the transport authenticated; null in a clone. @param pushersBefore who pushed it earlier, as `remembered`.
 * A tool that no agent of the roster stands for is unresolved as an author: behind it may be anyone, and anyone may be called
 * `tidy[bot]`. As a committer or co-author it resolves to itself, with no owner: it is nobody who could sign.
 */
export function principalGraph(
  commits: readonly Commit[],
  pusher: string | null,
  roster: Roster,
  pushersBefore: readonly string[] = [],
  behind: readonly Named[] = [],
  toolOf: ToolOf = identityOf,
): PrincipalGraph {
  const seen = distinct([...commits.flatMap(headersOf), ...(pusher === null ? [] : [{ role: 'pusher' as const, name: '', identity: pusher }])]);
  const lookup = lookupIn(roster);
  const now = seen.flatMap((s) => resolve(s, s.role === 'pusher' ? lookup.accounts : lookup.emails, toolOf));
  const before = pushersBefore.flatMap((who): readonly Principal[] =>
    who.startsWith(UNKNOWN)
      ? resolve({ role: 'pusher', name: '', identity: who.slice(UNKNOWN.length) }, lookup.accounts, toolOf)
      : [{ role: 'pusher', identity: who, person: who, agent: null }],
  );
  const others = behind.flatMap((b) => known(b, roster, lookup));
  const same = (a: Principal, b: Principal): boolean => a.role === b.role && a.person === b.person && (a.person !== null || a.identity === b.identity);
  const principals = [...now, ...others, ...before.filter((b) => !now.some((n) => same(n, b)))];
  return { principals, excluded: excludedBy(principals), unresolved: principals.filter((p) => p.person === null && p.agent === null) };
}

/** Records name people by account, address or id; whom none of them finds is unresolved, and may be anyone. */
function known({ role, identity, claimed }: Named, roster: Roster, lookup: { readonly emails: Lookup; readonly accounts: Lookup }): readonly Principal[] {
  const mark = claimed === true ? { claimed } : {};
  const person = roster.people.find((p) => p.id === identity);
  if (person !== undefined) return [{ role, identity, person: person.id, agent: null, ...mark }];
  const where = identity.includes('@') ? lookup.emails : lookup.accounts;
  // Only the roster's word: a prompter who calls themselves a tool is a person nobody knows.
  return resolve({ role, name: '', identity }, where, () => ({ tool: null, actor: 'person' })).map((p) => ({ ...p, ...mark }));
}

function headersOf(commit: Commit): readonly Seen[] {
  const of = (role: PrincipalRole, who: { name: string; email: string }): Seen => ({ role, name: who.name, identity: who.email.trim().toLowerCase() });
  return [of('author', commit.author), of('committer', commit.committer), ...coAuthors(commit).map((who) => of('co-author', who))];
}

/** Each role and identity once; the name stays part of it, because tools are known by name and address. */
function distinct(seen: readonly Seen[]): readonly Seen[] {
  return [...new Map(seen.map((s) => [JSON.stringify([s.role, s.name, s.identity]), s])).values()];
}

interface Lookups {
  readonly emails: Lookup;
  readonly accounts: Lookup;
}

/** A roster of thousands is asked about every change of a replay. */
const lookups = new WeakMap<Roster, Lookups>();

function lookupIn(roster: Roster): Lookups {
  const known = lookups.get(roster) ?? { emails: byKey(roster, (one) => one.emails), accounts: byKey(roster, (one) => one.accounts) };
  lookups.set(roster, known);
  return known;
}

function byKey(roster: Roster, keys: (one: { readonly emails: readonly string[]; readonly accounts: readonly string[] }) => readonly string[]): Lookup {
  return {
    people: new Map(roster.people.flatMap((p) => keys(p).map((key) => [key.toLowerCase(), p.id]))),
    agents: new Map(roster.agents.flatMap((a) => keys(a).map((key) => [key.toLowerCase(), { id: a.id, owner: a.owner }]))),
  };
}

function resolve({ role, name, identity }: Seen, lookup: Lookup, toolOf: ToolOf): readonly Principal[] {
  const key = identity.toLowerCase();
  // A person's own address wins over any display name: nobody leaves the graph by calling themselves a bot.
  const person = lookup.people.get(key);
  if (person !== undefined) return [{ role, identity, person, agent: null }];
  const agent = lookup.agents.get(key);
  if (agent !== undefined) {
    return [
      { role, identity, person: null, agent: agent.id },
      { role: 'agent-owner', identity, person: agent.owner, agent: agent.id },
    ];
  }
  return [{ role, identity: identity === '' ? name : identity, person: null, agent: role === 'pusher' || role === 'author' ? null : toolNamed(toolOf(name, identity)) }];
}

const holds =
  (account: string) =>
  ({ accounts }: { readonly accounts: readonly string[] }): boolean =>
    accounts.some((a) => a.toLowerCase() === account.toLowerCase());

/** The agent with this account; null where it is nobody's, or a person's. */
export const agentOf = (roster: Roster, account: string): string | null => roster.agents.find(holds(account))?.id ?? null;

/** Who answers for what this account pushes: its person, or the owner of its agent; null where nobody is known. */
export const answersFor = (roster: Roster, account: string): PersonId | null => roster.people.find(holds(account))?.id ?? roster.agents.find(holds(account))?.owner ?? null;

const toolNamed = ({ tool, actor }: ReturnType<ToolOf>): string | null => (actor === 'person' ? null : (tool ?? 'automation'));

function excludedBy(principals: readonly Principal[]): ReadonlyMap<PersonId, readonly PrincipalRole[]> {
  const excluded = new Map<PersonId, PrincipalRole[]>();
  for (const { person, role } of principals) {
    if (person === null) continue;
    const roles = excluded.get(person) ?? [];
    if (!roles.includes(role)) excluded.set(person, [...roles, role]);
  }
  return excluded;
}
