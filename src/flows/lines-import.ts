/**
 * Takes agent-trace records in: each is held against the commit it names and the commits made right after it, because the
 * reference stamps the commit that was checked out while the lines were written. Where it brings SHA-256 of its ranges they
 * decide; else the commit that adds most of its lines.
 */
import { ok, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { readAgentTrace, type Trace } from '../core/provenance/lines/agent-trace.ts';
import type { Run } from '../core/provenance/lines/fingerprint.ts';
import { fitTo } from '../core/provenance/lines/fit.ts';
import type { ChangedLines } from '../core/provenance/lines/hunk.ts';
import { lengthOf } from '../core/provenance/lines/ranges.ts';
import { runsOf } from '../core/provenance/lines/runs.ts';
import { textHash } from '../core/provenance/lines/text-hash.ts';
import { type RecordedLines, recordLines, type WritePorts } from './lines-write.ts';
import type { CommitLines } from './ports.ts';

export interface Imported extends RecordedLines {
  /** Records that were read. */
  readonly records: number;
}

/** @param commits that may be meant: the trace names one of them, or the parent of one. Problems: CONTENT_UNSEEN, GIT_FAILED. */
export async function importTraces(ports: WritePorts, text: string, commits: readonly Oid[], gitAi: boolean): Promise<Result<Imported>> {
  const { traces, unreadable } = readAgentTrace(text);
  const named = new Set(traces.map((t) => t.revision));
  const found: CommitLines[] = [];
  const read = await ports.lines.each(commits, Number.NEGATIVE_INFINITY, (c) => {
    if (named.has(c.commit) || named.has(c.parent ?? '')) found.push(c);
  });
  if (!read.ok) return read;
  const runs = new Map<Oid, Run[]>();
  const left: string[] = [...unreadable];
  for (const trace of traces) {
    const home = homeOf(trace, found);
    if (home === undefined) left.push(`a record of ${trace.revision.slice(0, 12) || 'no commit'}: no commit of the range adds its lines`);
    else runs.set(home.commit, [...(runs.get(home.commit) ?? []), ...runsOf(fitTo({ ...trace.attribution, commit: home.commit }, home.changed), home.changed, home.at)]);
  }
  const done: RecordedLines[] = [];
  for (const [commit, of] of runs) {
    const recorded = await recordLines(ports, { commits: [commit], runs: of, gitAi, keep: true });
    if (!recorded.ok) return recorded;
    if (recorded.value.written.length === 0) left.push(`commit ${commit.slice(0, 12)} has a record already, which is kept`);
    done.push(recorded.value);
  }
  return ok({ records: traces.length, written: done.flatMap((d) => d.written), gitAi: done.flatMap((d) => d.gitAi), left: [...left, ...done.flatMap((d) => d.left)] });
}

function homeOf(trace: Trace, commits: readonly CommitLines[]): CommitLines | undefined {
  const scored = commits
    .filter((c) => c.commit === trace.revision || c.parent === trace.revision)
    .map((commit) => ({ commit, proven: proven(trace, commit.changed), fits: fitTo(trace.attribution, commit.changed).files.reduce((n, f) => n + lengthOf(f.ranges), 0) }))
    .filter((s) => s.fits > 0)
    .sort((a, b) => b.proven - a.proven || b.fits - a.fits || Number(b.commit.commit === trace.revision) - Number(a.commit.commit === trace.revision));
  return scored[0]?.commit;
}

/** Ranges whose text has the digest the trace brings. */
function proven(trace: Trace, changed: readonly ChangedLines[]): number {
  const lines = new Map(changed.map((c) => [c.path, new Map(c.added.flatMap((h) => h.lines.map((line, i) => [h.start + i, line] as const)))]));
  return trace.hashes.filter(({ path, start, end, sha256 }) => {
    const texts = lines.get(path);
    if (texts === undefined || end - start >= texts.size) return false;
    return textHash(Array.from({ length: end - start + 1 }, (_, i) => texts.get(start + i) ?? '\0')) === sha256;
  }).length;
}
