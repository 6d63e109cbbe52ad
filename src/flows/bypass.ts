/**
 * A protected ref that stands where no gate let it: moved, rewound or deleted on the server by somebody who can. Nothing stops them; it is
 * found the next time the log looks at the refs, and becomes a violation, once for each place it was found at.
 */
import { utf8 } from '../core/base/bytes.ts';
import { matches } from '../core/change/glob.ts';
import { protects } from '../core/policy/document.ts';
import { governanceAt } from './governance.ts';
import type { EntryDraft, LandingRow, Projections } from './ports.ts';
import type { GateWorld, ServedRepository } from './site.ts';

/** What a deleted ref stands at. */
const NOWHERE = '0'.repeat(40);

/** @param reached allowed moves that are being recorded with it, oldest first. Refs on which nothing landed yet are not known to the log. */
export async function bypassDrafts(
  world: Pick<GateWorld, 'floors'>,
  served: ServedRepository,
  state: Projections,
  reached: ReadonlySet<LandingRow>,
): Promise<readonly EntryDraft[]> {
  const stand = new Map((await state.memory.standing({ repo: served.id })).map((s) => [s.targetRef, s]));
  for (const { targetRef, head } of reached) stand.set(targetRef, { targetRef, head, violated: null });
  const astray: { readonly ref: string; readonly from: string; readonly to: string }[] = [];
  for (const { targetRef: ref, head: from, violated } of stand.values()) {
    const to = (await served.repository.resolve(ref)) ?? NOWHERE;
    if (to !== from && to !== violated) astray.push({ ref, from, to });
  }
  if (astray.length === 0) return [];
  const guarded = await protecting(world, served);
  return astray.filter(({ ref }) => guarded(ref)).map(({ ref, from, to }) => draft(served.id, ref, from, to));
}

const draft = (repo: string, ref: string, from: string, to: string): EntryDraft => ({
  type: 'violation',
  fields: { repo, ref, new: to },
  body: utf8(JSON.stringify({ v: 1, why: 'the ref stands where no gate let it', from })),
});

/** By the server's own list, or the policy of the default branch: one that cannot be read may protect any ref. */
async function protecting({ floors }: Pick<GateWorld, 'floors'>, { repository, protected: listed }: ServedRepository): Promise<(ref: string) => boolean> {
  const head = await repository.resolve('HEAD');
  const governance = head === null ? undefined : await governanceAt(repository, head, floors);
  return (ref) => matches(listed, ref) || governance?.ok !== true || protects(governance.value.policy, ref);
}
