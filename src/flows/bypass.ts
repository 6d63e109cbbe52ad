/**
 * A protected ref that stands where no gate let it: moved, rewound or deleted on the server by somebody who can. Nothing stops them; it is
 * found the next time the log looks at the refs, and becomes a violation, once until it moves
 * again or is put back. By the server's own list, or a policy that says so: one that cannot be read may protect any ref.
 */
import { utf8 } from '../core/base/bytes.ts';
import { matches } from '../core/change/glob.ts';
import { WHY } from '../core/gate/violation-words.ts';
import { protects } from '../core/policy/document.ts';
import { guardsOf } from './guarded.ts';
import type { EntryDraft, LandingRow, Projections } from './ports.ts';
import type { GateWorld, ServedRepository } from './site.ts';

/** What a deleted ref stands at. */
export const NOWHERE = '0'.repeat(40);

/** Where a ref stands; null: nowhere. */
export type Standing = (ref: string) => Promise<string | null>;

/** @param reached allowed moves that are being recorded with it, oldest first. Refs on which nothing landed yet are not known to the log. */
export async function bypassDrafts(
  world: Pick<GateWorld, 'floors'>,
  served: ServedRepository,
  state: Projections,
  { reached, standing }: { readonly reached: ReadonlySet<LandingRow>; readonly standing: Standing },
): Promise<readonly EntryDraft[]> {
  const stand = new Map((await state.memory.standing({ repo: served.id })).map((s) => [s.targetRef, s]));
  for (const { targetRef, head } of reached) stand.set(targetRef, { targetRef, head, violated: null });
  const astray: { readonly ref: string; readonly from: string; readonly to: string }[] = [];
  const back: EntryDraft[] = [];
  for (const { targetRef: ref, head: from, violated } of stand.values()) {
    const to = (await standing(ref)) ?? NOWHERE;
    if (to !== from && to !== violated) astray.push({ ref, from, to });
    if (to === from && violated !== null && violated !== from) back.push(violationDraft(served.id, ref, violated, to, WHY.back));
  }
  if (astray.length === 0) return back;
  const { now, before } = await guardsOf(served, world.floors, async (ref) => stand.get(ref)?.head);
  const guarded = async (ref: string): Promise<boolean> => matches(served.protected, ref) || !now.ok || protects(now.value.policy, ref) || before(ref);
  const found = await Promise.all(astray.map(async ({ ref, from, to }) => ((await guarded(ref)) ? [violationDraft(served.id, ref, from, to, WHY.astray)] : [])));
  return [...back, ...found.flat()];
}

export const violationDraft = (repo: string, ref: string, from: string, to: string, why: string): EntryDraft => ({
  type: 'violation',
  fields: { repo, ref, new: to },
  body: utf8(JSON.stringify({ v: 1, why, from })),
});
