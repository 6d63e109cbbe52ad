/** `countersign risk train`: one pass over what landed, and a model of it, kept in the git directory. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { readIncidents } from '../core/policy/incident-file.ts';
import { plannedFrom } from '../core/risk/score/planned.ts';
import { PRIOR } from '../core/risk/score/prior.ts';
import { type Training, trainOn } from '../flows/score.ts';
import { noRepositoryAt, openClone, openScoring } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { fileOf } from './named-file.ts';
import { progressLine } from './progress.ts';

export interface TrainOptions {
  readonly repo: string;
  readonly branch?: string;
  readonly keep?: string;
  readonly forest?: boolean;
  readonly planned?: string;
  readonly incidents?: string;
  readonly json?: boolean;
}

export async function riskTrain(options: TrainOptions): Promise<Answer> {
  const asked = await trainingOf(options);
  if (!asked.ok) return refusal(asked.error, options.json);
  const line = progressLine(process.stderr);
  const show = (done: number, all: number): void => line.show(`${done} of ${all} commits`, done / Math.max(1, all));
  const trained = await trainOn(await openScoring(options.repo, options.keep), { ...asked.value, prior: PRIOR, forest: options.forest === true, progress: show });
  line.clear();
  if (!trained.ok) return refusal([trained.error], options.json);
  const { model, digest, notSeen } = trained.value;
  const { changes, reverted, tip, until } = model.trained;
  if (options.json)
    return {
      code: EXIT.ok,
      stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, model: digest, weight: model.weight, trained: model.trained, notSeen }, null, 2)}\n`,
      stderr: '',
    };
  const share =
    model.own === null ? 'too few to learn from, so the prior that ships ranks alone' : `its own history counts ${Math.round(100 * model.weight)} %, the prior that ships the rest`;
  const lines = [
    `learnt from ${changes} changes up to ${new Date(until * 1_000).toISOString().slice(0, 10)} (${tip.slice(0, 12)}); ${reverted} of them were reverted within 30 days`,
    `  ${share}`,
    `  model ${digest.slice(0, 12)}; check and risk use it from now on, countersign risk evaluate says how good it is`,
    ...notSeen.map((n) => `  ${n}`),
  ];
  return { code: EXIT.ok, stdout: `${lines.join('\n')}\n`, stderr: '' };
}

/** Where to begin, and what the organisation knows beside its history. Problems: NOT_FOUND, USAGE. */
export async function trainingOf({ repo, branch, planned, incidents }: TrainOptions): Promise<Result<Pick<Training, 'tip' | 'planned' | 'hurts'>, readonly Problem[]>> {
  const nowhere = await noRepositoryAt(repo);
  if (nowhere !== null) return err([nowhere]);
  const [{ repository }, words, list] = await Promise.all([openClone(repo), fileOf('--planned', planned), fileOf('--incidents', incidents)]);
  const tip = await repository.resolve(branch ?? 'HEAD');
  if (tip === null)
    return err([problem('NOT_FOUND', `${branch ?? 'HEAD'} names no commit here`, { place: branch === undefined ? '--repo' : '--branch', remedy: 'name a branch that is here' })]);
  if (!words.ok || !list.ok) return err([words, list].flatMap((r) => (r.ok ? [] : [r.error])));
  const known = list.value === null ? ok([]) : readIncidents(list.value.bytes, list.value.name, 'USAGE');
  if (!known.ok) return known;
  const hurts = known.value.flatMap((i) => i.commits.map((id) => ({ id, at: Math.floor(i.at / 1_000) })));
  return ok({ tip, hurts, ...(words.value === null ? {} : { planned: plannedFrom(new TextDecoder().decode(words.value.bytes).split('\n')) }) });
}
