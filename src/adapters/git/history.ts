/**
 * The port `History` over spawned git: one `git log` for all commits and what they change, one `cat-file` for contents.
 * Nothing is fetched and no configuration of the clone is read (see place.ts); what cannot be read is said, not guessed.
 */
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { Contents, History, Walk } from '../../flows/ports.ts';
import { type EachCommit, LOG_FORMAT, logStream } from './history-stream.ts';
import { openObjects } from './objects.ts';
import { idLength, locate, type Place, type RepositoryPlace } from './place.ts';
import { failure, type GitChild, startGit, tail } from './run.ts';

/** A history of a million commits is read in this time; whatever takes longer hangs. */
const SECONDS = 3_600;

/** Exported to be measured against: what git itself needs for the same bytes. */
export const LOG = ['log', '-z', '--no-renames', '--no-abbrev', '--encoding=UTF-8', '--no-show-signature', `--format=${LOG_FORMAT}`] as const;
export const RAW = ['--raw', '--root', '--diff-merges=first-parent', '-O/dev/null', '--ignore-submodules=none'] as const;
const ORDER = '--topo-order';

/** @param place a user's clone, `{ dir }`, or a bare repository. */
export function openHistory(place: RepositoryPlace): History {
  return {
    walk: async (walk) => {
      const at = await locate(place);
      return at.ok ? walkAll(at.value, walk) : at;
    },
    contents: async () => {
      const at = await locate(place);
      return at.ok ? contentsOf(at.value) : at;
    },
  };
}

interface Attempt {
  readonly args: readonly string[];
  readonly diffs: boolean;
  readonly missed: string;
}

/**
 * The first reads everything. A tree that is missing ends it in the middle, so the second reads the commits alone. A commit
 * that is missing ends both before they print anything, so the third goes as far as it gets. The last commit before such an
 * end is not known to be whole, and counts as not printed.
 */
const ATTEMPTS: readonly Attempt[] = [
  { args: [...RAW, ORDER], diffs: true, missed: '' },
  { args: ['--no-patch', ORDER], diffs: false, missed: 'folders are missing from this repository, so what some commits change was not seen' },
  { args: [...RAW], diffs: true, missed: 'commits are missing from this repository, so what came before them was not seen' },
];

async function walkAll(place: Place, walk: Walk): Promise<Result<readonly string[]>> {
  if (!/^[0-9a-f]+$/.test(walk.tip) || walk.tip.length !== idLength(place.format)) return err(problem('GIT_FAILED', `${JSON.stringify(walk.tip)} is not a full object id`));
  const seen = new Set<Oid>();
  const missed: string[] = [];
  let last: Problem | undefined;
  for (const attempt of ATTEMPTS) {
    const before = seen.size;
    const ended = await run(place, walk, attempt, seen);
    if (seen.size > before && attempt.missed !== '') missed.push(attempt.missed);
    if (ended.ok) return ok([...missed, ...cut(place, seen)]);
    if (walk.signal?.aborted === true) return ok(missed);
    last = ended.error;
  }
  if (seen.size > 0) return ok([...missed, ...cut(place, seen), `git stopped reading: ${last?.message}`]);
  return err(last ?? problem('GIT_FAILED', 'git log printed nothing'));
}

/** What a shallow clone lacks stands behind these commits, and what they changed is not known either. */
const cut = (place: Place, seen: ReadonlySet<Oid>): readonly string[] => {
  const ends = [...place.shallow].filter((id) => seen.has(id)).length;
  return ends === 0
    ? []
    : [`this clone is shallow: history ends at ${ends} ${ends === 1 ? 'commit' : 'commits'}, whose own changes were not seen; git fetch --unshallow brings the rest`];
};

function run(place: Place, walk: Walk, { args, diffs }: Attempt, seen: Set<Oid>): Promise<Result<void>> {
  const each: EachCommit = (commit, diff) => {
    if (seen.has(commit.id)) return;
    seen.add(commit.id);
    const whole = diffs && !place.shallow.has(commit.id);
    walk.each(commit, whole ? diff : () => undefined);
  };
  try {
    return drain(startGit([...LOG, ...args, walk.tip, '--'], { env: place.objects }), walk, logStream(idLength(place.format), each));
  } catch (error) {
    return Promise.resolve(err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error))));
  }
}

function drain(child: GitChild, walk: Walk, stream: ReturnType<typeof logStream>): Promise<Result<void>> {
  const stderr = tail(child.stderr);
  const stop = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(stop, SECONDS * 1_000);
  walk.signal?.addEventListener('abort', stop, { once: true });
  if (walk.signal?.aborted === true) stop();
  let odd = false;
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => {
    if (odd || stream.take(chunk)) return;
    odd = true;
    stop();
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      walk.signal?.removeEventListener('abort', stop);
      if (code === 0) stream.end();
      if (odd) return resolve(err(problem('GIT_FAILED', 'git log answered something else')));
      return resolve(code === 0 ? ok(undefined) : err(failure('log', code, stderr())));
    });
  });
}

async function contentsOf(place: Place): Promise<Result<Contents>> {
  try {
    const reader = await openObjects(place.objects, SECONDS);
    const read: Contents['read'] = (ids, cap) =>
      Promise.all(
        ids.map(async (id) => {
          const found = await reader.read(id, cap);
          if (found?.type !== 'blob') return { id, problem: 'missing' as const };
          return found.bytes === undefined ? { id, problem: 'too-large' as const } : { id, bytes: found.bytes };
        }),
      );
    return ok({ read, close: () => reader.close() });
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  }
}
