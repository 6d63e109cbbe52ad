/**
 * Weighs what a push brings: `consider`, for the whole and for every commit of it, by the rules at the old tip and with what
 * the ledger remembers (marks of AI, earlier pushers).
 */
import type { Problem } from '../core/base/result.ts';
import type { Change } from '../core/change/change.ts';
import type { Decision } from '../core/policy/decision.ts';
import { PROVENANCE_LEVELS, type StickyMark } from '../core/provenance/provenance.ts';
import { considerChange, titleOf } from './gather.ts';
import type { Governance } from './governance.ts';
import { changeId } from './identity.ts';
import type { Projections } from './ports.ts';
import { type GateWorld, STICKY_MS } from './site.ts';

export interface Weighed {
  readonly title: string;
  readonly decision: Decision;
}

/** What one update is weighed by: the rules at the old tip, and the marks of AI known when it began. */
export interface Scale {
  readonly world: GateWorld;
  readonly push: { readonly repo: string; readonly pusher: string };
  readonly ref: string;
  readonly governance: Governance;
  readonly sticky: readonly StickyMark[];
}

export async function weigh(scale: Scale, base: string | null, head: string): Promise<Weighed | readonly Problem[]> {
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

export const marksSince = (world: GateWorld, state: Projections, repo: string, targetRef: string): Promise<readonly StickyMark[]> =>
  state.sticky({ repo, targetRef, since: world.now() - STICKY_MS });

export const isWeighed = (parts: readonly Weighed[] | readonly Problem[]): parts is readonly Weighed[] => parts.every((p) => 'decision' in p);

/** Each commit in turn, every one seeing the marks the earlier ones left: one push is no lighter than the same pushes one by one. */
export async function weighParts(scale: Scale, steps: readonly (readonly [string | null, string])[]): Promise<readonly Weighed[] | readonly Problem[]> {
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
