/**
 * Who might be on the roster, by what history shows: a candidate with the reasons, never a judgment. A level is not in any
 * history. Everybody starts at the lowest, but for the few without whom nothing dangerous could ever be signed: those are
 * guessed by what they own, land for others and how long they are there, and the file says of each that it is a guess.
 */

import { type JoinedPerson, joinedByName } from './hands.ts';
import type { Seen, SeenBot, SeenHistory, SeenPerson } from './seen.ts';
import { counted, dayOf, few, nameText, wordText } from './words.ts';

export interface ProposedPerson {
  readonly id: string;
  readonly name: string;
  readonly senior: boolean;
  readonly emails: readonly string[];
  readonly accounts: readonly string[];
  /** What history shows of them, and why this level where it is not the lowest. */
  readonly because: string;
  readonly guess: string | null;
  /** Addresses that nothing but a name joins to the others. */
  readonly joined: readonly string[];
}

export interface ProposedAgent {
  readonly id: string;
  readonly owner: string;
  readonly emails: readonly string[];
  readonly accounts: readonly string[];
  readonly because: string;
  /** Under which name nobody has classified it; null: the catalogue knows it. */
  readonly unknown: string | null;
  readonly name: string;
}

export interface ProposedPeople {
  readonly people: readonly ProposedPerson[];
  readonly agents: readonly ProposedAgent[];
  /** People of the year who are left off. */
  readonly left: number;
  readonly regular: { readonly commits: number; readonly weeks: number };
  /** Nobody was found: the one person is a place to write a name. */
  readonly invented: boolean;
}

/** A repository younger than this has nobody who was there for long. */
const YOUNG_WEEKS = 9;
/** Whoever landed nothing for so long may be gone. */
const SILENT = 180 * 86_400_000;
const MOST_PEOPLE = 150;
const MOST_AGENTS = 50;
/** Of all, and never fewer than two: one of them may be the author. */
const SENIOR_SHARE = 0.15;
const [LEAST_SENIORS, MOST_SENIORS] = [2, 12];
/** Of the roster file. */
const EMAIL = /^[^\s@<>\p{Cc}\p{Cf}]+@[^\s@<>\p{Cc}\p{Cf}]+$/u;
const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const YEAR = 365.25 * 86_400_000;

/** Whom everybody else is behind when somebody must be there who stands above a newcomer. */
export const NOBODY: ProposedPerson = {
  ...{ id: 'you', name: 'Your name', senior: true, emails: ['you@example.com'], accounts: ['you'] },
  because: 'nobody is in this history: put yourself here, with the address your commits have',
  guess: null,
  joined: [],
};

export function peopleIn(seen: Seen): ProposedPeople {
  const { history } = seen;
  const regular = history.weeks < YOUNG_WEEKS ? { commits: 1, weeks: 1 } : { commits: 5, weeks: 3 };
  const isRegular = (p: SeenPerson): boolean => (p.commits >= regular.commits && p.weeks >= regular.weeks) || p.landedForOthers >= regular.commits;
  const able = joinedByName(addressed(history.people), isRegular);
  const owned = ownedBy(seen, able);
  const newest = history.newest ?? 0;
  const chosen = able.filter((p) => p.last > newest - SILENT && (isRegular(p) || (owned.has(p.id) && p.commits > 0)));
  const there = ranked(chosen.length > 0 ? chosen : able.filter((p) => p.commits > 0).slice(0, 1), owned, newest).slice(0, MOST_PEOPLE);
  const seniors = Math.min(MOST_SENIORS, Math.max(LEAST_SENIORS, Math.ceil(there.length * SENIOR_SHARE)));
  const people = there.length === 0 ? [NOBODY] : there.map((p, i) => personOf(p, owned.get(p.id) ?? [], i < seniors));
  return { people, agents: agentsIn(history, people), left: able.filter((p) => p.commits > 0 && !there.includes(p)).length, regular, invented: there.length === 0 };
}

/** With the addresses a roster takes, each account once: two people may claim the same login. */
function addressed(people: readonly SeenPerson[]): readonly SeenPerson[] {
  const taken = new Set<string>();
  return people.flatMap((p) => {
    const emails = usable(p.emails);
    const logins = free(p.logins, taken);
    return emails.length === 0 || !ID.test(p.id) ? [] : [{ ...p, emails, logins }];
  });
}

const usable = (emails: readonly string[]): readonly string[] => emails.filter((e) => e.length <= 254 && EMAIL.test(e) && e === e.toLowerCase().trim()).slice(0, 20);

function free(logins: readonly string[], taken: Set<string>): readonly string[] {
  return logins.filter((login) => {
    const key = login.toLowerCase();
    if (taken.has(key) || !/^[A-Za-z0-9][\w.-]{0,60}(?:\[bot\])?$/.test(login)) return false;
    taken.add(key);
    return true;
  });
}

/** Patterns of CODEOWNERS that name somebody by an address or a login of theirs: a team says nothing of who is in it. */
function ownedBy({ owners }: Seen, people: readonly SeenPerson[]): ReadonlyMap<string, readonly string[]> {
  const named = new Map(people.flatMap((p) => [...p.emails, ...p.logins.map((l) => `@${l.toLowerCase()}`)].map((key) => [key, p.id] as const)));
  const found = new Map<string, string[]>();
  for (const rule of owners?.read.rules ?? []) {
    for (const owner of rule.owners) {
      const id = owner.kind === 'team' || owner.kind === 'role' ? undefined : named.get(owner.text.toLowerCase());
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), rule.pattern]);
    }
  }
  return found;
}

/** Who seems to carry most: owners, those who land others' work, then by how much and how long; who went quiet, less. */
function ranked(people: readonly JoinedPerson[], owned: ReadonlyMap<string, readonly string[]>, newest: number): readonly JoinedPerson[] {
  const carries = (p: SeenPerson): number => (owned.has(p.id) ? 200 : 0) + 2 * p.landedForOthers + p.commits * Math.min(1, 0.25 + (p.last - p.first) / YEAR);
  const weight = (p: SeenPerson): number => carries(p) * (p.last > newest - SILENT / 3 ? 1 : 0.2);
  return people.toSorted((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
}

function personOf(p: JoinedPerson, owned: readonly string[], senior: boolean): ProposedPerson {
  const knows = p.folders.length === 0 ? '' : `, mostly in ${few(p.folders.map(wordText))}`;
  const owns = owned.length === 0 ? '' : `; CODEOWNERS names them for ${few(owned.map(wordText))}`;
  const wrote = p.commits === 0 ? '' : `${counted(p.commits, 'commit')} in the year, `;
  const lands = p.landedForOthers === 0 ? '' : `; landed ${counted(p.landedForOthers, 'change')} of others`;
  return {
    id: p.id,
    name: nameText(p.name),
    senior,
    emails: p.emails,
    accounts: p.logins.map(atGithub),
    because: `${wrote}last ${dayOf(p.last)}, first ${dayOf(p.first)}${knows}${owns}${lands}`,
    guess: senior ? `a guess: ${grounds(p, owned)}` : null,
    joined: p.joined,
  };
}

const grounds = (p: SeenPerson, owned: readonly string[]): string =>
  owned.length > 0
    ? 'an owner by CODEOWNERS'
    : p.landedForOthers >= 10
      ? "lands others' changes"
      : `among those with most commits, here for ${counted(Math.max(1, Math.round((p.last - p.first) / (YEAR / 12))), 'month')}`;

function agentsIn({ bots }: SeenHistory, people: readonly ProposedPerson[]): readonly ProposedAgent[] {
  const used = new Set(people.flatMap((p) => [p.id, ...p.emails, ...p.accounts.map(loginOf)]));
  const first = people.find((p) => p.senior) ?? people[0] ?? NOBODY;
  return bots.slice(0, MOST_AGENTS).flatMap((bot) => agentOf(bot, people, first, used));
}

function agentOf(bot: SeenBot, people: readonly ProposedPerson[], first: ProposedPerson, used: Set<string>): readonly ProposedAgent[] {
  const emails = usable(bot.emails).filter((e) => !used.has(e));
  if (emails.length === 0 || used.has(bot.id) || !ID.test(bot.id)) return [];
  const accounts = free(bot.logins, used).map(atGithub);
  for (const name of [bot.id, ...emails]) used.add(name);
  const owner = people.find((p) => p.id === bot.landedBy);
  const why = owner === undefined ? `nobody is known to answer for it; ${first.id} stands here so that the file loads` : `${owner.id} landed most of what it made`;
  return [
    {
      ...{ id: bot.id, owner: (owner ?? first).id, emails, accounts, unknown: matchable(bot.unknown, emails), name: nameText(bot.name) },
      because: `${counted(bot.commits, 'commit')} in the year, last ${dayOf(bot.last)}; owner is a guess: ${why}`,
    },
  ];
}

/** A star stands for everybody in a match: an account that calls itself so is left for a person to write down. */
const matchable = (unknown: string | null, emails: readonly string[]): string | null =>
  unknown === null || unknown.length > 200 || `${unknown}${emails[0] ?? ''}`.includes('*') || !/[^\s*@.]/.test(unknown) ? null : unknown;

/** Logins come from addresses GitHub gives out. Without its name before it, an account would be of whoever has that name at the server's own door. */
const GITHUB = 'github:';
const atGithub = (login: string): string => `${GITHUB}${login.toLowerCase()}`;
const loginOf = (account: string): string => (account.startsWith(GITHUB) ? account.slice(GITHUB.length) : account).toLowerCase();

/** Ids of the roster for names of CODEOWNERS, as the importer writes them: people stand there without the name of the forge. */
export function knownOwners(people: readonly ProposedPerson[]): ReadonlyMap<string, string> {
  return new Map(people.flatMap((p) => [...p.emails, ...p.accounts.map(loginOf)].map((key) => [key, p.id] as const)));
}
