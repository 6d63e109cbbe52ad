/**
 * What a name stands for, by a `git cat-file --batch-check` that stays a moment for the next question: a push asks four times where its
 * ref stands. Git reads the ref anew for every line it is asked, and looks for new packs before it calls a commit missing.
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
  /** One question at a time. */
  ask(line: string): Promise<string>;
}

/**
 * The commit a name leads to; null where there is none. Rejects where git does not answer.
 * @param env names the repository. @param revision no line break in it.
 */
export async function commitNamed(env: Environment, revision: string): Promise<Oid | null> {
  const done = await asking.take();
  try {
    const key = env.GIT_DIR ?? '';
    const git = idle.take(key) ?? start(env);
    const line = await git.ask(`${revision}^{commit}`);
    if (Date.now() - git.since < OLDEST) idle.leave(key, git);
    else git.child.stdin.end();
    if (/ (?:missing|ambiguous)$/.test(line)) return null;
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
  let waiting: { answer(line: string): void; fail(error: Error): void } | undefined;
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken ??= error;
    waiting?.fail(error);
  };
  child.stdout.on('data', (chunk: Uint8Array) => {
    heard += text(chunk) ?? '\ufffd';
    if (heard.endsWith('\n')) waiting?.answer(heard.slice(0, -1));
  });
  child.on('error', fail);
  child.on('close', (code) => fail(new Error(failure('cat-file', code, stderr()).message)));
  hold(child, true);
  return {
    child,
    since: Date.now(),
    ask: (line) => {
      heard = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), SECONDS * 1_000);
      const answer = new Promise<string>((resolve, reject) => {
        waiting = { answer: resolve, fail: reject };
        if (broken === undefined) child.stdin.write(`${line}\n`);
        else reject(broken);
      });
      return answer.finally(() => clearTimeout(timer));
    },
  };
}
