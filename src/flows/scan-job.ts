/**
 * The scan that nobody has to think of: a job that looks at every repository, writes down what it finds, and puts the next one down. Under a
 * name of its own for each turn, so that servers that share a log do each turn once, and a worker that died leaves it to another.
 */

import { problemText } from '../core/base/result.ts';
import type { NoteKey } from '../core/log/note.ts';
import { DONE, type Handler, type Worked } from './job-worker.ts';
import { checkpointOf, sourceOf } from './log-read.ts';
import type { JobDraft, Jobs } from './ports-jobs.ts';
import type { LogFiles } from './ports-log.ts';
import { scan } from './scan.ts';
import { recordFindings } from './scan-record.ts';
import type { Weighed } from './scan-weigh.ts';
import { type GateWorld, type ServedRepository, STICKY_MS } from './site.ts';

export const SCAN = 'scan';
const HOUR = 3_600_000;
const BACK_OFF = { first: 60_000, factor: 2, last: HOUR };
const TRIES = 5;

export interface ScanJobWorld {
  readonly gate: Pick<GateWorld, 'site' | 'ledger' | 'projections' | 'objects' | 'parsers' | 'repositories' | 'floors' | 'now'>;
  readonly files: LogFiles;
  logKeys(): Promise<readonly NoteKey[]>;
  readonly jobs: Pick<Jobs, 'add'>;
  /** Milliseconds from one scan to the next. */
  readonly every: number;
  log(line: string): void;
}

/** The turn after this time. Put down at the start of a server too: one that waits under this name is this one. */
export function nextScan({ gate, every }: Pick<ScanJobWorld, 'gate' | 'every'>): JobDraft {
  const turn = Math.floor(gate.now() / every) + 1;
  return { org: gate.site.organisation, id: `${SCAN}-${turn}`, kind: SCAN, body: {}, tries: TRIES, due: turn * every };
}

export function scanHandler(world: ScanJobWorld): Handler {
  return {
    kind: SCAN,
    backOff: BACK_OFF,
    run: async (_, signal) => {
      // First: whatever becomes of this turn, there is a next one.
      await world.jobs.add([nextScan(world)]);
      const failed: string[] = [];
      for (const served of world.gate.repositories.values()) {
        if (signal.aborted) return { do: 'retry', why: 'the server ended' };
        const why = await scanOne(world, served, signal);
        if (why === null) continue;
        failed.push(`${served.id}: ${why}`);
        world.log(`the scan of ${served.id} says nothing: ${why}`);
      }
      return failed.length === 0 ? DONE : ({ do: 'retry', why: failed.join('; ').slice(0, 1_000) } satisfies Worked);
    },
  };
}

/** Null where it was looked at, whatever was found, and where a log that is there never heard of it: then all of it was there before. */
async function scanOne(
  { gate, files, logKeys, log: say }: ScanJobWorld,
  { id, protected: refs, repository, history }: ServedRepository,
  signal: AbortSignal,
): Promise<string | null> {
  if (history === undefined) return null;
  const { authenticators } = gate.site;
  const keys = await logKeys();
  // Before genesis nothing was ever judged. Afterwards a log that is not there is one that somebody took away.
  if (keys.length === 0) return null;
  const log = sourceOf(files, gate.site.origin);
  const there = await checkpointOf(log, keys);
  if (!there.ok) return problemText(there.error);
  const source = {
    source: log,
    keys,
    body: (sha256: string, index?: number) => gate.ledger.body(sha256, index),
    progress: () => undefined,
    ...(authenticators === undefined ? {} : { trust: { gates: [], authenticators } }),
  };
  const { memory } = gate.projections;
  const remembered = {
    marks: (repo: string, targetRef: string) => memory.marks({ repo, targetRef, since: gate.now() - STICKY_MS }),
    pushersBefore: (repo: string, contents: readonly string[]) => memory.pushers({ repo, contents }),
  };
  const world = { log: source, remembered, repository, history, parsers: gate.parsers, now: gate.now, ...(gate.floors === undefined ? {} : { floors: gate.floors }) };
  const ask = { repo: id, refs, period: { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }, signal };
  const found = await scan(world, ask, () => undefined);
  if (!found.ok) return found.error.every((p) => p.code === 'NOT_FOUND') ? null : found.error.map(problemText).join('; ');
  const { findings } = found.value;
  const recorded = await recordFindings(gate.ledger, found.value, await keptOf(gate, id, findings));
  if (!recorded.ok) return problemText(recorded.error);
  if (recorded.value.length > 0) say(`the scan of ${id} found ${recorded.value.length} new violations: entries ${recorded.value.join(', ')}`);
  return null;
}

/** Pages read our own copy alone. What it cannot take is found all the same, and nobody can sign it. */
async function keptOf({ objects }: Pick<GateWorld, 'objects'>, repo: string, findings: readonly Weighed[]): Promise<ReadonlySet<Weighed>> {
  const kept = new Set<Weighed>();
  for (const one of findings) if (one.considered !== null && (await objects.keep(repo, [one.finding.to], undefined)).ok) kept.add(one);
  return kept;
}
