/** The two ends of a change in a clone, and its target, as they were named: shared by all that judges a change without a server. */
import type { ReasonCode } from '../core/base/codes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { Naming, Repository } from './ports.ts';

const DEFAULT_TARGETS = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'] as const;

/** The two ends as they were written; an empty base is the target. */
export function rangeOf(range: string): Result<{ readonly base: string; readonly head: string }> {
  if (range === '') return ok({ base: '', head: 'HEAD' });
  const [base = '', head, ...more] = range.split(/\.{2,3}/);
  if (head !== undefined && more.length === 0) return ok({ base, head: head === '' ? 'HEAD' : head });
  return err(
    problem('USAGE', `${JSON.stringify(range)} is no range`, { place: 'range', remedy: `give BASE..HEAD${more.length === 0 ? `, for example ${oneCommit(range)}` : ''}` }),
  );
}

export const oneCommit = (revision: string): string => `${revision}~1..${revision}`;

export interface Target {
  /** As it was found, for example `origin/main`. */
  readonly name: string;
  /** Full name at the remote where it is a branch, else the name. */
  readonly ref: string;
  readonly tip: Oid;
  readonly notes: readonly string[];
}

/** Where names are resolved. */
interface Named {
  readonly repository: Repository;
  readonly naming: Naming;
}

/** Branches first: a tag called `origin/main` would come before the branch, and whoever pushes tags would choose the policy. */
const branches = (name: string): readonly string[] => [`refs/remotes/${name}`, `refs/heads/${name}`];
export const anything = (name: string): readonly string[] => (name.startsWith('refs/') ? [name] : [...branches(name), name]);

export async function findTarget({ repository, naming }: Named, name: string, spellings: readonly string[]): Promise<Result<Target>> {
  for (const spelling of spellings) {
    const [branch, tip] = await Promise.all([naming.branch(spelling), repository.resolve(spelling)]);
    if (!branch.ok) return branch;
    if (tip !== null) return ok({ name, ref: branch.value ?? name, tip, notes: [] });
  }
  return err(problem('TARGET_MISSING', `${name} names no commit here`, { place: '--target', remedy: 'fetch it, or name a branch that is here: --target origin/main' }));
}

export async function defaultTarget(clone: Named): Promise<Result<Target>> {
  const [first, ...others] = DEFAULT_TARGETS;
  const remote = await findTarget(clone, first, branches(first));
  if (remote.ok || remote.error.code !== 'TARGET_MISSING') return remote;
  for (const name of others) {
    const found = await findTarget(clone, name, branches(name));
    if (found.ok) return ok({ ...found.value, notes: [`there is no ${first} here, so the target is ${name}; --target names another`] });
  }
  const remedy = 'name it with --target, or let git find it: git remote set-head origin --auto';
  return err(problem('TARGET_MISSING', `this repository has no ${DEFAULT_TARGETS.join(', ')} to compare with`, { place: '--target', remedy }));
}

/** `HEAD~2` is missing where history is cut off, and fetching what is new does not bring it. */
export async function noCommit(repository: Repository, name: string): Promise<Problem> {
  const [start = ''] = name.split(/[~^]/);
  const from = start === name ? null : await repository.resolve(start);
  const cut = from !== null && (await repository.steps(null, from)) === undefined;
  const remedy = cut ? WHOLE : 'give a range of commits that are here, such as origin/main..HEAD; git fetch brings new ones';
  return problem('NOT_FOUND', `${JSON.stringify(name)} names no commit here`, { place: 'range', remedy });
}

/** Ids are cut as git cuts them; names stay. */
export const short = (revision: string): string => (/^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 12) : revision);

/** The port's words alone: it may throw a problem as it is printed, code and remedy and all, and ours follow. */
export const said = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\n[\s\S]*/, '').replace(/ \[[A-Z_]+\]$/, '');

/** One remedy, whatever is missing and whichever question missed it: people read it once. */
export const WHOLE = 'bring what is missing: git fetch --unshallow for history, git fetch --refetch --no-filter for objects of a partial clone';

export const withRemedy = <P extends { readonly code: ReasonCode; readonly remedy?: string }>(p: P): P => (p.code === 'CONTENT_UNSEEN' ? { ...p, remedy: WHOLE } : p);
