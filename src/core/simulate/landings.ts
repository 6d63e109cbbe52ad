/**
 * What landed on a branch, one after another: the first-parent chain of its tip. A merge lands what it brought. Commit dates
 * are what their makers claim, so order comes from parents alone.
 */
import type { Commit, Oid } from '../change/change.ts';

export interface Landing {
  /** The commit on the first-parent chain, and so the newest of `commits`. */
  readonly id: Oid;
  /** What the branch held before; null for the first of all. */
  readonly parent: Oid | null;
  /** Milliseconds since 1970, as its committer claims. */
  readonly at: number;
  /** Everything reachable from it and not from `parent`; parents before children. */
  readonly commits: readonly Commit[];
}

/**
 * Oldest first; every commit is in the earliest landing that reaches it. A parent that is not among the commits (shallow,
 * missing) ends the chain there.
 * @param commits all that are reachable from the tip, in any order.
 */
export function landings(commits: Iterable<Commit>, tip: Oid): readonly Landing[] {
  const known = new Map<Oid, Commit>();
  for (const commit of commits) known.set(commit.id, commit);
  const landed = new Set<Oid>();
  return chainOf(known, tip).map((head) => ({ id: head.id, parent: head.parents[0] ?? null, at: head.committer.at, commits: brought(known, landed, head) }));
}

/** From the oldest to the tip. */
function chainOf(known: ReadonlyMap<Oid, Commit>, tip: Oid): readonly Commit[] {
  const chain: Commit[] = [];
  const passed = new Set<Oid>();
  for (let at = known.get(tip); at !== undefined && !passed.has(at.id); at = known.get(at.parents[0] ?? '')) {
    passed.add(at.id);
    chain.push(at);
  }
  return chain.reverse();
}

/** Walked by hand: a branch of a hundred thousand commits would overflow the stack. */
function brought(known: ReadonlyMap<Oid, Commit>, landed: Set<Oid>, head: Commit): readonly Commit[] {
  const order: Commit[] = [];
  const open: { readonly commit: Commit; next: number }[] = [{ commit: head, next: 0 }];
  landed.add(head.id);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const parent = top.commit.parents[top.next++];
    if (parent === undefined) {
      order.push(top.commit);
      open.pop();
      continue;
    }
    const commit = known.get(parent);
    if (commit === undefined || landed.has(parent)) continue;
    landed.add(parent);
    open.push({ commit, next: 0 });
  }
  return order;
}

/** Landings from this time on; a landing whose committer claims an older date stays out, wherever it stands. */
export const since = (all: readonly Landing[], at: number | null): readonly Landing[] => (at === null ? all : all.filter((l) => l.at >= at));

/** First line of a message, at most 200 characters. Somebody else's words: shown as text only. */
export const subjectOf = (message: string): string => {
  const end = message.indexOf('\n');
  return (end < 0 ? message : message.slice(0, end)).trim().slice(0, 200);
};

/** Who made it: for a merge, whoever wrote the newest commit it brought, not whoever pressed the button. */
export function makerOf(landing: Landing): Commit | undefined {
  return landing.commits.findLast((c) => c.parents.length < 2) ?? landing.commits.at(-1);
}
