/** What many commits change, through one `git diff-tree --stdin`. A commit that git dies of is left out, and said to be. */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Commit, Oid } from '../../core/change/change.ts';
import type { CommitLines } from '../../flows/ports.ts';
import { isId } from './change.ts';
import { parseCommit } from './commit.ts';
import { patchesReader } from './lines-patch.ts';
import { openObjects } from './objects.ts';
import type { Place } from './place.ts';
import { startGit } from './run.ts';
import { slots } from './slots.ts';

export interface EachAsk {
  readonly commits: readonly Oid[];
  readonly since: number;
  readonly take: (commit: CommitLines) => void;
  /** Of `diff-tree`, before `--stdin`. */
  readonly args: readonly string[];
  readonly bigFile: number;
}

const COMMIT_BYTES = 1 << 20;
const AT_ONCE = 64;
const SECONDS = 300;
/** Damaged commits that are stepped over. */
const RESTARTS = 40;

export async function eachCommit(place: Place, ask: EachAsk): Promise<Result<readonly Oid[]>> {
  try {
    const { found, lost } = await headers(place, ask);
    let rest: readonly Commit[] = found;
    for (let tried = 0; rest.length > 0; tried += 1) {
      const done = await patches(place, ask, rest);
      if (done === rest.length) break;
      // git died of the one it was at, or of the next while this one was not yet known to be whole: alone it shows
      const alone = rest.slice(done, done + 1);
      if ((await patches(place, ask, alone)) === 0) lost.push(...alone.map((c) => c.id));
      if (tried === RESTARTS) lost.push(...rest.slice(done + 1).map((c) => c.id));
      rest = tried === RESTARTS ? [] : rest.slice(done + 1);
    }
    return ok(lost);
  } catch (error) {
    return err(problem('GIT_FAILED', error instanceof Error ? error.message : String(error)));
  }
}

async function headers(place: Place, { commits, since }: EachAsk): Promise<{ readonly found: readonly Commit[]; readonly lost: Oid[] }> {
  const [found, lost]: [Commit[], Oid[]] = [[], []];
  const reader = await openObjects(place.objects);
  try {
    const ids = [...new Set(commits)];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      const read = await Promise.all(some.map((id) => (isId(place, id) ? reader.read(id, COMMIT_BYTES) : undefined)));
      for (const [i, id] of some.entries()) {
        const object = read[i];
        const commit = object?.type === 'commit' && object.bytes !== undefined ? parseCommit(id, object.bytes) : undefined;
        if (commit === undefined || place.shallow.has(id)) lost.push(id);
        else if (commit.committer.at >= since) found.push(commit);
      }
    }
  } finally {
    reader.close();
  }
  return { found, lost };
}

const running = slots(4);

/** How many from the first were read whole. Those that change nothing print nothing. */
async function patches(place: Place, ask: EachAsk, commits: readonly Commit[]): Promise<number> {
  const done = await running.take();
  try {
    return await stream(place, ask, commits);
  } finally {
    done();
  }
}

function stream(place: Place, ask: EachAsk, commits: readonly Commit[]): Promise<number> {
  const child = startGit(['-c', `core.bigFileThreshold=${ask.bigFile}`, 'diff-tree', '--stdin', ...ask.args], { env: place.objects });
  const order = new Map(commits.map((c, i) => [c.id, i]));
  let next = 0;
  const give = (upTo: number, changed: CommitLines['changed'], last: boolean): void => {
    for (; next < upTo || (last && next === upTo); next += 1) {
      const { id, parents, committer } = commits[next] ?? { id: '', parents: [], committer: { at: 0 } };
      ask.take({ commit: id, parent: parents[0] ?? null, at: committer.at, changed: next === upTo ? changed : [] });
    }
  };
  const reader = patchesReader((commit, changed) => give(order.get(commit) ?? 0, changed, true));
  const timer = setTimeout(() => child.kill('SIGKILL'), SECONDS * 1_000);
  child.stderr.resume();
  child.stdout.on('data', (chunk: Uint8Array) => reader.take(chunk));
  child.stdin.end(commits.map((c) => `${[c.id, ...c.parents.slice(0, 1)].join(' ')}\n`).join(''));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) {
        reader.end();
        give(commits.length, [], false);
      }
      resolve(code === 0 ? commits.length : next);
    });
  });
}
