/**
 * The violations of an installation, for pages, for people and for whatever waits until none is open: each once, the newest first, with who
 * answers for it, by when, what would settle it and what did. Told by entries that were shown to be in the log; no row is asked for any.
 */
import { ok, type Result } from '../core/base/result.ts';
import { type Told, type Violation, violationOf } from '../core/gate/violations.ts';
import type { PersonId } from '../core/roster/roster.ts';
import { type LaterWorld, laterOf } from './scan-later.ts';
import { ownerWhere } from './scan-violations.ts';
import { laterWorld, type ViolationWorld } from './violations-later.ts';
import { toldWhere } from './violations-told.ts';

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

/** What stands in the way of whatever goes out. `from`, `to`: as of a `Violation`; what is between them is not let stand. */
export type OpenViolation = Pick<ShownViolation, 'entry' | 'kind' | 'repo' | 'ref' | 'from' | 'to' | 'change' | 'code'>;

/** Violations of one repository, settled or not: with more of them nobody looks, and every ask would cost minutes. */
const MOST_OPEN = 5_000;

/**
 * All that are open in a repository, the newest first: none is left out. 'unknown' where that cannot be told: the log is damaged, something
 * that was told is not signed yet, or there are more than can be looked at. Whoever waits for none waits on.
 */
export async function openViolations(world: ViolationWorld, repo: string): Promise<readonly OpenViolation[] | 'unknown'> {
  const told = await toldWhere(world, { repo });
  if (!told.ok || !told.value.whole || told.value.told.length > MOST_OPEN) return 'unknown';
  const later = laterWorld(world);
  const open: OpenViolation[] = [];
  for (const one of told.value.told.toReversed()) {
    const { entry, kind, ref, from, to, change, code, state } = await shownOf(world, later, one);
    if (state.is === 'open') open.push({ entry, kind, repo, ref, from, to, change, code });
  }
  return open;
}

async function shownOf(world: ViolationWorld, later: LaterWorld, told: Told): Promise<ShownViolation> {
  const { violation } = told;
  const { later: came, change, told: trusted } = await laterOf(later, told);
  const repository = world.repositories.get(violation.repo)?.repository;
  const owner = repository === undefined ? NO_OWNER : await ownerWhere({ repository, ...(world.floors === undefined ? {} : { floors: world.floors }) }, violation);
  return { ...violationOf({ ...trusted, violation: { ...violation, change } }, came, owner, world.now()), entry: violation.entry };
}

const NO_OWNER = { by: 'nobody', teams: [], people: [] as readonly PersonId[] } as const;
