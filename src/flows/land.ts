/**
 * Records what landed. Called after git moved a ref, before the next push to it is judged, and at start: whoever pushes can
 * hang up before post-receive, and a crash can come there too. The truth is where the ref stands, so a landing is written
 * only when the served repository holds it.
 */
import { ok } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import { backFill } from './back-fill.ts';
import { bypassDrafts, type Standing } from './bypass.ts';
import { policyDrafts } from './policy-landed.ts';
import type { EntryDraft, LandingRow, Projections, Repository } from './ports.ts';
import type { GateWorld } from './site.ts';
import { foundOf, vsaDrafts } from './vsa.ts';

/**
 * Appends `landed` for every allowed move whose new value the ref has reached, and `violation` for a ref no such move brought to where it stands. Idempotent. Answers how many landed.
 * @param only of a repository at a forge, where nothing lands by having been allowed once: the move that was judged again when it was seen there.
 */
export async function recordLandings(world: GateWorld, repo: string, only?: Move): Promise<number> {
  const served = world.repositories.get(repo);
  if (served === undefined || (served.mirrored === true && only === undefined)) return 0;
  // First: what passed without a server would be a violation.
  await backFill(world, served);
  const appended = await world.ledger.append(async (state) => {
    const pending = (await state.landings({ repo, pending: true })).filter((l) => only === undefined || isOf(l, only));
    const standing = lookedAtOnce(served.repository);
    const reached = await reachedOf(served.repository, standing, pending);
    const landed = await Promise.all(pending.filter((l) => reached.has(l)).map((l) => draftsOf(world, state, l)));
    const astray = served.mirrored === true ? [] : await bypassDrafts(world, served, state, { reached, standing });
    return ok([...landed.flat(), ...astray]);
  });
  return appended.ok ? appended.value.filter((e) => isLanding(e.bytes)).length : 0;
}

type Move = Pick<LandingRow, 'targetRef' | 'old' | 'head'>;
const isOf = (landing: LandingRow, { targetRef, old, head }: Move): boolean => landing.targetRef === targetRef && landing.old === old && landing.head === head;

/**
 * Where each ref stands, one look for all that is asked of it: git moves refs meanwhile, and a move seen by the second of two looks alone
 * would be one that no gate let. What moved before the look was allowed before it, and so it is among the pending.
 */
function lookedAtOnce(repository: Repository): Standing {
  const seen = new Map<string, Promise<string | null>>();
  return (ref) => {
    const stands = seen.get(ref) ?? repository.resolve(ref);
    seen.set(ref, stands);
    return stands;
  };
}

/**
 * One after another, and one question for each place a ref has left: how many moves are pending is up to whoever pushes, and a
 * move from where the ref still stands has not happened.
 */
async function reachedOf(repository: Repository, standing: Standing, pending: readonly LandingRow[]): Promise<ReadonlySet<LandingRow>> {
  const reached = new Set<LandingRow>();
  for (const [ref, moves] of Map.groupBy(pending, (l) => l.targetRef)) {
    const tip = await standing(ref);
    const left = Map.groupBy(tip === null ? [] : moves.filter((l) => l.old !== tip), (l) => l.old);
    for (const [old, from] of left) {
      const chain = new Set((await repository.steps(old, tip ?? old))?.filter((s) => s.onChain).map((s) => s.commit));
      for (const move of from) if (chain.has(move.head)) reached.add(move);
    }
  }
  return reached;
}

/** The landing, right behind it what the gate says of it, and what it changed of who decides here. */
async function draftsOf(world: GateWorld, state: Projections, landing: LandingRow): Promise<readonly EntryDraft[]> {
  const found = await foundOf(world.ledger, state, landing);
  const summary = found === undefined ? [] : await vsaDrafts(world, landing, found);
  return [landedDraft(landing, await brokeGlass(state, landing), found?.inputs), ...summary, ...(await policyDrafts(world, landing, found?.inputs ?? []))];
}

const isLanding = (bytes: Uint8Array): boolean => {
  const entry = parseEntry(bytes);
  return entry.ok && entry.value.type === 'landed';
};

/** A use of break-glass let it pass: the log says so for ever, and the clock of its review starts. */
async function brokeGlass(state: Projections, { nonces }: LandingRow): Promise<boolean> {
  const spent = await Promise.all(nonces.map((nonce) => state.breakGlass({ type: 'break-glass', nonce })));
  return spent.flat().length > 0;
}

/**
 * The nonces it spends stand in the body: in the entry they would undo the salt of the signers' names. Beside them the digests of what
 * the gate counted, which nobody else's statement can have; absent where the verdict does not say.
 */
const landedDraft = (l: LandingRow, glass: boolean, counted: readonly string[] | undefined): EntryDraft => ({
  type: 'landed',
  fields: { change: l.change, repo: l.repo, ref: l.targetRef, old: l.old, new: l.head, ...(glass ? { breakGlass: true } : {}) },
  body: new TextEncoder().encode(JSON.stringify({ v: 1, ...l, index: undefined, counted })),
});
