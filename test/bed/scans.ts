/** A scan of the bed's repository, as the server's job does it, and somebody with a shell on the server. */
import { openRefHistory } from '../../src/adapters/git/ref-history.ts';
import type { Row } from '../../src/core/gate/population.ts';
import { keysOf, sourceOf } from '../../src/flows/log-read.ts';
import { type Scan, scan } from '../../src/flows/scan.ts';
import { type Bed, MAIN } from './bed.ts';

const ALWAYS = { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

export async function scanOf(bed: Bed, { period = ALWAYS, refs = [] as readonly string[] } = {}): Promise<{ readonly found: Scan; readonly rows: readonly Row[] }> {
  const keys = keysOf([bed.store.logVerifierKey ?? '']);
  const served = bed.world.repositories.get('infra');
  if (!keys.ok || served === undefined) throw new Error('no log, or nothing is served');
  const rows: Row[] = [];
  const world = {
    log: { source: sourceOf(bed.store.files, 'the log'), keys: keys.value, body: (sha256: string) => bed.world.ledger.body(sha256), progress: () => undefined },
    repository: served.repository,
    history: openRefHistory({ gitDir: bed.served.gitDir }),
    parsers: bed.world.parsers,
    now: () => bed.clock.now,
  };
  const found = await scan(world, { repo: 'infra', refs, period }, (row) => void rows.push(row));
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return { found: found.value, rows };
}

/** Moved past every gate; nobody looks at it before somebody is asked to. */
export function sneak(bed: Bed, head: string, ref = MAIN): void {
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/arrived/${head}`);
  bed.served.git('update-ref', ref, head);
}
