/**
 * Judges a push before git moves a ref. Gather: keep the objects, read policy at the old tip. Decide: `consider`, then
 * `judge`, for the whole and for every step. Record: decision and verdict, in one append that sees the ledger as it
 * stands. Act: the answer to the hook, last, because an answer that was not recorded never happened.
 *
 * The attacker is the pusher: they choose every ref name, every object and how often they try. They do not choose the
 * repository id (the server maps it), the account (the transport authenticated it), or the policy (the old tip holds it).
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { reason } from '../core/base/reasons.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change } from '../core/change/change.ts';
import { matches } from '../core/change/glob.ts';
import { judge } from '../core/gate/judge.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { PROVENANCE_LEVELS, type StickyMark } from '../core/provenance/provenance.ts';
import { considerChange, titleOf } from './gather.ts';
import { type Governance, governanceAt } from './governance.ts';
import { changeId } from './identity.ts';
import type { EntryDraft, Ledger, ObjectStore, Parsers, Projections } from './ports.ts';
import { type Bench, type Landing, presentedFor } from './presented.ts';
import { type ServedRepository, type Site, STICKY_MS } from './site.ts';

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

export interface GateWorld {
  readonly site: Site;
  readonly ledger: Ledger;
  readonly projections: Projections;
  readonly objects: ObjectStore;
  readonly parsers: Parsers;
  readonly repositories: ReadonlyMap<string, ServedRepository>;
  now(): number;
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

export const PUSH_CAPS = { refs: 1_000, steps: 100 } as const;

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

  const guarded = await protectedUpdates(served, push.updates);
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
 * Protected by the server's own list, or by the policy at the default branch: never by a policy on the pushed ref. A
 * policy that is there and cannot be read may protect any ref, so none passes unjudged.
 */
async function protectedUpdates(served: ServedRepository, updates: readonly RefUpdate[]): Promise<Result<readonly RefUpdate[], readonly Problem[]>> {
  const head = await served.repository.resolve('HEAD');
  const governance = head === null ? null : await governanceAt(served.repository, head);
  const unread = governance !== null && !governance.ok && governance.error[0]?.code !== 'POLICY_MISSING';
  const globs = [...served.protected, ...(governance?.ok ? governance.value.policy.protected : [])];
  const guarded = updates.filter((u) => matches(globs, u.ref));
  if (!unread || guarded.length === updates.length) return ok(guarded);
  return err(governance.error.map((p) => ({ ...p, remedy: UNREADABLE })));
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
  const governance = await governanceAt(repository, update.old);
  if (!governance.ok) return denied(governance.error[0]?.code ?? 'POLICY_INVALID', words(governance.error));
  return record(world, push, update, governance.value, steps);
}

interface Weighed {
  readonly title: string;
  readonly decision: Decision;
}

/** What one update is weighed by: the rules at the old tip, and the marks of AI known when it began. */
interface Scale {
  readonly world: Desk;
  readonly push: Push & { readonly pusher: string };
  readonly ref: string;
  readonly governance: Governance;
  readonly sticky: readonly StickyMark[];
}

async function weigh(scale: Scale, base: string | null, head: string): Promise<Weighed | readonly Problem[]> {
  const { world, push, ref, governance, sticky } = scale;
  const pushersBefore = (change: Change): Promise<readonly string[]> => pushersOf(world.projections, change);
  const asked = { repo: push.repo, targetRef: ref, base, head, pusher: push.pusher, pushersBefore, sticky, plan: null };
  const considered = await considerChange(world.objects.open(push.repo), world.parsers, governance, asked);
  return considered.ok ? { title: titleOf(considered.value.change), decision: considered.value.decision } : considered.error;
}

/** How far back a pusher is remembered: changes of the repository, newest first. */
const REMEMBERED = 200;

/** Everybody who ever pushed this content, or a commit of it, to this repository: handing it to another account changes nothing. */
async function pushersOf(state: Projections, change: Change): Promise<readonly string[]> {
  const id = changeId(change);
  const commits = new Set(change.commits.map((c) => c.id));
  const rows = await state.changes({ repo: change.repo, limit: REMEMBERED });
  const same = rows.filter((r) => r.id === id || r.decision.change.commits.some((c) => commits.has(c)));
  return [...new Set(same.flatMap((r) => r.decision.excluded.filter((e) => e.roles.includes('pusher')).map((e) => e.person)))];
}

const marksSince = (world: Desk, state: Projections, repo: string, targetRef: string): Promise<readonly StickyMark[]> =>
  state.sticky({ repo, targetRef, since: world.now() - STICKY_MS });

/** Decides and records in one append: what is judged is the ledger as it stands when the verdict is written. */
async function record(
  world: Desk,
  push: Push & { pusher: string },
  update: RefUpdate,
  governance: Governance,
  steps: readonly (readonly [string | null, string])[],
): Promise<Judged> {
  const sticky = await marksSince(world, world.projections, push.repo, update.ref);
  const scale: Scale = { world, push, ref: update.ref, governance, sticky };
  const whole = await weigh(scale, update.old, update.new);
  if (!('decision' in whole)) return refused(update, whole);
  const parts = steps.length > 1 ? await weighParts(scale, steps) : [];
  if (!isWeighed(parts)) return refused(update, parts);
  const id = changeId(whole.decision.change);
  const landing: Landing = { repo: push.repo, targetRef: update.ref, old: update.old, head: update.new };
  let verdict: Verdict = deny('INTERNAL', 'no verdict was reached');
  const appended = await world.ledger.append(async (state) => {
    const stale = (await moved(world, update)) || (await marksSince(world, state, push.repo, update.ref)).length !== sticky.length;
    if (stale) return err(problem('REF_CHANGED', `${update.ref} or what is known of it moved while this push was judged`, { remedy: 'fetch and push again' }));
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: world.now() };
    const outcome = await verdictOf(
      bench,
      whole.decision,
      parts.map((p) => p.decision),
      landing,
    );
    verdict = outcome.verdict;
    return ok([decisionDraft(id, whole, push.pusher), verdictDraft(id, landing, verdict, outcome.nonces)]);
  });
  if (!appended.ok) return refused(update, [appended.error]);
  const names = new Map(governance.roster.people.map((p) => [p.id, `${p.name} (${p.level})`]));
  return { ref: update.ref, id, title: whole.title, decision: whole.decision, verdict, names };
}

const isWeighed = (parts: readonly Weighed[] | readonly Problem[]): parts is readonly Weighed[] => parts.every((p) => 'decision' in p);

/** Each commit in turn, every one seeing the marks the earlier ones left: one push is no lighter than the same pushes one by one. */
async function weighParts(scale: Scale, steps: readonly (readonly [string | null, string])[]): Promise<readonly Weighed[] | readonly Problem[]> {
  const parts: Weighed[] = [];
  for (const [base, head] of steps) {
    const marks = parts.flatMap((p) => markOf(p.decision, scale.world.now()));
    const part = await weigh({ ...scale, sticky: [...scale.sticky, ...marks] }, base, head);
    if (!('decision' in part)) return part;
    parts.push(part);
  }
  return parts;
}

function markOf({ provenance, change }: Decision, seenAt: number): readonly StickyMark[] {
  if (!PROVENANCE_LEVELS.atLeast(provenance.level, 'suggestion')) return [];
  return [{ level: provenance.level, paths: change.paths, seenOn: change.head, seenAt, tool: provenance.evidence[0]?.tool ?? 'unknown' }];
}

interface Outcome {
  readonly verdict: Verdict;
  readonly nonces: readonly string[];
}

async function judgeOne(bench: Bench, decision: Decision, landing: Landing, spent: ReadonlySet<string>): Promise<Outcome> {
  const presented = await presentedFor(bench, decision, landing, spent);
  const verdict = judge({ kind: 'push', mode: 'enforce', ladder: bench.governance.policy.ladder.values }, decision, presented);
  return { verdict, nonces: presented.filter((p) => verdict.signoffs.includes(p.digest)).map((p) => p.nonce) };
}

/**
 * One commit: its own verdict. Several: each has to be allowed, in order, and a sign-off spent on one is spent for the next;
 * and the whole has to be allowed too, unless every single commit was signed by humans.
 */
async function verdictOf(bench: Bench, whole: Decision, parts: readonly Decision[], landing: Landing): Promise<Outcome> {
  const total = await judgeOne(bench, whole, landing, new Set());
  if (parts.length === 0 || whole.outcome === 'refused') return total;
  const each: Outcome[] = [];
  for (const part of parts) each.push(await judgeOne(bench, part, landing, new Set(each.flatMap((e) => e.nonces))));
  const allowed = each.every((e) => e.verdict.verdict === 'allow');
  const signed = allowed && each.every((e) => e.verdict.signoffs.length > 0);
  const nonces = [...new Set([...each.flatMap((e) => e.nonces), ...total.nonces])];
  if (allowed && (signed || total.verdict.verdict === 'allow')) {
    const verdict = total.verdict.verdict === 'allow' ? total.verdict : (each.at(-1)?.verdict ?? total.verdict);
    return { verdict: { ...verdict, signoffs: [...new Set([...total.verdict.signoffs, ...each.flatMap((e) => e.verdict.signoffs)])] }, nonces };
  }
  return {
    verdict: intermediate(
      total.verdict,
      parts,
      each.map((e) => e.verdict),
    ),
    nonces: [],
  };
}

/** Above routine, every commit of a push needs a sign-off of its own: content that came and went was in production's history. */
function intermediate(total: Verdict, parts: readonly Decision[], each: readonly Verdict[]): Verdict {
  const bare = parts.filter((_, i) => each[i]?.verdict !== 'allow');
  const reasons = bare.map((d) => reason('no', 'INTERMEDIATE_UNSIGNED', `commit ${d.change.head.slice(0, 12)} has no sign-off of its own: ${d.summary}`));
  const someSigned = total.verdict === 'allow' || each.some((v) => v.signoffs.length > 0);
  const codes: readonly ReasonCode[] = someSigned
    ? ['INTERMEDIATE_UNSIGNED', ...total.codes.filter((c) => c !== 'OK' && c !== 'PASS')]
    : [...total.codes.filter((c) => c !== 'OK' && c !== 'PASS'), 'INTERMEDIATE_UNSIGNED'];
  return {
    ...total,
    verdict: 'deny',
    codes: [...new Set(codes)],
    signoffs: [],
    reasons: reason('no', 'INTERMEDIATE_UNSIGNED', 'squash the push into one commit, or have each commit signed', [...reasons, total.reasons]),
  };
}

const deny = (code: ReasonCode, text: string): Verdict => ({ verdict: 'deny', gate: 'push', mode: 'enforce', codes: [code], reasons: reason('no', code, text), signoffs: [] });

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

const decisionDraft = (id: string, weighed: Weighed, pusher: string): EntryDraft => ({
  type: 'decision',
  fields: { change: id, tier: weighed.decision.tier, outcome: weighed.decision.outcome },
  body: bytes({ v: 1, title: weighed.title, pusher, decision: weighed.decision }),
});

const verdictDraft = (id: string, landing: Landing, verdict: Verdict, nonces: readonly string[]): EntryDraft => ({
  type: 'verdict',
  fields: { change: id, repo: landing.repo, ref: landing.targetRef, old: landing.old, new: landing.head, verdict: verdict.verdict, codes: verdict.codes },
  body: bytes({ v: 1, verdict, nonces }),
});
