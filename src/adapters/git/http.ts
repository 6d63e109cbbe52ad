/**
 * Serves repositories over git's smart HTTP by running `git http-backend` as a CGI program (RFC 3875), and nothing but
 * the paths git asks for. Who may read or push is decided before: `remoteUser` is the authenticated principal, never a
 * header of the request; without one git refuses pushes.
 *
 * What a pre-receive hook finds in its environment (measured, git 2.39): everything of `env` below; `REMOTE_USER` and
 * the other CGI variables; `GIT_DIR=.`; and of the quarantine `GIT_QUARANTINE_PATH` and `GIT_OBJECT_DIRECTORY`, both
 * `<repository>/./objects/tmp_objdir-incoming-XXXXXX`, with `GIT_ALTERNATE_OBJECT_DIRECTORIES` naming
 * `<repository>/./objects`. The quarantine is deleted when the hook answers no, and merged when it answers yes.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { concat, text, utf8 } from '../../core/base/bytes.ts';
import { type Environment, type GitChild, piped, tail } from './run.ts';
import { slots } from './slots.ts';

export interface GitRequest {
  readonly method: string;
  /** Path below the project root, decoded, for example `/infra.git/info/refs`. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Readable;
}

export interface ServeOptions {
  /** Folder of `<repo>.git` bare repositories. */
  readonly projectRoot: string;
  readonly request: GitRequest;
  /** The authenticated principal; undefined may read and not push. */
  readonly remoteUser: string | undefined;
  /** Given to git and its hooks, for example COUNTERSIGN_SOCKET. */
  readonly env: Environment;
  /** Folder of a repository's hooks, absolute; absent: its own. Whatever its configuration says, these run, and without a pre-receive nothing is pushed. */
  readonly hooks?: (repo: string) => string | undefined;
}

export interface GitResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Readable;
}

const REPOSITORY = /^\/([A-Za-z0-9][A-Za-z0-9._-]{0,99})\.git\/(.+)$/;
const SERVED = [
  /^info\/refs$/,
  /^git-upload-pack$/,
  /^git-receive-pack$/,
  /^HEAD$/,
  /^objects\/info\/packs$/,
  /^objects\/[0-9a-f]{2}\/[0-9a-f]{38}(?:[0-9a-f]{24})?$/,
  /^objects\/pack\/pack-[0-9a-f]{40}(?:[0-9a-f]{24})?\.(?:pack|idx)$/,
];

/** The repository id a request is about, and whether it pushes; undefined for a path that is not served: answer 404. */
export function gitRoute(request: Pick<GitRequest, 'path' | 'query'>): { readonly repo: string; readonly push: boolean } | undefined {
  const [, repo, rest] = REPOSITORY.exec(request.path) ?? [];
  if (repo === undefined || rest === undefined || !SERVED.some((served) => served.test(rest))) return undefined;
  const service = new URLSearchParams(request.query).get('service');
  return { repo, push: rest === 'git-receive-pack' || (rest === 'info/refs' && service === 'git-receive-pack') };
}

/** Resolves when git has sent its headers. A request that ends early ends git. */
async function serveGit(options: ServeOptions): Promise<GitResponse> {
  const route = gitRoute(options.request);
  if (route === undefined) return refusal(404, 'not found');
  const hooks = options.hooks?.(route.repo);
  if (route.push && hooks !== undefined && !(await isHook(join(hooks, 'pre-receive'))))
    return refusal(503, 'this repository has no gate; start the server again: it puts one there');
  if (options.request.method !== 'GET' && options.request.method !== 'POST') return refusal(405, 'method not allowed');
  const done = await serving.take();
  const child = startBackend(options, hooks);
  if (child === undefined) {
    done();
    return refusal(503, 'git cannot be started now; try again');
  }
  child.once('close', done);
  const stderr = tail(child.stderr);
  const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
  // Git may answer without reading the whole body; that is not an error of ours.
  void pipeline(options.request.body, child.stdin).catch(() => options.request.body.errored && child.kill());
  const head = await Promise.race([readHead(child.stdout), failed]);
  if (head === undefined) return refusal(500, `git http-backend did not answer ${stderr()}`.trim());
  // A client that went away takes git with it.
  child.stdout.once('close', () => child.stdout.readableEnded || child.kill());
  return { status: head.status, headers: head.headers, body: child.stdout };
}

/** Fetches and pushes at once; a push waits for its hook meanwhile. */
const serving = slots(64);

/** Git runs none that is not there, and pushes all the same. */
const isHook = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

function startBackend(options: ServeOptions, hooks: string | undefined): GitChild | undefined {
  try {
    return piped(spawn('git', ['http-backend'], { env: { ...environment(options, hooks) }, stdio: ['pipe', 'pipe', 'pipe'] }));
  } catch {
    return undefined;
  }
}

/** The same for a `node:http` server. */
export async function handleGit(req: IncomingMessage, res: ServerResponse, options: Omit<ServeOptions, 'request'>): Promise<void> {
  const [path = '', query = ''] = splitOnce(req.url ?? '', '?');
  const request = { method: req.method ?? 'GET', path, query, headers: req.headers, body: req };
  const answer = await serveGit({ ...options, request });
  res.writeHead(answer.status, Object.fromEntries(answer.headers));
  await pipeline(answer.body, res).catch(() => undefined);
}

const refusal = (status: number, why: string): GitResponse => ({ status, headers: [['Content-Type', 'text/plain']], body: Readable.from([utf8(`${why}\n`)]) });

function environment({ projectRoot, request, remoteUser, env }: ServeOptions, hooks: string | undefined): Environment {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const given: { readonly [name: string]: string | undefined } = {
    GIT_PROJECT_ROOT: projectRoot,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: request.path,
    QUERY_STRING: request.query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: header('content-type') ?? '',
    // Not CONTENT_LENGTH: told a length, git (measured, 2.39) waits for the rest of a body for ever, and at full speed, when whoever
    // carries it dies. Without one it reads to the end, as it does for a client that sends chunks.
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    HTTP_ACCEPT: header('accept'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: remoteUser,
  };
  const set = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...serverEnvironment(hooks), ...env, ...Object.fromEntries(set) };
}

/** Configuration only by environment: git passes it on to the programs it starts, and `-c` would not reach them all. */
function serverEnvironment(hooks: string | undefined): Environment {
  const enforced = [...ENFORCED, ...(hooks === undefined ? [] : [['core.hooksPath', hooks] as const])];
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_REPLACE_OBJECTS: '1',
    ...Object.fromEntries(enforced.flatMap(([key, value], i) => [[`GIT_CONFIG_KEY_${i}`, key] as const, [`GIT_CONFIG_VALUE_${i}`, value] as const])),
    GIT_CONFIG_COUNT: String(enforced.length),
  };
}

/** Whatever a repository says: every pushed object is checked, and a push has a size. */
const ENFORCED: readonly (readonly [string, string])[] = [
  ['safe.directory', '*'],
  ['receive.fsckObjects', 'true'],
  ['receive.maxInputSize', String(512 << 20)],
];

interface Head {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

const LONGEST_HEAD = 64 << 10;

/** Reads up to the empty line and puts the rest back. Undefined where the program ends or talks without one. */
function readHead(stream: Readable): Promise<Head | undefined> {
  return new Promise((resolve) => {
    let seen: Uint8Array = new Uint8Array();
    const onData = (chunk: Uint8Array): void => {
      seen = concat(seen, chunk);
      const end = endOfHead(seen);
      if (end === undefined && seen.length < LONGEST_HEAD) return;
      stream.off('data', onData);
      stream.pause();
      if (end !== undefined && end.next < seen.length) stream.unshift(seen.subarray(end.next));
      resolve(end === undefined ? undefined : parseHead(text(seen.subarray(0, end.at)) ?? ''));
    };
    stream.on('data', onData);
    stream.once('end', () => resolve(undefined));
  });
}

function endOfHead(bytes: Uint8Array): { at: number; next: number } | undefined {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 1] === 0x0a) return { at, next: at + 2 };
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return { at, next: at + 3 };
  }
  return undefined;
}

function parseHead(head: string): Head {
  const headers = head.split(/\r?\n/).flatMap((line) => {
    const [name, value] = splitOnce(line.replace(/\r$/, ''), ':');
    return value === undefined ? [] : [[name, value.trim()] as const];
  });
  const status = Number.parseInt(headers.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200', 10);
  return { status: Number.isInteger(status) ? status : 500, headers: headers.filter(([name]) => name.toLowerCase() !== 'status') };
}

function splitOnce(line: string, at: string): readonly [string, string | undefined] {
  const index = line.indexOf(at);
  return index < 0 ? [line, undefined] : [line.slice(0, index), line.slice(index + 1)];
}
