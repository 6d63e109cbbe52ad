/**
 * A landing that changed who decides here: policy or roster read differently at the ref from then on. An entry of its own says so, so
 * that nobody has to look for it among landings, and names what allowed it.
 */
import { utf8 } from '../core/base/bytes.ts';
import { decidesItself } from '../core/policy/document.ts';
import { governanceAt } from './governance.ts';
import type { EntryDraft, LandingRow, Repository } from './ports.ts';
import type { GateWorld } from './site.ts';

/** One, where the digest of policy or roster moved. @param allowed digests of the envelopes the gate counted. */
export async function policyDrafts(
  { repositories, floors }: Pick<GateWorld, 'repositories' | 'floors'>,
  landing: LandingRow,
  allowed: readonly string[],
): Promise<readonly EntryDraft[]> {
  const { repo, targetRef, old, head } = landing;
  const repository = repositories.get(repo)?.repository;
  if (repository === undefined) return [];
  const [before, after] = [await readAt(repository, old, floors), await readAt(repository, head, floors)];
  if (before.policy === after.policy && before.roster === after.roster) return [];
  const body = {
    v: 1,
    policy: { from: before.policy, to: after.policy },
    roster: { from: before.roster, to: after.roster },
    files: await decidingFiles(repository, landing),
    allowed,
  };
  return [{ type: 'policy', fields: { repo, ref: targetRef, commit: head, from: before.policy, to: after.policy }, body: utf8(JSON.stringify(body)) }];
}

/** Digests; where it cannot be read, the reason code in the place of both: that is a change too, and the next push will be refused. */
async function readAt(repository: Repository, tip: string, floors: GateWorld['floors']): Promise<{ readonly policy: string; readonly roster: string }> {
  const read = await governanceAt(repository, tip, floors);
  if (read.ok) return { policy: read.value.policy.digest, roster: read.value.roster.digest };
  const code = read.error[0]?.code ?? 'POLICY_INVALID';
  return { policy: code, roster: code };
}

async function decidingFiles(repository: Repository, { repo, targetRef, old, head }: LandingRow): Promise<readonly string[]> {
  const change = await repository.change({ repo, targetRef, base: old, head });
  return change.ok ? change.value.records.map((r) => r.path).filter(decidesItself) : [];
}
