/** What a change in a clone needs, and why: the same `consider` a push meets, without a server. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Decision } from '../core/policy/decision.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import type { TerraformPlan } from '../core/risk/evidence.ts';
import { considerChange } from './gather.ts';
import { type Governance, governanceAt } from './governance.ts';
import type { Parsers, Repository } from './ports.ts';

export interface CheckAsk {
  /** Repository name as it is shown, for example the remote's address. */
  readonly repo: string;
  /** `BASE..HEAD`, or empty for target..HEAD. */
  readonly range: string;
  /** Revision of the target, `origin/HEAD` by default. */
  readonly target: string;
  readonly plan: TerraformPlan | null;
}

export interface CheckAnswer {
  readonly decision: Decision;
  readonly targetRef: string;
  /** True: the target ref holds no policy, and this is what the starter profile would say. */
  readonly starter: boolean;
  /** Problems that made the answer undecidable. */
  readonly problems: readonly Problem[];
  readonly title: string;
}

export async function checkChange(repository: Repository, parsers: Parsers, ask: CheckAsk): Promise<Result<CheckAnswer, readonly Problem[]>> {
  const range = await ends(repository, ask);
  if (!range.ok) return range;
  const { base, head, tip } = range.value;
  const found = await governanceAt(repository, tip);
  const missing = !found.ok && found.error.every((p) => p.code === 'POLICY_MISSING' || p.code === 'ROSTER_MISSING');
  if (!found.ok && !missing) return err(found.error);
  const governance = found.ok ? found.value : starterGovernance();
  const considered = await considerChange(repository, parsers, governance, { repo: ask.repo, targetRef: ask.target, base, head, pusher: null, sticky: [], plan: ask.plan });
  if (!considered.ok) return considered;
  const title = considered.value.change.commits.at(-1)?.message.split('\n')[0] ?? '';
  return ok({ decision: considered.value.decision, targetRef: ask.target, starter: !found.ok, problems: found.ok ? [] : found.error, title });
}

async function ends(repository: Repository, ask: CheckAsk): Promise<Result<{ base: string; head: string; tip: string }, readonly Problem[]>> {
  const tip = await repository.resolve(ask.target);
  if (tip === null)
    return err([problem('TARGET_MISSING', `${ask.target} names no commit here`, { place: '--target', remedy: 'name the target branch, for example --target origin/main' })]);
  const [from = '', to = ''] = ask.range === '' ? ['', ''] : ask.range.split(/\.{2,3}/);
  const base = from === '' ? tip : await repository.resolve(from);
  const head = await repository.resolve(to === '' ? 'HEAD' : to);
  if (base === null || head === null)
    return err([problem('USAGE', `${base === null ? from : to || 'HEAD'} names no commit here`, { place: ask.range, remedy: 'give a range such as origin/main..HEAD' })]);
  return ok({ base, head, tip });
}

/** The starter profile with nobody on the roster: it can say what it would ask, never that anything passes. */
function starterGovernance(): Governance {
  const policy = loadPolicy(new TextEncoder().encode(STARTER_POLICY), 'starter profile');
  if (!policy.ok) throw new Error('the starter profile does not load');
  return { policy: policy.value, roster: { people: [], agents: [], digest: '0'.repeat(64) } };
}
