/**
 * What line records say of one change, for `consider`: gathered once for a push, and asked again for each commit of it. Records
 * are whatever the last person who pushed their ref says; that nobody could read them is said, and never reads as "no AI".
 */
import type { Problem, Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import type { Behind, RecordedLines } from '../core/policy/facts.ts';
import { parsePerson } from '../core/provenance/identity.ts';
import type { RecorderKey } from '../core/provenance/lines/record-read.ts';
import { type LinesOfChange, type LinesOfCommit, linesOf } from './lines.ts';
import type { Records } from './site.ts';

export interface Gathered {
  readonly records: RecordedLines;
  /** Who prompted, as records say. */
  readonly behind: readonly Behind[];
  /** null: they could not be read. */
  readonly lines: LinesOfChange | null;
}

/** undefined: there are none, and nobody says otherwise. */
export type RecordsOf = (change: Change) => Promise<Gathered | undefined>;

/**
 * @param open where they are kept; a problem where that could not be reached. @param keys of the organisation's recorders.
 * @param now milliseconds since 1970: commits claim their own dates.
 */
export async function recordsOf(open: Result<Records>, change: Change, keys: readonly RecorderKey[], now?: number): Promise<Gathered | undefined> {
  if (change.commits.length === 0) return undefined;
  if (!open.ok) return unread(change, open.error);
  const any = await open.value.notes.any();
  if (!any.ok) return unread(change, any.error);
  if (!any.value) return undefined;
  const commits = change.commits.map((c) => c.id);
  const lines = await linesOf({ ...open.value, recorders: keys }, { base: change.mergeBase, head: change.head, commits, ...(now === undefined ? {} : { now }) });
  return lines.ok ? gathered(change, lines.value) : unread(change, lines.error);
}

function gathered(change: Change, lines: LinesOfChange): Gathered {
  const { commits, tally, marks, unreadable } = lines;
  const told = new Set(commits.flatMap((c) => c.attribution.unreadable));
  const rest = unreadable.filter((words) => !told.has(words));
  const seen = new Map<Oid, Seen>(commits.map(({ commit, attribution, changed }) => [commit, { notes: [attribution], changed }]));
  if (rest.length > 0) seen.set(change.head, { ...seen.get(change.head), unreadable: rest });
  return { records: { seen, whole: { lines: tally, marks } }, behind: commits.flatMap(prompters), lines };
}

type Seen = RecordedLines['seen'] extends ReadonlyMap<Oid, infer S> ? S : never;

/**
 * By their address: a bare name is nobody who could be looked up. Always a claim: a recorder takes it from whoever commits on its
 * machine, and they choose it. Beyond a few it may be anyone.
 */
function prompters({ attribution }: LinesOfCommit): readonly Behind[] {
  const people = [...attribution.hands.values()].flatMap((h) => (h.by === 'ai' && h.person !== undefined ? [parsePerson(h.person).email.toLowerCase()] : []));
  const named = [...new Set(people)].filter((email) => email.includes('@'));
  const rest = named.length - MOST_PEOPLE;
  const said = rest > 0 ? [...named.slice(0, MOST_PEOPLE), `${rest} more whom a record names`] : named;
  return said.map((identity) => ({ role: 'prompter', identity, claimed: true }));
}

/** Of one commit; whoever pushes a note chooses how many it names. */
const MOST_PEOPLE = 20;

const unread = (change: Change, problem: Problem): Gathered => ({
  records: { seen: new Map([[change.head, { unreadable: [`line records cannot be read: ${problem.message}`] }]]), whole: null },
  behind: [],
  lines: null,
});
