/**
 * Decides one move of a ref and records what was decided, in one append that sees the ledger as it stands. Two come here: a push that
 * waits for the answer, and one that passed while no server lived.
 */
import { err, ok, type Problem, problem } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { countedOf } from './counted.ts';
import type { Governance } from './governance.ts';
import type { EntryDraft, Projections, Step } from './ports.ts';
import type { Bench, Landing, MovedSignoffs } from './presented.ts';
import type { Pusher } from './pusher.ts';
import { type Gathered, type RecordsOf, recordsOf } from './records.ts';
import type { RefUpdate } from './ref-update.ts';
import type { GateWorld } from './site.ts';
import { windowOfLedger } from './train.ts';
import { deny, type Outcome } from './verdict.ts';
import { behindOf, forgotten, isWeighed, marksSince, type Scale, type Weighed, weigh, weighParts } from './weigh.ts';

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

/** `body`: bytes of a decision as it is kept. */
export const PUSH_CAPS = { refs: 1_000, steps: 200, body: 2 << 20 } as const;

/** One move, with what it is weighed by. */
export interface Move extends Pusher {
  readonly repo: string;
  readonly quarantine: string | undefined;
  /** Accounts that a transport says brought part of it, before whoever pushes now. */
  readonly brought?: readonly string[];
  readonly update: RefUpdate;
  /** Every ref of the push: records beside commits may come with it. */
  readonly updates: readonly RefUpdate[];
  readonly governance: Governance;
  readonly steps: readonly Step[];
}

/** What the two who come here do otherwise. */
export interface Judging {
  /** What of a decision is known to be missing. */
  see?(decision: Decision): Decision;
  /** Before the append: it reads git for a while, and everybody else waits for the ledger. */
  explain?(whole: Decision): Promise<MovedSignoffs>;
  /** What has to stand in the log before it is judged. */
  prepare?(whole: Decision): Promise<void>;
  /** Inside the append: what was weighed is not what stands any more. */
  stale(state: Projections): Promise<boolean>;
  outcome(bench: Bench, whole: Decision, parts: readonly Decision[], landing: Landing): Promise<Outcome>;
  /** What else the verdict says, and what stands behind it. */
  beside?(outcome: Outcome): { readonly fields: EntryDraft['fields']; readonly body: object; readonly drafts: readonly EntryDraft[] };
}

/** Decides and records in one append: what is judged is the ledger as it stands when the verdict is written. */
export async function recordMove(world: GateWorld, move: Move, judging: Judging): Promise<Judged> {
  const { repo, update, governance } = move;
  const sticky = await marksSince(world, world.projections, repo, update.ref);
  const scale: Scale = { world, push: move, ref: update.ref, governance, sticky, records: recordsOnce(world, move) };
  const where = { repo, targetRef: update.ref };
  const window = windowOfLedger(world.objects.trains(repo), world.projections.memory, where, world.now());
  const whole = seen(judging, await weigh(scale, update.old, update.new, window));
  if (!('decision' in whole)) return refused(update, whole);
  const parts = await weighParts(scale, update.old, whole, move.steps);
  if (!isWeighed(parts)) return refused(update, parts);
  const id = changeId(whole.decision.change);
  const decided = decisionDraft(id, scale, whole, parts);
  // The log never forgets, and the queue reads many at once.
  if (decided.body.length > PUSH_CAPS.body) return refused(update, [problem('PUSH_TOO_LARGE', 'there is too much to say about this push', { remedy: 'push in smaller parts' })]);
  const landing: Landing = { ...where, old: update.old, head: update.new };
  await judging.prepare?.(whole.decision);
  const explained = await judging.explain?.(whole.decision);
  let verdict: Verdict = deny('INTERNAL', 'no verdict was reached');
  const appended = await world.ledger.append(async (state) => {
    const marked = (await marksSince(world, state, repo, update.ref)).length !== sticky.length;
    if (marked || (await judging.stale(state)) || (await forgotten(state, repo, [whole, ...parts])))
      return err(problem('REF_CHANGED', `${update.ref} or what is known of it moved while this push was judged`, { remedy: 'fetch and push again' }));
    const bench: Bench = { site: world.site, ledger: world.ledger, state, governance, now: world.now(), ...(explained === undefined ? {} : { moved: explained }) };
    const each = parts.map((p) => p.decision);
    const outcome = await judging.outcome(bench, whole.decision, each, landing);
    verdict = outcome.verdict;
    const more = judging.beside?.(outcome);
    return ok([decided, ...(outcome.carries ?? []), verdictDraft(id, landing, outcome, whole.decision, more), ...(more?.drafts ?? [])]);
  });
  if (!appended.ok) return refused(update, [appended.error]);
  const names = new Map(governance.roster.people.map((p) => [p.id, `${p.name} (${p.level})`]));
  return { ref: update.ref, id, title: whole.title, decision: whole.decision, verdict, names };
}

const seen = ({ see }: Judging, weighed: Weighed | readonly Problem[]): Weighed | readonly Problem[] =>
  see !== undefined && 'decision' in weighed ? { ...weighed, decision: see(weighed.decision) } : weighed;

/**
 * Read for the whole push, which is weighed first; each commit of it asks for its own part. Tallies are of the whole alone: of a
 * part nobody counted, so there they are unknown.
 */
function recordsOnce(world: GateWorld, { repo, quarantine, updates, governance: { agents } }: Move): RecordsOf {
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
export const words = (problems: readonly Problem[]): string =>
  problems.map((p) => `${p.place ?? ''} ${p.message}${p.remedy === undefined ? '' : ` (${p.remedy})`}`.trim()).join('; ');

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

const verdictDraft = (id: string, landing: Landing, outcome: Outcome, decision: Decision, more?: { readonly fields: EntryDraft['fields']; readonly body: object }): EntryDraft => ({
  type: 'verdict',
  fields: { change: id, repo: landing.repo, ref: landing.targetRef, old: landing.old, new: landing.head, ...answered(outcome.verdict), ...more?.fields },
  body: bytes({ v: 1, verdict: outcome.verdict, nonces: outcome.nonces, counted: countedOf(decision, outcome), ...more?.body }),
});
