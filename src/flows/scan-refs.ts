/** Which refs a scan walks: what the installation protects, what the policy of the default branch does, and every ref on which the log ever saw something judged: nobody writes a ref out of that. */
import type { Problem } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { matches } from '../core/change/glob.ts';
import { protects } from '../core/policy/document.ts';
import { type Floor, governanceAt } from './governance.ts';
import type { Repository } from './ports.ts';

export interface ScannedRefs {
  readonly refs: readonly string[];
  /** Why policy was not asked; then every branch is walked, for any may be protected. */
  readonly notes: readonly string[];
}

export async function refsToScan(
  { repository, floors }: { readonly repository: Repository; readonly floors?: readonly Floor[] },
  branches: ReadonlyMap<string, Oid>,
  known: Iterable<string>,
  asked: readonly string[],
): Promise<ScannedRefs> {
  const names = [...branches.keys()];
  const given = names.filter((name) => matches(asked, name));
  // A pattern that names no branch may name one that was deleted.
  const exact = asked.filter((name) => name.startsWith('refs/') && !/[*?[{]/.test(name));
  const head = (await repository.resolve('refs/remotes/origin/HEAD')) ?? (await repository.resolve('HEAD'));
  const rules = head === null ? null : await governanceAt(repository, head, floors).catch(() => null);
  const policy = rules?.ok === true ? rules.value.policy : null;
  const all = [...known, ...exact, ...given, ...(policy === null && asked.length === 0 ? names : names.filter((name) => policy !== null && protects(policy, name)))];
  const why = head === null ? 'HEAD names no branch that is here' : rules?.ok === false ? rules.error.map(wordsOf).join('; ') : 'it cannot be read';
  const notes =
    policy === null
      ? [`which refs policy protects is not known (${why}): ${asked.length === 0 ? 'every branch is walked' : 'only those named and those the log knows are walked'}`]
      : [];
  return { refs: [...new Set(all)].sort(), notes };
}

const wordsOf = ({ message, place }: Problem): string => (place === undefined ? message : `${place}: ${message}`);
