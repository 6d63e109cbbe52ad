/** The plan an option names. */
import { readFile } from 'node:fs/promises';
import { type Problem, problem } from '../core/base/result.ts';
import type { TerraformPlan } from '../core/risk/evidence.ts';
import { readPlan } from '../world.ts';
import { unreadable } from './unreadable.ts';

/** null where none was named. Problem: PLAN_INVALID. */
export async function planAt(file: string | undefined): Promise<{ readonly ok: true; readonly value: TerraformPlan | null } | { readonly ok: false; readonly error: Problem }> {
  if (file === undefined) return { ok: true, value: null };
  try {
    const plan = await readPlan(await readFile(file));
    return plan.ok ? plan : { ok: false, error: { ...plan.error, place: `${file}${plan.error.place === undefined ? '' : ` ${plan.error.place}`}` } };
  } catch (error) {
    const message = `the plan cannot be read: ${unreadable(error)}`;
    return { ok: false, error: problem('PLAN_INVALID', message, { place: file, remedy: 'give the output of `terraform show -json <plan>`' }) };
  }
}
