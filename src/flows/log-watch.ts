/**
 * Watching a log that somebody else runs: what it shows now must begin with what it showed before, and every entry since then must be
 * under the new signature. The old tree is taken out of the log's own tiles and compared with the old root; grown by the new entries, it
 * must have the new root. That proves both at once, and nothing is told before it is proven.
 */
import { equal } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { NoteKey } from '../core/log/note.ts';
import { tileBuilder } from '../core/log/tile-check.ts';
import { TILE_WIDTH } from '../core/log/tiles.ts';
import { ahead } from './ahead.ts';
import { checkpointOf, continues, goesOn, readBundle, type SignedCheckpoint, treeAt } from './log-read.ts';
import type { LogSource } from './ports-log.ts';

export interface Watched {
  readonly now: SignedCheckpoint;
  /** Exact bytes, the first of them number `old.size`. */
  readonly entries: readonly Uint8Array[];
}

/** They are held until they are proven: so many, and so many bytes. */
const MOST_NEW = 100_000;
const MOST_BYTES = 256 << 20;
const AHEAD = 6;

/** Problems: LOG_FORK, LOG_INCLUSION, LOG_SIG, LOG_ORIGIN, LOG_FORMAT, NOT_FOUND, LOG_UNREACHABLE, USAGE over 100,000 new entries, or 256 MiB of them. */
export async function watchLog(source: LogSource, keys: readonly NoteKey[], old: SignedCheckpoint, progress: (words: string, share: number) => void): Promise<Result<Watched>> {
  const now = await checkpointOf(source, keys);
  if (!now.ok) return now;
  const on = goesOn(old, now.value);
  if (!on.ok) return on;
  if (now.value.size - old.size > MOST_NEW) return err(tooMuch(`${now.value.size - old.size} entries are new, and at most ${MOST_NEW} are listed at once`));
  const begun = await treeAt(source, old, now.value.size);
  if (!begun.ok) return err(await why(begun.error, source, old, now.value));
  const builder = tileBuilder(begun.value);
  const entries: Uint8Array[] = [];
  let bytes = 0;
  const [first, end] = [Math.floor(old.size / TILE_WIDTH), Math.ceil(now.value.size / TILE_WIDTH)];
  if (old.size === now.value.size) return ok({ now: now.value, entries });
  for await (const read of ahead(first, end, AHEAD, (i) => readBundle(source, i, Math.min(TILE_WIDTH, now.value.size - i * TILE_WIDTH)))) {
    if (!read.ok) return read;
    for (const entry of read.value.slice(builder.tree().size % TILE_WIDTH)) {
      builder.add(entry);
      entries.push(entry);
      bytes += entry.length;
    }
    if (bytes > MOST_BYTES) return err(tooMuch(`more than ${MOST_BYTES >> 20} MiB of entries are new`));
    progress('new entries', entries.length / (now.value.size - old.size));
  }
  if (equal(builder.root(), now.value.root)) return ok({ now: now.value, entries });
  return err(await why(problem('LOG_INCLUSION', 'the new entries that are served are not those that were signed', { place: source.name, remedy: VERIFY }), source, old, now.value));
}

const VERIFY = 'countersign log verify says which file is wrong';

/** A file that is damaged, or another history? A consistency proof tells: it needs no entry, and few tiles. */
async function why(found: Problem, source: LogSource, old: SignedCheckpoint, now: SignedCheckpoint): Promise<Problem> {
  const proven = found.code === 'LOG_INCLUSION' ? await continues(source, old, now) : ok(undefined);
  return proven.ok ? { remedy: VERIFY, ...found } : proven.error;
}

const tooMuch = (what: string): Problem =>
  problem('USAGE', what, {
    place: '--since',
    remedy: 'check the whole log instead: countersign log verify LOG --vkey KEY --from FILE --keep FILE',
  });
