/** `countersign risk`: how dangerous the change in a clone is, and why. The same findings and tier as `check`, without asking who signs. */
import { checkChange } from '../flows/check.ts';
import { openClone } from '../world.ts';
import { type Answer, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { plansAt } from './plan-file.ts';
import { type RiskOptions, riskAnswer } from './risk-text.ts';

export interface RangeOptions extends RiskOptions {
  readonly target?: string;
  readonly plan?: readonly string[];
  readonly repo: string;
  readonly floor?: readonly string[];
}

export async function risk(range: string, options: RangeOptions): Promise<Answer> {
  const [plans, floors] = await Promise.all([plansAt(options.plan), floorsAt(options.floor)]);
  if (!plans.ok) return refusal(plans.error, options.json);
  if (!floors.ok) return refusal(floors.error, options.json);
  const clone = await openClone(options.repo, floors.value);
  const answered = await checkChange(clone, { repo: null, range, target: options.target ?? null, plans: plans.value, at: Date.now() });
  if (!answered.ok) return refusal(answered.error, options.json);
  const { decision, changeId, title, starter } = answered.value;
  const notes = [...answered.value.notes];
  const { base, head } = decision.change;
  if (decision.change.paths.length === 0) notes.unshift('nothing differs, and work that is not committed is not looked at: countersign risk file PATH does');
  const said = starter ? [...notes, 'there is no policy on the target: every path is production, and the score moves nothing'] : notes;
  return riskAnswer({ ...decision, change: { id: changeId, base, head, title }, notes: said }, options);
}
