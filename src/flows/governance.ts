/**
 * Policy and roster as they stand at one commit. The commit is always the tip of the target ref, never the change:
 * whoever proposes a change does not choose the rules it is judged by.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { Policy } from '../core/policy/document.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import type { Roster } from '../core/roster/roster.ts';
import type { Repository } from './ports.ts';

export const POLICY_FILE = 'countersign.yml';
export const ROSTER_FILE = '.countersign/roster.yml';

export interface Governance {
  readonly policy: Policy;
  readonly roster: Roster;
}

/** A commit never changes, so what was read from one holds for the life of the repository's reader. Newest kept. */
const known = new WeakMap<Repository, Map<Oid, Governance>>();
const KEPT = 64;

export async function governanceAt(repository: Repository, tip: Oid): Promise<Result<Governance, readonly Problem[]>> {
  const before = known.get(repository)?.get(tip);
  if (before !== undefined) return ok(before);
  const read = await readGovernance(repository, tip);
  if (read.ok) remember(repository, tip, read.value);
  return read;
}

function remember(repository: Repository, tip: Oid, governance: Governance): void {
  const all = known.get(repository) ?? new Map<Oid, Governance>();
  const [oldest] = all.keys();
  if (all.size >= KEPT && oldest !== undefined) all.delete(oldest);
  known.set(repository, all.set(tip, governance));
}

async function readGovernance(repository: Repository, tip: Oid): Promise<Result<Governance, readonly Problem[]>> {
  const policyBytes = await repository.file(tip, POLICY_FILE);
  if (policyBytes === null) {
    return err([
      problem('POLICY_MISSING', `the target ref holds no ${POLICY_FILE}`, {
        place: POLICY_FILE,
        remedy: 'run `countersign init`, review what it writes, and land it on the target ref',
      }),
    ]);
  }
  const policy = loadPolicy(policyBytes, POLICY_FILE);
  if (!policy.ok) return policy;
  const rosterBytes = await repository.file(tip, ROSTER_FILE);
  if (rosterBytes === null) {
    return err([problem('ROSTER_MISSING', `the target ref holds no ${ROSTER_FILE}`, { place: ROSTER_FILE, remedy: 'run `countersign init` and list the people who may sign' })]);
  }
  const roster = loadRoster(rosterBytes, ROSTER_FILE, policy.value);
  return roster.ok ? ok({ policy: policy.value, roster: roster.value }) : roster;
}
