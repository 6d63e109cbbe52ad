/** Where the story plays: the built server with fresh demo data, and clones that push to it over real HTTP. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist/cli.js');

export interface Ran {
  readonly code: number;
  /** Standard output and error, as a terminal shows them. */
  readonly text: string;
}

export interface Stage {
  readonly url: string;
  readonly folder: string;
  readonly data: string;
  /** Runs git in a folder as one of the sample's people, untouched by the machine's own configuration. */
  git(dir: string, ...args: readonly string[]): Ran;
  /** The same, and a failure ends the story. */
  must(dir: string, ...args: readonly string[]): string;
  /** A fresh clone of a sample repository, with this account's credentials. */
  clone(repo: string, account: string): string;
  countersign(...args: readonly string[]): Ran;
  /** What everything here runs in. */
  readonly env: NodeJS.ProcessEnv;
  start(): Promise<void>;
  /** Ends the server; `hard` like a power cut. */
  stop(hard?: boolean): Promise<void>;
  end(): Promise<void>;
}

/** @param serve more options of the server. */
export const openStage = (...serve: readonly string[]): Promise<Stage> => openStageWith({}, ...serve);

/** @param told beside the few variables a stage has. */
export async function openStageWith(told: NodeJS.ProcessEnv, ...serve: readonly string[]): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-story-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let server: ChildProcess | undefined;

  const run = (command: string, args: readonly string[], cwd: string): Ran => {
    const done = spawnSync(command, args, { cwd, env: environment(folder), encoding: 'utf8', timeout: 120_000 });
    return { code: done.status ?? -1, text: `${done.stdout ?? ''}${done.stderr ?? ''}` };
  };
  const stage: Stage = {
    url,
    folder,
    data,
    git: (dir, ...args) => run('git', args, dir),
    must: (dir, ...args) => {
      const done = run('git', args, dir);
      if (done.code !== 0) throw new Error(`git ${args.join(' ')}: ${done.text}`);
      return done.text.trim();
    },
    clone: (repo, account) => {
      const dir = mkdtempSync(join(folder, `${repo}-${account}-`));
      stage.must(folder, 'clone', '-q', `http://${account}:demo@localhost:${port}/git/${repo}.git`, dir);
      return dir;
    },
    env: environment(folder),
    countersign: (...args) => run(process.execPath, [CLI, ...args], folder),
    start: async () => {
      server = await started(data, port, { ...environment(folder), ...told }, serve);
    },
    stop: async (hard = false) => {
      await ended(server, hard);
      server = undefined;
    },
    end: async () => {
      await ended(server, false);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await stage.start();
  return stage;
}

/** No configuration, no credential helper, no proxy of the machine reaches the story. */
function environment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', NO_PROXY: 'localhost,127.0.0.1', no_proxy: 'localhost,127.0.0.1' };
}

function started(data: string, port: number, env: NodeJS.ProcessEnv, serve: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI, 'serve', '--demo', '--data', data, '--port', String(port), ...serve], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes('Countersign is listening')) resolve(child);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

function ended(child: ChildProcess | undefined, hard: boolean): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(hard ? 'SIGKILL' : 'SIGTERM');
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
