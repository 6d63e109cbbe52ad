/** Trained, kept, and asked: real histories, a real folder, and what is said where something is missing. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLanded } from '../adapters/git/landed.ts';
import { openRepository } from '../adapters/git/repository.ts';
import type { Change } from '../core/change/change.ts';
import { LandedHistory } from '../core/risk/score/history.ts';
import { PRIOR } from '../core/risk/score/prior.ts';
import type { Score } from '../core/risk/score/score.ts';
import { openScoreKeeping } from '../store/score/keeping.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { layLongHistory } from '../testing/long-history.ts';
import { openScorer, type Scoring, scoreHistory, trainOn } from './score.ts';
import { servedScores } from './score-served.ts';

const room = gitRoom();
afterAll(() => room.remove());
const NOW = 1_710_000_000;

const scoringOf = (repo: TestRepository, folder = room.folder()): Scoring & { readonly folder: string } => ({
  landed: openLanded({ gitDir: repo.gitDir }),
  keeping: openScoreKeeping(folder),
  folder,
});
async function changeOf(repo: TestRepository, base: string, head: string): Promise<Change> {
  const change = await openRepository({ gitDir: repo.gitDir }).change({ repo: 'x', targetRef: 'refs/heads/main', base, head });
  if (!change.ok) throw new Error(change.error.message);
  return change.value;
}

describe('a history that went wrong now and then', () => {
  const repo = room.init();
  const reverts = layLongHistory(repo, 400);
  const tip = repo.git('rev-parse', 'HEAD');
  const scoring = scoringOf(repo);
  const large = (): string => repo.commit({ 'src/core.c': 'x\n'.repeat(300) }, { message: 'Switch the default of everything\n', at: NOW });
  const small = (): string => repo.commit({ 'docs/part3.md': 'a word\n' }, { message: 'Fix a word\n', at: NOW });
  const score = async (head: string, base = tip): Promise<Score> => {
    const opened = await openScorer(scoring);
    if (!opened.ok || opened.value === null) throw new Error('nothing is kept');
    const scored = await opened.value.score(await changeOf(repo, base, head), NOW);
    if (!scored.ok) throw new Error(scored.error.message);
    return scored.value;
  };

  beforeAll(async () => {
    const trained = await trainOn(scoring, { tip, prior: PRIOR });
    expect(trained).toMatchObject({ ok: true, value: { notSeen: [], model: { trained: { tip, reverted: reverts } } } });
  });

  it('is remembered: what looks like what was taken back ranks above what does not', async () => {
    const risky = await score(large());
    repo.git('reset', '-q', '--hard', tip);
    const dull = await score(small());
    expect(risky.percentile).toBeGreaterThan(80);
    expect(risky.percentile).toBeGreaterThan(dull.percentile);
    expect(risky.reasons.map((r) => r.text).join()).toMatch(/reverted|it adds 300 lines|speaks of switch, default/);
  });

  it('is caught up with: what landed since counts', async () => {
    repo.git('reset', '-q', '--hard', tip);
    const base = [1, 2, 3].map((i) => repo.commit({ 'docs/new.md': `${i}\n` }, { message: `Say ${i}\n`, at: NOW - 100 + i })).at(-1) ?? '';
    const head = repo.commit({ 'docs/new.md': '4\n' }, { message: 'Say 4\n', at: NOW });
    const [known, unknown] = [await score(head, base), await score(head, tip)];
    expect(known).not.toEqual(unknown);
  });

  it('gives the same scores to the same history, in a pass that gives each commit its own', async () => {
    const opened = await openScorer(scoring);
    if (!opened.ok || opened.value === null) throw new Error('nothing is kept');
    const pass = async (): Promise<readonly number[]> => {
      const scores: number[] = [];
      const read = await scoreHistory(scoring, opened.value?.model ?? raise(), { tip }, new LandedHistory(), (_, s) => void scores.push(s.percentile));
      expect(read).toEqual({ ok: true, value: [] });
      return scores;
    };
    const once = await pass();
    expect(once).toHaveLength(400);
    expect(await pass()).toEqual(once);
  });

  it('is trained to the same bytes again', async () => {
    const again = scoringOf(repo);
    await trainOn(again, { tip, prior: PRIOR });
    for (const file of ['model.json', 'history.gz']) expect(readFileSync(join(again.folder, file)).equals(readFileSync(join(scoring.folder, file)))).toBe(true);
  });

  it('serves a gate, and says why where it cannot', async () => {
    const lines: string[] = [];
    const folders: Record<string, string> = { good: scoring.folder, none: room.folder(), bad: room.folder() };
    writeFileSync(join(folders.bad ?? '', 'model.json'), '{}');
    writeFileSync(join(folders.bad ?? '', 'history.gz'), `${tip}\nnot packed`);
    const scores = servedScores(
      (name) => scoringOf(repo, folders[name]),
      (line) => lines.push(line),
      () => 0,
    );
    repo.git('reset', '-q', '--hard', tip);
    const change = await changeOf(repo, tip, large());
    expect((await scores('good', change, NOW))?.percentile).toBeGreaterThan(80);
    expect([await scores('none', change, NOW), await scores('bad', change, NOW)]).toEqual([null, null]);
    expect(lines).toEqual([expect.stringMatching(/^no score of bad: .*unpacked/)]);
  });

  it('is refused where the model is of another time or the history is damaged', async () => {
    const other = scoringOf(repo);
    const kept = await scoring.keeping.load();
    if (!kept.ok || kept.value === null) throw new Error('nothing is kept');
    await other.keeping.save({ ...kept.value, model: kept.value.model.replace('"features":', '"features":9') });
    expect(await openScorer(other)).toMatchObject({ ok: false, error: { code: 'MODEL_INVALID' } });
    await other.keeping.save({ ...kept.value, history: kept.value.history.with(200, (kept.value.history[200] ?? 0) ^ 1) });
    expect(await openScorer(other)).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  });
});

it('too little of a history says nothing, and nothing is kept', async () => {
  const repo = room.init();
  layLongHistory(repo, 50);
  const scoring = scoringOf(repo);
  expect(await trainOn(scoring, { tip: repo.git('rev-parse', 'HEAD'), prior: PRIOR })).toMatchObject({ ok: false, error: { code: 'TOO_LITTLE' } });
  expect(existsSync(join(scoring.folder, 'model.json'))).toBe(false);
  expect(await openScorer(scoring)).toEqual({ ok: true, value: null });
});

function raise(): never {
  throw new Error('nothing is kept');
}
