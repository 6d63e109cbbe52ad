/** Starting where one cannot start: exit 2, the place and the remedy, and whatever the folder held is still there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, freePort, openStage, type Stage } from '../../examples/story/stage.ts';
import { routine } from './server-wire.ts';

let stage: Stage;
const room = mkdtempSync(join(tmpdir(), 'cs-start-'));
const running = new Set<ChildProcess>();

beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await stage?.end();
  rmSync(room, { recursive: true, force: true });
});

interface Start {
  /** Null: it listens. */
  readonly code: number | null;
  readonly text: string;
  /** Answers the exit code; -1 where the signal itself ended it. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

interface More {
  readonly env?: { readonly [name: string]: string };
  readonly uid?: number;
  /** Milliseconds, for a start that is killed. */
  readonly killAfter?: number;
}

/** Runs `serve` until it listens or ends. */
const serve = (args: readonly string[], more: More = {}): Promise<Start> => start([process.execPath, CLI, 'serve', ...args], more);

/** The same of any command that starts a server in the end. */
function start([command = '', ...args]: readonly string[], more: More = {}): Promise<Start> {
  const env = { PATH: process.env.PATH, HOME: room, LC_ALL: 'C', ...more.env };
  const child = spawn(command, args, {
    cwd: room,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(more.uid === undefined ? {} : { uid: more.uid, gid: more.uid }),
  });
  running.add(child);
  const over = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  void over.then(() => running.delete(child));
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number> => {
    child.kill(signal);
    return over;
  };
  if (more.killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), more.killAfter);
  return new Promise((resolve) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        text += part;
        if (text.includes('Countersign is listening')) resolve({ code: null, text, stop });
      });
    void over.then((code) => resolve({ code, text, stop }));
  });
}

async function refused(args: readonly string[], code: string, place: string, more: More = {}): Promise<string> {
  const start = await serve(args, more);
  await start.stop('SIGKILL');
  expect(start, args.join(' ')).toMatchObject({ code: 2 });
  expect(start.text).toContain(`[${code}]`);
  expect(start.text).toContain(place);
  expect(start.text).toContain('remedy: ');
  expect(start.text).not.toMatch(/\n\s+at /);
  return start.text;
}

const port = async (): Promise<readonly string[]> => ['--port', String(await freePort())];
const sizeAt = async (url: string): Promise<number> => ((await (await fetch(`${url}/api/v1/ledger`)).json()) as { size: number }).size;

it('lets one process have a data folder', async () => {
  await refused(['--demo', '--data', stage.data, ...(await port())], 'DATA_LOCKED', stage.data);
  expect(await sizeAt(stage.url)).toBeGreaterThan(0);
  const clone = stage.clone('infra', 'ines');
  routine(stage, clone, 'The first process still answers');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:main')).toContain('countersign: allowed');
});

it('serves demo data as demo data, on loopback', async () => {
  const fresh = join(room, 'abroad');
  for (const host of ['0.0.0.0', '::', 'example.org', '10.0.0.1']) await refused(['--demo', '--host', host, '--data', fresh, ...(await port())], 'DEMO_ONLY', host);
  await refused(['--data', fresh, ...(await port())], 'DATA_INVALID', fresh);
  expect(existsSync(fresh)).toBe(false);
  // A folder that was there before is as empty as it was.
  mkdirSync(fresh);
  await refused(['--data', fresh, ...(await port())], 'DATA_INVALID', fresh);
  expect(readdirSync(fresh)).toEqual([]);
});

it('refuses a port that is taken or is none', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = taken.address();
  const number = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await refused(['--demo', '--data', join(room, 'port'), '--port', String(number)], 'USAGE', `127.0.0.1:${number}`)).toMatch(
    /the port is in use[\s\S]*remedy: stop that one, or choose another port, for example --port/,
  );
  taken.close();
  await refused(['--data', stage.data, '--host', '192.0.2.1', ...(await port())], 'USAGE', '192.0.2.1');
  for (const bad of ['0', '65536', '-1', 'http', '', '1e3', '0x50']) await refused(['--demo', `--port=${bad}`, '--data', join(room, 'port')], 'USAGE', '--port');
  await refused(['--demo', '--data', join(room, 'port')], 'USAGE', 'COUNTERSIGN_PORT', { env: { COUNTERSIGN_PORT: 'many' } });
  expect(existsSync(join(room, 'port'))).toBe(false);
  expect((await serve(['--demo', '--prot', '1'])).code).toBe(2);
});

it('refuses a folder it cannot use, and leaves it as it was', async () => {
  const file = join(room, 'a-file');
  writeFileSync(file, 'not a folder\n');
  await refused(['--demo', '--data', file, ...(await port())], 'DATA_INVALID', file);
  await refused(['--demo', '--data', join(file, 'below'), ...(await port())], 'DATA_INVALID', file);
  expect(readFileSync(file, 'utf8')).toBe('not a folder\n');

  const long = join(room, 'x'.repeat(60), 'y'.repeat(60));
  expect(await refused(['--demo', '--data', long, ...(await port())], 'DATA_INVALID', long)).toContain('socket');
  expect(existsSync(long)).toBe(false);

  const garbage = join(room, 'garbage');
  mkdirSync(garbage);
  writeFileSync(join(garbage, 'countersign.db'), 'this is no database, and somebody may need it\n'.repeat(200));
  await refused(['--demo', '--data', garbage, ...(await port())], 'DATA_INVALID', garbage);
  expect(readFileSync(join(garbage, 'countersign.db'), 'utf8')).toContain('somebody may need it');
});

// Nobody stops root by a folder's mode; the kernel's own folders stop everybody.
it('refuses a folder it may not write', async () => {
  const closed = join(room, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o555);
  const data = process.getuid?.() === 0 ? '/proc/sys' : closed;
  await refused(['--demo', '--data', data, ...(await port())], 'DATA_INVALID', data);
  expect(readdirSync(closed)).toEqual([]);
  chmodSync(closed, 0o755);
});

it('lives in a folder of any name, and judges pushes there', async () => {
  const data = join(room, 'it\'s a: "data" $HOME `x` \\ 🦊');
  const [, number = ''] = await port();
  const start = await serve(['--demo', '--data', data, '--port', number]);
  expect(start, start.text).toMatchObject({ code: null });
  const clone = join(room, 'clone');
  stage.must(room, 'clone', '-q', `http://ines:demo@localhost:${number}/git/infra.git`, clone);
  routine(stage, clone, 'A line');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:main')).toContain('countersign: allowed');
  await start.stop();
});

it('takes folder and port from the environment, flags first, and keeps what it had', async () => {
  const [data, other] = [join(room, 'env'), join(room, 'flag')];
  const [, number = ''] = await port();
  const env = { COUNTERSIGN_DATA: data, COUNTERSIGN_PORT: number };
  const first = await serve(['--demo'], { env });
  expect(first.text).toContain(`http://localhost:${number}`);
  const size = await sizeAt(`http://localhost:${number}`);
  await first.stop();
  await refused([], 'DEMO_ONLY', data, { env });
  const second = await serve(['--demo'], { env });
  expect(await sizeAt(`http://localhost:${number}`)).toBe(size);
  const [, flagged = ''] = await port();
  const third = await serve(['--demo', '--data', other, '--port', flagged], { env });
  expect(third.text).toContain(`http://localhost:${flagged}`);
  expect(readdirSync(other)).toContain('countersign.db');
  await Promise.all([second.stop(), third.stop('SIGINT')]);
});

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));

it.each([
  ['npm start --port 4391', ['4391'], { npm_config_port: 'true' }, '--port <n>'],
  ['npm start --port=4391 --data=/x', [], { npm_config_port: '4391', npm_config_data: '/x' }, '--port <n> --data <dir>'],
])('says where options go when npm kept them: %s', async (_, left, env, remedy) => {
  const run = await start([process.execPath, RUN, 'start', ...left], { env: { npm_lifecycle_event: 'start', ...env } });
  expect(run).toMatchObject({ code: 1, text: expect.stringContaining(`remedy: npm start -- ${remedy}\n`) });
});

describe('what npm starts ends when npm is told to end', () => {
  /** Rejects while somebody listens. */
  const free = (number: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const probe = createServer().once('error', reject);
      probe.listen(number, '127.0.0.1', () => probe.close(() => resolve()));
    });
  const started = async (command: readonly string[], env = {}): Promise<{ readonly number: number; readonly run: Start }> => {
    const number = await freePort();
    const run = await start([...command, '--data', mkdtempSync(join(room, 'npm-')), '--port', String(number)], { env });
    expect(run, run.text).toMatchObject({ code: null });
    await expect(free(number)).rejects.toThrow('EADDRINUSE');
    return { number, run };
  };

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['SIGHUP', 129],
  ] as const)('by %s, with the exit code of the server: %d', async (signal, code) => {
    const { number, run } = await started([process.execPath, RUN, 'start']);
    expect(await run.stop(signal)).toBe(code);
    await free(number);
  });

  it('by Ctrl-C, which comes from the terminal and from npm', async () => {
    const { run } = await started([process.execPath, CLI, 'serve', '--demo']);
    const first = run.stop('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1));
    void run.stop('SIGINT');
    expect(await first).toBe(0);
  });

  it('by a signal that ended only the shell between npm and us', async () => {
    const { number, run } = await started(['sh', '-c', '"$0" "$@"; exit', process.execPath, RUN, 'start'], { npm_lifecycle_event: 'start' });
    await run.stop('SIGKILL');
    await free(number);
  });
});

it('begins again after a first start that was killed anywhere', async () => {
  const data = join(room, 'killed');
  const [, number = ''] = await port();
  for (const killAfter of [60, 100, 140, 180, 220, 260, 300]) await (await serve(['--demo', '--data', data, '--port', number], { killAfter })).stop('SIGKILL');
  const start = await serve(['--demo', '--data', data, '--port', number]);
  expect(start, start.text).toMatchObject({ code: null });
  for (const repo of ['infra', 'orders']) {
    const clone = join(room, `killed-${repo}`);
    stage.must(room, 'clone', '-q', `http://ines:demo@localhost:${number}/git/${repo}.git`, clone);
    routine(stage, clone, 'A line');
    expect(stage.must(clone, 'push', 'origin', 'HEAD:main')).toContain('countersign: allowed');
  }
  await start.stop();
});

it('never lays a sample over a repository that is there, whatever state it is in', async () => {
  const gitDir = join(stage.data, 'repositories/orders.git');
  await stage.stop();
  const head = readFileSync(join(gitDir, 'HEAD'));
  rmSync(join(gitDir, 'HEAD'));
  const start = await serve(['--demo', '--data', stage.data, ...(await port())]);
  await start.stop();
  writeFileSync(join(gitDir, 'HEAD'), head);
  expect(stage.must(gitDir, 'log', '-1', '--format=%s', 'main')).not.toBe('');
  await stage.start();
  expect((await fetch(`${stage.url}/api/v1/people`)).status).toBe(200);
});
