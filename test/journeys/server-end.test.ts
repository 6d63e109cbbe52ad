/** The server is told to end while pushes and questions are under way: what was begun is answered, nothing acknowledged is lost, and the exit code says how it went. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, freePort, openStage, type Stage } from '../../examples/story/stage.ts';
import { gitBeside, routine } from './server-wire.ts';

let stage: Stage;
let port: number;
let server: ChildProcess;
let heard = '';

beforeAll(async () => {
  stage = await openStage();
  port = Number(new URL(stage.url).port);
  await stage.stop();
});
afterAll(async () => {
  server?.kill('SIGKILL');
  await stage?.end();
});

async function start(...more: readonly string[]): Promise<void> {
  heard = '';
  server = spawn(process.execPath, [CLI, 'serve', '--demo', '--data', stage.data, '--port', String(port), ...more], { env: stage.env, stdio: ['ignore', 'pipe', 'pipe'] });
  server.stderr?.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => chunk.includes('is listening') && resolve());
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${heard}`)));
  });
}

const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
  const ended = once(server, 'exit');
  server.kill(signal);
  return (await ended)[0] as number | null;
};

const main = (): string => stage.must(join(stage.data, 'repositories/infra.git'), 'rev-parse', 'refs/heads/main');

it('under load: every push that git accepted is in the log, every one that was not is not, exit code 0', async () => {
  for (const [n, pause] of [60, 150, 300].entries()) {
    await start();
    const clones = ['a', 'b', 'c'].map(() => stage.clone('infra', 'ines'));
    const tips = clones.map((clone, i) => routine(stage, clone, `Push ${n}.${i}`));
    const before = main();
    const asking = Promise.all(
      Array.from({ length: 40 }, () =>
        fetch(`${stage.url}/api/v1/changes`).then(
          (r) => r.arrayBuffer().then(() => r.status),
          () => 0,
        ),
      ),
    );
    const pushing = clones.map((clone) => gitBeside(clone, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main'));
    await wait(pause);
    expect(await end()).toBe(0);
    const pushed = await Promise.all(pushing);
    for (const status of await asking) expect([0, 200]).toContain(status);
    const won = tips.filter((_, i) => pushed[i]?.code === 0);
    expect(won.length).toBeLessThanOrEqual(1);
    expect([before, ...tips]).toContain(main());
    if (won[0] !== undefined) expect(main()).toBe(won[0]);
    const { openStore } = await import('../../src/store/store.ts');
    const store = await openStore({ dir: stage.data, clock: Date.now });
    if (!store.ok) throw new Error(store.error.message);
    expect(await store.value.audit()).toEqual([]);
    // Told to end in peace: nothing is left for the next start to write down.
    const landed = await store.value.projections.landings({ repo: 'infra', pending: false });
    if (main() !== before) expect(landed.map((l) => l.head)).toContain(main());
    await store.value.close();
  }
});

it('takes no new connection, and says that it is about to end to whoever is still there', async () => {
  await start('--drain-seconds', '30');
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let said = '';
  socket.on('data', (part) => (said += part.toString('latin1')));
  // The head of a request that is not whole: under way.
  socket.write(`GET /readyz HTTP/1.1\r\nHost: localhost:${port}\r\n`);
  await wait(100);
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  for (
    let i = 0;
    i < 100 &&
    (await fetch(`${stage.url}/healthz`).then(
      () => true,
      () => false,
    ));
    i++
  )
    await wait(20);
  await expect(fetch(`${stage.url}/healthz`)).rejects.toThrow();
  socket.write('\r\n');
  expect((await ended)[0]).toBe(0);
  if (said !== '') expect(said).toMatch(/^HTTP\/1\.1 503 [\s\S]*"stopping"/);
});

it('cuts off what does not finish within the bound, and its exit code says so', async () => {
  await start('--drain-seconds', '1');
  const credentials = Buffer.from('ines:demo').toString('base64');
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST /git/infra.git/git-receive-pack HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Basic ${credentials}\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000000\r\n\r\n0000`,
  );
  await wait(300);
  expect(await end()).toBe(2);
  expect(heard).toContain('cut off');
  expect(heard).toContain('remedy:');
});

it('ends once, however often it is told', async () => {
  await start();
  // Something under way, so that all three are heard before there is nobody left to hear them.
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /healthz HTTP/1.1\r\n');
  await wait(200);
  const ended = once(server, 'exit');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT'] as const) server.kill(signal);
  await wait(500);
  expect(server.exitCode).toBeNull();
  socket.destroy();
  expect(await ended).toEqual([0, null]);
});

it('says what it would do, and does nothing', async () => {
  const other = await freePort();
  const run = stage.countersign('serve', '--demo', '--data', join(stage.folder, 'not-made'), '--port', String(other), '--check');
  expect(run).toMatchObject({ code: 0, text: expect.stringMatching(new RegExp(`port +${other} +\\(--port\\)`)) });
  expect(stage.countersign('serve', '--demo', '--port', 'x', '--check')).toMatchObject({ code: 2, text: expect.stringContaining('--port') });
  expect(existsSync(join(stage.folder, 'not-made'))).toBe(false);
});
