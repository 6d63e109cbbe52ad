import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { openCheckpoint } from '../core/log/checkpoint.ts';
import { parseVkey } from '../core/log/note.ts';
import { verifyProof } from '../core/log/proof.ts';
import { openStore, type Store } from './store.ts';

const KILLS = 12;
const CHILD = new URL('./crash-child.ts', import.meta.url).pathname;
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'crash-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Starts the child, lets it acknowledge something, and kills it `after` milliseconds later. What it acknowledged. */
async function killed(round: number, after: number): Promise<ReadonlyMap<number, string>> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, dir, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged = new Map<number, string>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [index = '', body = ''] = line.split(' ');
    if (body.length === 64) acknowledged.set(Number(index), body);
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  await Promise.race([once(lines, 'line'), ended]);
  if (round === 0) await refusedMeanwhile(child.pid);
  await sleep(after);
  child.kill('SIGKILL');
  const [[, signal]] = await ended;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

async function refusedMeanwhile(pid: number | undefined): Promise<void> {
  const second = await openStore({ dir, clock: Date.now });
  expect(second).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED' } });
  expect(second.ok ? '' : second.error.message).toContain(`pid ${pid}`);
}

async function reopened(): Promise<Store> {
  const store = await openStore({ dir, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}

it('loses nothing it acknowledged, however often it is killed', { timeout: 90_000 }, async () => {
  const acknowledged = new Map<number, string>();
  const published: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    for (const [index, body] of await killed(round, Math.random() * 40)) acknowledged.set(index, body);
    const store = await reopened();
    const entries = await store.ledger.entries(0, 1_000_000);
    for (const [index, body] of acknowledged) expect(entries[index]).toMatchObject({ index, body });
    expect(await store.audit()).toEqual([]);
    published.push(await store.ledger.checkpoint());
    await store.close();
  }
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  await proveEverything(published);
});

/** Every checkpoint ever published is of this one log, and the last proves its first and last entries. */
async function proveEverything(published: readonly string[]): Promise<void> {
  const store = await reopened();
  const key = parseVkey(store.logVerifierKey ?? '');
  const keys = key.ok ? [key.value] : [];
  const sizes = published.map((note) => openCheckpoint(note, keys)).map((c) => (c.ok ? c.value.size : -1));
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  for (const index of [0, (sizes.at(-1) ?? 0) - 1]) {
    const [entry] = await store.ledger.entries(index, 1);
    expect(verifyProof((await store.ledger.proof(index)) ?? '', entry?.bytes ?? utf8(''), keys)).toMatchObject({ ok: true, value: { index } });
  }
  const before = await store.projections.changes({ limit: 1_000 });
  expect((await store.rebuild()).ok).toBe(true);
  expect(await store.projections.changes({ limit: 1_000 })).toEqual(before);
  await store.close();
}
