/** Whether the author has to speak first: which change policy asks it of, and whose word counts. */
import { TIERS, type Tier } from '../risk/risk.ts';
import type { PersonId, PrincipalRole } from '../roster/roster.ts';
import type { Excluded, OwnershipAsked } from './decision.ts';

/** The ways to stand behind a change in which somebody can say what they read and ran of it. */
const OWNING: ReadonlySet<PrincipalRole> = new Set(['author', 'committer', 'co-author', 'prompter', 'agent-owner', 'pusher']);

/** Sorted. */
export const ownersIn = (behind: Iterable<readonly [PersonId, readonly PrincipalRole[]]>): readonly PersonId[] =>
  [...behind].flatMap(([person, roles]) => (roles.some((r) => OWNING.has(r)) ? [person] : [])).sort();

/** Who may speak for a change that was decided: also where nobody is asked to. */
export const ownersOf = ({ ownership, excluded }: { readonly ownership: OwnershipAsked | null; readonly excluded: readonly Excluded[] }): readonly PersonId[] =>
  ownership?.owners ?? ownersIn(excluded.map((e) => [e.person, e.roles] as const));

/** What asks for it, in the words of the file: ids of rules, and the terms of the whole. */
export const ownershipAskedBy = (from: Tier | null, tier: Tier, rules: readonly string[]): readonly string[] => [
  ...(from !== null && TIERS.atLeast(tier, from) ? [`ownership from ${from}`] : []),
  ...rules,
];

/** What the author is told, in one line. */
export const ownershipWords = ({ by, owners }: OwnershipAsked, names: (person: PersonId) => string = (p) => p): string =>
  owners.length === 0
    ? `somebody behind it says first what they read, ran and do not understand (${by.join(', ')}); nobody behind it is on the roster`
    : `${owners.map(names).join(' or ')} says first what they read, ran and do not understand (${by.join(', ')})`;
