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
import { roomForConnections } from './room.ts';
import type { ServerWorld } from './world.ts';

export interface Listening {
  close(): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Folder for `hook.sock`. */
  readonly data: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
/** A unix socket's path holds at most 107 bytes (sun_path). */
const SOCKET_PATH = 107;
const SOCKET = 'hook.sock';

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

export async function listen(world: ServerWorld, at: Address): Promise<Result<Listening>> {
  const wrong = reachable(at, world.site.mode === 'demo');
  if (wrong !== null) return err(wrong);
  const socket = join(at.data, SOCKET);

  const git = gitDoor(world);
  const app = getRequestListener(createApp(world).fetch);
  const http = createServer((request, response) => {
    if (!(request.url ?? '').startsWith(GIT_PREFIX)) return void app(request, response);
    git.handle(request, response).catch((error: unknown) => {
      world.log(`git: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      response.destroy();
    });
  });
  http.maxConnections = roomForConnections();
  const hooks = hookDoor(world, git.pushes, world.log);

  await rm(socket, { force: true });
  const opened = (await open(hooks, { path: socket })) ?? (await open(http, { host: at.host, port: at.port }));
  if (opened !== null) {
    hooks.close();
    return err(problem('DATA_INVALID', opened, { place: `${at.host}:${at.port}`, remedy: 'choose another --port' }));
  }
  await chmod(socket, 0o600);
  for (const id of world.repositories.keys()) await recordLandings(world, id);
  return ok({ close: () => closeAll(http, hooks) });
}

const open = (server: Server, where: { path: string } | { host: string; port: number }): Promise<string | null> =>
  new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'the port is in use' : error.message));
    server.listen(where, () => resolve(null));
  });

async function closeAll(...servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (s) =>
        new Promise<void>((resolve) => {
          s.close(() => resolve());
          s.closeAllConnections();
        }),
    ),
  );
}
