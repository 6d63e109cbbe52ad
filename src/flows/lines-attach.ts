/** Finds again what records of other commits say of these, after a squash or a rebase, and keeps it as a record of theirs. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { relevantTo } from '../core/provenance/lines/relevant.ts';
import type { LinePorts } from './lines.ts';
import { DAYS } from './lines.ts';
import { knownElsewhere } from './lines-known.ts';
import { type RecordedLines, recordLines, type WritePorts } from './lines-write.ts';
import type { CommitLines } from './ports.ts';

/** What a commit already has is left alone. Problems: CONTENT_UNSEEN, GIT_FAILED. */
export async function attachLines(
  ports: LinePorts & WritePorts,
  ask: { readonly commits: readonly Oid[]; readonly days?: number; readonly gitAi: boolean },
): Promise<Result<RecordedLines>> {
  const found: CommitLines[] = [];
  const read = await ports.lines.each(ask.commits, Number.NEGATIVE_INFINITY, (c) => found.push(c));
  if (!read.ok) return read;
  const since = found.reduce((newest, c) => Math.max(newest, c.at), 0) - (ask.days ?? DAYS) * 86_400_000;
  const known = await knownElsewhere(ports, new Set(), since, relevantTo(found.map((c) => c.changed)));
  return known.ok ? recordLines(ports, { commits: ask.commits, runs: known.value.runs, gitAi: ask.gitAi, keep: true }) : known;
}
