/** What authors said of this very content, each verified again from its exact bytes: a row in a table is a hint, the signature decides. */
import { type Problem, problem } from '../core/base/result.ts';
import { ownedBy, type PresentedOwnership } from '../core/gate/judge.ts';
import type { Decision } from '../core/policy/decision.ts';
import { ownershipWords, ownersOf } from '../core/policy/ownership.ts';
import { type OwnershipExpectation, type OwnershipPredicate, verifyOwnership } from '../core/signoff/ownership.ts';
import { backOf } from './authority.ts';
import type { ChangeRow } from './ports.ts';
import type { OwnershipRow } from './ports-ownership.ts';
import { type Bench, type Landing, signoffTrust, spentOn } from './presented.ts';

export interface OwnershipWithNonce extends PresentedOwnership {
  readonly nonce: string;
  /** null: nothing was proved. */
  readonly said: OwnershipPredicate | null;
  readonly at: number;
}

/** @param used nonces already spent by earlier commits of the same push. */
export async function ownershipsFor(bench: Bench, decision: Decision, landing: Landing | null, used: ReadonlySet<string> = new Set()): Promise<readonly OwnershipWithNonce[]> {
  const { repo, manifest } = decision.change;
  const rows = await bench.state.ownerships({ repo, manifest });
  return Promise.all(rows.map((row) => presented(bench, decision, row, landing, used)));
}

async function presented(bench: Bench, decision: Decision, row: OwnershipRow, landing: Landing | null, used: ReadonlySet<string>): Promise<OwnershipWithNonce> {
  const { body, author, index, nonce, at } = row;
  const envelope = await bench.ledger.body(body);
  const verified = envelope === null ? null : verifyOwnership(envelope, await signoffTrust(bench), await ownershipExpectation(bench, decision));
  const problems = verified === null ? [problem('ERASED', 'the ownership statement was erased')] : verified.ok ? [] : verified.error;
  const spent = await spentOn(bench, nonce, landing, used);
  const said = verified?.ok ? verified.value.statement.predicate : null;
  return { digest: body, author: verified?.ok ? verified.value.author : author, index, nonce, at, said, problems: [...problems, ...spent] };
}

/** What an ownership statement must say to count for this decision. */
export async function ownershipExpectation({ site, state, governance, now }: Bench, decision: Decision): Promise<OwnershipExpectation> {
  const { repo, targetRef, manifest, manifest256, paths } = decision.change;
  const here = { repo, targetRef, manifest, manifest256, files: paths.length, owners: ownersOf(decision), roster: governance.roster };
  const key = { tier: decision.tier, authenticators: decision.authenticators, now, counters: 'logged', allowDemo: site.mode === 'demo' } as const;
  return { ...here, ...key, takenBack: await backOf(state) };
}

/** Nobody signs before the author has spoken, where policy asks for that. Empty: nothing stands in the way. */
export async function notOwnedYet(bench: Bench, { decision }: Pick<ChangeRow, 'decision'>): Promise<readonly Problem[]> {
  if (decision.ownership === null || ownedBy(decision, await ownershipsFor(bench, decision, null)) !== undefined) return [];
  const remedy = 'the author signs it first: on the page of the change, or with countersign own';
  return [problem('OWNERSHIP_MISSING', `nobody signs before its author has spoken: ${ownershipWords(decision.ownership, namesIn(bench))}`, { remedy })];
}

const namesIn =
  ({ governance: { roster } }: Bench) =>
  (person: string): string =>
    roster.people.find((p) => p.id === person)?.name ?? person;
