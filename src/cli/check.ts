/** `countersign check`: what a change needs and why, in any clone, without a server. */
import { readFile } from 'node:fs/promises';
import { type Problem, problem, type Result } from '../core/base/result.ts';
import { PLAN_SOURCES, type PlanFile } from '../core/risk/plan-file.ts';
import { type CheckAnswer, checkChange } from '../flows/check.ts';
import { openClone, readPlan } from '../world.ts';
import { checkJson, checkText, exitOf } from './check-text.ts';
import { type Answer, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { wantsColour } from './terminal.ts';
import { unreadable } from './unreadable.ts';

/** As the command line gives them. */
export interface CheckOptions {
  readonly target?: string;
  readonly plan?: readonly string[];
  readonly repo: string;
  readonly name?: string;
  readonly floor?: readonly string[];
  readonly explain?: boolean;
  readonly lines?: boolean;
  readonly json?: boolean;
}

export async function check(range: string, options: CheckOptions): Promise<Answer> {
  const answered = await answer(range, options);
  if (!answered.ok) return refusal(answered.error, options.json);
  const { value } = answered;
  const how = { explain: options.explain === true, colour: wantsColour(process.stdout, process.env), lines: value.lines };
  const stdout = options.json ? `${JSON.stringify(checkJson(value), null, 2)}\n` : checkText(value, how);
  return { code: exitOf(value), stdout, stderr: '' };
}

async function answer(range: string, options: CheckOptions): Promise<Result<CheckAnswer, readonly Problem[]>> {
  const [plans, floors] = await Promise.all([plansAt(options.plan ?? []), floorsAt(options.floor)]);
  if (!plans.ok) return plans;
  if (!floors.ok) return floors;
  const clone = await openClone(options.repo, floors.value);
  return checkChange(clone, { repo: options.name ?? null, range, target: options.target ?? null, plans: plans.value, at: Date.now(), lines: options.lines === true });
}

async function plansAt(files: readonly string[]): Promise<Result<readonly PlanFile[], readonly Problem[]>> {
  const read = await Promise.all(files.map(planAt));
  const problems = read.flatMap((r) => (r.ok ? [] : [r.error]));
  return problems.length > 0 ? { ok: false, error: problems } : { ok: true, value: read.flatMap((r) => (r.ok ? [r.value] : [])) };
}

async function planAt(file: string): Promise<Result<PlanFile>> {
  try {
    const plan = await readPlan(await readFile(file));
    return plan.ok ? plan : { ok: false, error: { ...plan.error, place: `${file}${plan.error.place === undefined ? '' : ` ${plan.error.place}`}` } };
  } catch (error) {
    const message = `the plan cannot be read: ${unreadable(error)}`;
    return { ok: false, error: problem('PLAN_INVALID', message, { place: file, remedy: `give the output of ${Object.values(PLAN_SOURCES).join(', ')}` }) };
  }
}
