/**
 * What a full name stands for, by a `git cat-file --batch-check` that stays a moment for the next question: a push asks four times where its
 * ref stands. Git reads the ref anew for every line it is asked, and looks for new packs before it calls a commit missing. It looks for a
 * name that is not there in five more places, which whoever pushes can fill: so it is asked of those too, and believed where they are empty.
 */
import { text } from '../../core/base/bytes.ts';
import type { Oid } from '../../core/change/change.ts';
import { hold, type Lingering, lingering } from './lingering.ts';
import { type Environment, failure, startGit, tail } from './run.ts';
import { slots } from './slots.ts';

/** Not for long: it has read the repository's configuration once. */
const idle = lingering<Asking>({ most: 8, ms: 5_000 });
const OLDEST = 30_000;
const asking = slots(16);

interface Asking extends Lingering {
  readonly since: number;
  /** One answer a line, in their order. One question at a time. */
  ask(lines: readonly string[]): Promise<readonly string[]>;
}

/** Where git looks for a name, in its order, after the name itself. */
export const elsewhere = (name: string): readonly string[] => [`refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`, `refs/remotes/${name}`, `refs/remotes/${name}/HEAD`];

/** Git takes it for the abbreviated id of a commit, as `git describe` prints it. */
const DESCRIBED = /-g[0-9a-f]+$/;
const NOTHING = / (?:missing|ambiguous)$/;

/**
 * The commit a ref leads to; null where there is none; undefined where something else answers to its name. Rejects where git does not answer.
 * @param env names the repository. @param ref HEAD, or the full name of a ref, with nothing of git's language of revisions in it.
 */
export async function commitNamed(env: Environment, ref: string): Promise<Oid | null | undefined> {
  if (DESCRIBED.test(ref)) return undefined;
  const done = await asking.take();
  try {
    const key = env.GIT_DIR ?? '';
    const git = idle.take(key) ?? start(env);
    const [line = '', ...others] = await git.ask([`${ref}^{commit}`, ...elsewhere(ref)]);
    if (Date.now() - git.since < OLDEST) idle.leave(key, git);
    else git.child.stdin.end();
    if (others.some((other) => !NOTHING.test(other))) return undefined;
    if (NOTHING.test(line)) return null;
    const id = /^([0-9a-f]+) commit$/.exec(line)?.[1];
    if (id === undefined) throw new Error(`git cat-file answered ${JSON.stringify(line)}`);
    return id;
  } finally {
    done();
  }
}

const SECONDS = 60;

function start(env: Environment): Asking {
  const child = startGit(['cat-file', '--batch-check=%(objectname) %(objecttype)'], { env });
  const stderr = tail(child.stderr);
  let heard = '';
  let waiting: { readonly lines: number; answer(lines: readonly string[]): void; fail(error: Error): void } | undefined;
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken ??= error;
    waiting?.fail(error);
  };
  child.stdout.on('data', (chunk: Uint8Array) => {
    heard += text(chunk) ?? '\ufffd';
    const answered = heard.split('\n').slice(0, -1);
    if (answered.length === waiting?.lines) waiting.answer(answered);
  });
  child.on('error', fail);
  child.on('close', (code) => fail(new Error(failure('cat-file', code, stderr()).message)));
  hold(child, true);
  return {
    child,
    since: Date.now(),
    ask: (asked) => {
      heard = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), SECONDS * 1_000);
      const answer = new Promise<readonly string[]>((resolve, reject) => {
        waiting = { lines: asked.length, answer: resolve, fail: reject };
        if (broken === undefined) child.stdin.write(asked.map((line) => `${line}\n`).join(''));
        else reject(broken);
      });
      return answer.finally(() => clearTimeout(timer));
    },
  };
}
