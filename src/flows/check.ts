/** What a change in a clone needs, and why: the same `consider` a push meets, without a server. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import type { RecorderKey } from '../core/provenance/lines/record-read.ts';
import type { PlanFile } from '../core/risk/plan-file.ts';
import { askedInClone, type CheckedClone, scoringOf } from './check-asked.ts';
import { anything, defaultTarget, findTarget, noCommit, oneCommit, rangeOf, said, short, type Target, WHOLE, withRemedy } from './check-ends.ts';
import { considerChange, titleOf } from './gather.ts';
import { type Floor, type Governance, governanceAt, POLICY_FILE, policyFrom } from './governance.ts';
import { type LinesOfChange, linesOf } from './lines.ts';
import type { Repository } from './ports.ts';
import type { Gathered } from './records.ts';
import type { Records } from './site.ts';
import { windowOfClone } from './train.ts';

export type { CheckedClone };

export interface CheckAsk {
  /** Repository as policy names it; null: taken from the address of `origin`. */
  readonly repo: string | null;
  /** `BASE..HEAD`, or empty for target..HEAD. Three dots mean the same: a change is always judged from the merge base. */
  readonly range: string;
  /** Revision of the target; null: the remote's default branch, else the first of DEFAULT_TARGETS that is here. */
  readonly target: string | null;
  readonly plans?: readonly PlanFile[];
  /** Milliseconds since 1970: rules may hold for a while. */
  readonly at: number;
  /** Say whose hand made which lines, also where no record says anything. */
  readonly lines?: boolean;
}

export interface CheckAnswer {
  readonly decision: Decision;
  /** The target as it was found, for example `origin/HEAD`; the decision has its full name. */
  readonly target: string;
  /** The range that was judged, as it was asked for: `origin/main..HEAD`. */
  readonly range: string;
  /** True: the target ref holds no policy, and this is what the starter profile would say. */
  readonly starter: boolean;
  /** What the change is called where it is pushed: on pages, in terminals. null where the target is no branch, nothing changes, or not all was seen. */
  readonly changeId: string | null;
  /** What made the answer undecidable: no policy, no roster. */
  readonly problems: readonly Problem[];
  /** What was assumed, in words. */
  readonly notes: readonly string[];
  readonly title: string;
  /** Where it was asked, and something changes. */
  readonly lines: LinesOfChange | null;
}

export async function checkChange(clone: CheckedClone, ask: CheckAsk): Promise<Result<CheckAnswer, readonly Problem[]>> {
  const range = rangeOf(ask.range);
  if (!range.ok) return err([range.error]);
  const [target, base, head, repo] = await Promise.all([
    ask.target === null ? defaultTarget(clone) : findTarget(clone, ask.target, anything(ask.target)),
    range.value.base === '' ? null : clone.repository.resolve(range.value.base),
    clone.repository.resolve(range.value.head),
    ask.repo ?? clone.naming.repository(),
  ]);
  if (!target.ok) return err([target.error]);
  if (head === null || (base === null && range.value.base !== '')) return err([await noCommit(clone.repository, head === null ? range.value.head : range.value.base)]);
  return judged(clone, {
    ...target.value,
    base: base ?? target.value.tip,
    head,
    repo,
    plans: ask.plans ?? [],
    at: ask.at,
    lines: ask.lines === true,
    from: range.value.base,
    to: range.value.head,
  });
}

interface Ends extends Target {
  readonly base: Oid;
  readonly head: Oid;
  readonly repo: string;
  readonly plans?: readonly PlanFile[];
  readonly at: number;
  readonly lines: boolean;
  /** As they were written; an empty one is the target. */
  readonly from: string;
  readonly to: string;
}

async function judged(clone: CheckedClone, ends: Ends): Promise<Result<CheckAnswer, readonly Problem[]>> {
  try {
    const rules = await rulesAt(clone.repository, ends.tip, clone.floors);
    if (!rules.ok) return err(rules.error.map((p) => ({ ...p, place: `${ends.name}:${p.place ?? POLICY_FILE}` })));
    const { governance, starter, problems } = rules.value;
    const keys = governance.agents?.recorders ?? [];
    let recorded: Gathered | undefined;
    const scored = await scoringOf(clone.scoring, ends.at);
    const by = askedInClone(clone, { ...ends, plans: ends.plans ?? [] }, governance, scored.score);
    const asked = {
      ...by,
      base: ends.base,
      head: ends.head,
      records: async (change: Change) => (recorded = await by.records?.(change)),
      window: windowOfClone(clone.trains, ends.base, ends.at),
    };
    const considered = await considerChange(clone.repository, clone.parsers, governance, asked);
    if (!considered.ok) return err(considered.error.map(withRemedy));
    const { change, decision } = considered.value;
    const empty = change.records.length === 0;
    const lines = ends.lines && !empty ? await linesIn(clone.records, change, keys, recorded) : ok(null);
    if (!lines.ok) return err([withRemedy(lines.error)]);
    const named = !empty && change.unseen.length === 0 && ends.ref.startsWith('refs/heads/');
    return ok({
      decision: { ...decision, refusals: decision.refusals.map(withRemedy) },
      target: ends.name,
      range: `${short(ends.from === '' ? ends.name : ends.from)}..${short(ends.head)}`,
      starter,
      changeId: named ? changeId(change) : null,
      problems,
      notes: [...ends.notes, ...scored.notes, ...(empty ? await newest(clone.repository, ends.to) : [])],
      title: titleOf(change),
      lines: lines.value,
    });
  } catch (error) {
    // A clone that is not whole: the port rejects where "absent" would be a wrong answer.
    return err([problem('CONTENT_UNSEEN', said(error), { remedy: WHOLE })]);
  }
}

/** Read once already where there is any record. */
async function linesIn(records: Records, change: Change, recorders: readonly RecorderKey[], recorded: Gathered | undefined): Promise<Result<LinesOfChange>> {
  if (recorded?.lines != null) return ok(recorded.lines);
  return linesOf({ ...records, recorders }, { base: change.mergeBase, head: change.head, commits: change.commits.map((c) => c.id) });
}

/** Where nothing was asked about, what could be: most clones are up to date when this is typed for the first time. */
async function newest(repository: Repository, head: string): Promise<readonly string[]> {
  const parent = await repository.resolve(`${head}~1`);
  return parent === null ? [] : [`countersign check ${oneCommit(head)} shows what the newest commit would have needed`];
}

interface Rules {
  readonly governance: Governance;
  readonly starter: boolean;
  readonly problems: readonly Problem[];
}

/** What is not there yet is replaced by the strictest of its kind: the starter profile, and a roster of nobody. */
async function rulesAt(repository: Repository, tip: Oid, floors: readonly Floor[] = []): Promise<Result<Rules, readonly Problem[]>> {
  const found = await governanceAt(repository, tip, floors);
  if (found.ok) return ok({ governance: found.value, starter: false, problems: [] });
  const codes = new Set(found.error.map((p) => p.code));
  if (codes.has('POLICY_MISSING')) return withNobody(loadPolicy(new TextEncoder().encode(STARTER_POLICY), POLICY_FILE, { floors }), true, found.error);
  if (!codes.has('ROSTER_MISSING')) return found;
  return withNobody(await policyFrom(repository, tip, (await repository.file(tip, POLICY_FILE)) ?? new Uint8Array(), floors), false, found.error);
}

function withNobody(policy: Result<Policy, readonly Problem[]>, starter: boolean, problems: readonly Problem[]): Result<Rules, readonly Problem[]> {
  return policy.ok
    ? ok({ governance: { policy: policy.value, roster: { people: [], agents: [], digest: '0'.repeat(64) }, incidents: null, agents: null }, starter, problems })
    : policy;
}
