/**
 * The violations of an installation, for pages and for people: each once, the newest first, with who answers for it, by when, what would
 * settle it and what did. Told by the entries of the log; a row of a projection is asked where to look, and for nothing else.
 */

import { type Told, toldIn, type Violation, violationOf } from '../core/gate/violations.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { PersonId } from '../core/roster/roster.ts';
import { toldIn as decidedIn } from './account-decided.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { peopleOf } from './account-people.ts';
import type { Reading } from './account-words.ts';
import type { Ledger, Projections } from './ports.ts';
import { type LaterWorld, laterOf } from './scan-later.ts';
import { ownerWhere, toldBy } from './scan-violations.ts';
import type { GateWorld } from './site.ts';

export type ViolationWorld = Pick<GateWorld, 'site' | 'ledger' | 'projections' | 'repositories' | 'floors' | 'now'>;

export interface ViolationAsk {
  readonly state: 'open' | 'answered' | 'all';
  /** Only of the log before this entry. */
  readonly before?: number;
  readonly limit: number;
}

export interface ShownViolation extends Violation {
  readonly entry: number;
}

/** The newest first; at most `limit`. */
export async function violationsIn(world: ViolationWorld, { state, before = Number.POSITIVE_INFINITY, limit }: ViolationAsk): Promise<readonly ShownViolation[]> {
  const places = await world.projections.memory.violations({});
  if (places.length === 0) return [];
  const entries = (await placed(world.ledger, places)).filter((e) => e.type === 'violation');
  const told = toldIn(await toldBy(world.ledger, entries, null)).filter((t) => t.violation.entry < before);
  const later = laterWorld(world);
  const found: ShownViolation[] = [];
  for (const one of told.toReversed()) {
    if (found.length >= limit) break;
    const shown = await shownOf(world, later, one);
    if (state === 'all' || shown.state.is === state) found.push(shown);
  }
  return found;
}

async function shownOf(world: ViolationWorld, later: LaterWorld, told: Told): Promise<ShownViolation> {
  const { violation } = told;
  const { later: came, change } = await laterOf(later, told);
  const repository = world.repositories.get(violation.repo)?.repository;
  const owner = repository === undefined ? NO_OWNER : await ownerWhere({ repository, ...(world.floors === undefined ? {} : { floors: world.floors }) }, violation);
  return { ...violationOf({ ...told, violation: { ...violation, change } }, came, owner, world.now()), entry: violation.entry };
}

const NO_OWNER = { by: 'nobody', teams: [], people: [] as readonly PersonId[] } as const;

async function placed(ledger: Pick<Ledger, 'entries'>, places: readonly number[]): Promise<readonly Placed[]> {
  const found: Placed[] = [];
  for (const place of places) {
    const [bytes] = await ledger.entries(place, 1);
    const entry = bytes === undefined ? undefined : parseEntry(bytes.bytes);
    if (entry?.ok) found.push({ ...entry.value, index: place });
  }
  return found;
}

function laterWorld(world: ViolationWorld): LaterWorld {
  const { projections, ledger } = world;
  const { memory } = projections;
  let reading: Promise<Reading> | undefined;
  return {
    landedAs: async (change) => {
      const rows = await projections.landings({ change, pending: false });
      const moves = rows.map((l) => ({ entry: l.index ?? 0, at: 0, old: l.old, new: l.head, change })).sort((a, b) => a.entry - b.entry);
      return Promise.all(moves.map(async (m) => ({ ...m, at: await timeOf(ledger, m.entry) })));
    },
    landedTo: async (repo, targetRef, head) => {
      const row = await memory.reached({ repo, targetRef, head });
      return row === null ? null : { entry: row.index, at: await timeOf(ledger, row.index), old: row.old, new: head, change: row.change };
    },
    landedBetween: (repo, targetRef, after, before) => memory.landedBetween({ repo, targetRef, after, before }),
    words: async (change) => {
      const owned = await ownershipsOf(projections, change);
      return placed(
        ledger,
        [...(await memory.signed({ change })), ...owned].sort((a, b) => a - b),
      );
    },
    reading: () => {
      reading ??= readingOf(world);
      return reading;
    },
    git: (repo) => {
      const served = world.repositories.get(repo);
      const { history } = served ?? {};
      return served === undefined || history === undefined ? null : { repository: served.repository, history, tip: (ref) => served.repository.resolve(ref) };
    },
  };
}

const timeOf = async (ledger: Pick<Ledger, 'entries'>, index: number): Promise<number> => (await ledger.entries(index, 1))[0]?.at ?? 0;

async function ownershipsOf(projections: Projections, change: string): Promise<readonly number[]> {
  const [row] = await projections.changes({ id: change, limit: 1 });
  if (row === undefined) return [];
  const { repo, manifest } = row.decision.change;
  return (await projections.ownerships({ repo, manifest })).map((o) => o.index);
}

/** Words are read as from an export: keys by what people signed, and what was decided by its entry. */
async function readingOf({ ledger, projections, site }: ViolationWorld): Promise<Reading> {
  const source = { name: 'the log', read: () => Promise.reject(new Error('entries are asked of the ledger here')) };
  const log: AccountLog = {
    source,
    keys: [],
    body: (sha256, index) => ledger.body(sha256, index),
    progress: () => undefined,
    ...(site.authenticators === undefined ? {} : { trust: { gates: [], authenticators: site.authenticators } }),
  };
  const authority = (await projections.authority()).flatMap(({ index, bytes }) => {
    const entry = parseEntry(bytes);
    return entry.ok ? [{ ...entry.value, index }] : [];
  });
  const decided: Reading['decided'] = async (change, before) => {
    const [row] = await projections.changes({ id: change, before, limit: 1 });
    const [entry] = row === undefined ? [] : await placed(ledger, [row.index]);
    return entry === undefined ? undefined : decidedIn(entry, await ledger.body(entry.envelope, entry.index));
  };
  return { log, people: await peopleOf(log, authority), decided, counted: new Map(), carried: new Set() };
}
