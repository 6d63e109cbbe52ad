import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lock } from './lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('is held once, inside one process too, and again after release', () => {
  const first = lock(dir);
  expect(lock(dir)).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED', place: dir } });
  if (first.ok) first.value.release();
  const second = lock(dir);
  expect(second.ok).toBe(true);
  if (second.ok) second.value.release();
});

it('dies with its process, however that dies, and a stale pid decides nothing', async () => {
  // Kept: what nobody holds on to is collected, and its lock with it.
  const hold = `import { lock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}; globalThis.held = lock(${JSON.stringify(dir)}); console.log(held.ok); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', hold], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [said] = await once(child.stdout, 'data');
    expect(String(said).trim()).toBe('true');
    const refused = lock(dir);
    expect(refused.ok ? '' : refused.error.message).toContain(`(pid ${child.pid})`);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  const mine = lock(dir);
  expect(mine.ok).toBe(true);
  writeFileSync(join(dir, 'lock.pid'), 'not a number');
  const again = lock(dir);
  expect(again.ok ? '' : again.error.message).not.toContain('pid');
  if (mine.ok) mine.value.release();
});

it('says so where the folder is not there', () => {
  expect(lock(join(dir, 'absent'))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
});
