/**
 * Judges a push before git moves a ref. Gather: keep the objects, read policy at the old tip. Decide: `consider`, then
 * `judge`, for the whole and for every step. Record: decision and verdict, in one append that sees the ledger as it
 * stands. Act: the answer to the hook, last, because an answer that was not recorded never happened.
 *
 * The attacker is the pusher: they choose every ref name, every object and how often they try. They do not choose the
 * repository id (the server maps it), the account (the transport authenticated it), or the policy (the old tip holds it).
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { matches } from '../core/change/glob.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { protects } from '../core/policy/document.ts';
import { orBreakGlass } from './break-glass-verdict.ts';
import { countedOf } from './counted.ts';
import { type Governance, governanceAt } from './governance.ts';
import { guardsOf, NO_DEFAULT } from './guarded.ts';
import { recordLandings } from './land.ts';
import { movedSignoffs } from './moved.ts';
import type { EntryDraft, Step } from './ports.ts';
import type { Bench, Landing } from './presented.ts';
import { type Gathered, type RecordsOf, recordsOf } from './records.ts';
import type { GateWorld, ServedRepository } from './site.ts';
import { windowOfLedger } from './train.ts';
import { deny, type Outcome, verdictOf } from './verdict.ts';
import { behindOf, forgotten, isWeighed, marksSince, type Scale, type Weighed, weigh, weighParts } from './weigh.ts';

export interface RefUpdate {
  readonly ref: string;
  /** All zeroes: created. */
  readonly old: string;
  /** All zeroes: deleted. */
  readonly new: string;
}

export interface Push {
  readonly repo: string;
  /** Folder git holds the new objects in; undefined where the transport made none. */
  readonly quarantine: string | undefined;
  /** Authenticated by the transport; null is refused for protected refs. */
  readonly pusher: string | null;
  readonly updates: readonly RefUpdate[];
}

/** The answer to one update of a protected ref. */
export interface Judged {
  readonly ref: string;
  readonly id: string | null;
  readonly title: string;
  readonly decision: Decision | null;
  readonly verdict: Verdict;
  /** How people are called in a terminal: `Mara Lindqvist (L6)`, by id. */
  readonly names?: ReadonlyMap<string, string>;
}

export interface PushAnswer {
  readonly allow: boolean;
  readonly judged: readonly Judged[];
  /** What is wrong with the push as a whole. */
  readonly problems: readonly Problem[];
}

/** `body`: bytes of a decision as it is kept. */
export const PUSH_CAPS = { refs: 1_000, steps: 200, body: 2 << 20 } as const;

const isZero = (oid: string): boolean => /^0+$/.test(oid);
const RESERVED = ['refs/replace/**', 'refs/countersign/**', 'refs/kept/**'];

const refuse = (code: ReasonCode, message: string, remedy?: string): PushAnswer => ({
  allow: false,
  judged: [],
  problems: [problem(code, message, remedy === undefined ? {} : { remedy })],
});

export async function judgePush(world: GateWorld, push: Push): Promise<PushAnswer> {
  const served = world.repositories.get(push.repo);
  if (served === undefined)
    return refuse('REPOSITORY_UNKNOWN', `no repository ${JSON.stringify(push.repo)} is served here`, 'push to one of the served addresses, or reinstall the hook');
  if (push.updates.length === 0) return refuse('GATE_REQUEST_INVALID', 'the push updates no ref', 'name a ref to push');
  if (push.updates.length > PUSH_CAPS.refs)
    return refuse('PUSH_TOO_LARGE', `the push updates ${push.updates.length} refs; at most ${PUSH_CAPS.refs} are judged at once`, 'push in smaller parts');
  if (new Set(push.updates.map((u) => u.ref)).size !== push.updates.length) return refuse('GATE_REQUEST_INVALID', 'the push names a ref twice', 'push each ref once');
  const reserved = push.updates.find((u) => matches(RESERVED, u.ref));
  if (reserved) return refuse('REF_RESERVED', `${reserved.ref} is reserved`, 'push to another ref');

  const [aliases, guarded] = await Promise.all([served.aliases(push.updates.map((u) => u.ref)), protectedUpdates(world, served, push.updates)]);
  const [alias] = aliases;
  if (alias) return refuse('REF_SYMBOLIC', `${alias[0]} stands for ${alias[1]}`, 'push to the ref it stands for');
  if (!guarded.ok) return { allow: false, judged: [], problems: guarded.error };
  if (guarded.value.length === 0) return { allow: true, judged: [], problems: [] };
  if (push.pusher === null) return refuse('PUSHER_UNKNOWN', 'the transport did not say who pushes', 'push over an authenticated transport');
  const tips = guarded.value.filter((u) => !isZero(u.new)).map((u) => u.new);
  const kept = await world.objects.keep(push.repo, tips, push.quarantine);
  if (!kept.ok) return { allow: false, judged: [], problems: [kept.error] };

  const judged: Judged[] = [];
  for (const update of guarded.value) judged.push(await judgeUpdate({ ...world, served }, { ...push, pusher: push.pusher }, update));
  return { allow: judged.every((j) => j.verdict.verdict === 'allow'), judged, problems: [] };
}

/**
 * Protected by the server's own list, or by the policy at the default branch, now or where the gate last let it stand, or by the one the gate last let
 * the ref itself stand at: never by a policy that is pushed. A policy that is there and cannot be read may protect any ref, so none passes unjudged.
 */
async function protectedUpdates(
  { floors, projections }: GateWorld,
  served: ServedRepository,
  updates: readonly RefUpdate[],
): Promise<Result<readonly RefUpdate[], readonly Problem[]>> {
  const lastLet = async (targetRef: string): Promise<string | undefined> => (await projections.memory.standing({ repo: served.id, targetRef }))[0]?.head;
  const { now: governance, before } = await guardsOf(served, floors, lastLet);
  // Each list by itself: a `!` in a policy takes nothing off the server's own.
  const isGuarded = async (ref: string): Promise<boolean> => matches(served.protected, ref) || (governance.ok && protects(governance.value.policy, ref)) || before(ref);
  const guarded: RefUpdate[] = [];
  for (const update of updates) if (await isGuarded(update.ref)) guarded.push(update);
  const unread = !governance.ok && governance.error[0]?.code !== 'POLICY_MISSING';
  if (!unread || guarded.length === updates.length) return ok(guarded);
  return err(governance.error.map((p) => (p === NO_DEFAULT ? p : { ...p, remedy: UNREADABLE })));
}

const UNREADABLE = 'an administrator puts a policy and a roster that load on the default branch, on the server; `countersign check` shows what is wrong with them';

/** The gate, looking at one served repository. */
interface Desk extends GateWorld {
  readonly served: ServedRepository;
}

/**
 * The pusher writes `old` too, and git compares it only after the hook: whoever could choose it would choose the policy.
 * So it has to be where the ref stands.
 */
async function moved({ served }: Desk, update: RefUpdate): Promise<boolean> {
  const stands = await served.repository.resolve(update.ref);
  return isZero(update.old) ? stands !== null : stands !== update.old;
}

async function judgeUpdate(world: Desk, push: Push & { pusher: string }, update: RefUpdate): Promise<Judged> {
  const denied = (code: ReasonCode, text: string): Judged => ({ ref: update.ref, id: null, title: '', decision: null, verdict: deny(code, text) });
  if (await moved(world, update)) return denied('REF_CHANGED', `${update.ref} does not stand where this push says; fetch and try again`);
  if (isZero(update.new)) return denied('REF_DELETION', `${update.ref} is protected and may not be deleted`);
  if (isZero(update.old))
    return denied('TARGET_MISSING', `${update.ref} does not exist yet, so no policy speaks for it; its first commit is put there on the server by an administrator`);
  const repository = world.objects.open(push.repo);
  const steps = await repository.steps(update.old, update.new);
  if (steps === undefined) return denied('REF_NON_FAST_FORWARD', `${update.ref} is protected and may not be rewritten`);
  if (steps.length > PUSH_CAPS.steps) return denied('PUSH_TOO_LARGE', `${steps.length} commits in one push; at most ${PUSH_CAPS.steps} are judged, squash them`);
  // The ref only moves on, and `record` asks again whether it stands here: nothing has landed that is not recorded by then.
  await recordLandings(world, push.repo);
  const governance = await governanceAt(world.served.repository, update.old, world.floors);
  if (!governance.ok) return denied(governance.error[0]?.code ?? 'POLICY_INVALID', words(governance.error));
  return record(world, push, update, governance.value, steps);
}

/** Decides and records in one append: what is judged is the ledger as it stands when the verdict is written. */
async function record(world: Desk, push: Push & { pusher: string }, update: RefUpdate, governance: Governance, steps: readonly Step[]): Promise<Judged> {
  const sticky = await marksSince(world, world.projections, push.repo, update.ref);
  const scale: Scale = { world, push, ref: update.ref, governance, sticky, records: recordsOnce(world, push, governance) };
  const where = { repo: push.repo, targetRef: update.ref };
  const window = windowOfLedger(world.objects.trains(push.repo), world.projections.memory, where, world.now());
  const whole = await weigh(scale, update.old, update.new, window);
  if (!('decision' in whole)) return refused(update, whole);
  const parts = await weighParts(scale, update.old, whole, steps);
  if (!isWeighed(parts)) return refused(update, parts);
  const id = changeId(whole.decision.change);
  const decided = decisionDraft(id, scale, whole, parts);
  // The log never forgets, and the queue reads many at once.
  if (decided.body.length > PUSH_CAPS.body) return refused(update, [problem('PUSH_TOO_LARGE', 'there is too much to say about this push', { remedy: 'push in smaller parts' })]);
  const landing: Landing = { repo: push.repo, targetRef: update.ref, old: update.old, head: update.new };
  // Explained before the append: it reads git for a while, and everybody else waits for the ledger.
  const explained = await movedSignoffs(world, whole.decision, governance.policy);
  let verdict: Verdict = deny('INTERNAL', 'no verdict was reached');
  const appended = await world.ledger.append(async (state) => {
    const marked = (await marksSince(world, state, push.repo, update.ref)).length !== sticky.length;
    if (marked || (await moved(world, update)) || (await forgotten(state, push.repo, [whole, ...parts])))
      return err(problem('REF_CHANGED', `${update.ref} or what is known of it moved while this push was judged`, { remedy: 'fetch and push again' }));
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: world.now(), moved: explained };
    const each = parts.map((p) => p.decision);
    const outcome = await orBreakGlass(bench, whole.decision, each, await verdictOf(bench, whole.decision, each, landing));
    verdict = outcome.verdict;
    return ok([decided, ...(outcome.carries ?? []), verdictDraft(id, landing, outcome, whole.decision)]);
  });
  if (!appended.ok) return refused(update, [appended.error]);
  const names = new Map(governance.roster.people.map((p) => [p.id, `${p.name} (${p.level})`]));
  return { ref: update.ref, id, title: whole.title, decision: whole.decision, verdict, names };
}

/**
 * Read for the whole push, which is weighed first; each commit of it asks for its own part. Tallies are of the whole alone: of a
 * part nobody counted, so there they are unknown.
 */
function recordsOnce(world: GateWorld, { repo, quarantine, updates }: Push, { agents }: Governance): RecordsOf {
  let whole: Promise<Gathered | undefined> | undefined;
  const moving = new Map(updates.map((u) => [u.ref, u.new]));
  return async (change) => {
    if (world.records === undefined) return undefined;
    if (whole === undefined) {
      whole = recordsOf(await world.records({ repo, quarantine, moving }), change, agents?.recorders ?? [], world.now());
      return whole;
    }
    const known = await whole;
    return known && { ...known, records: { seen: known.records.seen, whole: null } };
  };
}

/** Place, message and hint of each, in one line. */
const words = (problems: readonly Problem[]): string => problems.map((p) => `${p.place ?? ''} ${p.message}${p.remedy === undefined ? '' : ` (${p.remedy})`}`.trim()).join('; ');

const refused = (update: RefUpdate, problems: readonly Problem[]): Judged => ({
  ref: update.ref,
  id: null,
  title: '',
  decision: null,
  verdict: deny(problems[0]?.code ?? 'INTERNAL', words(problems)),
});

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Beside the decision, what people are remembered by: the whole, every part of it, every commit. */
function decisionDraft(id: string, scale: Scale, whole: Weighed, parts: readonly Weighed[]): EntryDraft {
  const { decision, title } = whole;
  const contents = [...new Set([whole, ...parts].flatMap((w) => w.contents))];
  const body = { v: 1, title, pusher: scale.push.pusher, behind: behindOf(scale, [whole, ...parts]), contents, decision };
  return { type: 'decision', fields: { change: id, tier: decision.tier, outcome: decision.outcome }, body: bytes(body) };
}

/** What a gate that only watches would have answered: it is counted, so it stands in the log. */
const answered = ({ verdict, codes, mode, would }: Verdict): EntryDraft['fields'] => ({ verdict, codes, ...(mode === 'enforce' ? {} : { mode, would }) });

const verdictDraft = (id: string, landing: Landing, outcome: Outcome, decision: Decision): EntryDraft => ({
  type: 'verdict',
  fields: { change: id, repo: landing.repo, ref: landing.targetRef, old: landing.old, new: landing.head, ...answered(outcome.verdict) },
  body: bytes({ v: 1, verdict: outcome.verdict, nonces: outcome.nonces, counted: countedOf(decision, outcome) }),
});
