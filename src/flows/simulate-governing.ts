/** Which policies a replay asks, and which roster: files somebody names, else the branch's own policy, else the starter. */
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import { agentsFrom, type Floor, POLICY_FILE, policyFrom } from './governance.ts';
import { branchOf, type SimulateAsk, type SimulatedClone } from './simulate.ts';

export interface Source {
  /** Its name in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Governing {
  readonly branch: string | null;
  /** null: the branch's own, else the starter. */
  readonly policy: Source | null;
  readonly against: Source | null;
  /** null: inferred from history. */
  readonly roster: Source | null;
}

export interface Governed {
  readonly judges: SimulateAsk['judges'];
  /** What each policy is called, in the order of the judges. */
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

type Clone = Pick<SimulatedClone, 'repository' | 'naming'> & { readonly floors: readonly Floor[] };

/**
 * What a policy is made of beside its own file stands at the tip of the branch, wherever the file itself is.
 * Problems: as loading a policy and a roster has them; NOT_FOUND where the branch holds no commit, CONTENT_UNSEEN.
 */
export async function governing(clone: Clone, asked: Governing): Promise<Result<Governed, readonly Problem[]>> {
  const at = await branchOf(clone, asked.branch);
  if (!at.ok) return err([at.error]);
  try {
    const own = asked.policy === null ? await ownPolicy(clone, at.value) : { source: asked.policy, notes: [] };
    const sources = [own.source, ...(asked.against === null ? [] : [asked.against])];
    const judges = await Promise.all(sources.map((source) => judgeOf(clone, at.value.tip, source, asked.roster)));
    const problems = judges.flatMap((j) => (j.ok ? [] : j.error));
    return problems.length > 0 ? err(problems) : ok({ judges: judges.flatMap((j) => (j.ok ? [j.value] : [])), names: sources.map((s) => s.name), notes: own.notes });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err([problem('CONTENT_UNSEEN', `the policy of ${at.value.name} cannot be read: ${why}`, { remedy: 'name a policy file with --policy' })]);
  }
}

async function judgeOf(clone: Clone, tip: string, source: Source, roster: Source | null): Promise<Result<SimulateAsk['judges'][number], readonly Problem[]>> {
  const policy = await policyFrom(clone.repository, tip, source.bytes, clone.floors, source.name);
  if (!policy.ok) return policy;
  const people = roster === null ? ok(null) : loadRoster(roster.bytes, roster.name, policy.value);
  if (!people.ok) return people;
  const agents = await agentsFrom(clone.repository, tip, people.value);
  return agents.ok ? ok({ policy: policy.value, roster: people.value, agents: agents.value }) : agents;
}

async function ownPolicy(
  { repository }: Clone,
  { tip, name }: { readonly tip: string; readonly name: string },
): Promise<{ readonly source: Source; readonly notes: readonly string[] }> {
  const bytes = await repository.file(tip, POLICY_FILE);
  if (bytes !== null) return { source: { name: POLICY_FILE, bytes }, notes: [`${name} is judged by its own ${POLICY_FILE}, as it stands now`] };
  return { source: { name: 'the starter policy', bytes: utf8(STARTER_POLICY) }, notes: [`${name} holds no ${POLICY_FILE}, so this is what the starter policy would have asked`] };
}
