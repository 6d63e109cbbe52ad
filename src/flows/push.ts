/**
 * Judges a push before git moves a ref. Gather: keep the objects, read policy at the old tip. Decide: `consider`, then
 * `judge`, for the whole and for every step. Record: decision and verdict, in one append that sees the ledger as it
 * stands. Act: the answer to the hook, last, because an answer that was not recorded never happened.
 *
 * The attacker is the pusher: they choose every ref name, every object and how often they try. They do not choose the
 * repository id (the server maps it), the account or whose token it was (the transport authenticated both), or the policy (the old tip holds it).
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { matches } from '../core/change/glob.ts';
import { protects } from '../core/policy/document.ts';
import { orBreakGlass } from './break-glass-verdict.ts';
import { type Governance, governanceAt } from './governance.ts';
import { guardsOf, NO_DEFAULT } from './guarded.ts';
import { recordLandings } from './land.ts';
import { movedSignoffs } from './moved.ts';
import { type Judged, type Judging, PUSH_CAPS, recordMove, words } from './push-record.ts';
import { foreign, type Pusher } from './pusher.ts';
import { isZero, type RefUpdate, readFor, reserved } from './ref-update.ts';
import type { GateWorld, ServedRepository } from './site.ts';
import { deny, verdictOf } from './verdict.ts';

export type { Judged };

export interface Push extends Pusher {
  readonly repo: string;
  /** Folder git holds the new objects in; undefined where the transport made none. */
  readonly quarantine: string | undefined;
  readonly updates: readonly RefUpdate[];
}

export interface PushAnswer {
  readonly allow: boolean;
  readonly judged: readonly Judged[];
  /** What is wrong with the push as a whole. */
  readonly problems: readonly Problem[];
}

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
  const [nobodys] = push.updates.flatMap((u) => reserved(u.ref) ?? []);
  if (nobodys) return { allow: false, judged: [], problems: [nobodys] };

  const [aliases, guarded] = await Promise.all([served.aliases(push.updates.map((u) => u.ref)), protectedUpdates(world, served, push.updates, push)]);
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
 * @param by whose account it is, where a token let them in; refused whatever the ref, where that is somebody else's by now.
 */
export async function protectedUpdates(
  { floors, projections }: GateWorld,
  served: ServedRepository,
  updates: readonly RefUpdate[],
  by: Pusher = { pusher: null },
): Promise<Result<readonly RefUpdate[], readonly Problem[]>> {
  const lastLet = async (targetRef: string): Promise<string | undefined> => (await projections.memory.standing({ repo: served.id, targetRef }))[0]?.head;
  const { now: governance, before } = await guardsOf(served, floors, lastLet);
  const other = governance.ok ? foreign(governance.value.roster, by) : null;
  if (other !== null) return err([other]);
  // Each list by itself: a `!` in a policy takes nothing off the server's own.
  const isGuarded = async (ref: string): Promise<boolean> => matches(served.protected, ref) || (governance.ok && protects(governance.value.policy, ref)) || before(ref);
  const guarded: RefUpdate[] = [];
  for (const update of updates) {
    if (await isGuarded(update.ref)) guarded.push(update);
    if (isZero(update.new)) continue;
    for (const branch of readFor(update.ref)) if ((await isGuarded(branch)) && (await served.repository.resolve(branch)) !== null) return err([instead(update.ref, branch)]);
  }
  const unread = !governance.ok && governance.error[0]?.code !== 'POLICY_MISSING';
  if (!unread || guarded.length === updates.length) return ok(guarded);
  return err(governance.error.map((p) => (p === NO_DEFAULT ? p : { ...p, remedy: UNREADABLE })));
}

const instead = (ref: string, branch: string): Problem =>
  problem('REF_RESERVED', `git would read ${ref} where the protected ${branch} is called by its short name`, { remedy: 'choose another name for the tag' });

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
  // What a branch was left with may say otherwise than the default one: both have to leave the account to the token's owner.
  const other = foreign(governance.value.roster, push);
  if (other !== null) return denied(other.code, words([other]));
  const move = { ...push, update, governance: governance.value, steps };
  for (let tries = 1; ; tries++) {
    const judged = await recordMove(world, move, atTheGate(world, update, governance.value));
    // Others pushed to the same ref and left marks: it is weighed again by what is known now, and its pusher has nothing to fetch.
    if (judged.verdict.codes[0] !== 'REF_CHANGED' || tries === TRIES || (await moved(world, update))) return judged;
  }
}

/** So often what is known may change while one push is weighed. */
const TRIES = 5;

/** A sign-off, or a break-glass: whichever lets it pass. */
const atTheGate = (world: Desk, update: RefUpdate, { policy }: Governance): Judging => ({
  explain: (whole) => movedSignoffs(world, whole, policy),
  stale: () => moved(world, update),
  outcome: async (bench, whole, parts, landing) => orBreakGlass(bench, whole, parts, await verdictOf(bench, whole, parts, landing)),
});
