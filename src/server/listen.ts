/** Opens the doors: HTTP for people and git, a unix socket for hooks. Demo data binds to loopback alone. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { recordLandings } from '../flows/land.ts';
import { createApp } from './app.ts';
import { GIT_PREFIX, gitDoor } from './git-door.ts';
import { hookDoor } from './hook-door.ts';
import { failureLine, failureOf } from './logging.ts';
import { gitRoute, observeRaw } from './observed.ts';
import { roomForConnections } from './room.ts';
import type { ServerWorld } from './world.ts';

export interface Listening {
  close(): Promise<void>;
}

export interface Doors {
  /** Takes no new work, lets what is under way finish, then ends. False: something did not finish in time and was cut. */
  close(): Promise<boolean>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Folder for `hook.sock`. */
  readonly data: string;
  /** Milliseconds that what is under way has to finish in, once told to end; `DRAIN_MS` unless told. */
  readonly drainMs?: number;
}

/**
 * What a client may take its time over. The head comes at once or never; a body may be a push of gigabytes, so a whole request has
 * long; and a connection on which nothing moves, a half-open one too, is given up.
 */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 1_800_000, keepAliveTimeout: 20_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 };
const STILL_MS = 300_000;
const MAX_HEADERS = 100;
/** What is under way when the server is told to end may take so long. Whoever starts us waits longer: docs/guides/operations.md. */
export const DRAIN_MS = 20_000;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
/** A unix socket's path holds at most 107 bytes (sun_path). */
const SOCKET_PATH = 107;
const SOCKET = 'hook.sock';
const HOOKS = ['/hook/pre-receive', '/hook/post-receive'];

/** What keeps this address from being listened on, whatever the data says. Problems: DEMO_ONLY, DATA_INVALID. */
export function reachable(at: Address, demo: boolean): Problem | null {
  if (demo && !LOOPBACK.has(at.host))
    return problem('DEMO_ONLY', `demo data is served on loopback only, not on ${at.host}`, {
      place: '--host',
      remedy: 'leave --host away, and reach it from another machine over `ssh -L`',
    });
  const socket = join(at.data, SOCKET);
  if (Buffer.byteLength(socket) > SOCKET_PATH)
    return problem('DATA_INVALID', `${socket} is longer than a unix socket's path may be (${SOCKET_PATH} bytes)`, { place: at.data, remedy: 'choose a shorter --data folder' });
  return null;
}

export async function listen(world: ServerWorld, at: Address): Promise<Result<Doors>> {
  const wrong = reachable(at, world.site.mode === 'demo');
  if (wrong !== null) return err(wrong);
  const socket = join(at.data, SOCKET);

  let stopping = false;
  const observed: ServerWorld = { ...world, stopping: () => stopping };
  const git = gitDoor(world);
  const app = getRequestListener(createApp(observed).fetch);
  const http = createServer(PATIENCE, (request, response) => {
    if (!(request.url ?? '').startsWith(GIT_PREFIX)) return void app(request, response);
    if (stopping) response.shouldKeepAlive = false;
    const seen = observeRaw(world, { door: 'git', route: gitRoute(request.url ?? ''), request, response });
    git
      .handle(request, response, (account) => {
        seen.principal = account;
      })
      .catch((error: unknown) => {
        world.log(`git: ${failureLine(failureOf(error))}`);
        response.destroy();
      });
  });
  http.maxConnections = roomForConnections();
  http.maxHeadersCount = MAX_HEADERS;
  http.setTimeout(STILL_MS);
  const hooks = hookDoor(world, git.pushes, world.log, (answer) => world.metrics?.judged('push', answer));
  hooks.on('request', (request, response) => {
    world.metrics?.hookBegan();
    response.once('close', () => world.metrics?.hookEnded());
    observeRaw(world, { door: 'hook', route: HOOKS.find((h) => h === request.url) ?? '/hook/*', request, response });
  });

  await rm(socket, { force: true });
  const opened = (await open(hooks, { path: socket })) ?? (await open(http, { host: at.host, port: at.port }));
  if (opened !== null) {
    hooks.close();
    return err(problem('DATA_INVALID', opened, { place: `${at.host}:${at.port}`, remedy: 'choose another --port' }));
  }
  await chmod(socket, 0o600);
  for (const id of world.repositories.keys()) await recordLandings(world, id);
  const close = async (): Promise<boolean> => {
    stopping = true;
    // They never end by themselves.
    world.events?.end();
    const until = performance.now() + (at.drainMs ?? DRAIN_MS);
    // A push under way asks at the door of the hooks: it closes last.
    const pushed = await ended(http, until);
    return (await ended(hooks, until)) && pushed;
  };
  return ok({ close });
}

const open = (server: Server, where: { path: string } | { host: string; port: number }): Promise<string | null> =>
  new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'the port is in use' : error.message));
    server.listen(where, () => resolve(null));
  });

/** Stops accepting, answers what was asked, and ends; what is not answered by then is cut off: false. */
function ended(server: Server, until: number): Promise<boolean> {
  return new Promise((resolve) => {
    let cut = false;
    const late = setTimeout(
      () => {
        cut = true;
        server.closeAllConnections();
      },
      Math.max(0, until - performance.now()),
    );
    // A connection falls idle when its answer is out, and nobody tells us.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      resolve(!cut);
    });
    server.closeIdleConnections();
  });
}
