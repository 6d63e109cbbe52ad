/**
 * Which refs policy protects: the policy of the default branch as it stands, or as it stood where the gate last let that branch stand.
 * Whoever moves the default branch past the gate writes the first of the two, and must not be able to write themselves out of it.
 */
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import { protects } from '../core/policy/document.ts';
import { type Floor, type Governance, governanceAt } from './governance.ts';
import type { ServedRepository } from './site.ts';

export interface Guards {
  /** As HEAD stands now. */
  readonly now: Result<Governance, readonly Problem[]>;
  /** One that was let stand and cannot be read any more may protect any ref. */
  readonly before: (ref: string) => boolean;
}

/** @param lastLet where the gate last let a ref stand, as far as the log knows it. */
export async function guardsOf(
  { repository, aliases }: ServedRepository,
  floors: readonly Floor[] | undefined,
  lastLet: (ref: string) => Promise<string | undefined>,
): Promise<Guards> {
  const [head, named] = await Promise.all([repository.resolve('HEAD'), aliases(['HEAD'])]);
  const branch = named.get('HEAD');
  const from = branch === undefined ? undefined : await lastLet(branch);
  const [now, before] = await Promise.all([
    head === null ? err([NO_DEFAULT]) : governanceAt(repository, head, floors),
    from === undefined || from === head ? undefined : governanceAt(repository, from, floors),
  ]);
  return { now, before: (ref) => before !== undefined && (!before.ok || protects(before.value.policy, ref)) };
}

export const NO_DEFAULT = problem('TARGET_MISSING', 'HEAD of this repository names no branch that is there, so which refs policy protects is unknown', {
  remedy: 'an administrator puts the first commit of the default branch there, or points HEAD at it: git symbolic-ref HEAD refs/heads/main, in the served repository',
});
