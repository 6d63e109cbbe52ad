/** Which policies a replay asks, and which roster: files somebody names, else the branch's own policy, else the starter. */
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Policy } from '../core/policy/document.ts';
import { namedFiles } from '../core/policy/layers.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import { POLICY_FILE } from './governance.ts';
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
  readonly notes: readonly string[];
}

/** Problems: as loading a policy and a roster has them; NOT_FOUND where the branch holds no commit. */
export async function governing(clone: Pick<SimulatedClone, 'repository' | 'naming'>, asked: Governing): Promise<Result<Governed, readonly Problem[]>> {
  const own = asked.policy === null ? await ownPolicy(clone, asked.branch) : ok({ source: asked.policy, notes: [] });
  if (!own.ok) return err([own.error]);
  const judges: { policy: Policy; roster: SimulateAsk['judges'][number]['roster'] }[] = [];
  for (const source of [own.value.source, ...(asked.against === null ? [] : [asked.against])]) {
    const policy = await loaded(clone, asked.branch, source);
    if (!policy.ok) return policy;
    const roster = asked.roster === null ? ok(null) : loadRoster(asked.roster.bytes, asked.roster.name, policy.value);
    if (!roster.ok) return roster;
    judges.push({ policy: policy.value, roster: roster.value });
  }
  return ok({ judges, notes: own.value.notes });
}

/** What a policy is made of beside its own file stands at the tip of the branch, wherever the file itself is. */
async function loaded(clone: Pick<SimulatedClone, 'repository' | 'naming'>, branch: string | null, { bytes, name }: Source): Promise<Result<Policy, readonly Problem[]>> {
  if (namedFiles(bytes, name).length === 0) return loadPolicy(bytes, name);
  const at = await branchOf(clone, branch);
  if (!at.ok) return err([at.error]);
  const found = new Map<string, Uint8Array | null>();
  try {
    const open = [...namedFiles(bytes, name)];
    for (let file = open.pop(); file !== undefined && found.size < MOST_FILES; file = open.pop()) {
      if (found.has(file)) continue;
      const there = await clone.repository.file(at.value.tip, file);
      found.set(file, there);
      open.push(...(there === null ? [] : namedFiles(there, file)));
    }
  } catch (error) {
    return err([unreadable(name, error)]);
  }
  return loadPolicy(bytes, name, { read: (file) => found.get(file) ?? null });
}

/** Of more, the loader says so. */
const MOST_FILES = 32;

const unreadable = (name: string, error: unknown): Problem =>
  problem('CONTENT_UNSEEN', `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { remedy: 'name a policy file with --policy' });

async function ownPolicy(
  clone: Pick<SimulatedClone, 'repository' | 'naming'>,
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
