import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LandedHistory } from './history.ts';
import type { LandedCommit } from './landed.ts';
import { broughtBy } from './links.ts';

const who = { name: 'n', email: 'n@example.org' };
const id = (i: number): string => (i + 1).toString(16).padStart(8, '0').repeat(5);
const DAY = 86_400;

/** Commit `i` with this message and these parents, `at` days after the first. */
const commit = (i: number, message: string, parents: readonly number[] = i === 0 ? [] : [i - 1], at = i / 100): LandedCommit => ({
  id: id(i),
  parents: parents.map(id),
  author: who,
  committer: who,
  authoredAt: 0,
  zone: 0,
  committedAt: 1_500_000_000 + Math.round(at * DAY),
  message,
  files: [],
});

/** What the last of these commits takes back, and how. */
function last(commits: readonly LandedCommit[]): readonly [string | undefined, readonly number[]] {
  const history = new LandedHistory();
  const landings = commits.map((c) => history.land(c));
  const end = landings.at(-1);
  return [end?.way, end?.tookBack ?? []];
}

describe('what a message takes back', () => {
  it.each([
    ['by id', `Revert "x"\n\nThis reverts commit ${id(1)}.`, 'sha', [1]],
    ['by a short id', 'reverts 00000002', 'sha', [1]],
    ['several ids', `This reverts commits\n${id(0)}, ${id(1)}.`, 'sha', [0, 1]],
    ['not by an id that goes on otherwise', 'reverts 00000002a', undefined, []],
    ['not by a short id that several have', 'reverts 0000000', undefined, []],
    ['by subject', 'Revert "Second (#12)"', 'subject', [1]],
    ['by subject, with a number of its own', 'Revert "Second" (#13)', 'subject', [1]],
    ['the newest of that subject', 'Revert "First"', 'subject', [2]],
    ['by pull request', 'Reverts acme/site#12', 'pull', [1]],
    ['by diff', 'Back out D77', 'phabricator', [0]],
    ['by original diff', 'x\n\nOriginal Phabricator Diff: D77', 'phabricator', [0]],
    ['by changelist', 'Reverts changelist 1234', 'phabricator', [2]],
    ['by id before subject', `Revert "First"\n\nThis reverts commit ${id(1)}.`, 'sha', [1]],
    ['by subject where the id is not there', `Revert "First"\n\nThis reverts commit ${'ab'.repeat(20)}.`, 'subject', [2]],
    ['nothing', `Mention ${id(1)}`, undefined, []],
  ])('%s', (_, message, way, tookBack) => {
    const earlier = [commit(0, 'First\n\nDifferential Revision: https://reviews.example.org/D77'), commit(1, 'Second (#12)'), commit(2, 'First\n\nPiperOrigin-RevId: 1234')];
    expect(last([...earlier, commit(3, message)])).toEqual([way, tookBack]);
  });

  it('takes a commit back once', () => {
    expect(last([commit(0, 'a'), commit(1, `This reverts commit ${id(0)}.`), commit(2, `This reverts commit ${id(0)}.`)])).toEqual(['sha', []]);
  });

  it('asks nothing of a subject that is older than a year, and nothing of what comes later', () => {
    expect(last([commit(0, 'a'), commit(1, 'Revert "a"', [0], 364)])).toEqual(['subject', [0]]);
    expect(last([commit(0, 'a'), commit(1, 'Revert "a"', [0], 366)])).toEqual([undefined, []]);
    expect(last([commit(0, `This reverts commit ${id(1)}.`), commit(1, 'a')])).toEqual([undefined, []]);
  });

  it('takes back what a merge brought, and not what it kept', () => {
    const side = [commit(0, 'root'), commit(1, 'main'), commit(2, 'side', [0]), commit(3, 'side', [2]), commit(4, 'merge', [1, 3])];
    const message = `Revert "merge"\n\nThis reverts commit ${id(4)}, reversing\nchanges made to ${id(1)}.`;
    const [way, tookBack] = last([...side, commit(5, message, [4])]);
    expect([way, [...tookBack].sort()]).toEqual(['merge', [2, 3]]);
  });

  it('leaves a merge of fifty and more alone', () => {
    const wide = (n: number): readonly number[] => {
      const commits = [commit(0, 'root'), ...Array.from({ length: n }, (_, i) => commit(i + 1, 'side', [i])), commit(n + 1, 'main', [0]), commit(n + 2, 'merge', [n + 1, n])];
      return last([...commits, commit(n + 3, `This reverts commit ${id(n + 2)}.`)])[1];
    };
    expect([wide(49).length, wide(50).length]).toEqual([49, 0]);
  });
});

describe('what a merge brought', () => {
  it('is what stands behind it and not behind its first parent, in any graph', () => {
    const graph = fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(graph, (shape) => {
        const parents = shape.map((backs, i) => [...new Set(backs.map((b) => i - 1 - b).filter((p) => p >= 0))]);
        const history = new LandedHistory();
        for (const [i, of] of parents.entries()) history.land(commit(i, 'x', of));
        const behind = (i: number): ReadonlySet<number> => new Set([i, ...(parents[i] ?? []).flatMap((p) => [...behind(p)])]);
        const merge = parents.findLastIndex((p) => p.length > 1);
        if (merge < 0) return;
        const kept = behind(parents[merge]?.[0] ?? 0);
        const wanted = [...behind(merge)].filter((i) => i !== merge && !kept.has(i) && (parents[i]?.length ?? 0) < 2);
        expect([...broughtBy(history.parts.commits, merge)].sort()).toEqual(wanted.sort());
      }),
    );
  });
});
