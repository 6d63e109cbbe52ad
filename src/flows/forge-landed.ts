/**
 * What moved at a forge, judged after it happened: whatever was answered before, each step of a protected branch is weighed as it landed, by the
 * policy that stood before it and by what is signed now. What holds lands; what does not is a violation of exactly that commit, and what came
 * after it is still judged by itself.
 *
 * The attacker moves branches there as the forge lets them: past a required check, back, away, and forth again. What was seen is in the log.
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { ok } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { WHY } from '../core/gate/violation-words.ts';
import { orBreakGlass } from './break-glass-verdict.ts';
import { NOWHERE, violationDraft } from './bypass.ts';
import type { Bringers } from './forge-brought.ts';
import { pushedBy } from './forge-proposal.ts';
import type { Stand } from './forge-shelf.ts';
import { governanceAt } from './governance.ts';
import { recordLandings } from './land.ts';
import type { EntryDraft, Projections } from './ports.ts';
import type { Landing } from './presented.ts';
import { protectedUpdates } from './push.ts';
import { type Judged, PUSH_CAPS, recordMove, words } from './push-record.ts';
import type { GateWorld, ServedRepository } from './site.ts';
import { deny, verdictOf } from './verdict.ts';

/** What is known of the branches of a repository at a forge, beside the log. */
export interface Branches {
  /** Where each stands now, by full name. */
  readonly now: ReadonlyMap<string, Oid>;
  /** Where each was when it was last looked at; empty: nothing of this repository ever was. The log goes before it, once anything landed there. */
  readonly last: ReadonlyMap<string, Stand>;
  looked(ref: string, stand: Stand): Promise<void>;
  /** Who brought what moved a branch. @param chain of `from` to where it stands, oldest first. */
  bringers(ref: string, from: Oid, chain: readonly Oid[]): Bringers;
}

export interface MoveFound {
  readonly ref: string;
  readonly commit: Oid;
  readonly came: 'landed' | 'violation';
  readonly codes: readonly ReasonCode[];
}

/** Something of ours stood in the way: the next look goes on from there. */
const LATER: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['GIT_FAILED', 'STORE_UNAVAILABLE', 'INTERNAL', 'REF_CHANGED']);
/** Steps looked at in one go; whoever pushes chooses how many there are. */
const MOST_STEPS = 500;

/** Idempotent. `whole`: nothing is left for the next look. */
export async function judgeMoved(world: GateWorld, repo: string, branches: Branches): Promise<{ readonly found: readonly MoveFound[]; readonly whole: boolean }> {
  const served = world.repositories.get(repo);
  if (served === undefined) return { found: [], whole: true };
  const stood = new Map((await world.projections.memory.standing({ repo })).map((s) => [s.targetRef, s]));
  const found: MoveFound[] = [];
  let whole = true;
  for (const ref of await guardedOf(world, served, [...new Set([...branches.now.keys(), ...stood.keys(), ...branches.last.keys()])], branches)) {
    const landed = stood.get(ref)?.head ?? null;
    const last = branches.last.get(ref);
    const from = stood.get(ref)?.violated ?? landed ?? last?.at ?? null;
    const walked = await walk({ world, served, ref, branches, to: branches.now.get(ref) ?? NOWHERE, let: landed ?? last?.let ?? null }, from, landed);
    found.push(...walked.found);
    whole &&= walked.whole;
  }
  return { found, whole };
}

/** A branch that is gone is guarded by the policy that stood, as one that moved is. */
async function guardedOf(world: GateWorld, served: ServedRepository, refs: readonly string[], { now }: Pick<Branches, 'now'>): Promise<readonly string[]> {
  const updates = refs.map((ref) => ({ ref, old: NOWHERE, new: now.get(ref) ?? NOWHERE }));
  const guarded = await protectedUpdates(world, served, updates);
  // A policy that cannot be read may protect any branch.
  return guarded.ok ? guarded.value.map((u) => u.ref) : refs;
}

interface Walk {
  readonly world: GateWorld;
  readonly served: ServedRepository;
  readonly ref: string;
  readonly branches: Branches;
  readonly to: Oid;
  /** As of a `Stand`. */
  readonly let: Oid | null;
}

type Walked = { readonly found: readonly MoveFound[]; readonly whole: boolean };
const NOTHING: Walked = { found: [], whole: true };

async function walk(at: Walk, from: Oid | null, landed: Oid | null): Promise<Walked> {
  const { world, served, to } = at;
  if (from === to) return NOTHING;
  if (from === null) return begun(at);
  if (to === NOWHERE) return told(at, from, ['REF_DELETION']);
  if (to === landed) return told(at, from, ['OK'], WHY.back);
  const kept = await world.objects.keep(served.id, [to], undefined);
  if (!kept.ok) return unkept(at, from, kept.error.code);
  const steps = from === NOWHERE ? undefined : await world.objects.open(served.id).steps(from, to);
  if (steps === undefined) return told(at, from, ['REF_NON_FAST_FORWARD']);
  return along(
    at,
    from,
    steps.filter((s) => s.onChain).map((s) => s.commit),
  );
}

/** What is too much to keep stands there all the same: nobody judged it, and the next look would find it as it is. */
const unkept = (at: Walk, from: Oid, code: ReasonCode): Promise<Walked> | Walked => (LATER.has(code) ? { found: [], whole: false } : told(at, from, [code]));

async function along(at: Walk, from: Oid, chain: readonly Oid[]): Promise<Walked> {
  const bringers = at.branches.bringers(at.ref, from, chain);
  const found: MoveFound[] = [];
  let stands = from;
  let { let: letIn } = at;
  for (const next of chain) {
    const one = found.length === MOST_STEPS ? 'later' : await judgeStep({ ...at, let: letIn }, bringers, stands, next);
    if (one === 'later') return { found, whole: false };
    found.push(one);
    if (one.came === 'landed') letIn = next;
    await at.branches.looked(at.ref, { at: next, let: letIn });
    stands = next;
  }
  return { found, whole: true };
}

/**
 * The first look takes a branch as it finds it: nothing before it was ever judged here. One that comes later has to come out of a branch that
 * was judged, or it brings in what nobody looked at.
 */
async function begun(at: Walk): Promise<Walked> {
  const { world, served, ref, branches, to } = at;
  if (to === NOWHERE) return NOTHING;
  if (branches.last.size > 0) {
    const kept = await world.objects.keep(served.id, [to], undefined);
    if (!kept.ok) return unkept(at, NOWHERE, kept.error.code);
    if (!(await outOfAnother(at))) return told(at, NOWHERE, ['TARGET_MISSING']);
  }
  await branches.looked(ref, { at: to, let: to });
  return NOTHING;
}

/** Of where it stood with all in it let in: out of what stands there against the rules comes what was never let in. */
async function outOfAnother({ world, served, ref, to, branches }: Walk): Promise<boolean> {
  const copy = world.objects.open(served.id);
  for (const head of await letIn(world, served.id, branches, ref)) if (head === to || (await copy.steps(to, head)) !== undefined) return true;
  return false;
}

/** Where guarded branches stood last with all in them let in, but for one of them. By the log, where anything landed there. */
export async function letIn(world: Pick<GateWorld, 'projections'>, repo: string, { now, last }: Pick<Branches, 'now' | 'last'>, but: string | null): Promise<readonly Oid[]> {
  const stood = new Map([...last].map(([ref, stand]) => [ref, stand.let] as const));
  for (const { targetRef, head } of await world.projections.memory.standing({ repo })) stood.set(targetRef, head);
  // One that is found gone in this look was there until now, as one that is called otherwise since.
  const there = (ref: string): boolean => now.has(ref) || (last.get(ref)?.at ?? NOWHERE) !== NOWHERE;
  return [...stood].flatMap(([ref, head]) => (ref === but || head === null || head === NOWHERE || !there(ref) ? [] : [head]));
}

async function judgeStep(at: Walk, bringers: Bringers, old: Oid, head: Oid): Promise<MoveFound | 'later'> {
  const judged = await recorded(at, bringers, old, head);
  const { verdict, codes } = judged.verdict;
  if (judged.decision === null && codes.some((code) => LATER.has(code))) return 'later';
  if (verdict === 'allow') {
    await recordLandings(at.world, at.served.id, { targetRef: at.ref, old, head });
    return { ref: at.ref, commit: head, came: 'landed', codes };
  }
  // Nothing could be weighed, so nothing was written down.
  if (judged.decision === null && !(await told({ ...at, to: head }, old, codes)).whole) return 'later';
  return { ref: at.ref, commit: head, came: 'violation', codes };
}

async function recorded({ world, served, ref }: Walk, bringers: Bringers, old: Oid, head: Oid): Promise<Judged> {
  const denied = (code: ReasonCode, text: string): Judged => ({ ref, id: null, title: '', decision: null, verdict: deny(code, text, 'merge') });
  const where = { repo: served.id, targetRef: ref, old, head };
  const copy = world.objects.open(served.id);
  const steps = await copy.steps(old, head);
  if (steps === undefined) return denied('GIT_FAILED', 'the steps of this move cannot be read');
  if (steps.length > PUSH_CAPS.steps) return denied('PUSH_TOO_LARGE', `${steps.length} commits landed at once; at most ${PUSH_CAPS.steps} are judged`);
  const governance = await governanceAt(copy, old, world.floors);
  if (!governance.ok) return denied(governance.error[0]?.code ?? 'POLICY_INVALID', words(governance.error));
  const update = { ref, old, new: head };
  const behind = pushedBy(await bringers({ targetRef: ref, old, head, commits: steps.map((s) => s.commit) }));
  return recordMove(
    world,
    { ...{ repo: served.id, quarantine: undefined, update, updates: [update] }, ...behind, governance: governance.value, steps },
    {
      stale: (state) => seenAt(state, where),
      outcome: async (bench, whole, parts, landing) => orBreakGlass(bench, whole, parts, await verdictOf(bench, whole, parts, landing, 'merge')),
      beside: (outcome) => ({ fields: {}, body: {}, drafts: outcome.verdict.verdict === 'allow' ? [] : [violation(where, WHY.astray)] }),
    },
  );
}

const violation = ({ repo, targetRef, old, head }: Landing, why: string): EntryDraft => violationDraft(repo, targetRef, old, head, why);

/** Another server was here first. */
async function seenAt(state: Projections, { repo, targetRef, head }: Landing): Promise<boolean> {
  const [stood] = await state.memory.standing({ repo, targetRef });
  return stood !== undefined && (stood.violated ?? stood.head) === head;
}

/** A violation of a move that nothing was weighed of. */
async function told({ world, served, ref, branches, to, let: letIn }: Walk, from: Oid, codes: readonly ReasonCode[], why: string = WHY.astray): Promise<Walked> {
  const where = { repo: served.id, targetRef: ref, old: from, head: to };
  const appended = await world.ledger.append(async (state) => ok((await seenAt(state, where)) ? [] : [violation(where, why)]));
  if (!appended.ok) return { found: [], whole: false };
  await branches.looked(ref, { at: to, let: letIn });
  return { found: codes[0] === 'OK' ? [] : [{ ref, commit: to, came: 'violation', codes }], whole: true };
}
