/**
 * Which refs policy protects: the policy of the default branch as it stands, or as it stood where the gate last let that branch stand, or
 * the ref itself. Whoever moves the default branch past the gate writes the first of the three, and whoever points HEAD at another branch
 * chooses the second too: neither must be able to write themselves out of it. The third no HEAD has a part in.
 */
import { err, type Problem, problem, type Result } from '../core/base/result.ts';
import { protects } from '../core/policy/document.ts';
import { type Floor, type Governance, governanceAt } from './governance.ts';
import type { ServedRepository } from './site.ts';

export interface Guards {
  /** As HEAD stands now. */
  readonly now: Result<Governance, readonly Problem[]>;
  /** By the policies that were let stand. One that cannot be read any more may protect any ref. */
  readonly before: (ref: string) => Promise<boolean>;
}

/** @param lastLet where the gate last let a ref stand, as far as the log knows it. */
export async function guardsOf(
  { repository, aliases }: ServedRepository,
  floors: readonly Floor[] | undefined,
  lastLet: (ref: string) => Promise<string | undefined>,
): Promise<Guards> {
  const [head, named] = await Promise.all([repository.resolve('HEAD'), aliases(['HEAD'])]);
  const branch = named.get('HEAD');
  const stood = branch === undefined ? undefined : await lastLet(branch);
  const by = async (from: string | undefined, ref: string): Promise<boolean> => {
    if (from === undefined || from === head) return false;
    const governance = await governanceAt(repository, from, floors);
    return !governance.ok || protects(governance.value.policy, ref);
  };
  return {
    now: head === null ? err([NO_DEFAULT]) : await governanceAt(repository, head, floors),
    before: async (ref) => (await by(stood, ref)) || by(await lastLet(ref), ref),
  };
}

export const NO_DEFAULT = problem('TARGET_MISSING', 'HEAD of this repository names no branch that is there, so which refs policy protects is unknown', {
  remedy: 'an administrator puts the first commit of the default branch there, or points HEAD at it: git symbolic-ref HEAD refs/heads/main, in the served repository',
});
