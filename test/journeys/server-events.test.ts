/** A thousand open streams on a real server: one push, everybody told once; all gone, and everything given back; and a server that ends with streams open. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, visit } from '../../examples/story/browser.ts';
import { CLI, openStage, openStageWith, type Stage } from '../../examples/story/stage.ts';
import { startPostgres } from '../../src/store/postgresql/test-server.ts';
import { gitBeside, routine } from './server-wire.ts';

const MANY = 1_000;
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

async function start(told: NodeJS.ProcessEnv = {}, data = stage.data, ...more: readonly string[]): Promise<void> {
  heard = '';
  server = spawn(process.execPath, [CLI, 'serve', '--demo', '--data', data, '--port', String(port), ...more], {
    env: { ...stage.env, ...told },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  server.stderr?.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => chunk.includes('is listening') && resolve());
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${heard}`)));
  });
}

interface Listening {
  readonly socket: Socket;
  text: string;
}

/** Open once the server said from where on it tells. */
async function listening(): Promise<Listening> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const stream: Listening = { socket, text: '' };
  const begun = new Promise<void>((resolve) => {
    socket.on('data', (part) => {
      stream.text += part.toString('latin1');
      if (/\nid: \d+\n|HTTP\/1.1 [45]/.test(stream.text)) resolve();
    });
    socket.on('close', () => resolve());
  });
  socket.write(`GET /api/v1/changes/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  await begun;
  return stream;
}

/** A few at a time: the server is not what is being flooded here. */
async function many(count: number): Promise<readonly Listening[]> {
  const streams: Listening[] = [];
  while (streams.length < count) streams.push(...(await Promise.all(Array.from({ length: Math.min(50, count - streams.length) }, listening))));
  return streams;
}

const told = ({ text }: Listening): readonly string[] => [...text.matchAll(/^event: change\ndata: (.*)$/gm)].map(([, data]) => data ?? '');
const handles = (): number => readdirSync(`/proc/${server.pid}/fd`).length;
const until = async (met: () => boolean | Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 600 && !(await met()); i++) await wait(50);
};
const end = async (): Promise<unknown> => {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  return (await ended)[0];
};

async function push(words: string): Promise<void> {
  const clone = stage.clone('infra', 'ines');
  routine(stage, clone, words);
  // Beside us: who listens here must be able to hear meanwhile.
  expect(await gitBeside(clone, stage.folder, 'push', 'origin', 'HEAD:refs/heads/main')).toMatchObject({ code: 0 });
}

it(`tells ${MANY} streams of one push, each once, and gives everything back when they go`, async () => {
  await start({ COUNTERSIGN_STREAMS_OF_ONE: String(MANY) });
  const before = handles();
  const streams = await many(MANY);
  expect(streams.filter((s) => s.text.startsWith('HTTP/1.1 200')).length).toBe(MANY);
  expect(streams[0]?.text.toLowerCase()).toMatch(/content-type: text\/event-stream[\s\S]*x-accel-buffering: no/);
  expect(handles()).toBeGreaterThanOrEqual(before + MANY);
  expect((await listening()).text).toMatch(/^HTTP\/1.1 429 [\s\S]*RATE_LIMITED/);

  await push('A thousand hear of this');
  await until(() => streams.every((s) => told(s).some((data) => data.includes('"landed"'))));
  const first = told(streams[0] as Listening);
  expect(first.map((data) => JSON.parse(data))).toMatchObject([{ what: 'decided' }, { what: 'landed', state: 'landed' }]);
  expect(streams.filter((s) => told(s).join() !== first.join())).toEqual([]);
  expect(first.join()).not.toMatch(/README|thousand|ines/i);

  for (const { socket } of streams) socket.destroy();
  await until(() => handles() <= before + 20);
  expect(handles()).toBeLessThanOrEqual(before + 20);
  // There is room for as many again.
  const again = await many(20);
  expect(again.every((s) => s.text.startsWith('HTTP/1.1 200'))).toBe(true);
  for (const { socket } of again) socket.destroy();
  expect(heard).not.toMatch(/error/i);
  expect(await end()).toBe(0);
});

it('goes on where a stream was left, across a restart', async () => {
  await start();
  const [stream] = await many(1);
  await push('One that is heard');
  await until(() => told(stream as Listening).length >= 2);
  const last = [...(stream as Listening).text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1];
  expect(await end()).toBe(0);
  await start();
  await push('One that is missed');
  const answer = await fetch(`${stage.url}/api/v1/changes/events`, { headers: { 'last-event-id': last ?? '' } });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('"landed"')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  expect([...text.matchAll(/"what":"(\w+)"/g)].map(([, what]) => what)).toEqual(['decided', 'landed']);
  expect(await end()).toBe(0);
});

it('ends in peace while streams are open, one of which nobody reads', async () => {
  await start({ COUNTERSIGN_STREAMS_OF_ONE: '200' });
  const streams = await many(100);
  streams[0]?.socket.pause();
  // Well within the twenty seconds that what is under way would have: 2 would say that something had to be cut off.
  expect(await end()).toBe(0);
  await until(() => streams.slice(1).every((s) => s.socket.destroyed));
  expect(streams.slice(1).every((s) => s.text.endsWith('0\r\n\r\n'))).toBe(true);
  streams[0]?.socket.destroy();
});

it('shows what happened on a page that is open, without being asked again', async () => {
  await start();
  const browser = await openBrowser();
  try {
    const { page } = await visit(browser, stage.url);
    const began = page.waitForResponse((r) => r.url().endsWith('/api/v1/changes/events'));
    // The list, and once more when the stream began: from then on it asks every five minutes.
    const read = { lists: 0 };
    page.on('response', (r) => {
      if (r.url().includes('/api/v1/changes?')) read.lists++;
    });
    await page.goto('/?state=landed');
    expect((await began).status()).toBe(200);
    await until(() => read.lists >= 2);
    await push('Somebody watches this');
    await page.locator('.queue-title', { hasText: 'Somebody watches this' }).waitFor({ timeout: 60_000 });
    // It holds a stream open, and the server ends all the same.
    expect(await end()).toBe(0);
  } finally {
    await browser.close();
  }
});

it('tells of what another server on the same database let pass', async () => {
  const postgres = await startPostgres();
  const shared = join(stage.folder, 'shared');
  const database = { DATABASE_URL: await postgres.database() };
  const other = await openStageWith(database, '--shared', shared);
  try {
    const beside = join(stage.folder, 'beside');
    mkdirSync(beside, { mode: 0o700 });
    // As an operator hands out the log's key.
    for (const part of ['keys', 'demo']) cpSync(join(other.data, part), join(beside, part), { recursive: true });
    await start(database, beside, '--shared', shared);
    const [stream] = await many(1);
    const clone = other.clone('infra', 'ines');
    routine(other, clone, 'Pushed elsewhere');
    expect(await gitBeside(clone, other.folder, 'push', 'origin', 'HEAD:refs/heads/main')).toMatchObject({ code: 0 });
    await until(() => told(stream as Listening).length >= 2);
    expect(told(stream as Listening).map((data) => JSON.parse(data).what)).toEqual(['decided', 'landed']);
    expect(await end()).toBe(0);
  } finally {
    await other.end();
    await postgres.stop();
  }
});
