/**
 * The port `History` over spawned git: one `git log` for what the branch went through, one for every other commit without
 * its differences (half of all git would have to work out, and nobody asks), one `cat-file` for contents.
 * Nothing is fetched and no configuration of the clone is read (see place.ts); what cannot be read is said, not guessed.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Commit, Oid } from '../../core/change/change.ts';
import type { Contents, History, Walk } from '../../flows/ports.ts';
import { type EachCommit, LOG_FORMAT, logStream } from './history-stream.ts';
import { openObjects } from './objects.ts';
import { idLength, locate, type Place, type RepositoryPlace } from './place.ts';
import { failure, type GitChild, runGit, startGit, tail } from './run.ts';

/** A history of a million commits is read in this time; whatever takes longer hangs. */
const SECONDS = 3_600;

/** What the measurements ask git for too. */
export const LOG = ['log', '-z', '--no-renames', '--no-abbrev', '--encoding=UTF-8', '--no-show-signature', `--format=${LOG_FORMAT}`] as const;
export const RAW = ['--raw', '--root', '--diff-merges=first-parent', '-O/dev/null', '--ignore-submodules=none'] as const;

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

const CHAIN = ['--first-parent', ...RAW];
const ALL = ['--no-patch'];

const NO_TREES = 'folders are missing from this repository, so what some commits change was not seen';
const NO_COMMITS = 'commits are missing from this repository, so what came before them was not seen';

/**
 * Both passes at once, where there is anything beside the chain. A tree that is missing ends the first in the middle: the second brings the commits behind it all the same. A
 * commit that is missing ends both where they meet it. The last commit before such an end is not known to be whole, and counts as not printed.
 */
async function walkAll(place: Place, walk: Walk): Promise<Result<readonly string[]>> {
  if (!/^[0-9a-f]+$/.test(walk.tip) || walk.tip.length !== idLength(place.format)) return err(problem('GIT_FAILED', `${JSON.stringify(walk.tip)} is not a full object id`));
  const seen = new Set<Oid>();
  const others: Commit[] = [];
  const rest = (): Promise<Result<void>> => run(place, walk, ALL, (commit) => others.push(commit));
  const [chain, beside] = await Promise.all([
    run(place, walk, CHAIN, (commit, diff) => {
      seen.add(commit.id);
      walk.each(commit, place.shallow.has(commit.id) ? NO_DIFF : diff);
    }),
    merged(place, walk).then((yes) => (yes ? rest() : null)),
  ]);
  // Where nothing was ever merged, the branch is all there is, unless its reading ended early.
  const all = beside ?? (chain.ok ? chain : await rest());
  for (const commit of others) {
    if (seen.has(commit.id)) continue;
    seen.add(commit.id);
    walk.each(commit, NO_DIFF);
  }
  if (walk.signal?.aborted === true) return ok([]);
  if (seen.size === 0 && !all.ok) return all;
  return ok([...(chain.ok || !all.ok ? [] : [NO_TREES]), ...(all.ok ? [] : [`${NO_COMMITS} (${all.error.message})`]), ...cut(place, seen)]);
}

/** Does anything stand beside the chain of first parents? Git answers at the first merge it meets. What it cannot say may be so. */
async function merged(place: Place, { tip }: Walk): Promise<boolean> {
  const found = await runGit(['rev-list', '--first-parent', '--min-parents=2', '--max-count=1', tip], { env: place.objects });
  return !found.ok || found.value.code !== 0 || found.value.stdout.length > 0;
}

const NO_DIFF = (): undefined => undefined;

/** What a shallow clone lacks stands behind these commits, and what they changed is not known either. */
const cut = (place: Place, seen: ReadonlySet<Oid>): readonly string[] => {
  const ends = [...place.shallow].filter((id) => seen.has(id)).length;
  return ends === 0
    ? []
    : [`this clone is shallow: history ends at ${ends} ${ends === 1 ? 'commit' : 'commits'}, whose own changes were not seen; git fetch --unshallow brings the rest`];
};

function run(place: Place, walk: Walk, args: readonly string[], each: EachCommit): Promise<Result<void>> {
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
