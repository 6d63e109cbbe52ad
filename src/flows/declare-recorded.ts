/** What recorders saw of commits: whose sessions made their lines, and which agent committed by itself. */
import type { Commit, Oid } from '../core/change/change.ts';
import type { Assistant } from '../core/provenance/preset-trailers.ts';
import { committerOf, sessionsTouching } from '../core/provenance/session/sessions.ts';
import type { Lines, RecordedLog } from './ports.ts';

/** Milliseconds: lines may lie in a work tree for this long before they are committed. */
const WINDOW = 30 * 86_400_000;

/** @param log null: nothing was ever recorded here. A commit nobody saw, or that cannot be read, is absent. */
export async function recordedHands(lines: Lines, log: RecordedLog | null, commits: readonly Commit[]): Promise<ReadonlyMap<Oid, readonly Assistant[]>> {
  const found = new Map<Oid, readonly Assistant[]>();
  const since = commits.reduce((oldest, c) => Math.min(oldest, c.author.at), Number.POSITIVE_INFINITY) - WINDOW;
  const entries = log === null || commits.length === 0 ? [] : await log.entries(since);
  if (log === null || entries.length === 0) return found;
  const runs = await log.runs(since);
  for (const { id, parents } of commits) {
    const changed = await lines.between(parents[0] ?? null, id);
    const alone = committerOf(entries, id);
    const hands = [...(changed.ok ? sessionsTouching(changed.value, runs) : []), ...(alone === undefined ? [] : [handOf(alone)])];
    if (hands.length > 0) found.set(id, [...new Map(hands.map((h) => [`${h.tool} ${h.model ?? ''} ${h.session ?? ''}`, h])).values()]);
  }
  return found;
}

const handOf = ({ tool, model, session }: { readonly tool: string; readonly model?: string; readonly session?: string }) => ({
  tool,
  ...(model === undefined ? {} : { model }),
  ...(session === undefined ? {} : { session }),
});
