import { describe, expect, it } from 'vitest';
import { err, ok, problem } from '../core/base/result.ts';
import type { LandedCommit } from '../core/risk/score/landed.ts';
import type { Landed } from './ports-risk.ts';
import { type Samples, type SamplesAsked, samplesOf } from './score-history.ts';

const who = { name: 'Ann', email: 'ann@example.org' };
const id = (i: number): string => `${i}`.repeat(40);
const commit = (i: number, message: string, more: Partial<LandedCommit> = {}): LandedCommit => ({
  id: id(i),
  parents: i === 1 ? [] : [id(i - 1)],
  author: who,
  committer: who,
  authoredAt: 0,
  zone: 0,
  committedAt: 1_000 * i,
  message,
  files: [{ path: `f${i % 2}`, added: 1, deleted: 0, binary: false, how: 'changed' }],
  ...more,
});

/** Hands them on in twos. */
const landed = (commits: readonly LandedCommit[]): Landed => ({
  count: async () => ok(commits.length),
  squashed: async (_, __, as) => ok({ ...as, files: [] }),
  read: async (_, take) => {
    for (let at = 0; at < commits.length; at += 2) await take(commits.slice(at, at + 2));
    return ok(['something']);
  },
});

async function samples(commits: readonly LandedCommit[], more: Partial<SamplesAsked> = {}): Promise<Samples> {
  const read = await samplesOf(landed(commits), { tip: id(9), ...more });
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

describe('samples of a history', () => {
  const HISTORY = [
    commit(1, 'One'),
    commit(2, 'Disable notifications of db1'),
    commit(3, 'Nothing', { files: [] }),
    commit(4, 'Merge', { parents: [id(3), id(1)] }),
    commit(5, `Revert "One"\n\nThis reverts commit ${id(1)}.`),
    commit(6, 'Revert "Disable notifications of db1"'),
    commit(7, 'Seven'),
  ];

  it('are one for each commit that is no merge, with what became known later beside what was known then', async () => {
    const { samples: all, ways, notSeen, history } = await samples(HISTORY);
    expect(all.map((s) => [s.id[0], s.at, s.revertedAt, s.planned, s.scored])).toEqual([
      ['1', 1_000, 5_000, false, true],
      ['2', 2_000, 6_000, true, true],
      ['3', 3_000, null, false, false],
      ['5', 5_000, null, true, false],
      ['6', 6_000, null, true, false],
      ['7', 7_000, null, false, true],
    ]);
    expect([[...ways], notSeen, history.size]).toEqual([
      [
        ['sha', 1],
        ['subject', 1],
      ],
      ['something'],
      6,
    ]);
  });

  it('take the pattern of the organisation for what is planned', async () => {
    const { samples: all } = await samples(HISTORY, { planned: (subject) => subject === 'Seven' });
    expect(all.filter((s) => s.planned).map((s) => s.id[0])).toEqual(['7']);
  });

  it('know what incidents say from when it was known, and not before', async () => {
    const hurts = [
      { id: id(3), at: 6_500 },
      { id: id(1), at: 4_500 },
      { id: 'f'.repeat(40), at: 1 },
    ];
    const { samples: all } = await samples(HISTORY, { hurts });
    expect(all.map((s) => s.revertedAt)).toEqual([4_500, 6_000, 6_500, null, null, null]);
    // of the author: nothing at 3, one at 5, two at 6, three at 7
    const arevs = all.map((s) => s.x[28]);
    expect(arevs).toEqual([0, 0, 0, 1, 2, 3]);
  });

  it('say what the reader says where it cannot read', async () => {
    const broken: Landed = { ...landed([]), read: async () => err(problem('CONTENT_UNSEEN', 'gone')) };
    expect(await samplesOf(broken, { tip: id(1) })).toEqual(err(problem('CONTENT_UNSEEN', 'gone')));
  });
});
