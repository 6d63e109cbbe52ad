/**
 * Records what landed. Called after git moved a ref, and at start for whatever a crash left unrecorded: the truth is
 * where the ref stands, so a landing is written only when the served repository holds it.
 */
import { ok } from '../core/base/result.ts';
import type { EntryDraft, LandingRow } from './ports.ts';
import type { GateWorld } from './site.ts';

/** Appends `landed` for every allowed move whose new value the ref has reached. Idempotent. Answers how many. */
export async function recordLandings(world: GateWorld, repo: string): Promise<number> {
  const served = world.repositories.get(repo);
  if (served === undefined) return 0;
  const appended = await world.ledger.append(async (state) => {
    const pending = await state.landings({ repo, pending: true });
    const reached = await Promise.all(pending.map(async (l) => ((await contains(world, l)) ? [landedDraft(l)] : [])));
    return ok(reached.flat());
  });
  return appended.ok ? appended.value.length : 0;
}

async function contains(world: GateWorld, landing: LandingRow): Promise<boolean> {
  const repository = world.repositories.get(landing.repo)?.repository;
  const tip = await repository?.resolve(landing.targetRef);
  if (repository === undefined || tip === undefined || tip === null) return false;
  const steps = await repository.steps(landing.old, tip);
  return steps?.some(([, commit]) => commit === landing.head) ?? false;
}

/** The nonces it spends stand in the body: in the entry they would undo the salt of the signers' names. */
const landedDraft = (l: LandingRow): EntryDraft => ({
  type: 'landed',
  fields: { change: l.change, repo: l.repo, ref: l.targetRef, old: l.old, new: l.head },
  body: new TextEncoder().encode(JSON.stringify({ v: 1, ...l, index: undefined })),
});
