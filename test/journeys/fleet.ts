/**
 * Two servers on one PostgreSQL and one disk, a balancer before them, and people who push without end: what they are told, how long
 * it takes, and whether what the log says in the end is what they were told. Servers and the database are killed meanwhile.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CLI, freePort } from '../../examples/story/stage.ts';
import { parseEntry } from '../../src/core/log/entry.ts';
import { startPostgres, type TestServer } from '../../src/store/postgresql/test-server.ts';
import { openStore } from '../../src/store/store.ts';

const REPOSITORIES = ['infra', 'orders'] as const;
const MAIN = 'refs/heads/main';
/** Within this a push is to be answered, in milliseconds. */
export const IN_TIME = 2_000;

interface Author {
  readonly repo: (typeof REPOSITORIES)[number];
  readonly account: string;
  readonly name: string;
  /** In the commits; `needs` somebody's signature where an AI took part. */
  readonly trailer: string;
  readonly needs: boolean;
}

/** In each repository one whose changes pass, and one whose never do: nobody signs here. */
const AUTHORS: readonly Author[] = REPOSITORIES.flatMap((repo) => [
  { repo, account: 'ines', name: 'Ines Duarte', trailer: '', needs: false },
  { repo, account: 'jonas', name: 'Jonas Keller', trailer: '\n\nAssisted-by: claude-code:claude-opus-4', needs: true },
]);

export interface Told {
  readonly repo: string;
  readonly head: string;
  readonly needs: boolean;
  readonly allowed: boolean;
  /** From the first try to the answer, in milliseconds. */
  readonly ms: number;
  readonly tries: number;
}

export interface Tally {
  readonly pushes: number;
  readonly allowed: number;
  readonly refused: number;
  /** Which nobody should have let pass. */
  readonly falseAllows: number;
  /** Told that it landed, and not there or not in the log. */
  readonly lost: number;
  /** Landings without a verdict before them, or written down twice, and violations. */
  readonly wrong: number;
  /** Share of pushes answered in time. */
  readonly inTime: number;
  readonly median: number;
  readonly slowest: number;
  /** Tries that brought no answer. */
  readonly again: number;
  readonly kills: number;
  readonly audit: readonly string[];
}

export interface Plan {
  /** Seconds of pushing; more where `kills` is not reached by then. */
  readonly seconds: number;
  /** A server is killed every so many seconds, one after the other; 0: never. */
  readonly killEvery: number;
  /** At least so many are killed, however slow the machine; 0 unless told. */
  readonly kills?: number;
  /** After so many seconds the database is ended as a crash would, and started again; 0: never. */
  readonly crashAt: number;
  /** Milliseconds between one answer and the next push of the same author. */
  readonly pause: number;
}

/** @param say hears what is done, as it is done. */
export async function fleet(plan: Plan, say: (line: string) => void): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-fleet-'));
  const postgres = await startPostgres();
  const database = await postgres.database();
  const [one, two] = [await member('one', folder, database), await member('two', folder, database)];
  try {
    await one.start();
    // As an operator hands out the log's key.
    mkdirSync(join(folder, 'two'), { mode: 0o700 });
    for (const part of ['keys', 'demo']) cpSync(join(folder, 'one', part), join(folder, 'two', part), { recursive: true });
    await two.start();
    const before = balancer([one.port, two.port]);
    const port = await before.listen();
    try {
      const { told, kills } = await underLoad(plan, { folder, port, members: [one, two], postgres, say });
      await one.end();
      await two.end();
      return { ...counted(told), kills, ...(await inTheLog(folder, database, told)) };
    } finally {
      before.server.close();
    }
  } finally {
    await one.end('SIGKILL');
    await two.end('SIGKILL');
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Stand {
  readonly folder: string;
  readonly port: number;
  readonly members: readonly Member[];
  readonly postgres: TestServer;
  readonly say: (line: string) => void;
}

async function underLoad(plan: Plan, { folder, port, members, postgres, say }: Stand): Promise<{ readonly told: readonly Told[]; readonly kills: number }> {
  const pushing = AUTHORS.map((author) => new Pusher(folder, author));
  for (const p of pushing) await p.clone(port);
  const until = Date.now() + plan.seconds * 1_000;
  let kills = 0;
  const over = new AbortController();
  const owed = (): boolean => plan.killEvery > 0 && kills < (plan.kills ?? 0);
  const going = (): boolean => (Date.now() < until || owed()) && !over.signal.aborted;
  const killing = async (): Promise<void> => {
    for (let i = 0; plan.killEvery > 0 && going() && (owed() || Date.now() + plan.killEvery * 1_000 < until); i++) {
      await wait(plan.killEvery * 1_000);
      const victim = members[i % members.length];
      await victim?.end('SIGKILL');
      kills += 1;
      say(`killed server ${victim?.name}`);
      await wait(500);
      // Whoever looks after services starts it until it stays: the database may be away.
      for (let tries = 1; ; tries++) {
        try {
          await victim?.start();
          break;
        } catch (cause) {
          if (tries === 40) throw cause;
          await wait(250);
        }
      }
    }
  };
  const crashing = async (): Promise<void> => {
    if (plan.crashAt === 0) return;
    await wait(plan.crashAt * 1_000);
    const began = Date.now();
    await postgres.restart();
    say(`the database was ended and is back after ${Date.now() - began} ms`);
  };
  const parts = [...pushing.map((p) => p.push(going, plan.pause)), killing(), crashing()];
  for (const part of parts) part.catch(() => over.abort());
  const ends = await Promise.allSettled(parts);
  const all = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  // What landed when nobody could write it down any more is written with the next push.
  const last = await Promise.all(pushing.map((p) => p.once()));
  return { told: [...all.flatMap((told) => told ?? []), ...last], kills };
}

interface Member {
  readonly name: string;
  readonly port: number;
  start(): Promise<void>;
  end(signal?: NodeJS.Signals): Promise<void>;
}

async function member(name: string, folder: string, database: string): Promise<Member> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  return {
    name,
    port,
    start: async () => {
      const args = [CLI, 'serve', '--demo', '--data', join(folder, name), '--shared', join(folder, 'shared'), '--port', String(port)];
      child = spawn(process.execPath, args, { env: { ...environment(folder), DATABASE_URL: database }, stdio: ['ignore', 'pipe', 'pipe'] });
      await listening(child);
    },
    end: async (signal = 'SIGTERM') => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part) => {
        said = `${said}${part}`.slice(-4_000);
        if (said.includes('Countersign is listening')) resolve();
      });
    child.once('exit', (code) => reject(new Error(`a server ended with ${code}: ${said}`)));
  });
}

/** What stands before several servers: each connection goes to one that listens, the next to the other. */
function balancer(ports: readonly number[]): { readonly server: Server; listen(): Promise<number> } {
  let turn = 0;
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    const attempt = (left: number): void => {
      if (left === 0) return void client.destroy();
      const upstream = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1');
      upstream.once('error', () => attempt(left - 1));
      upstream.once('connect', () => {
        upstream.removeAllListeners('error');
        upstream.on('error', () => client.destroy());
        upstream.once('close', () => client.destroy());
        client.once('close', () => upstream.destroy());
        client.pipe(upstream).pipe(client);
      });
    };
    attempt(ports.length);
  });
  return {
    server,
    listen: async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const at = server.address();
      return typeof at === 'object' && at !== null ? at.port : 0;
    },
  };
}

const environment = (home: string): NodeJS.ProcessEnv => ({
  ...{ PATH: process.env.PATH, HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', NO_PROXY: 'localhost,127.0.0.1', no_proxy: 'localhost,127.0.0.1' },
});

/** A gate said no to this very change, or somebody else was faster: an answer, unlike a line that broke or a gate that was away. */
const REFUSED = /countersign: refused[\s\S]*SIGNOFF_MISSING/;
const MOST_TRIES = 60;
/** Nobody waits longer for one try, in milliseconds. */
const LONGEST = 15_000;

class Pusher {
  readonly #dir: string;
  readonly #home: string;
  readonly #author: Author;
  #count = 0;

  constructor(home: string, author: Author) {
    this.#home = home;
    this.#author = author;
    this.#dir = mkdtempSync(join(home, `${author.repo}-${author.account}-`));
  }

  async clone(port: number): Promise<void> {
    await this.#must('clone', '-q', `http://${this.#author.account}:demo@localhost:${port}/git/${this.#author.repo}.git`, '.');
  }

  async #must(...args: readonly string[]): Promise<string> {
    const { code, text } = await this.#run(...args);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${text}`);
    return text.trim();
  }

  async #commit(): Promise<string> {
    const { account, name, trailer, needs } = this.#author;
    // Who needs a signature never lands, and begins again from where the others are.
    if (needs) await this.#must('reset', '-q', '--hard', 'origin/main');
    appendFileSync(join(this.#dir, needs ? 'assisted.sh' : 'NOTES.md'), `echo ${this.#count++}\n`);
    await this.#must('add', '-A');
    await this.#must('-c', `user.name=${name}`, '-c', `user.email=${account}@larkspur.example`, 'commit', '-qm', `Number ${this.#count}${trailer}`);
    return this.#must('rev-parse', 'HEAD');
  }

  #run(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    const child = spawn('git', args, { cwd: this.#dir, env: environment(this.#home), stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        text += part;
      });
    const tooLong = setTimeout(() => child.kill('SIGKILL'), LONGEST);
    return new Promise((resolve) =>
      child.on('close', (code) => {
        clearTimeout(tooLong);
        resolve({ code: code ?? -1, text });
      }),
    );
  }

  async push(going: () => boolean, pause: number): Promise<readonly Told[]> {
    const told: Told[] = [];
    while (going()) {
      told.push(await this.once());
      await wait(pause);
    }
    return told;
  }

  /** One push, until it is answered. */
  async once(): Promise<Told> {
    const { repo, needs } = this.#author;
    // What it is measured on is there before it begins.
    if (needs) await this.#run('fetch', '-q', 'origin');
    const head = await this.#commit();
    const began = Date.now();
    for (let tries = 1; ; tries++) {
      const { code, text } = await this.#run('push', 'origin', `HEAD:${MAIN}`);
      const answered = { repo, head, needs, ms: Date.now() - began, tries };
      if (code === 0) return { ...answered, allowed: true };
      // Where it was overtaken git says so itself, or the gate does: nothing was asked of anybody, and it is an answer too.
      const overtaken = needs && /REF_CHANGED|REF_NON_FAST_FORWARD|fetch first|non-fast-forward/.test(text);
      if (REFUSED.test(text) || overtaken) return { ...answered, allowed: false };
      if (tries === MOST_TRIES) throw new Error(`no answer after ${tries} tries: ${text}`);
      await wait(25);
    }
  }
}

function counted(told: readonly Told[]): Pick<Tally, 'pushes' | 'allowed' | 'refused' | 'inTime' | 'median' | 'slowest' | 'again'> {
  const took = told.map((t) => t.ms).sort((a, b) => a - b);
  return {
    pushes: told.length,
    allowed: told.filter((t) => t.allowed).length,
    refused: told.filter((t) => !t.allowed).length,
    inTime: took.filter((ms) => ms <= IN_TIME).length / took.length,
    median: took[Math.floor(took.length / 2)] ?? 0,
    slowest: took.at(-1) ?? 0,
    again: told.reduce((sum, t) => sum + t.tries - 1, 0),
  };
}

/** Both servers are stopped. Holds what people were told against the repositories and the log. */
async function inTheLog(folder: string, database: string, told: readonly Told[]): Promise<Pick<Tally, 'falseAllows' | 'lost' | 'wrong' | 'audit'>> {
  const store = await openStore({ dir: join(folder, 'one'), database, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  try {
    const entries = (await store.value.ledger.entries(0, 1_000_000)).flatMap((e) => {
      const entry = parseEntry(e.bytes);
      return entry.ok ? [{ ...entry.value, index: e.index }] : [];
    });
    let [lost, wrong, falseAllows] = [0, entries.filter((e) => e.type === 'violation').length, 0];
    for (const repo of REPOSITORIES) {
      const gitDir = join(folder, 'shared', 'repositories', `${repo}.git`);
      const listed = spawnSync('git', ['--git-dir', gitDir, 'rev-list', MAIN], { encoding: 'utf8', env: environment(folder) });
      const there = new Set(listed.stdout.split('\n'));
      const about = (type: string, head: string) => entries.filter((e) => e.type === type && e.fields.repo === repo && e.fields.ref === MAIN && e.fields.new === head);
      const landed = entries.filter((e) => e.type === 'landed' && e.fields.repo === repo);
      for (const { fields, index } of landed) {
        const head = String(fields.new);
        const allowed = about('verdict', head).some((v) => v.fields.verdict === 'allow' && v.index < index);
        if (!allowed || about('landed', head).length !== 1 || !there.has(head)) wrong += 1;
      }
      for (const { head, allowed, needs } of told.filter((t) => t.repo === repo)) {
        if (needs && (allowed || there.has(head) || about('verdict', head).some((v) => v.fields.verdict === 'allow'))) falseAllows += 1;
        if (allowed && !(there.has(head) && about('landed', head).length === 1)) lost += 1;
      }
    }
    return { lost, wrong, falseAllows, audit: (await store.value.audit()).map((p) => JSON.stringify(p)) };
  } finally {
    await store.value.close();
  }
}
