/**
 * What was seen of a repository before anybody wrote a policy for it: the tree at one commit, and what history says of people
 * and places. Paths, names, addresses and messages are whatever somebody once committed: they are counted and quoted, and none
 * of them makes anything lighter.
 */
import type { OwnersFile } from '../../change/codeowners.ts';

export interface Seen {
  /** Full name of the branch that was looked at; null where it has none. */
  readonly branch: string | null;
  /** Full names of the branches there are. */
  readonly branches: readonly string[];
  /** Paths of the tree, links and submodules left out. */
  readonly files: readonly string[];
  /** What files hold, of those that were opened. */
  readonly contents: readonly Content[];
  readonly owners: { readonly file: string; readonly read: OwnersFile } | null;
  readonly history: SeenHistory;
  /** What was not seen, in words. */
  readonly notSeen: readonly string[];
}

/** One opened file, by what it says of running things. */
export type Content =
  | { readonly kind: 'terraform'; readonly path: string; readonly resources: readonly string[] }
  | { readonly kind: 'kubernetes'; readonly path: string; readonly objects: readonly string[] }
  | { readonly kind: 'cloudformation'; readonly path: string; readonly resources: readonly string[] }
  | { readonly kind: 'workflow'; readonly path: string; readonly environments: readonly string[]; readonly acts: readonly string[] };

export interface SeenHistory {
  readonly commits: number;
  /** Landings of the year that ends with the newest one. */
  readonly landings: readonly SeenLanding[];
  /** Milliseconds since 1970 of the newest landing; null where there is none. */
  readonly newest: number | null;
  /** Weeks of that year from its first landing to its last. */
  readonly weeks: number;
  readonly people: readonly SeenPerson[];
  readonly bots: readonly SeenBot[];
  /** Commits with a mark of AI, over all that was read, and by tool. */
  readonly marked: number;
  readonly tools: readonly { readonly tool: string; readonly commits: number }[];
}

export interface SeenLanding {
  readonly paths: readonly string[];
  /** A later landing took it back, by what its message says. */
  readonly takenBack: boolean;
}

/** One pair of hands, by address: who they are is what commits claim. */
export interface SeenPerson {
  readonly id: string;
  readonly name: string;
  /** Lower case. */
  readonly emails: readonly string[];
  /** Logins that addresses of the forge give out. */
  readonly logins: readonly string[];
  /** Of the year: authored and landed, in how many weeks, and landed for others. */
  readonly commits: number;
  readonly weeks: number;
  readonly landedForOthers: number;
  /** Milliseconds since 1970, as commits claim. */
  readonly first: number;
  readonly last: number;
  /** Folders changed most often, most first. */
  readonly folders: readonly string[];
}

export interface SeenBot extends Omit<SeenPerson, 'landedForOthers' | 'folders' | 'weeks'> {
  /** Id of the person who landed most of its changes; null where nobody can be told. */
  readonly landedBy: string | null;
  /** The name under which nobody has classified it; null where the catalogue knows it. */
  readonly unknown: string | null;
}

export const NOTHING_SEEN: SeenHistory = { commits: 0, landings: [], newest: null, weeks: 0, people: [], bots: [], marked: 0, tools: [] };
