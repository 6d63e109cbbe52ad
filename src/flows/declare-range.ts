/** Which commits a declaration is about, which branch they are on, and what speaks against writing them again. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { matches } from '../core/change/glob.ts';
import { subjectOf } from '../core/change/subject.ts';
import type { Repository, Rewording, Standing, WordedCommit } from './ports.ts';

export interface DeclareRange {
  readonly branch: string;
  readonly tip: Oid;
  /** Everything from the base to the tip of the branch, parents first. */
  readonly commits: readonly WordedCommit[];
  /** Those of it that were asked about. */
  readonly asked: ReadonlySet<Oid>;
  readonly standing: Standing;
}

export interface RangeAsk {
  /** `BASE..END`, `END` alone with everything before it, or empty: what the branch has and its upstream has not. */
  readonly range: string;
  /** Revisions; empty: every commit of the range. */
  readonly only: readonly string[];
}

type Clone = { readonly repository: Pick<Repository, 'resolve'>; readonly rewording: Rewording };

const FALLBACKS = ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/master'];

/** Problems: NOT_FOUND, USAGE, CONTENT_UNSEEN, GIT_FAILED. */
export async function declareRange(clone: Clone, ask: RangeAsk): Promise<Result<DeclareRange>> {
  const standing = await clone.rewording.standing();
  if (!standing.ok) return standing;
  const { underway, head } = standing.value;
  if (underway !== null) return err(problem('USAGE', `a ${underway} is under way here`, { remedy: `finish it (git ${underway} --continue or --abort) and run this again` }));
  if (head === null) return err(problem('NOT_FOUND', 'there is no commit here yet', { remedy: 'commit something first' }));
  const ends = await endsOf(clone, ask.range, standing.value, head);
  if (!ends.ok) return ends;
  const branch = await branchOf(clone, standing.value, ends.value.end);
  if (!branch.ok) return branch;
  const { base, end } = ends.value;
  const all = await clone.rewording.commits(branch.value.id, base);
  const within = await clone.rewording.commits(end, base);
  if (!all.ok) return all;
  if (!within.ok) return within;
  const asked = await only(clone, ask.only, within.value);
  return asked.ok ? ok({ branch: branch.value.name, tip: branch.value.id, commits: all.value, asked: asked.value, standing: standing.value }) : asked;
}

async function endsOf({ repository }: Clone, range: string, standing: Standing, head: Oid): Promise<Result<{ base: readonly Oid[]; end: Oid }>> {
  if (range === '') {
    for (const name of standing.upstream === null ? FALLBACKS : [standing.upstream]) {
      const base = await repository.resolve(name);
      if (base !== null) return ok({ base: [base], end: head });
    }
    return err(
      problem('USAGE', 'this branch follows no other, so it cannot be told what of it is new', { place: 'range', remedy: 'name the range: countersign declare BASE..HEAD' }),
    );
  }
  const [from = '', to, ...more] = range.split(/\.{2,3}/);
  if (more.length > 0) return err(problem('USAGE', `${JSON.stringify(range)} is no range`, { place: 'range', remedy: 'give BASE..HEAD' }));
  const names = to === undefined ? { base: null, end: from } : { base: from === '' ? 'HEAD' : from, end: to === '' ? 'HEAD' : to };
  const [base, end] = [names.base === null ? null : await repository.resolve(names.base), await repository.resolve(names.end)];
  if (end === null || (base === null && names.base !== null)) {
    const name = end === null ? names.end : names.base;
    return err(
      problem('NOT_FOUND', `${JSON.stringify(name)} names no commit here`, { place: 'range', remedy: 'run it in the clone you pushed from; git fetch brings what is new' }),
    );
  }
  return ok({ base: base === null ? [] : [base], end });
}

/** The branch we are on where it holds the end of the range; else the only other that does. */
async function branchOf({ rewording }: Clone, { branch, refs }: Standing, end: Oid): Promise<Result<{ name: string; id: Oid }>> {
  const local = refs.filter((r) => r.name.startsWith('refs/heads/'));
  const holding: { name: string; id: Oid }[] = [];
  for (const ref of [...local.filter((r) => r.name === branch), ...local.filter((r) => r.name !== branch)]) {
    const beyond = await rewording.commits(end, [ref.id]);
    if (beyond.ok && beyond.value.length === 0) holding.push(ref);
    if (ref.name === branch && holding.length > 0) return ok(ref);
  }
  const [first, second] = holding;
  if (first !== undefined && second === undefined) return ok(first);
  const what = first === undefined ? 'no branch here holds these commits' : `several branches hold these commits: ${holding.map((h) => short(h.name)).join(', ')}`;
  return err(
    problem('USAGE', what, { place: 'range', remedy: first === undefined ? 'git switch -c NAME, then run this again' : 'git switch to the one you mean, then run this again' }),
  );
}

async function only({ repository }: Clone, revisions: readonly string[], commits: readonly WordedCommit[]): Promise<Result<ReadonlySet<Oid>>> {
  const inside = new Set(commits.map((c) => c.id));
  if (revisions.length === 0) return ok(inside);
  const ids = new Set<Oid>();
  for (const revision of revisions) {
    const id = await repository.resolve(revision);
    if (id === null || !inside.has(id))
      return err(problem('NOT_FOUND', `${JSON.stringify(revision)} names no commit of the range`, { place: '--commit', remedy: 'name commits of BASE..HEAD, or another range' }));
    ids.add(id);
  }
  return ok(ids);
}

const short = (ref: string): string => ref.replace(/^refs\/(?:heads|remotes)\//, '');
const branchOfRemote = (ref: string): string | undefined => /^refs\/remotes\/[^/]+\/(.+)$/.exec(ref)?.[1];

/**
 * What may not be written again: commits that landed on a branch policy guards, and those of others that a merge brought.
 * @param guarded globs over full ref names, as policy has them. Answers the remote branches that hold some of ours, too.
 */
export async function objections(
  rewording: Rewording,
  range: DeclareRange,
  changed: ReadonlySet<Oid>,
  guarded: readonly string[],
): Promise<Result<{ readonly problems: readonly Problem[]; readonly published: readonly string[] }>> {
  const own = short(range.branch);
  const remotes = range.standing.refs.filter((r) => r.name.startsWith('refs/remotes/'));
  const isGuarded = (name: string): boolean => matches(guarded, `refs/heads/${branchOfRemote(name) ?? ''}`);
  const landed = await reachedBy(
    rewording,
    range,
    remotes.filter((r) => isGuarded(r.name)),
  );
  const others = await reachedBy(
    rewording,
    range,
    remotes.filter((r) => !isGuarded(r.name) && branchOfRemote(r.name) !== own),
  );
  const ours = await reachedBy(rewording, range, remotes);
  if (!landed.ok) return landed;
  if (!others.ok) return others;
  if (!ours.ok) return ours;
  const chain = firstParents(range);
  const touched = range.commits.filter((c) => changed.has(c.id));
  const problems = touched.flatMap((c): readonly Problem[] => {
    const name = `commit ${c.id.slice(0, 12)} ${JSON.stringify(subjectOf(c))}`;
    if (landed.value.has(c.id))
      return [problem('NOT_FOUND', `${name} has landed on a guarded branch already`, { remedy: 'name a range after it; what landed is not written again' })];
    const brought = others.value.has(c.id) && !chain.has(c.id);
    return brought
      ? [problem('USAGE', `${name} is on another branch and came in by a merge`, { remedy: 'declare it there and merge again, or name your own commits with --commit' })]
      : [];
  });
  return ok({ problems, published: touched.some((c) => ours.value.has(c.id)) ? remotes.filter((r) => branchOfRemote(r.name) === own).map((r) => short(r.name)) : [] });
}

async function reachedBy(rewording: Rewording, { commits, tip }: DeclareRange, refs: Standing['refs']): Promise<Result<ReadonlySet<Oid>>> {
  if (refs.length === 0) return ok(new Set());
  const free = await rewording.commits(
    tip,
    refs.map((r) => r.id),
  );
  if (!free.ok) return free;
  const not = new Set(free.value.map((c) => c.id));
  return ok(new Set(commits.map((c) => c.id).filter((id) => !not.has(id))));
}

function firstParents({ commits, tip }: DeclareRange): ReadonlySet<Oid> {
  const parents = new Map(commits.map((c) => [c.id, c.parents[0]]));
  const chain = new Set<Oid>();
  for (let at: Oid | undefined = tip; at !== undefined && parents.has(at); at = parents.get(at)) chain.add(at);
  return chain;
}
