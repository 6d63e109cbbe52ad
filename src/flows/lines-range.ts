/** What people mean by a range of lines: one commit, or everything between two. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { Repository } from './ports.ts';

export interface LineRangeOf {
  readonly base: Oid | null;
  readonly head: Oid;
  /** Oldest first. */
  readonly commits: readonly Oid[];
}

/** @param words `BASE..HEAD`, from their merge base, or one commit; empty: HEAD. Problems: NOT_FOUND, CONTENT_UNSEEN, GIT_FAILED. */
export async function lineRange(repository: Repository, words: string): Promise<Result<LineRangeOf>> {
  try {
    const [from = '', to, ...more] = (words === '' ? 'HEAD' : words).split(/\.{2,3}/);
    if (more.length > 0) return err(problem('USAGE', `${JSON.stringify(words)} is no range`, { place: 'range', remedy: 'give BASE..HEAD, or one commit' }));
    return to === undefined ? await oneCommit(repository, from) : await between(repository, from, to === '' ? 'HEAD' : to);
  } catch (error) {
    return err(
      problem('GIT_FAILED', error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), { remedy: 'go into a clone, or name a folder of one with --repo' }),
    );
  }
}

async function oneCommit(repository: Repository, revision: string): Promise<Result<LineRangeOf>> {
  const [head, base] = [await repository.resolve(revision), await repository.resolve(`${revision}^1`)];
  return head === null ? err(noCommit(revision)) : ok({ base, head, commits: [head] });
}

async function between(repository: Repository, from: string, to: string): Promise<Result<LineRangeOf>> {
  const [base, head] = [await repository.resolve(from === '' ? 'HEAD' : from), await repository.resolve(to)];
  if (base === null || head === null) return err(noCommit(base === null ? from : to));
  const change = await repository.change({ repo: '', targetRef: '', base, head });
  return change.ok ? ok({ base: change.value.mergeBase, head, commits: change.value.commits.map((c) => c.id) }) : change;
}

const noCommit = (name: string): Problem =>
  name === 'HEAD'
    ? problem('NOT_FOUND', 'there is no commit here yet', { place: 'HEAD', remedy: 'commit something first, or name a branch' })
    : problem('NOT_FOUND', `${JSON.stringify(name)} names no commit here`, { place: 'range', remedy: 'give a commit or a range that is here; git fetch brings new ones' });
