/**
 * Weighs what a push brings: `consider`, for the whole and for every commit of it, by the rules at the old tip and with what
 * the ledger remembers (marks of AI, earlier pushers).
 */
import type { Problem } from '../core/base/result.ts';
import type { Change } from '../core/change/change.ts';
import type { Decision } from '../core/policy/decision.ts';
import { PROVENANCE_LEVELS, type StickyMark } from '../core/provenance/provenance.ts';
import { remembered } from '../core/roster/principals.ts';
import { considerChange, titleOf } from './gather.ts';
import type { Governance } from './governance.ts';
import type { Projections, Step } from './ports.ts';
import { NOBODY_KNOWS, type Pusher } from './pusher.ts';
import type { RecordsOf } from './records.ts';
import { type GateWorld, STICKY_MS } from './site.ts';
import type { Window } from './train.ts';

export interface Weighed {
  readonly title: string;
  readonly decision: Decision;
  /** Manifest and commits: what people are remembered by. */
  readonly contents: readonly string[];
  /** Whom transports put behind any of that before this push, as `remembered`. */
  readonly before: readonly string[];
}

/** What one update is weighed by: the rules at the old tip, and the marks of AI known when it began. */
export interface Scale {
  readonly world: GateWorld;
  readonly push: Pusher & { readonly repo: string; readonly brought?: readonly string[] };
  readonly ref: string;
  readonly governance: Governance;
  readonly sticky: readonly StickyMark[];
  readonly records: RecordsOf;
}

/** @param window what landed before, for the whole of a push: what its parts add up to is in there. */
export async function weigh(scale: Scale, base: string | null, head: string, window?: Window): Promise<Weighed | readonly Problem[]> {
  const { world, push, ref, governance, sticky, records } = scale;
  const pushersBefore = (change: Change): Promise<readonly string[]> => world.projections.memory.pushers({ repo: push.repo, contents: contentsOf(change) });
  const asked = {
    repo: push.repo,
    targetRef: ref,
    base,
    head,
    most: MOST_FILES,
    pusher: push.pusher,
    tokenOwner: push.tokenOwner,
    pushersBefore,
    ...(push.brought === undefined ? {} : { brought: push.brought }),
    sticky,
    records,
    ...(window === undefined ? {} : { window }),
    score: async (change: Change) => (await world.score?.(push.repo, change, Math.floor(world.now() / 1_000))) ?? null,
    at: world.now(),
    seed: world.seed ?? null,
    floors: world.floors ?? [],
  };
  const considered = await considerChange(world.objects.open(push.repo), world.parsers, governance, asked);
  if (!considered.ok) return considered.error;
  const { change, decision, pushersBefore: before } = considered.value;
  return { title: titleOf(change), decision, contents: contentsOf(change), before };
}

/** Files of one change. A tree that names itself a few times holds hundreds of thousands, and weighs less than a kilobyte. */
export const MOST_FILES = 10_000;

/** Handing content to another account, or a commit of it to another push, changes nothing about who pushed it. */
export const contentsOf = (change: Change): readonly string[] => [change.manifest, ...change.commits.map((c) => c.id)];

/** Everybody a transport ever put behind these, the one who pushes now included; an account nobody knows as well, or whoever comes next with it launders it. */
export const behindOf = ({ governance, push }: Scale, weighed: readonly Weighed[]): readonly string[] => {
  const accounts = [...(push.brought ?? []), ...(push.pusher === null ? [] : [push.pusher])].filter((account) => account !== NOBODY_KNOWS);
  const now = [...accounts.map((account) => remembered(governance.roster, account)), push.tokenOwner ?? null].filter((who) => who !== null);
  return [...new Set([...weighed.flatMap((w) => w.before), ...now])].sort();
};

/** Somebody else pushed the same in the meantime, so who may sign is not who it was. */
export async function forgotten(state: Projections, repo: string, weighed: readonly Weighed[]): Promise<boolean> {
  for (const { contents, before } of weighed) if ((await state.memory.pushers({ repo, contents })).join() !== before.join()) return true;
  return false;
}

export const marksSince = (world: GateWorld, state: Projections, repo: string, targetRef: string): Promise<readonly StickyMark[]> =>
  state.memory.marks({ repo, targetRef, since: world.now() - STICKY_MS });

export const isWeighed = <W extends object>(parts: readonly W[] | readonly Problem[]): parts is readonly W[] => parts.every((p) => 'decision' in p);

/**
 * Each commit in turn, every one seeing the marks the earlier ones left: one push is no lighter than the same pushes one by
 * one. Where the ref goes, a commit is weighed against the one before; what a merge brought, against what had landed, so that
 * content cannot come and go behind a second parent. Of that, what is all of the push is no part of it.
 */
export async function weighEach<W extends { readonly decision: Decision }>(
  by: WeighOne<W>,
  old: string,
  whole: W,
  steps: readonly Step[],
  now: number,
): Promise<readonly W[] | readonly Problem[]> {
  const parts: W[] = [];
  for (const { parent, commit, onChain } of steps.length > 1 ? steps : []) {
    const marks = parts.flatMap((p) => markOf(p.decision, now));
    const part = await by(onChain ? parent : old, commit, marks);
    if (!('decision' in part)) return part;
    if (onChain || part.decision.change.manifest !== whole.decision.change.manifest) parts.push(part);
  }
  return parts;
}

/** Weighs one commit of a move. @param marks of AI, which earlier commits of it left. */
export type WeighOne<W> = (base: string | null, commit: string, marks: readonly StickyMark[]) => Promise<W | readonly Problem[]>;

export const weighParts = (scale: Scale, old: string, whole: Weighed, steps: readonly Step[]): Promise<readonly Weighed[] | readonly Problem[]> =>
  weighEach((base, commit, marks) => weigh({ ...scale, sticky: [...scale.sticky, ...marks] }, base, commit), old, whole, steps, scale.world.now());

function markOf({ provenance, change }: Decision, seenAt: number): readonly StickyMark[] {
  if (!PROVENANCE_LEVELS.atLeast(provenance.level, 'suggestion')) return [];
  return [{ level: provenance.level, paths: change.paths, seenOn: change.head, seenAt, tool: provenance.evidence[0]?.tool ?? 'unknown' }];
}
