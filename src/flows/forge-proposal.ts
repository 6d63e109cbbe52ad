/**
 * Judges what a forge proposes: a change for one of its branches, or what its queue made to land next. The same judgement as of a push, of
 * commits that were fetched; nothing is moved by the answer, so it is one more `allow` that is waited for, or none.
 *
 * The attacker writes every commit, opens proposals under any account of the forge, and moves their heads at any time. They do not choose the
 * target's policy (the tip of the branch holds it), nor whom the forge says pushed.
 */
import type { ReasonCode } from '../core/base/codes.ts';
import type { Problem } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { enforces } from '../core/policy/lanes.ts';
import { orBreakGlass } from './break-glass-verdict.ts';
import type { Bringers, Brought } from './forge-brought.ts';
import type { Merges, Said } from './forge-world.ts';
import { heldBack, type Lands, landsAs } from './gate-lands.ts';
import { governanceAt } from './governance.ts';
import { movedSignoffs } from './moved.ts';
import type { Step } from './ports.ts';
import { protectedUpdates } from './push.ts';
import { type Judged, PUSH_CAPS, recordMove, words } from './push-record.ts';
import { NOBODY_KNOWS } from './pusher.ts';
import { saidOnce } from './said-once.ts';
import type { GateWorld, ServedRepository } from './site.ts';
import { deny, verdictOf } from './verdict.ts';

export interface Proposal {
  readonly repo: string;
  readonly targetRef: string;
  readonly head: Oid;
  /** Who the forge says brought it. */
  readonly bringers: Bringers;
  readonly merges: Merges;
  /** The branch will be moved to `head` itself, step by step: what a queue made. */
  readonly asIs: boolean;
  /** What was written down of each of its moves last. */
  readonly said?: Said;
}

export interface Considered {
  /** null: policy does not protect this branch. Of several moves: the first that is not allowed, or else the last. */
  readonly judged: Judged | null;
  /** Every move that was. */
  readonly each: readonly Judged[];
  readonly said: Said;
}

/** So often may the branch move, or a mark be left, while one is judged. */
const TRIES = 5;

export async function judgeProposal(world: GateWorld, proposal: Proposal): Promise<Considered> {
  const { repo, targetRef, head } = proposal;
  const denied = (code: ReasonCode, text: string): Considered => ({ judged: noDecision(targetRef, code, text), each: [], said: {} });
  const served = world.repositories.get(repo);
  if (served === undefined) return denied('REPOSITORY_UNKNOWN', 'this repository is not served here');
  for (let tries = 1; ; tries++) {
    const stands = await served.repository.resolve(targetRef);
    if (stands === null) return denied('TARGET_MISSING', `${targetRef} is not there`);
    const guarded = await protectedUpdates(world, served, [{ ref: targetRef, old: stands, new: head }]);
    if (!guarded.ok) return denied(guarded.error[0]?.code ?? 'POLICY_INVALID', words(guarded.error));
    if (guarded.value.length === 0) return { judged: null, each: [], said: {} };
    const kept = await world.objects.keep(repo, [stands, head], undefined);
    if (!kept.ok) return denied(kept.error.code, kept.error.message);
    const considered = await judgeMoves({ world, served, proposal, stands });
    if (considered.judged?.verdict.codes[0] !== 'REF_CHANGED' || tries === TRIES) return considered;
  }
}

const noDecision = (ref: string, code: ReasonCode, text: string): Judged => ({ ref, id: null, title: '', decision: null, verdict: deny(code, text, 'merge') });

interface Desk {
  readonly world: GateWorld;
  readonly served: ServedRepository;
  readonly proposal: Proposal;
  /** Where the branch stands. */
  readonly stands: Oid;
}

interface Move {
  readonly old: Oid;
  readonly head: Oid;
  /** What is judged beside the whole. */
  readonly steps: readonly Step[];
  /** All it brings. */
  readonly commits: readonly Oid[];
  /** Whether it is what a merge would bring there. */
  readonly lands: Lands;
}

/** One after another, each as if it were pushed by itself: that is how they land. */
async function judgeMoves(desk: Desk): Promise<Considered> {
  const { targetRef, said: before = {} } = desk.proposal;
  const moves = await movesOf(desk);
  if ('code' in moves) return { judged: noDecision(targetRef, moves.code, moves.message), each: [], said: before };
  const said: Record<string, string> = {};
  const each: Judged[] = [];
  for (const move of moves) {
    const key = `${move.old} ${move.head}`;
    const ledger = saidOnce(desk.world.ledger, before[key]);
    const judged = await judgeMove({ ...desk, world: { ...desk.world, ledger } }, move);
    each.push(judged);
    said[key] = ledger.said;
    if (judged.verdict.verdict !== 'allow') break;
  }
  return { judged: each.at(-1) ?? noDecision(targetRef, 'CONTENT_EMPTY', 'it changes nothing'), each, said };
}

/**
 * What will stand in the branch's history. What a queue made: each step of it. A proposal is merged by a commit nobody has seen yet, with every
 * commit of it behind that: each is judged as what a merge brings (decision 3). One that is squashed brings none of them.
 */
async function movesOf({ world, proposal, stands }: Desk): Promise<readonly Move[] | Problem> {
  const { repo, targetRef, head, merges, asIs } = proposal;
  const repository = world.objects.open(repo);
  if (!asIs) {
    const change = await repository.change({ repo, targetRef, base: stands, head });
    if (!change.ok) return change.error;
    const brought = change.value.commits.map(({ id, parents }): Step => ({ commit: id, parent: parents[0] ?? null, onChain: false }));
    const lands = await landsAs(world.objects.merges(repo), stands, change.value);
    if (!lands.ok) return lands.error;
    return [{ old: stands, head, steps: merges === 'squash' ? [] : brought, commits: brought.map((s) => s.commit), lands: lands.value }];
  }
  const chain = (await repository.steps(stands, head))?.filter((s) => s.onChain);
  if (chain === undefined) return { code: 'REF_NON_FAST_FORWARD', message: `${targetRef} does not lead to what the queue made of it any more` };
  const moves: Move[] = [];
  for (const { parent, commit } of chain) {
    const steps = (await repository.steps(parent, commit)) ?? [];
    moves.push({ old: parent ?? stands, head: commit, steps, commits: steps.map((s) => s.commit), lands: 'same' });
  }
  return moves;
}

async function judgeMove({ world, served, proposal, stands }: Desk, { old, head, steps, commits, lands }: Move): Promise<Judged> {
  const { repo, targetRef, bringers } = proposal;
  if (steps.length > PUSH_CAPS.steps) return noDecision(targetRef, 'PUSH_TOO_LARGE', `${steps.length} commits; at most ${PUSH_CAPS.steps} are judged, squash them`);
  const governance = await governanceAt(world.objects.open(repo), old, world.floors);
  if (!governance.ok) return noDecision(targetRef, governance.error[0]?.code ?? 'POLICY_INVALID', words(governance.error));
  const update = { ref: targetRef, old, new: head };
  const behind = pushedBy(await bringers({ targetRef, old, head, commits }));
  return recordMove(
    world,
    { ...{ repo, quarantine: undefined, update, updates: [update], governance: governance.value, steps }, ...behind },
    {
      explain: (whole) => movedSignoffs(world, whole, governance.value.policy),
      stale: async () => (await served.repository.resolve(targetRef)) !== stands,
      outcome: async (bench, whole, parts, landing) => {
        const outcome = await orBreakGlass(bench, whole, parts, await verdictOf(bench, whole, parts, landing, 'merge'));
        return lands === 'same' || !enforces(governance.value.policy, bench.now) ? outcome : { verdict: heldBack(outcome.verdict, lands, stands), nonces: [] };
      },
    },
  );
}

/** As a push is weighed: where somebody is unknown, whoever signs may be them. */
export const pushedBy = ({ accounts, whole }: Brought): { readonly pusher: string | null; readonly brought: readonly string[] } => ({
  pusher: accounts.at(-1) ?? null,
  brought: whole ? accounts : [...accounts, NOBODY_KNOWS],
});
