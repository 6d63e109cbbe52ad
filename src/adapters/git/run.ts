/**
 * Runs git, in an environment that nothing of the caller's reaches: not the machine's or the user's configuration, no
 * inherited `GIT_*`, no replace refs, no grafts, no network. A repository says what it wants in its files; its
 * configuration is data of whoever owns the clone, so commands that could run something from it are not used here.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { concat } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { slots } from './slots.ts';

export type Environment = { readonly [name: string]: string };

export interface GitOutput {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: Environment;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  /** Bytes of standard output after which git is ended: PUSH_TOO_LARGE. */
  readonly cap?: number;
  /** After which git is ended: PUSH_TOO_LARGE. */
  readonly seconds?: number;
}

export type GitChild = ChildProcessByStdio<Writable, Readable, Readable>;

const CAP = 64 << 20;
const SECONDS = 60;
const NOWHERE = '/nonexistent';

/** `safe.directory` has to be said on the command: repositories on a server belong to others, and we run nothing they configure. */
const SETTINGS = ['-c', 'core.quotepath=off', '-c', 'diff.renames=false', '-c', 'safe.directory=*', '-c', 'core.fsync=all', '-c', 'advice.graftFileDeprecated=false'];

/** The environment of every git we start. `more` names the repository. */
export function gitEnvironment(more: Environment = {}): Environment {
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: NOWHERE,
    XDG_CONFIG_HOME: NOWHERE,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone fetches what it lacks in the middle of a read: first for a git that can be told, then for any.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    ...more,
  };
}

export const withSettings = (args: readonly string[]): string[] => [...SETTINGS, ...args];

/** Throws where the machine has no room for another process: without pipes there is nothing to talk to. */
export function startGit(args: readonly string[], options: Pick<RunOptions, 'env' | 'cwd'>): GitChild {
  return piped(spawn('git', withSettings(args), { env: { ...options.env }, stdio: ['pipe', 'pipe', 'pipe'], ...(options.cwd === undefined ? {} : { cwd: options.cwd }) }));
}

/** A process that could not be started says so in an event nobody may be listening for yet, and has no pipes. */
export function piped(child: GitChild): GitChild {
  child.on('error', () => undefined);
  if (child.stdin === undefined || child.stdout === undefined || child.stderr === undefined)
    throw new Error('git cannot be started: this machine is out of processes or file descriptors');
  // A git that ends before it has read all its input is reported by its exit code, not by a broken pipe.
  child.stdin.on('error', () => undefined);
  return child;
}

/** Gits that run to their end and wait for nobody: a bound on them holds up nothing for ever. */
const running = slots(16);

/** Runs to the end; any exit code is an answer. Problems: PUSH_TOO_LARGE over a cap, GIT_FAILED where git cannot start. */
export async function runGit(args: readonly string[], options: RunOptions): Promise<Result<GitOutput>> {
  const done = await running.take();
  try {
    const child = startGit(args, options);
    const output = collect(child, args[0] ?? '', options);
    child.stdin.end(options.input);
    return await output;
  } catch (error) {
    return err(unstartable(error));
  } finally {
    done();
  }
}

const unstartable = (error: unknown): Problem =>
  problem('GIT_FAILED', `git cannot be started: ${error instanceof Error ? error.message : String(error)}`, { remedy: 'install git 2.34 or newer and put it on PATH' });

function collect(child: GitChild, name: string, options: RunOptions): Promise<Result<GitOutput>> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    const stderr = tail(child.stderr);
    let size = 0;
    let over: Problem | undefined;
    const stop = (why: string): void => {
      over ??= problem('PUSH_TOO_LARGE', `git ${name} ${why}`);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`took more than ${options.seconds ?? SECONDS} s`), (options.seconds ?? SECONDS) * 1_000);
    child.stdout.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > (options.cap ?? CAP)) stop(`printed more than ${options.cap ?? CAP} bytes`);
      else chunks.push(chunk);
    });
    child.on('error', (error) => finish(err(unstartable(error))));
    child.on('close', (code) => finish(over === undefined ? ok({ code: code ?? 128, stdout: concat(...chunks), stderr: stderr() }) : err(over)));
    function finish(result: Result<GitOutput>): void {
      clearTimeout(timer);
      resolve(result);
    }
  });
}

/** The last of what a stream said, for a message. */
export function tail(stream: Readable): () => string {
  let said = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    said = (said + chunk).slice(-4_000);
  });
  return () => said;
}

/** Standard output of a git that must succeed. Problems: CONTENT_UNSEEN where it misses an object, else GIT_FAILED. */
export function succeeded(name: string, output: Result<GitOutput>): Result<Uint8Array> {
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(output.value.stdout) : err(failure(name, output.value.code, output.value.stderr));
}

const MISSING = /unable to read|could not (?:fetch|read)|missing (?:blob|tree|commit)|bad object|not a valid (?:object|commit)|failed to traverse|unable to find|cannot read/i;

/** What git said goes to terminals and logs, and may quote a path: control characters are taken out. */
export function failure(name: string, code: number | null, stderr: string): Problem {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  const said = stderr.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
  if (/duplicateEntries/.test(said)) return problem('CONTENT_DUPLICATE', 'a pushed tree holds the same name twice', { remedy: 'build the tree with git itself and push again' });
  const unseen = MISSING.test(said);
  const message = `git ${name} ended with ${code ?? 'a signal'}${said === '' ? '' : `: ${said.slice(-400)}`}`;
  return problem(unseen ? 'CONTENT_UNSEEN' : 'GIT_FAILED', message, unseen ? { remedy: 'fetch the missing history or objects and try again' } : {});
}
