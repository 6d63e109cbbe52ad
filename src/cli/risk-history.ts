/** `countersign risk change --per-commit --jsonl`: the score of every commit of a history, as it was when it landed, oldest first. */
import { once } from 'node:events';
import { problem } from '../core/base/result.ts';
import { LandedHistory } from '../core/risk/score/history.ts';
import { readModel } from '../core/risk/score/model-file.ts';
import { scoreHistory } from '../flows/score.ts';
import { openClone, openScoring } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { progressLine } from './progress.ts';

/** Characters written at once. */
const CHUNK = 1 << 16;

export async function riskHistory(range: string, options: { readonly repo: string; readonly json?: boolean }): Promise<Answer> {
  const [{ repository }, scoring] = await Promise.all([openClone(options.repo), openScoring(options.repo)]);
  const [, from = '', to = range] = /^(.*?)\.{2,3}(.*)$/.exec(range) ?? [];
  const [tip, base] = [await repository.resolve(to === '' ? 'HEAD' : to), from === '' ? null : await repository.resolve(from)];
  if (tip === null || (from !== '' && base === null))
    return refusal([problem('NOT_FOUND', `${tip === null ? to || 'HEAD' : from} names no commit here`, { place: 'range', remedy: 'name commits that are here' })], options.json);
  const kept = await scoring.keeping.load();
  if (!kept.ok) return refusal([kept.error], options.json);
  if (kept.value === null)
    return refusal([problem('NOT_FOUND', 'no model is kept of this repository', { place: options.repo, remedy: 'make one: countersign risk train' })], options.json);
  const model = readModel(kept.value.model);
  if (!model.ok) return refusal([model.error], options.json);

  const line = progressLine(process.stderr);
  const behind = base === null ? null : await idsBehind(scoring.landed, base);
  // whoever reads us may stop reading (`| head`): then there is nothing left to do
  const stop = new AbortController();
  process.stdout.once('error', () => stop.abort());
  let text = '';
  const write = async (): Promise<void> => {
    const full = !process.stdout.write(text);
    text = '';
    if (full && !stop.signal.aborted) await once(process.stdout, 'drain', { signal: stop.signal }).catch(() => undefined);
  };
  const read = await scoreHistory(
    scoring,
    model.value,
    { tip, signal: stop.signal, progress: (done, all) => line.show(`${done} of ${all} commits`, done / Math.max(1, all)) },
    new LandedHistory(),
    async (commit, score) => {
      if (stop.signal.aborted || behind?.has(commit.id)) return;
      text += `${JSON.stringify({ change: commit.id, score })}\n`;
      if (text.length > CHUNK) await write();
    },
  );
  if (!stop.signal.aborted) await write();
  line.clear();
  return read.ok ? { code: EXIT.ok, stdout: '', stderr: read.value.map((n) => `countersign: ${n}\n`).join('') } : refusal([read.error], options.json);
}

/** What stands behind a commit was read as history, and is not printed. */
async function idsBehind(landed: Awaited<ReturnType<typeof openScoring>>['landed'], tip: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  await landed.read({ tip }, (commits) => {
    for (const commit of commits) ids.add(commit.id);
  });
  return ids;
}
