/** What a change in a clone needs, and why: the same `consider` a push meets, without a server. */
import type { ReasonCode } from '../core/base/codes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import type { RecorderKey } from '../core/provenance/lines/record-read.ts';
import type { PlanFile } from '../core/risk/plan-file.ts';
import type { Score } from '../core/risk/score/score.ts';
import { considerChange, titleOf } from './gather.ts';
import { type Floor, type Governance, governanceAt, POLICY_FILE, policyFrom } from './governance.ts';
import { type LinesOfChange, linesOf } from './lines.ts';
import type { Naming, Parsers, Repository } from './ports.ts';
import type { Trains } from './ports-train.ts';
import { type Gathered, recordsOf } from './records.ts';
import { openScorer, type Scoring } from './score.ts';
import type { Records } from './site.ts';
import { windowOfClone } from './train.ts';

/** A clone, as its owner has it. */
export interface CheckedClone {
  readonly repository: Repository;
  readonly parsers: Parsers;
  readonly naming: Naming;
  readonly floors?: readonly Floor[];
  readonly records: Records;
  readonly trains: Trains;
  /** What this clone keeps of its history; absent: nothing. */
  readonly scoring?: Scoring;
}

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

const DEFAULT_TARGETS = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'] as const;

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

/** The two ends as they were written; an empty base is the target. */
function rangeOf(range: string): Result<{ readonly base: string; readonly head: string }> {
  if (range === '') return ok({ base: '', head: 'HEAD' });
  const [base = '', head, ...more] = range.split(/\.{2,3}/);
  if (head !== undefined && more.length === 0) return ok({ base, head: head === '' ? 'HEAD' : head });
  return err(
    problem('USAGE', `${JSON.stringify(range)} is no range`, { place: 'range', remedy: `give BASE..HEAD${more.length === 0 ? `, for example ${oneCommit(range)}` : ''}` }),
  );
}

const oneCommit = (revision: string): string => `${revision}~1..${revision}`;

interface Target {
  /** As it was found, for example `origin/main`. */
  readonly name: string;
  /** Full name at the remote where it is a branch, else the name. */
  readonly ref: string;
  readonly tip: Oid;
  readonly notes: readonly string[];
}

/** Branches first: a tag called `origin/main` would come before the branch, and whoever pushes tags would choose the policy. */
const branches = (name: string): readonly string[] => [`refs/remotes/${name}`, `refs/heads/${name}`];
const anything = (name: string): readonly string[] => (name.startsWith('refs/') ? [name] : [...branches(name), name]);

async function findTarget({ repository, naming }: CheckedClone, name: string, spellings: readonly string[]): Promise<Result<Target>> {
  for (const spelling of spellings) {
    const [branch, tip] = await Promise.all([naming.branch(spelling), repository.resolve(spelling)]);
    if (!branch.ok) return branch;
    if (tip !== null) return ok({ name, ref: branch.value ?? name, tip, notes: [] });
  }
  return err(problem('TARGET_MISSING', `${name} names no commit here`, { place: '--target', remedy: 'fetch it, or name a branch that is here: --target origin/main' }));
}

async function defaultTarget(clone: CheckedClone): Promise<Result<Target>> {
  const [first, ...others] = DEFAULT_TARGETS;
  const remote = await findTarget(clone, first, branches(first));
  if (remote.ok || remote.error.code !== 'TARGET_MISSING') return remote;
  for (const name of others) {
    const found = await findTarget(clone, name, branches(name));
    if (found.ok) return ok({ ...found.value, notes: [`there is no ${first} here, so the target is ${name}; --target names another`] });
  }
  const remedy = 'name it with --target, or let git find it: git remote set-head origin --auto';
  return err(problem('TARGET_MISSING', `this repository has no ${DEFAULT_TARGETS.join(', ')} to compare with`, { place: '--target', remedy }));
}

/** `HEAD~2` is missing where history is cut off, and fetching what is new does not bring it. */
async function noCommit(repository: Repository, name: string): Promise<Problem> {
  const [start = ''] = name.split(/[~^]/);
  const from = start === name ? null : await repository.resolve(start);
  const cut = from !== null && (await repository.steps(null, from)) === undefined;
  const remedy = cut ? WHOLE : 'give a range of commits that are here, such as origin/main..HEAD; git fetch brings new ones';
  return problem('NOT_FOUND', `${JSON.stringify(name)} names no commit here`, { place: 'range', remedy });
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
    const asked = {
      repo: ends.repo,
      targetRef: ends.ref,
      base: ends.base,
      head: ends.head,
      pusher: null,
      sticky: [],
      records: async (change: Change) => (recorded = await recordsOf(ok(clone.records), change, keys)),
      plans: ends.plans ?? [],
      score: scored.score,
      window: windowOfClone(clone.trains, ends.base, ends.at),
      at: ends.at,
      floors: clone.floors ?? [],
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

/** What keeps a score from being known is said, unless nobody ever trained one. */
async function scoringOf(scoring: Scoring | undefined, at: number): Promise<{ readonly score: (change: Change) => Promise<Score | null>; readonly notes: string[] }> {
  const notes: string[] = [];
  const scorer = scoring === undefined ? ok(null) : await openScorer(scoring);
  if (!scorer.ok) notes.push(`no score: ${scorer.error.message}`);
  const score = async (change: Change): Promise<Score | null> => {
    if (!scorer.ok || scorer.value === null || change.records.length === 0) return null;
    const scored = await scorer.value.score(change, Math.floor(at / 1_000));
    if (!scored.ok) notes.push(`no score: ${scored.error.message}`);
    return scored.ok ? scored.value : null;
  };
  return { score, notes };
}

/** Read once already where there is any record. */
async function linesIn(records: Records, change: Change, recorders: readonly RecorderKey[], recorded: Gathered | undefined): Promise<Result<LinesOfChange>> {
  if (recorded?.lines != null) return ok(recorded.lines);
  return linesOf({ ...records, recorders }, { base: change.mergeBase, head: change.head, commits: change.commits.map((c) => c.id) });
}

/** Ids are cut as git cuts them; names stay. */
const short = (revision: string): string => (/^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 12) : revision);

/** Where nothing was asked about, what could be: most clones are up to date when this is typed for the first time. */
async function newest(repository: Repository, head: string): Promise<readonly string[]> {
  const parent = await repository.resolve(`${head}~1`);
  return parent === null ? [] : [`countersign check ${oneCommit(head)} shows what the newest commit would have needed`];
}

/** The port's words alone: it may throw a problem as it is printed, code and remedy and all, and ours follow. */
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\n[\s\S]*/, '').replace(/ \[[A-Z_]+\]$/, '');

/** One remedy, whatever is missing and whichever question missed it: people read it once. */
export const WHOLE = 'bring what is missing: git fetch --unshallow for history, git fetch --refetch --no-filter for objects of a partial clone';

export const withRemedy = <P extends { readonly code: ReasonCode; readonly remedy?: string }>(p: P): P => (p.code === 'CONTENT_UNSEEN' ? { ...p, remedy: WHOLE } : p);

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
