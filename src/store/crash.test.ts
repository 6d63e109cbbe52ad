/**
 * A process that dies at any point. A killed process leaves the files as they lie in the page cache at that instant; a stopped one
 * lets them be copied as they lie there. So one child gives a hundred deaths: stopped at random, its folder copied, and the copy
 * opened as after a kill. Some are killed in earnest too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { openCheckpoint } from '../core/log/checkpoint.ts';
import { type NoteKey, parseVkey } from '../core/log/note.ts';
import { verifyProof } from '../core/log/proof.ts';
import { DATABASE_FILE, openStore, type Store } from './store.ts';

/** In earnest; `COUNTERSIGN_KILLS=500` for a night. */
const KILLS = Number(process.env.COUNTERSIGN_KILLS ?? 40);
/** Kills of one folder: the audit after each reads all of it. */
const OF_ONE = 20;
const CHILDREN = 4;
const STOPS = 60;
const CHILD = new URL('./crash-child.ts', import.meta.url).pathname;
/** What a kill leaves lies in memory anyway: no disk is waited for, and more is written between two kills. */
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
let dir: string;
let copies: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'crash-'));
  copies = mkdtempSync(join(QUICK, 'crash-'));
});
afterAll(() => {
  for (const folder of [dir, copies]) rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  /** Index and body, as far as it said so. */
  readonly acknowledged: Map<number, string>;
  /** Something was acknowledged. */
  readonly begun: Promise<unknown>;
  readonly ended: Promise<unknown>;
}

/** A child that has loaded everything and waits to be told. */
function waiting(folder: string, round: number): Run {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, folder, String(round)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const acknowledged = new Map<number, string>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [index = '', body = ''] = line.split(' ');
    if (body.length === 64) acknowledged.set(Number(index), body);
  });
  const [begun, ended] = [once(lines, 'line'), Promise.all([once(child, 'exit'), once(lines, 'close')])];
  return { child, acknowledged, begun: Promise.race([begun, ended]), ended };
}

const told = ({ child }: Run): unknown => child.stdin?.end('go');

/** Starts the child and lets it acknowledge something. */
async function started(folder: string, round: number): Promise<Run> {
  const run = waiting(folder, round);
  told(run);
  await run.begun;
  expect(run.child.exitCode).toBeNull();
  return run;
}

async function killed({ child, ended }: Run): Promise<void> {
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
}

async function refusedMeanwhile(pid: number | undefined): Promise<void> {
  const second = await openStore({ dir, clock: Date.now });
  expect(second).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED' } });
  expect(second.ok ? '' : second.error.message).toContain(`pid ${pid}`);
}

async function opened(folder: string, known: readonly string[] = []): Promise<Store> {
  const store = await openStore({ dir: folder, clock: Date.now, known });
  if (!store.ok) throw new Error(`${store.error.place}: ${store.error.message}`);
  return store.value;
}

const keysOf = (store: Store): readonly NoteKey[] => {
  const key = parseVkey(store.logVerifierKey ?? '');
  return key.ok ? [key.value] : [];
};

/** Nothing acknowledged is lost, and nothing is shown that is not proven. */
async function intact(store: Store, acknowledged: ReadonlyMap<number, string>): Promise<void> {
  const entries = await store.ledger.entries(0, 1_000_000);
  expect([...acknowledged].filter(([index, body]) => entries[index]?.index !== index || entries[index]?.body !== body)).toEqual([]);
  expect(openCheckpoint(await store.ledger.checkpoint(), keysOf(store))).toMatchObject({ ok: true, value: { size: entries.length } });
  const last = entries.at(-1);
  expect(verifyProof((await store.ledger.proof(entries.length - 1)) ?? '', last?.bytes ?? utf8(''), keysOf(store)).ok).toBe(true);
}

it('lets nobody else in while it runs, and says who has it', async () => {
  const run = await started(dir, 0);
  await refusedMeanwhile(run.child.pid);
  await killed(run);
});

it(`loses nothing it acknowledged, killed at ${KILLS} random moments`, { timeout: 60_000 + KILLS * 2_000 }, async () => {
  let [run, total, after] = [waiting(join(copies, 'killed 0'), 0), 0, 0];
  let [acknowledged, published] = [new Map<number, string>(), [] as string[]];
  for (let round = 0; round < KILLS; round++) {
    const folder = (of: number): string => join(copies, `killed ${Math.floor(of / OF_ONE)}`);
    if (round % OF_ONE === 0) [acknowledged, published] = [new Map(), []];
    told(run);
    // Some while the log is still being opened, some in the middle of appends.
    if (round % 4 > 0) await run.begun;
    await sleep(Math.random() * 60);
    await killed(run);
    for (const [index, body] of run.acknowledged) acknowledged.set(index, body);
    total += run.acknowledged.size;
    after += run.acknowledged.size > 0 ? 1 : 0;
    run = waiting(folder(round + 1), round + 1);
    const store = await opened(folder(round), published);
    if (store.origin !== null) await intact(store, acknowledged);
    expect(await store.audit()).toEqual([]);
    if (store.origin !== null) published.push(await store.ledger.checkpoint());
    await store.close();
  }
  run.child.kill('SIGKILL');
  await run.ended;
  console.log(`${KILLS} kills, ${after} of them after something was acknowledged: ${total} entries acknowledged, 0 lost`);
  expect(after).toBeGreaterThanOrEqual(Math.floor(KILLS * 0.7));
});

it(`opens as it was left at any of ${CHILDREN * STOPS} instants`, { timeout: 300_000 }, async () => {
  const rotated = new Set<string>();
  for (let round = 0; round < CHILDREN; round++) {
    const [folder, copy] = [join(dir, `live ${round}`), join(copies, `${round}`)];
    const run = await started(folder, round);
    for (let stop = 0; stop < STOPS; stop++) {
      await sleep(Math.random() * 12);
      await stopped(run);
      const acknowledged = new Map(run.acknowledged);
      copied(folder, copy);
      run.child.kill('SIGCONT');
      const store = await opened(copy);
      await intact(store, acknowledged);
      if (stop % 10 === 9) expect(await store.audit()).toEqual([]);
      rotated.add(store.logVerifierKey ?? '');
      await store.close();
      rmSync(copy, { recursive: true });
    }
    await killed(run);
  }
  expect(rotated.size).toBeGreaterThan(CHILDREN);
});

/** Until every thread of it stands still: a signal is sent before it is received. */
async function stopped({ child }: Run): Promise<void> {
  child.kill('SIGSTOP');
  const tasks = `/proc/${child.pid}/stat`;
  if (!existsSync(tasks)) return sleep(20);
  while (!/\) T /.test(readFileSync(tasks, 'utf8'))) await sleep(1);
}

/** What a dead process leaves. The lock and the shared memory beside the log are nothing without it. */
function copied(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  for (const name of [DATABASE_FILE, `${DATABASE_FILE}-wal`, 'keys', 'log.seen', 'log.checked', 'log.signed'])
    if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true });
}
