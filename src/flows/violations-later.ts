/**
 * What came after a violation, asked of a store that is open. A row says where to look; what settles anything is an entry that was shown to
 * be in the log: whoever has the database can hide a cure, and can write none.
 */

import { parseEntry } from '../core/log/entry.ts';
import { toldIn as decidedIn } from './account-decided.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { peopleOf } from './account-people.ts';
import type { Reading } from './account-words.ts';
import type { LandingRow, Ledger, Projections } from './ports.ts';
import type { LandedMove, LaterWorld } from './scan-later.ts';
import type { GateWorld } from './site.ts';
import { provenAt } from './violations-told.ts';

export type ViolationWorld = Pick<GateWorld, 'site' | 'ledger' | 'projections' | 'repositories' | 'floors' | 'now'>;

/** Landings of one change that are looked at, the newest. */
const MOST_LANDINGS = 20;

export function laterWorld(world: ViolationWorld): LaterWorld {
  const { projections, ledger } = world;
  const { memory } = projections;
  let reading: Promise<Reading> | undefined;
  return {
    landedAs: async (repo, targetRef, change) => {
      const rows = [...(await projections.landings({ change, repo, targetRef, pending: false }))].sort((a, b) => (a.index ?? 0) - (b.index ?? 0)).slice(-MOST_LANDINGS);
      const moves = await Promise.all(rows.map((row) => letPass(ledger, projections, row)));
      return moves.flatMap((move) => move ?? []);
    },
    landedTo: async (repo, targetRef, head) => {
      const row = await memory.reached({ repo, targetRef, head });
      return row === null ? null : landedAt(ledger, { ...row, repo, targetRef, head, nonces: [] });
    },
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

/** What cannot be shown to be in the log says nothing for anybody. */
async function placed(ledger: Pick<Ledger, 'proven'>, places: readonly number[]): Promise<readonly Placed[]> {
  const found = await provenAt(ledger, places);
  return found.ok ? found.value : [];
}

/** The landing of which the row says that it is, by its entry; null: it is not. */
async function landedAt(ledger: Pick<Ledger, 'proven'>, row: LandingRow): Promise<LandedMove | null> {
  const [entry] = row.index === null ? [] : await placed(ledger, [row.index]);
  if (entry === undefined || !isOf(entry, 'landed', row)) return null;
  return { entry: entry.index, at: entry.at, old: row.old, new: row.head, change: row.change };
}

/** The same, where a gate that enforced had let exactly that move pass. */
async function letPass(ledger: Pick<Ledger, 'proven'>, { memory }: Pick<Projections, 'memory'>, row: LandingRow): Promise<LandedMove | null> {
  const [landing, allowed] = await Promise.all([landedAt(ledger, row), memory.allowed(row)]);
  const [verdict] = landing === null || allowed === null ? [] : await placed(ledger, [allowed.index]);
  return verdict !== undefined && isOf(verdict, 'verdict', row) && isAllowed(verdict) ? landing : null;
}

function isOf({ type, fields }: Placed, kind: string, { change, repo, targetRef, old, head }: LandingRow): boolean {
  return type === kind && fields.change === change && fields.repo === repo && fields.ref === targetRef && fields.old === old && fields.new === head;
}

/** One that only watched lets everything pass. */
const isAllowed = ({ fields }: Placed): boolean => fields.verdict === 'allow' && ((fields.mode ?? 'enforce') === 'enforce' || fields.would === 'allow');

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
    return entry?.type !== 'decision' ? undefined : decidedIn(entry, await ledger.body(entry.envelope, entry.index));
  };
  return { log, people: await peopleOf(log, authority), decided, counted: new Map(), carried: new Set() };
}
