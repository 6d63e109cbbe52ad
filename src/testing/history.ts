/** Commits and landings made of words, for what only reads them. */
import type { Commit } from '../core/change/change.ts';
import type { Landing } from '../core/simulate/landings.ts';

export interface CommitWords {
  readonly parents?: readonly string[];
  /** Milliseconds since 1970 of the committer; of the author too unless `written` says otherwise. */
  readonly at?: number;
  readonly written?: number;
  /** A name; the address is made of it. */
  readonly author?: string;
  readonly email?: string;
  readonly message?: string;
}

export function commitOf(
  id: string,
  { parents = [], at = 0, written = at, author = 'Ann', email = `${author.toLowerCase().replace(/[^a-z]/g, '')}@example.org`, message = `${id}\n` }: CommitWords,
): Commit {
  const ident = { name: author, email, at: written };
  return { id, tree: '', parents, author: ident, committer: { ...ident, at }, message };
}

/** A chain of landings of one commit each, a day apart. */
export const landed = (...words: readonly (CommitWords & { readonly id: string })[]): readonly Landing[] =>
  words.map(({ id, ...more }, i) => ({ id, parent: words[i - 1]?.id ?? null, at: more.at ?? i * 86_400_000, commits: [commitOf(id, { at: i * 86_400_000, ...more })] }));
