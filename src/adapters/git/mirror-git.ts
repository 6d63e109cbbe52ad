/**
 * Git that talks to a remote. The password is in its environment alone: an argument is seen by everybody on the machine, a configuration file
 * stays, and git's own words may hold what the remote said, which knows the password too. Everything it started ends with it.
 */
import { spawn } from 'node:child_process';
import { concat } from '../../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { type Environment, type GitChild, gitEnvironment, piped, tail, withSettings } from './run.ts';

export interface Remote {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

export interface Asking {
  readonly remote: Remote;
  /** Absent: outside of any repository. */
  readonly gitDir?: string;
  readonly input?: string;
  /** Of any one file it writes. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly signal: AbortSignal;
}

export interface Failed extends Problem {
  /**
   * `remote`: it, or our own disk; less of it would fail too. Otherwise less of it may be taken: `content` is what was fetched, and it stays so;
   * `gone`: nobody has it there any more. `late`: it takes longer than it may.
   */
  readonly of: 'remote' | 'content' | 'gone' | 'late';
}

/** Of standard output. */
const PRINTED = 128 << 20;
const BLOCK = 512;

/** Runs to the end. @param url of the remote is the last argument. */
export async function askRemote(args: readonly string[], asking: Asking): Promise<Result<Uint8Array, Failed>> {
  const url = addressOf(asking.remote.url);
  if (url === null) return err(failed('an address to fetch from is http or https, and holds no user, password, query or fragment', 'correct the address', asking));
  const argv = withSettings([...args, url.href]);
  let child: GitChild;
  try {
    // The shell is gone before git begins. A size no file may grow over is the one cap that holds while git unpacks; not killed for it, git says so.
    const limited = ['-c', `trap '' XFSZ && ulimit -f "$0" && exec git "$@"`, String(Math.ceil(asking.bytes / BLOCK)), ...argv];
    child = piped(spawn('/bin/sh', limited, { env: { ...environment(url, asking) }, stdio: ['pipe', 'pipe', 'pipe'], detached: true }));
  } catch (cause) {
    return err(failed(cause instanceof Error ? cause.message : String(cause), 'try again when the machine has room', asking));
  }
  return ended(child, asking);
}

/** As git is given it; null: it may not be fetched from. */
function addressOf(address: string): URL | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  const plain = url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === '';
  return plain ? url : null;
}

function environment(url: URL, { remote, gitDir }: Asking): Environment {
  const basic = Buffer.from(`${remote.user}:${remote.password}`).toString('base64');
  const settings = [...SETTINGS, [`http.${url.origin}/.extraHeader`, `Authorization: Basic ${basic}`]];
  return gitEnvironment({
    ...(gitDir === undefined ? { GIT_DIR: '/nonexistent' } : { GIT_DIR: gitDir }),
    GIT_ALLOW_PROTOCOL: url.protocol.slice(0, -1),
    ...Object.fromEntries(settings.flatMap(([key = '', value = ''], i) => [[`GIT_CONFIG_KEY_${i}`, key] as const, [`GIT_CONFIG_VALUE_${i}`, value] as const])),
    GIT_CONFIG_COUNT: String(settings.length),
  });
}

/** What old projects hold, and today's git would not make. None of it changes what a tree says. */
const OLD = [
  'zeroPaddedFilemode',
  'badTimezone',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingNameBeforeEmail',
  'badEmail',
  'badName',
  'badDate',
  'badDateOverflow',
];

const SETTINGS: readonly (readonly [string, string])[] = [
  ['protocol.version', '2'],
  // Checked before they are ours; a redirect would carry the password to where the remote says, and so would what a remote borrows from others.
  ['transfer.fsckObjects', 'true'],
  ...OLD.map((name) => [`fetch.fsck.${name}`, 'warn'] as const),
  ['http.followRedirects', 'false'],
  ['transfer.bundleURI', 'false'],
  // A remote that packs for minutes says next to nothing meanwhile. This one is for a git that outlived whoever was to end it.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '900'],
  // One pack each time, so that one size is the cap of it.
  ['fetch.unpackLimit', '1'],
  ['transfer.unpackLimit', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['credential.helper', ''],
  ['core.askPass', ''],
];

/** Groups that run: they end with this process, where it ends by itself. */
const groups = new Set<number>();
process.on('exit', () => {
  for (const group of groups) kill(group, 'SIGKILL');
});

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It ended meanwhile.
  }
}

const GRACE = 2_000;

function ended(child: GitChild, asking: Asking): Promise<Result<Uint8Array, Failed>> {
  const group = child.pid;
  if (group !== undefined) groups.add(group);
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    const stderr = tail(child.stderr);
    let size = 0;
    let over: Failed | undefined;
    let last: NodeJS.Timeout | undefined;
    // Asked first, so that it takes away what it has half written.
    const stop = (why: Failed): void => {
      if (over !== undefined || group === undefined) return;
      over = why;
      kill(group, 'SIGTERM');
      last = setTimeout(() => kill(group, 'SIGKILL'), GRACE);
    };
    const abandoned = (): void => stop(failed('nobody waits for it any more', 'fetch again', asking));
    const timer = setTimeout(() => stop({ ...failed('it took too long', 'fetch again when the remote is faster', asking), of: 'late' }), asking.until - Date.now());
    child.stdout.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > PRINTED) stop({ ...problem('PUSH_TOO_LARGE', `the remote lists more than ${PRINTED} bytes of refs`, { place: asking.remote.url }), of: 'remote' });
      else chunks.push(chunk);
    });
    const finish = (result: Result<Uint8Array, Failed>): void => {
      clearTimeout(timer);
      clearTimeout(last);
      asking.signal.removeEventListener('abort', abandoned);
      if (group !== undefined) groups.delete(group);
      resolve(result);
    };
    asking.signal.addEventListener('abort', abandoned);
    if (asking.signal.aborted) abandoned();
    child.on('error', (cause) => finish(err(failed(`git cannot be started: ${cause.message}`, 'install git 2.34 or newer and put it on PATH', asking))));
    child.on('close', (code) => finish(over === undefined && code === 0 ? ok(concat(...chunks)) : err(over ?? whatWentWrong(stderr(), asking))));
    child.stdin.end(asking.input);
  });
}

const failed = (message: string, remedy: string, { remote }: Asking): Failed => ({ ...problem('GIT_FAILED', message, { place: placeOf(remote.url), remedy }), of: 'remote' });

/** A password that stands in an address is not repeated. */
const placeOf = (address: string): string => (addressOf(address) === null ? 'the address to fetch from' : address);

const CONTENT = /fsck error|error in object|index-pack|did not send all necessary objects|unresolved delta|bad pack|pack has bad/;
/** What is said of it, by what git says in English. The first that fits. */
const OF_THE_REMOTE: readonly (readonly [RegExp, string, string])[] = [
  [
    /Authentication failed|could not read (?:Username|Password)|returned error: 40[13]/,
    'the remote refused us',
    'give us the right to read what the repository holds, and try again',
  ],
  [
    /not found|returned error: (?:404|410)/,
    'the remote knows no such repository, or does not show it to us',
    'see whether it was renamed, moved or deleted, and whether we may read it',
  ],
  [/returned error: 3\d\d|redirect/, 'the remote sends us elsewhere', 'name the address it lives at now: none is followed, the password would go along'],
  [/No space left|quota exceeded/i, 'our own disk is full', 'make room where the mirrors lie'],
  [/too slow|timed out/i, 'the remote is too slow', 'fetch again when it is faster'],
  [
    /unable to access|early EOF|hung up|RPC failed|unexpected disconnect|returned error: \d+|Could not resolve|Failed to connect/,
    'the remote was not reached',
    'check the address and the network between',
  ],
];

function whatWentWrong(stderr: string, asking: Asking): Failed {
  const said = ownWords(stderr, asking.remote);
  const place = asking.remote.url;
  if (/write error: File too large/.test(stderr))
    return { ...problem('PUSH_TOO_LARGE', `what was fetched is more than ${asking.bytes} bytes packed`, { place, remedy: 'raise the cap of bytes' }), of: 'content' };
  // The remote's own word, which says no more than that it will not.
  if (/^fatal: remote error: upload-pack: not our ref /m.test(stderr))
    return { ...failed('the remote lists what it does not have', 'fetch again: it moved meanwhile', asking), of: 'gone' };
  const checked = /fsck error|error in object/.test(said);
  const [, what, remedy] = checked ? [] : (OF_THE_REMOTE.find(([pattern]) => pattern.test(said)) ?? []);
  if (what !== undefined && remedy !== undefined) return failed(`${what}: ${said}`, remedy, asking);
  return {
    ...problem('GIT_FAILED', `what was fetched cannot be taken: ${said}`, { place, remedy: 'git fsck in the repository says what is wrong with it' }),
    of: CONTENT.test(said) ? 'content' : 'remote',
  };
}

/** What git says itself, and nothing of what the remote had it say: that knows the password, and writes to our logs. */
function ownWords(stderr: string, { user, password }: Remote): string {
  const secrets = [password, encodeURIComponent(password), Buffer.from(`${user}:${password}`).toString('base64')].filter((secret) => secret !== '');
  const own = stderr.split(/[\r\n]+/).filter((line) => /^(?:fatal|error): /.test(line) && !/^fatal: remote error|^error: remote/.test(line));
  const said = secrets.reduce((words, secret) => words.replaceAll(secret, '***'), own.join(' '));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return said.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(-400);
}
