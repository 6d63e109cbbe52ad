/** `countersign check`: what a change needs and why, in any clone, without a server. */
import type { Problem, Result } from '../core/base/result.ts';
import { type CheckAnswer, checkChange } from '../flows/check.ts';
import { openClone } from '../world.ts';
import { checkJson, checkText, exitOf } from './check-text.ts';
import { type Answer, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { plansAt } from './plan-file.ts';
import { wantsColour } from './terminal.ts';

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
  const [plans, floors] = await Promise.all([plansAt(options.plan), floorsAt(options.floor)]);
  if (!plans.ok) return plans;
  if (!floors.ok) return floors;
  const clone = await openClone(options.repo, floors.value);
  return checkChange(clone, { repo: options.name ?? null, range, target: options.target ?? null, plans: plans.value, at: Date.now(), lines: options.lines === true });
}
