/** `countersign check`: what a change needs and why, in any clone, without a server. */
import { readFile } from 'node:fs/promises';
import { type Problem, problem, type Result } from '../core/base/result.ts';
import type { TerraformPlan } from '../core/risk/evidence.ts';
import { type CheckAnswer, checkChange } from '../flows/check.ts';
import { openClone, readPlan } from '../world.ts';
import { checkJson, checkText, exitOf } from './check-text.ts';
import { type Answer, refusal } from './exit.ts';

export interface CheckOptions {
  readonly target: string;
  readonly plan?: string;
  readonly repo: string;
  readonly json?: boolean;
}

export async function check(range: string, options: CheckOptions): Promise<Answer> {
  const answered = await answer(range, options);
  if (!answered.ok) return refusal(answered.error, options.json);
  const stdout = options.json ? `${JSON.stringify(checkJson(answered.value), null, 2)}\n` : checkText(answered.value);
  return { code: exitOf(answered.value), stdout, stderr: '' };
}

async function answer(range: string, options: CheckOptions): Promise<Result<CheckAnswer, readonly Problem[]>> {
  const plan = await planAt(options.plan);
  if (!plan.ok) return { ok: false, error: [plan.error] };
  const { repository, parsers } = await openClone(options.repo);
  return checkChange(repository, parsers, { repo: '.', range, target: options.target, plan: plan.value });
}

async function planAt(file: string | undefined): Promise<Result<TerraformPlan | null>> {
  if (file === undefined) return { ok: true, value: null };
  try {
    return await readPlan(await readFile(file));
  } catch (error) {
    return {
      ok: false,
      error: problem('USAGE', `the plan cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
        place: file,
        remedy: 'give the output of `terraform show -json <plan>`',
      }),
    };
  }
}
