/** What landed before, read from real repositories: which steps are seen, and what is said where they cannot be. */
import { afterAll, describe, expect, it } from 'vitest';
import { openRepository } from '../adapters/git/repository.ts';
import { openTrains } from '../adapters/git/trains.ts';
import { languages } from '../adapters/languages/index.ts';
import { textOf } from '../core/risk/lines.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { TRAIN_MS, trainOf, windowOfClone } from './train.ts';

const room = gitRoom();
afterAll(() => room.remove());
const DAY = 86_400;
const T0 = 1_790_000_000;

async function trainIn(repo: TestRepository, base: string, head: string, now: number) {
  const repository = openRepository({ gitDir: repo.gitDir });
  const change = await repository.change({ repo: 'x', targetRef: 'refs/heads/main', base, head });
  if (!change.ok) throw new Error(change.error.message);
  return trainOf(repository, languages(), windowOfClone(openTrains({ gitDir: repo.gitDir }), base, now * 1_000), change.value);
}

describe('the train of a change', () => {
  const repo = room.init();
  const old = repo.commit({ 'a.txt': '10', 'b.txt': '1', ':(glob)x.txt': '1' }, { at: T0 });
  const first = repo.commit({ 'a.txt': '8' }, { at: T0 + 9 * DAY });
  repo.commit({ 'b.txt': '2' }, { at: T0 + 10 * DAY });
  const tip = repo.commit({ 'a.txt': '6', 'b.txt': '3' }, { at: T0 + 11 * DAY });
  const head = repo.commit({ 'a.txt': '4' }, { at: T0 + 12 * DAY });
  const now = T0 + 12 * DAY;

  it('is the files of this change alone, from where the window began, and each change before', async () => {
    const train = await trainIn(repo, tip, head, now);
    expect(train).toMatchObject({ since: old, earlier: 2 });
    expect(train?.whole.map((f) => [f.path, textOf(f.base), textOf(f.head)])).toEqual([['a.txt', '10', '4']]);
    expect(train?.each?.map((files) => files.map((f) => [f.path, textOf(f.base), textOf(f.head)]))).toEqual([[['a.txt', '10', '8']], [['a.txt', '8', '6']]]);
  });

  it('begins where the branch stood seven days ago', async () => {
    const later = T0 + 9 * DAY + TRAIN_MS / 1_000 + 1;
    expect(await trainIn(repo, tip, head, later)).toMatchObject({ since: first, earlier: 1 });
    expect(await trainIn(repo, tip, head, T0 + 60 * DAY)).toBeUndefined();
  });

  it('is nothing where nothing landed on these files', async () => {
    const other = repo.commit({ ':(glob)x.txt': '2' }, { at: now });
    expect(await trainIn(repo, head, other, now)).toBeUndefined();
  });

  it('cannot be read in a clone that ends too early', async () => {
    const shallow = repo.clone('--depth=2', `--branch=main`);
    const [at, before] = [shallow.git('rev-parse', 'HEAD'), shallow.git('rev-parse', 'HEAD~1')];
    expect(await trainIn(shallow, before, at, now)).toBeNull();
  });

  it('counts more than it looks at as new, whatever it was', async () => {
    const busy = room.init();
    for (let i = 0; i < 23; i++) busy.commit({ 'a.txt': String(100 - i) }, { at: T0 + i * 60 });
    const [tip = ''] = [busy.git('rev-parse', 'HEAD')];
    const train = await trainIn(busy, tip, busy.commit({ 'a.txt': '1' }, { at: T0 + 3_000 }), T0 + 3_000);
    expect(train).toMatchObject({ since: null, each: null });
    expect(train?.whole.map((f) => [f.base, textOf(f.head)])).toEqual([[undefined, '1']]);
  });
});
