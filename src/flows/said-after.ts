/**
 * Whether a person spoke again after a word of theirs that is about to be carried to another form. Which words are near a change is asked of
 * tables (`near` in presented.ts), and whoever has the database can hide one there: say that it is older, of another ref or of other files, or
 * that its change has landed. So every sign-off behind the word is looked at, by the places kept in memory; each row is held against its entry;
 * and one by the same person on the same ref that `near` did not find has to be shown to be elsewhere, by entries that were signed.
 */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { Decision } from '../core/policy/decision.ts';
import { toldIn } from './account-decided.ts';
import type { AppendedEntry, Ledger, Projections, SignoffRow } from './ports.ts';
import { astray, missing } from './signoff-entry.ts';

export interface Desk {
  readonly ledger: Pick<Ledger, 'proven' | 'body'>;
  readonly state: Projections;
}

/** Words of one question: on a busy ref there are some thousand in the weeks a sign-off holds. */
const AT_ONCE = 200;

/** @param listed places of what `near` found, which is held against the log already. Problems: DATA_INVALID, LOG_DAMAGED, where it cannot be told. */
export async function saidAfter(desk: Desk, decision: Decision, word: SignoffRow, listed: ReadonlySet<number>): Promise<Result<boolean>> {
  const places = (await desk.state.memory.signedAfter({ index: word.index })).filter((place) => !listed.has(place));
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const rows = await heldRows(desk, places.slice(at, at + AT_ONCE));
    if (!rows.ok) return rows;
    for (const row of rows.value) {
      const same = row.signer === word.signer && row.repo === decision.change.repo && row.targetRef === decision.change.targetRef;
      if (same && !(await isElsewhere(desk, row, new Set(decision.change.paths)))) return ok(true);
    }
  }
  return ok(false);
}

/** The rows of these places, each of which is there and is what its entry says. */
async function heldRows({ ledger, state }: Desk, places: readonly number[]): Promise<Result<readonly SignoffRow[]>> {
  const [found, entries] = await Promise.all([state.signoffs({ places }), ledger.proven(places)]);
  const rows = new Map(found.map((row) => [row.index, row]));
  // Of one that waits in this very transaction nobody else has written the row.
  const wrong = places.flatMap((place, nth): Problem | [] => {
    const row = rows.get(place);
    return (row === undefined ? missing(place) : astray(row, entries[nth] ?? null, false)) ?? [];
  });
  return wrong[0] === undefined ? ok(found) : err(wrong[0]);
}

/** Its change has landed, or touches none of these paths: what `near` asks of the tables, here of the log. What cannot be shown is not so. */
async function isElsewhere({ ledger, state }: Desk, row: SignoffRow, paths: ReadonlySet<string>): Promise<boolean> {
  const id = changeId(row);
  const [landings, [stored]] = await Promise.all([state.landings({ change: id, repo: row.repo, targetRef: row.targetRef, pending: false }), state.changes({ id, limit: 1 })]);
  const landed = await ledger.proven(landings.flatMap((landing) => landing.index ?? []));
  if (landed.some((entry) => entry?.ok === true && saysOf(entry.value, 'landed', id))) return true;
  const decision = stored && (await decidedAt({ ledger }, stored.index, id));
  return decision !== undefined && !decision.change.paths.some((path) => paths.has(path));
}

/** What was decided about this change, by the entry itself; undefined where there is none such, or not signed yet, or its body is gone. */
export async function decidedAt({ ledger }: Pick<Desk, 'ledger'>, index: number, id: string): Promise<Decision | undefined> {
  const [entry] = await ledger.proven([index]);
  if (entry?.ok !== true || !saysOf(entry.value, 'decision', id)) return undefined;
  const said = parseEntry(entry.value.bytes);
  return said.ok ? toldIn({ ...said.value, index }, await ledger.body(entry.value.body, index))?.decision : undefined;
}

function saysOf({ bytes }: AppendedEntry, type: string, change: string): boolean {
  const said = parseEntry(bytes);
  return said.ok && said.value.type === type && said.value.fields.change === change;
}
