/**
 * Gather, then decide: reads everything `consider` needs about one change and hands it over. A push, a check in a clone
 * and a page all come through here, so that they can never disagree.
 */
import type { Problem, Result } from '../core/base/result.ts';
import { err, ok } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import { subjectOf } from '../core/change/subject.ts';
import { consider } from '../core/policy/consider.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Lane } from '../core/policy/facts.ts';
import { incidentsAt } from '../core/policy/incident-file.ts';
import type { StickyMark } from '../core/provenance/provenance.ts';
import { ALL_DETECTORS } from '../core/risk/detectors.ts';
import { type PlanFile, planEvidence } from '../core/risk/plan-file.ts';
import type { Score } from '../core/risk/score/score.ts';
import type { PersonId } from '../core/roster/roster.ts';
import { brought, type Floor, type Governance } from './governance.ts';
import type { Parsers, Repository } from './ports.ts';
import type { RecordsOf } from './records.ts';
import { trainOf, type Window } from './train.ts';

export interface Asked {
  readonly repo: string;
  readonly targetRef: string;
  /** Tip of the target ref or the commit before; null: from the empty tree. */
  readonly base: Oid | null;
  readonly head: Oid;
  /** Files; a change of more is PUSH_TOO_LARGE. */
  readonly most?: number;
  /** The account the transport authenticated; null in a clone. */
  readonly pusher: string | null;
  /** Whose token let the pusher in; not given: no token did. */
  readonly tokenOwner?: PersonId | undefined;
  /** Who pushed this content before, whoever pushes it now, as `remembered`. */
  readonly pushersBefore?: (change: Change) => Promise<readonly string[]>;
  /** Accounts that a transport says brought part of it. */
  readonly brought?: readonly string[];
  readonly sticky: readonly StickyMark[];
  /** What applying it would do, as Terraform, CloudFormation or Pulumi says; in any order. */
  readonly plans?: readonly PlanFile[];
  /** What the target ref went through lately; not given: the change stands alone. */
  readonly window?: Window;
  /** What history says of it; not given, or null: nobody can tell. */
  readonly score?: (change: Change) => Promise<Score | null>;
  /** What line records say of it; not given: none are read. */
  readonly records?: RecordsOf;
  /** When this is decided, milliseconds since 1970; null: unknown, so what is time-boxed holds. */
  readonly at: number | null;
  /** See `Facts`. */
  readonly seed?: string | null;
  readonly floors?: readonly Floor[];
}

/** No review after landing is recorded yet, so none has closed the lane of what passes by itself. */
const OPEN_LANE: Lane = { sampled: 0, escapes: 0 };

export interface Considered {
  readonly change: Change;
  readonly decision: Decision;
  readonly pushersBefore: readonly string[];
}

export async function considerChange(repository: Repository, parsers: Parsers, governance: Governance, asked: Asked): Promise<Result<Considered, readonly Problem[]>> {
  const change = await repository.change(asked);
  if (!change.ok) return err([change.error]);
  const files = await parsers.parse(change.value.records, repository.blobs);
  const recorded = await asked.records?.(change.value);
  const train = asked.window === undefined ? undefined : await trainOf(repository, parsers, asked.window, change.value);
  const score = (await asked.score?.(change.value)) ?? null;
  const pushersBefore = (await asked.pushersBefore?.(change.value)) ?? [];
  const decision = consider(governance.policy, ALL_DETECTORS, {
    change: change.value,
    evidence: { files, ...planEvidence(asked.plans ?? []) },
    pusher: asked.pusher,
    pushersBefore,
    sticky: asked.sticky,
    roster: governance.roster,
    targetExists: asked.base !== null,
    at: asked.at,
    incidents: incidentsAt(governance.incidents, asked.at),
    seed: asked.seed ?? null,
    lane: OPEN_LANE,
    ...(train === undefined ? {} : { train }),
    score,
    ...(recorded === undefined ? {} : { records: recorded.records }),
    behind: [
      ...(recorded?.behind ?? []),
      ...(asked.brought ?? []).map((identity) => ({ role: 'pusher' as const, identity })),
      ...(asked.tokenOwner === undefined ? [] : [{ role: 'token-owner' as const, identity: asked.tokenOwner }]),
    ],
    ...(governance.agents === null ? {} : { registry: governance.agents }),
    brings: await brought(repository, change.value, asked.floors ?? [], asked.at),
  });
  return ok({ change: change.value, decision, pushersBefore });
}

/** What people call the change: the subject of its newest commit. */
export function titleOf(change: Change): string {
  const newest = change.commits.at(-1);
  return (newest === undefined ? '' : subjectOf(newest, 200)) || '(no message)';
}
