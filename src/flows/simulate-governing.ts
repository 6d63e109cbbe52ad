/** Which policies a replay asks, and which roster: files somebody names, else the branch's own policy, else the starter. */
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Policy } from '../core/policy/document.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import { POLICY_FILE } from './governance.ts';
import type { Naming, Repository } from './ports.ts';
import { branchOf, type SimulateAsk } from './simulate.ts';

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
  readonly notes: readonly string[];
}

/** Problems: as loading a policy and a roster has them; NOT_FOUND where the branch holds no commit. */
export async function governing(clone: { readonly repository: Repository; readonly naming: Naming }, asked: Governing): Promise<Result<Governed, readonly Problem[]>> {
  const own = asked.policy === null ? await ownPolicy(clone, asked.branch) : ok({ source: asked.policy, notes: [] });
  if (!own.ok) return err([own.error]);
  const judges: { policy: Policy; roster: SimulateAsk['judges'][number]['roster'] }[] = [];
  for (const source of [own.value.source, ...(asked.against === null ? [] : [asked.against])]) {
    const policy = loadPolicy(source.bytes, source.name);
    if (!policy.ok) return policy;
    const roster = asked.roster === null ? ok(null) : loadRoster(asked.roster.bytes, asked.roster.name, policy.value);
    if (!roster.ok) return roster;
    judges.push({ policy: policy.value, roster: roster.value });
  }
  return ok({ judges, notes: own.value.notes });
}

async function ownPolicy(
  clone: { readonly repository: Repository; readonly naming: Naming },
  branch: string | null,
): Promise<Result<{ readonly source: Source; readonly notes: readonly string[] }>> {
  const at = await branchOf(clone, branch);
  if (!at.ok) return at;
  try {
    const bytes = await clone.repository.file(at.value.tip, POLICY_FILE);
    if (bytes !== null) return ok({ source: { name: POLICY_FILE, bytes }, notes: [`${at.value.name} is judged by its own ${POLICY_FILE}, as it stands now`] });
  } catch (error) {
    return err(
      problem('CONTENT_UNSEEN', `${POLICY_FILE} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { remedy: 'name a policy file with --policy' }),
    );
  }
  return ok({
    source: { name: 'the starter policy', bytes: utf8(STARTER_POLICY) },
    notes: [`${at.value.name} holds no ${POLICY_FILE}, so this is what the starter policy would have asked`],
  });
}
