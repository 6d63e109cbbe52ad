/**
 * What an entry of the log tells whoever watches the queue: which change, what happened to it and how it stands now. Ids and states, and
 * nothing else: no word that somebody wrote, no name, no source leaves this way.
 */
import { type Entry, parseEntry } from '../core/log/entry.ts';
import { isApproval } from '../core/signoff/statement.ts';
import type { AppendedEntry, ChangeRow, Ledger, Projections } from './ports.ts';

/** `reopened`: decided anew, and a sign-off that had completed it does not count any more. */
export type ChangeMove = 'decided' | 'signed' | 'landed' | 'reopened';

export interface ChangeEvent {
  readonly what: ChangeMove;
  readonly change: string;
  /** As it stands when this is said: of an old entry, not as it stood then. */
  readonly state: ChangeRow['state'];
  /** Log index of the entry. */
  readonly index: number;
}

export interface EventWorld {
  readonly ledger: Pick<Ledger, 'entries' | 'checkpoint'>;
  readonly projections: Pick<Projections, 'changes' | 'signoffs'>;
}

const MOVES: { readonly [type: string]: ChangeMove } = { decision: 'decided', signoff: 'signed', landed: 'landed' };

/** In the order of the log. An entry of anything but a change tells nothing, and neither does one whose change was erased. */
export async function changeEvents(world: EventWorld, entries: readonly AppendedEntry[]): Promise<readonly ChangeEvent[]> {
  const moved = entries.flatMap((entry) => moveOf(entry) ?? []);
  if (moved.length === 0) return [];
  const ids = [...new Set(moved.map((m) => m.change))];
  const rows = new Map((await world.projections.changes({ ids, limit: ids.length })).map((row) => [row.id, row]));
  const events: ChangeEvent[] = [];
  for (const { index, change, what } of moved) {
    const row = rows.get(change);
    if (row !== undefined) events.push({ what: what === 'decided' && (await wasSigned(world, row, index)) ? 'reopened' : what, change, state: row.state, index });
  }
  return events;
}

function moveOf({ index, bytes }: AppendedEntry): Pick<ChangeEvent, 'index' | 'change' | 'what'> | undefined {
  const entry = parseEntry(bytes);
  if (!entry.ok) return undefined;
  const { type, fields } = entry.value;
  const what = Object.hasOwn(MOVES, type) ? MOVES[type] : undefined;
  return what === undefined || typeof fields.change !== 'string' ? undefined : { index, change: fields.change, what };
}

/** It waits, and before this entry somebody's word had been the last that it needed. */
async function wasSigned({ ledger, projections }: EventWorld, row: ChangeRow, before: number): Promise<boolean> {
  if (row.state !== 'open') return false;
  const { repo, targetRef, manifest } = row.decision.change;
  const given = (await projections.signoffs({ repo, targetRef, manifest })).filter((s) => s.index < before && isApproval(s.decision));
  for (const { index } of given.reverse()) {
    const [entry] = await ledger.entries(index, 1);
    const read = entry === undefined ? undefined : parseEntry(entry.bytes);
    if (read?.ok === true && completed(read.value, row.id)) return true;
  }
  return false;
}

const completed = ({ type, fields }: Entry, change: string): boolean => type === 'signoff' && fields.change === change && fields.complete === true;
