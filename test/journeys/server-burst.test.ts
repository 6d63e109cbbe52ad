/** More at once than the machine has room for: some are refused, nobody ends the server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, freePort, openStage, type Stage } from '../../examples/story/stage.ts';

/** File descriptors of the server. */
const ROOM = 192;

let stage: Stage;
let port: number;
let server: ChildProcess;

beforeAll(async () => {
  stage = await openStage();
  await stage.stop();
  port = await freePort();
  const command = `ulimit -n ${ROOM}; exec '${process.execPath}' '${CLI}' serve --demo --data '${stage.data}' --port ${port}`;
  server = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, HOME: stage.folder, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => chunk.includes('is listening') && resolve());
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
});
afterAll(async () => {
  server.kill('SIGKILL');
  await stage?.end();
});

const answers = async (): Promise<number> => (await fetch(`http://localhost:${port}/api/v1/session`)).status;

/** The first line of the answer; empty where the connection ended without one. */
function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`));
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard.split('\r\n')[0] ?? ''));
  });
}

it('pages that each ask git, from nobody in particular', async () => {
  const burst = await Promise.all(Array.from({ length: 300 }, () => ask('/api/v1/session')));
  expect(burst.filter((line) => line.startsWith('HTTP/1.1 200')).length).toBeGreaterThan(20);
  expect(server.exitCode).toBeNull();
  expect(await answers()).toBe(200);
});

it('connections that say nothing, until there is no room left', async () => {
  const idle = Array.from({ length: ROOM + 20 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const socket of idle.slice(0, 4)) socket.destroy();
  await Promise.race([ask('/api/v1/people'), new Promise((resolve) => setTimeout(resolve, 1_500))]);
  for (const socket of idle) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(server.exitCode).toBeNull();
  expect(await answers()).toBe(200);
});
