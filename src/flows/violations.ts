/**
 * The violations of an installation, for pages, for people and for whatever waits until none is open: each once, the newest first, with who
 * answers for it, by when, what would settle it and what did. Told by entries that were shown to be in the log; no row is asked for any.
 */
import { ok, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { type Told, type Violation, violationOf } from '../core/gate/violations.ts';
import type { PersonId } from '../core/roster/roster.ts';
import { type LaterWorld, laterOf } from './scan-later.ts';
import { ownerWhere } from './scan-violations.ts';
import { laterWorld, type ViolationWorld } from './violations-later.ts';
import { provenAt, toldWhere } from './violations-told.ts';

export type { ViolationWorld } from './violations-later.ts';

export interface ViolationAsk {
  readonly state: 'open' | 'answered' | 'all';
  readonly repo?: string;
  /** Its full name. */
  readonly ref?: string;
  /** Only of the log before this entry. */
  readonly before?: number;
  readonly limit: number;
}

export interface ShownViolation extends Violation {
  readonly entry: number;
}

export interface ViolationsPage {
  readonly items: readonly ShownViolation[];
  /** The entry before which the next page begins; null: there is nothing more. */
  readonly next: number | null;
}

/** Whose state is worked out for one page: each costs some spawns of git. */
const MOST_WEIGHED = 200;

/** The newest first; at most `limit`, and fewer where many were looked at in vain: then there is a next page. Problem: LOG_DAMAGED. */
export async function violationsIn(world: ViolationWorld, { state, repo, ref, before = Number.POSITIVE_INFINITY, limit }: ViolationAsk): Promise<Result<ViolationsPage>> {
  const told = await toldWhere(world, { repo, ref });
  if (!told.ok) return told;
  const asked = told.value.told.filter((t) => t.violation.entry < before).reverse();
  const later = laterWorld(world);
  const items: ShownViolation[] = [];
  let looked = 0;
  for (const one of asked.slice(0, MOST_WEIGHED)) {
    if (items.length >= limit) break;
    const shown = await shownOf(world, later, one);
    if (state === 'all' || shown.state.is === state) items.push(shown);
    looked += 1;
  }
  return ok({ items, next: looked < asked.length ? (asked[looked - 1]?.violation.entry ?? null) : null });
}

/**
 * What stands in the way of whatever goes out. `from`, `to`: as of a `Violation`; what is between them is not let stand. A branch that was put back
 * has it no more, and a commit of then still has: `undone` is the landing that took it away again, and whatever holds that holds no harm of it.
 */
export type UnsettledViolation = Pick<ShownViolation, 'entry' | 'kind' | 'repo' | 'ref' | 'from' | 'to' | 'change' | 'code'> & {
  readonly open: boolean;
  readonly undone: Oid | null;
};

/** Violations of one repository, settled or not: with more of them nobody looks, and every ask would cost minutes. */
const MOST_OPEN = 5_000;

/**
 * Whatever nobody signed and nobody landed again, in one repository, the newest first: none is left out. 'unknown' where that cannot be told: the
 * log is damaged, something that was told is not signed yet, or there are more than can be looked at. Whoever waits for none waits on.
 */
export async function unsettledViolations(world: ViolationWorld, repo: string): Promise<readonly UnsettledViolation[] | 'unknown'> {
  const told = await toldWhere(world, { repo });
  if (!told.ok || !told.value.whole || told.value.told.length > MOST_OPEN) return 'unknown';
  const later = laterWorld(world);
  const open: UnsettledViolation[] = [];
  for (const one of told.value.told.toReversed()) {
    const { entry, kind, ref, from, to, change, code, state } = await shownOf(world, later, one);
    if (state.is === 'answered' && (state.by === 'signed' || state.by === 'landed-again')) continue;
    // Put back, and let in by a gate afterwards.
    const landed = state.is === 'open' ? null : await later.landedTo(repo, ref, to);
    if (landed !== null && landed.entry > entry) continue;
    const undone = state.is === 'answered' && state.by === 'reverted' ? await landedBy(world, state.entry) : null;
    open.push({ entry, kind, repo, ref, from, to, change, code, open: state.is === 'open', undone });
  }
  return open;
}

/** The commit that a landing brought. */
async function landedBy({ ledger }: ViolationWorld, index: number): Promise<Oid | null> {
  const found = await provenAt(ledger, [index]);
  const commit = found.ok ? found.value[0]?.fields.new : undefined;
  return typeof commit === 'string' ? commit : null;
}

async function shownOf(world: ViolationWorld, later: LaterWorld, told: Told): Promise<ShownViolation> {
  const { violation } = told;
  const { later: came, change, told: trusted } = await laterOf(later, told);
  const repository = world.repositories.get(violation.repo)?.repository;
  const owner = repository === undefined ? NO_OWNER : await ownerWhere({ repository, ...(world.floors === undefined ? {} : { floors: world.floors }) }, violation);
  return { ...violationOf({ ...trusted, violation: { ...violation, change } }, came, owner, world.now()), entry: violation.entry };
}

const NO_OWNER = { by: 'nobody', teams: [], people: [] as readonly PersonId[] } as const;
