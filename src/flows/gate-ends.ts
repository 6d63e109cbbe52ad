/**
 * What a gate in a clone judges, from where to where. CI systems check out what they made of a change: detached, merged into its target,
 * cut off. Each of these can hide something, so each is either shown to be harmless or refused.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { noCommit, short } from './check-ends.ts';
import { CURE, landsAs } from './gate-lands.ts';
import type { Naming, Repository } from './ports.ts';
import type { Checkout } from './ports-carried.ts';

export interface EndsAsked {
  /** As sign-offs name it; null: the last part of origin's address. */
  readonly repo: string | null;
  /** Full name of a branch, `refs/heads/main`. */
  readonly target: string;
  /** The base is the entry before this one in a merge queue: nothing before it is looked at, for that entry has a run of its own. */
  readonly queue: boolean;
}

export interface Ends {
  readonly repo: string;
  /** Of the target, where policy is read. */
  readonly tip: Oid;
  readonly base: Oid;
  readonly head: Oid;
  /** Where it would land: the target's tip, or in a queue the entry before it. */
  readonly onto: Oid;
  readonly notes: readonly string[];
}

interface Placed {
  readonly repository: Repository;
  readonly naming: Naming;
  readonly checkout: Checkout;
}

const CUT = 'check out the whole history: fetch-depth: 0 (actions/checkout), GIT_DEPTH: 0 (GitLab), or git fetch --unshallow';

/** @param range the ends as they were written; an empty base is the target's tip. Problems: USAGE, TARGET_MISSING, NOT_FOUND, CONTENT_UNSEEN, REF_NON_FAST_FORWARD, GIT_FAILED, and those of a change that cannot be read. */
export async function endsOf(clone: Placed, asked: EndsAsked, range: { readonly base: string; readonly head: string }): Promise<Result<Ends>> {
  const { repository, naming, checkout } = clone;
  if (!/^refs\/heads\/[^\s~^:?*[\\]+$/.test(asked.target))
    return err(problem('USAGE', `${JSON.stringify(asked.target)} is not the full name of a branch`, { place: '--target', remedy: 'for example refs/heads/main' }));
  const shallow = await checkout.shallow();
  if (!shallow.ok) return shallow;
  if (shallow.value) return err(problem('CONTENT_UNSEEN', 'this clone is shallow, and what was cut off may be what matters', { place: 'clone', remedy: CUT }));
  const tip = await checkout.tip(asked.target);
  if (!tip.ok) return tip;
  if (tip.value === null) return err(noTarget(asked.target));
  const [base, head, repo] = await Promise.all([range.base === '' ? tip.value : repository.resolve(range.base), repository.resolve(range.head), asked.repo ?? naming.repository()]);
  if (base === null || head === null) return err(await noCommit(repository, head === null ? range.head : range.base));
  const stray = await strayBase(checkout, asked, tip.value, base);
  if (stray !== null) return err(stray);
  const landed = await checkout.holds(tip.value, head);
  if (!landed.ok) return landed;
  const onto = asked.queue || landed.value ? base : tip.value;
  const unwrapped = landed.value ? ok({ head, notes: [] }) : await unwrap(clone, asked.target, { tip: tip.value, base, head });
  return unwrapped.ok ? ok({ repo, tip: tip.value, base, onto, ...unwrapped.value }) : unwrapped;
}

const noTarget = (target: string): Problem => {
  const branch = target.slice('refs/heads/'.length);
  const remedy = `fetch it where the forge has it: git fetch origin '+${target}:refs/remotes/origin/${branch}'`;
  return problem('TARGET_MISSING', `origin's ${branch} is not in this clone`, { place: '--target', remedy });
};

/** From anywhere else than what has landed, part of a change would not be seen. */
async function strayBase(checkout: Checkout, { target, queue }: EndsAsked, tip: Oid, base: Oid): Promise<Problem | null> {
  if (base === tip || queue) return null;
  const landed = await checkout.holds(tip, base);
  if (!landed.ok) return landed.error;
  if (landed.value) return null;
  const remedy = 'begin at the target, or say with --queue that it is the entry before this one in a merge queue';
  return problem('REF_NON_FAST_FORWARD', `${short(base)} has not landed on ${target}, so what lies before it would not be looked at`, { place: 'range', remedy });
}

/**
 * A forge checks out what a merge would make. Where git makes the same of its two sides, and that is the change of the side that comes in,
 * that side is judged, for it is what people sign. Anything else is judged as it stands.
 */
async function unwrap(
  { repository, checkout }: Placed,
  targetRef: string,
  { tip, base, head }: Pick<Ends, 'tip' | 'base' | 'head'>,
): Promise<Result<Pick<Ends, 'head' | 'notes'>>> {
  const merged = await checkout.merged(head);
  if (!merged.ok) return merged;
  if (merged.value === null) return ok({ head, notes: [] });
  const { into, from } = merged.value;
  const inTarget = into === base ? ok(true) : await checkout.holds(tip, into);
  if (!inTarget.ok) return inTarget;
  if (!inTarget.value) return ok({ head, notes: [] });
  const side = await repository.change({ repo: '', targetRef, base: into, head: from });
  if (!side.ok) return side;
  const lands = await landsAs(checkout, into, side.value);
  if (!lands.ok) return lands;
  const made = `${short(head)} is ${short(from)} merged into the target, to the byte as git does it`;
  return lands.value === 'same'
    ? ok({ head: from, notes: [`${made}: ${short(from)} is judged`] })
    : ok({ head, notes: [`${made}, and that is another change than ${short(from)} by itself: it is judged as it stands. ${CURE}`] });
}
