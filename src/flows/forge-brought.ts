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
import { type KnownPull, onShelf } from './forge-shelf.ts';
import type { ForgeWorld } from './forge-world.ts';
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

/** What an event says was brought. */
export function movesOf({ account, brings, subject, name }: ForgeEvent): readonly ForgeMove[] {
  if (!brings || account === null) return [];
  if (subject.kind === 'ref') return moved(account, subject.ref, subject.old, subject.new);
  if (subject.kind !== 'pull') return [];
  const { head, before, branch, owner, fork } = subject;
  if (!fork) return moved(account, `refs/heads/${branch}`, before, head);
  if (before !== null) return moved(account, '', before, head);
  // What was pushed to a fork is told by nobody: whoever opens it and its owner let it be there then. Opened again, it may hold what others pushed since.
  if (name !== 'pull_request.opened') return [];
  return [...new Set([owner ?? account, account])].flatMap((one) => moved(one, '', null, head));
}

const moved = (account: string, ref: string, before: Oid | null, after: Oid): readonly ForgeMove[] =>
  after === NOWHERE ? [] : [{ account, ref, before: before === NOWHERE ? null : before, after }];

export interface Here {
  readonly world: ForgeWorld;
  readonly repo: string;
  readonly place: ForgePlace;
}

/** A proposal's: every move of any of its commits, and whoever opened it. Where they do not reach back to the target the forge is asked. */
export const ofProposal =
  (here: Here, pull: KnownPull): Bringers =>
  async ({ head, commits }) => {
    const judged = await judgedBranches(here);
    let moves = await movesTo(here, commits, judged);
    let whole = await reaches(here, head, commits, moves, judged);
    if (!whole && !pull.fork && pull.branch !== '' && (await asked(here, `refs/heads/${pull.branch}`))) {
      moves = await movesTo(here, commits, judged);
      whole = await reaches(here, head, commits, moves, judged);
    }
    return { accounts: lastOf([...(pull.opener === null ? [] : [pull.opener]), ...accountsOf(moves, head)]), whole };
  };

/** The moves of the head last. */
const accountsOf = (moves: readonly ForgeMove[], head: Oid): readonly string[] =>
  [...moves.filter((m) => m.after !== head), ...moves.filter((m) => m.after === head)].map((m) => m.account);

/** Each once, where it comes last. */
const lastOf = (accounts: readonly string[]): readonly string[] => [...new Set(accounts.toReversed())].reverse();

/** Branches that are judged as they move: by name, where all in them was let in. */
type JudgedBranches = ReadonlyMap<string, Oid | null>;

const judgedBranches = async ({ world, repo }: Here): Promise<JudgedBranches> =>
  new Map([...(await onShelf(world.shelf, repo).branches())].map(([ref, stand]) => [ref, stand.let] as const));

/**
 * Of a branch that is judged only those that nobody judged: of the others the log has who brought what, and whoever pressed the button there
 * brought nothing. Put there and back between two looks, or where a branch came from nowhere or went astray, nobody did.
 */
async function movesTo(here: Here, commits: readonly Oid[], judged: JudgedBranches): Promise<readonly ForgeMove[]> {
  const moves: ForgeMove[] = [];
  for (const move of await here.world.inbox.moves(here.repo, commits)) if (!judged.has(move.ref) || !(await isJudged(here, move.after, judged))) moves.push(move);
  return moves;
}

const isJudged = async (here: Here, commit: Oid, judged: JudgedBranches): Promise<boolean> => (await remembered(here, [commit])) || stands(here, commit, judged);

/** Somebody is known to be behind it, by the log. */
const remembered = async ({ world: { gate }, repo }: Here, contents: readonly string[]): Promise<boolean> => (await gate.projections.memory.pushers({ repo, contents })).length > 0;

/** Each move brought what lies between where it began and where it ended; what began within the change was brought by an earlier one. */
async function reaches(here: Here, head: Oid, commits: readonly Oid[], moves: readonly ForgeMove[], judged: JudgedBranches): Promise<boolean> {
  const within = new Set([head, ...commits]);
  const seen = new Set<Oid>();
  const todo: Oid[] = [head];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (seen.has(at) || !within.has(at)) continue;
    seen.add(at);
    const to = moves.filter((m) => m.after === at);
    if (to.length === 0 && !(await stands(here, at, judged))) return false;
    todo.push(...to.flatMap((m) => m.before ?? []));
  }
  return true;
}

/** In a branch that is judged, with all before it let in: the log has who brought it, or it was there before anybody looked. */
async function stands({ world, repo }: Here, commit: Oid, judged: JudgedBranches): Promise<boolean> {
  const copy = world.gate.objects.open(repo);
  for (const tip of judged.values()) if (tip !== null && (await contained(copy, commit, tip))) return true;
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
 * nobody remembers is brought by whoever moved the branch. Branches of a queue are the forge's own: whoever put something in it brought nothing.
 */
export const ofLanding =
  (here: Here, movers: (to: Oid) => Promise<readonly string[]> = async () => []): Bringers =>
  async ({ targetRef, old, head, commits }) => {
    const { gate, shelf } = here.world;
    const judged = await judgedBranches(here);
    const moves = (await movesTo(here, commits, judged)).filter((m) => m.ref !== targetRef && !isQueue(m.ref));
    const change = await gate.objects.open(here.repo).change({ repo: here.repo, targetRef, base: old, head });
    const id = change.ok ? changeId(change.value) : '';
    const known = onShelf(shelf, here.repo);
    const pulls = (await known.pulls()).filter((p) => commits.includes(p.head) || p.changes.includes(id));
    const all = [...pulls.flatMap((p) => p.opener ?? []), ...accountsOf(moves, head)];
    if (await known.isUnknown(change.ok ? change.value.manifest : '', commits)) return { accounts: lastOf(all), whole: false };
    if (change.ok && (await remembered(here, [change.value.manifest]))) return { accounts: lastOf(all), whole: true };
    const by = await movers(head);
    if (by.length > 0) return { accounts: lastOf([...all, ...by]), whole: true };
    const told = new Set(moves.map((m) => m.after));
    for (const commit of commits) if (!told.has(commit) && !(await isJudged(here, commit, judged))) return { accounts: lastOf(all), whole: false };
    return { accounts: lastOf(all), whole: commits.length > 0 };
  };

/**
 * Who moved a branch to each step of where it went. A move brought what lies between where it began and where it ended, and no step before:
 * that was another's, whose event may be lost. Where the branch went to and fro, each who put a step there is behind it.
 * @param chain of `from` to where it stands, oldest first.
 */
export function moversOn(here: Here, ref: string, from: Oid, chain: readonly Oid[]): (to: Oid) => Promise<readonly string[]> {
  const read = async (): Promise<ReadonlyMap<Oid, readonly string[]>> => {
    const moves = (await here.world.inbox.moves(here.repo, chain)).filter((m) => m.ref === ref);
    return stepsOf(moves, from, chain);
  };
  let known: Promise<ReadonlyMap<Oid, readonly string[]>> | undefined;
  let complete = false;
  return async (to) => {
    known ??= read();
    const by = (await known).get(to);
    if (by !== undefined || complete) return by ?? [];
    complete = true;
    if (await asked(here, ref, from)) known = read();
    return (await known).get(to) ?? [];
  };
}

function stepsOf(moves: readonly ForgeMove[], from: Oid, chain: readonly Oid[]): ReadonlyMap<Oid, readonly string[]> {
  const place = new Map([from, ...chain].map((commit, i) => [commit, i] as const));
  const by = new Map<Oid, readonly string[]>();
  for (const { account, before, after } of moves) {
    const end = place.get(after) ?? 0;
    const begin = before === null ? end - 1 : (place.get(before) ?? end - 1);
    for (const step of chain.slice(begin, end)) by.set(step, lastOf([...(by.get(step) ?? []), account]));
  }
  return by;
}
