/**
 * Who brought what a forge proposes or has landed. A forge says who moved which ref, by events that may be lost and by its own list of moves; of
 * each commit all of them count, on whatever branch and in whatever proposal they were.
 *
 * The attacker pushes what a friend will propose, closes and opens again, has a branch or a fork of their own, and counts on an event that is
 * lost: where the moves that are known do not reach from the head back to the target, somebody unknown brought the rest, and that may be the
 * one who signs.
 */

import type { Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import { NOWHERE } from './bypass.ts';
import { type ForgeWorld, type KnownPull, onShelf, type Stand } from './forge-world.ts';
import type { Repository } from './ports.ts';
import { type ForgeEvent, type ForgeMove, type ForgePlace, isQueue } from './ports-forge.ts';

/** Of one move that is weighed: what stands in the way of `commits` being somebody's. */
export interface Brings {
  readonly targetRef: string;
  readonly old: Oid;
  readonly head: Oid;
  /** All that it brings, in any order. */
  readonly commits: readonly Oid[];
}

export interface Brought {
  /** `github:login`, whoever moved the head there last. */
  readonly accounts: readonly string[];
  /** Nobody else did. */
  readonly whole: boolean;
}

export type Bringers = (brings: Brings) => Promise<Brought>;

/** What an event says was brought. Branches of a queue are made by the forge, of what was brought before. */
export function movesOf({ account, brings, subject }: ForgeEvent): readonly ForgeMove[] {
  if (!brings || account === null) return [];
  if (subject.kind === 'ref') return moved(account, subject.ref, subject.old, subject.new);
  if (subject.kind !== 'pull') return [];
  const { head, before, branch, owner, fork } = subject;
  if (!fork) return moved(account, `refs/heads/${branch}`, before, head);
  // What was pushed to a fork is told by nobody: its owner let it there.
  const behind = before === null && owner !== null ? [owner, account] : [account];
  return [...new Set(behind)].flatMap((one) => moved(one, '', before, head));
}

const moved = (account: string, ref: string, before: Oid | null, after: Oid): readonly ForgeMove[] =>
  after === NOWHERE || isQueue(ref) ? [] : [{ account, ref, before: before === NOWHERE ? null : before, after }];

export interface Here {
  readonly world: ForgeWorld;
  readonly repo: string;
  readonly place: ForgePlace;
}

/** A proposal's: every move of any of its commits, and whoever opened it. Where they do not reach back to the target the forge is asked. */
export const ofProposal =
  (here: Here, pull: KnownPull): Bringers =>
  async ({ head, commits }) => {
    const guarded = await onShelf(here.world.shelf, here.repo).branches();
    const told = () => movesTo(here, commits, (ref) => guarded.has(ref));
    let moves = await told();
    let whole = await reaches(here, head, commits, moves, guarded);
    if (!whole && !pull.fork && pull.branch !== '' && (await asked(here, `refs/heads/${pull.branch}`))) {
      moves = await told();
      whole = await reaches(here, head, commits, moves, guarded);
    }
    return { accounts: lastOf([...(pull.opener === null ? [] : [pull.opener]), ...accountsOf(moves, head)]), whole };
  };

/** The moves of the head last. */
const accountsOf = (moves: readonly ForgeMove[], head: Oid): readonly string[] =>
  [...moves.filter((m) => m.after !== head), ...moves.filter((m) => m.after === head)].map((m) => m.account);

/** Each once, where it comes last. */
const lastOf = (accounts: readonly string[]): readonly string[] => [...new Set(accounts.toReversed())].reverse();

/** Moves of branches that are judged as they land are not among them: whoever pressed the button there brought nothing, and the log has who did. */
async function movesTo({ world, repo }: Here, commits: readonly Oid[], judged: (ref: string) => boolean): Promise<readonly ForgeMove[]> {
  return (await world.inbox.moves(repo, commits)).filter((m) => !judged(m.ref));
}

/** Each move brought what lies between where it began and where it ended; what began within the change was brought by an earlier one. */
async function reaches(here: Here, head: Oid, commits: readonly Oid[], moves: readonly ForgeMove[], guarded: ReadonlyMap<string, Stand>): Promise<boolean> {
  const within = new Set([head, ...commits]);
  const seen = new Set<Oid>();
  const todo: Oid[] = [head];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (seen.has(at) || !within.has(at)) continue;
    seen.add(at);
    const to = moves.filter((m) => m.after === at);
    if (to.length === 0 && !(await stands(here, at, guarded))) return false;
    todo.push(...to.flatMap((m) => m.before ?? []));
  }
  return true;
}

/** On a branch that is judged: the log has who brought it, or it was there before anybody looked. */
async function stands({ world, repo }: Here, commit: Oid, guarded: ReadonlyMap<string, Stand>): Promise<boolean> {
  const copy = world.gate.objects.open(repo);
  for (const { at } of guarded.values()) if (at !== NOWHERE && (await contained(copy, commit, at))) return true;
  return false;
}

/** Whether one commit is, or is in the history of, another; what git cannot say is not so. */
export async function contained(repository: Pick<Repository, 'mergeBases'>, inner: Oid, outer: Oid): Promise<boolean> {
  const bases = await repository.mergeBases(inner, outer);
  return bases.ok && bases.value.includes(inner);
}

/** Whether the forge had anything to say of who moved the branch. */
async function asked({ world, repo, place }: Here, ref: string, until?: Oid): Promise<boolean> {
  const said = await world.forge.moves(place, ref, until === undefined ? {} : { until });
  if (!said.ok) return false;
  const moves = said.value.toReversed().flatMap(({ account, before, after }) => (account === null ? [] : moved(account, ref, before, after)));
  await world.inbox.remember(repo, moves, world.gate.now());
  return moves.length > 0;
}

/**
 * Of what a queue made, or what landed. Whoever lands what others brought is behind none of it: the content is remembered with those who are. What
 * nobody remembers is brought by whoever moved the branch.
 */
export const ofLanding =
  (here: Here, mover: (to: Oid) => Promise<string | null> = async () => null): Bringers =>
  async (brings) => {
    const { targetRef, old, head, commits } = brings;
    const { gate, shelf } = here.world;
    const guarded = await onShelf(shelf, here.repo).branches();
    const moves = await movesTo(here, commits, (ref) => ref === targetRef || guarded.has(ref));
    const accounts = accountsOf(moves, head);
    const change = await gate.objects.open(here.repo).change({ repo: here.repo, targetRef, base: old, head });
    const pulls = (await onShelf(shelf, here.repo).pulls()).filter((p) => commits.includes(p.head) || (change.ok && p.change === changeId(change.value)));
    const all = [...pulls.flatMap((p) => p.opener ?? []), ...accounts];
    if (pulls.some((p) => p.unknown)) return { accounts: lastOf(all), whole: false };
    const known = async (contents: readonly string[]): Promise<boolean> => (await gate.projections.memory.pushers({ repo: here.repo, contents })).length > 0;
    if (change.ok && (await known([change.value.manifest]))) return { accounts: lastOf(all), whole: true };
    const by = await mover(head);
    if (by !== null) return { accounts: lastOf([...all, by]), whole: true };
    const told = new Set(moves.map((m) => m.after));
    const accounted = async (commit: Oid): Promise<boolean> => told.has(commit) || (await known([commit])) || stands(here, commit, guarded);
    for (const commit of commits) if (!(await accounted(commit))) return { accounts: lastOf(all), whole: false };
    return { accounts: lastOf(all), whole: commits.length > 0 };
  };

/**
 * Who moved a branch to each step of where it went. A move brought what lies between where it began and where it ended, and no step before:
 * that was another's, whose event may be lost.
 * @param chain of `from` to where it stands, oldest first.
 */
export function moverOn(here: Here, ref: string, from: Oid, chain: readonly Oid[]): (to: Oid) => Promise<string | null> {
  const read = async (): Promise<ReadonlyMap<Oid, string>> => {
    const moves = (await here.world.inbox.moves(here.repo, chain)).filter((m) => m.ref === ref);
    return stepsOf(moves, from, chain);
  };
  let known: Promise<ReadonlyMap<Oid, string>> | undefined;
  let complete = false;
  return async (to) => {
    known ??= read();
    const by = (await known).get(to);
    if (by !== undefined || complete) return by ?? null;
    complete = true;
    if (await asked(here, ref, from)) known = read();
    return (await known).get(to) ?? null;
  };
}

function stepsOf(moves: readonly ForgeMove[], from: Oid, chain: readonly Oid[]): ReadonlyMap<Oid, string> {
  const place = new Map([from, ...chain].map((commit, i) => [commit, i] as const));
  const by = new Map<Oid, string>();
  for (const { account, before, after } of moves) {
    const end = place.get(after) ?? 0;
    const begin = before === null ? end - 1 : (place.get(before) ?? end - 1);
    for (let i = begin + 1; i <= end; i++) by.set(chain[i - 1] ?? '', account);
  }
  return by;
}
