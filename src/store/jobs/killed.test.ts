/**
 * Workers killed in earnest in the middle of jobs: on SQLite the one process there may be, on PostgreSQL one of two. Whatever they were doing
 * is done by whoever is left or comes next, and its effect is there once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import { genesisDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { databaseOf, ON_POSTGRESQL } from '../test-bed.ts';

const CHILD = new URL('../../../test/bed/jobs-child.ts', import.meta.url).pathname;
const JOBS = 400;
/** In earnest; `COUNTERSIGN_KILLS=500` for a night. */
const KILLS = Number(process.env.COUNTERSIGN_KILLS ?? 8);
/** Jobs that a process has under way at most. */
const AT_ONCE = 8;
const PROCESSES = ON_POSTGRESQL ? ['first', 'second'] : ['first'];
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'killed-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const database = async (): Promise<string | undefined> => (ON_POSTGRESQL ? databaseOf(dir) : undefined);

async function open(name: string): Promise<Store> {
  const opened = await openStore({ dir: join(dir, name), database: await database(), clock: Date.now });
  if (!opened.ok) throw new Error(`${opened.error.place}: ${opened.error.message}`);
  return opened.value;
}

interface Run {
  readonly child: ChildProcess;
  readonly done: string[];
  readonly ended: Promise<unknown>;
  /** It ended a job, or itself. */
  next(): Promise<unknown>;
}

async function started(name: string): Promise<Run> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, join(dir, name), (await database()) ?? '', 'o'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const done: string[] = [];
  lines.on('line', (line) => {
    if (line.startsWith('done ')) done.push(line.slice(5));
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  child.stdin.end('go');
  return { child, done, ended, next: () => Promise.race([once(lines, 'line'), ended]) };
}

it(`does every job, and no effect twice, killed ${KILLS} times`, { timeout: 120_000 + KILLS * 5_000 }, async () => {
  const before = await open('first');
  await before.ledger.append(() => ok([genesisDraft()]));
  const ids = Array.from({ length: JOBS }, (_, i) => `job-${i}`);
  await before.jobs.add(ids.map((id) => ({ org: 'o', id, kind: 'k', body: {}, tries: 1_000 })));
  await before.close();
  for (const other of PROCESSES.slice(1)) {
    mkdirSync(join(dir, other), { mode: 0o700 });
    cpSync(join(dir, 'first', 'keys'), join(dir, other, 'keys'), { recursive: true });
  }
  const done: string[] = [];
  const runs = await Promise.all(PROCESSES.map(started));
  let midway = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const which = kill % runs.length;
    const run = runs[which];
    if (run === undefined) throw new Error('nobody runs');
    await run.next();
    await run.next();
    await sleep(Math.random() * 30);
    run.child.kill('SIGKILL');
    await run.ended;
    midway += run.child.signalCode === 'SIGKILL' ? 1 : 0;
    done.push(...run.done);
    runs[which] = await started(PROCESSES[which] ?? '');
  }
  for (const run of runs) {
    await run.ended;
    expect(run.child.exitCode).toBe(0);
    done.push(...run.done);
  }
  const store = await open('first');
  const effects = await Promise.all(ids.map((id) => store.projections.signoffs({ nonce: id })));
  expect(effects.filter((rows) => rows.length !== 1)).toEqual([]);
  expect(await store.jobs.desk.count('o')).toEqual({ waiting: 0, held: 0, dead: 0 });
  expect(await store.audit()).toEqual([]);
  await store.close();
  expect(new Set(done).size).toBe(done.length);
  // Of what was ended in the instant of a kill nobody could say so any more.
  expect(done.length).toBeGreaterThanOrEqual(JOBS - midway * AT_ONCE);
  expect(midway).toBeGreaterThan(KILLS / 2);
  console.log(`${midway} kills midway: ${JOBS} jobs, ${done.length} said to be ended, 0 twice, 0 lost`);
});
