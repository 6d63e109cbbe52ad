/** The plans an option names: of Terraform, CloudFormation or Pulumi, told apart by what is in them. */
import { readFile } from 'node:fs/promises';
import { type Problem, problem, type Result } from '../core/base/result.ts';
import { PLAN_SOURCES, type PlanFile } from '../core/risk/plan-file.ts';
import { readPlan } from '../world.ts';
import { unreadable } from './unreadable.ts';

/** Problems: PLAN_INVALID, one for each file that is none. */
export async function plansAt(files: readonly string[] = []): Promise<Result<readonly PlanFile[], readonly Problem[]>> {
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
