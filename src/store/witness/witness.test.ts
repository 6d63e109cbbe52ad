import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../core/base/crypto.ts';
import type { Problem } from '../../core/base/result.ts';
import { formatAddCheckpoint } from '../../core/log/add-checkpoint.ts';
import { cosignaturesOf, parseWitnessVkey, type WitnessKey } from '../../core/log/cosignature.ts';
import { formatVkey, parseNote } from '../../core/log/note.ts';
import { type TestLog, testLog } from '../../testing/witnesses.ts';
import { DISK } from './disk.ts';
import { type OpenWitness, openWitness, type WitnessOptions } from './witness.ts';

const NOW = Date.UTC(2026, 10, 20);
const log = testLog('log.example');
const forked = testLog('log.example', log);
for (let i = 0; i < 20; i++) {
  log.append(`entry ${i}`);
  forked.append(i < 4 ? `entry ${i}` : `other ${i}`);
}

let dir: string;
let warned: Problem[];
const held: OpenWitness[] = [];
const body = (old: number, size: number, of: TestLog = log): string =>
  formatAddCheckpoint({ old, proof: old === 0 ? [] : of.consistency(old, size), checkpoint: of.checkpoint(size) });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'witness-'));
  warned = [];
});
afterEach(() => {
  for (const witness of held.splice(0)) witness.close();
  rmSync(dir, { recursive: true, force: true });
});

const options = (more: Partial<WitnessOptions> = {}): WitnessOptions => ({ dir, name: 'w.example/w', logs: [log.key], clock: () => NOW, warn: (p) => warned.push(p), ...more });
function opened(more: Partial<WitnessOptions> = {}): OpenWitness {
  const witness = openWitness(options(more));
  if (!witness.ok) throw new Error(witness.error.message);
  held.push(witness.value);
  return witness.value;
}
const closed = (): void => {
  for (const witness of held.splice(0)) witness.close();
};
const problemOf = (more: Partial<WitnessOptions> = {}): Partial<Problem> => {
  const witness = openWitness(options(more));
  if (!witness.ok) return witness.error;
  witness.value.close();
  return {};
};

const keyOf = (vkey: string): WitnessKey => {
  const key = parseWitnessVkey(vkey);
  if (!key.ok) throw new Error(key.error.message);
  return key.value;
};
/** The times a line carries that this witness truly signed over this checkpoint, seconds since 1970. */
function times(witness: OpenWitness, note: string, lines: string): readonly number[] {
  const parsed = parseNote(note + lines);
  const found = parsed.ok ? cosignaturesOf(parsed.value, [keyOf(witness.vkey)]) : parsed;
  if (!found.ok) throw new Error(found.error.message);
  return found.value.map((c) => c.time);
}

describe('a witness', () => {
  it('cosigns what grows, and shows monitors what it cosigned', () => {
    const witness = opened();
    expect(witness.checkpoint(sha256Hex('log.example'))).toBeNull();
    for (const [old, size] of [
      [0, 3],
      [3, 3],
      [3, 9],
    ] as const) {
      const answer = witness.add(body(old, size));
      expect(answer).toMatchObject({ status: 200 });
      expect(times(witness, log.checkpoint(size), answer.body)).toEqual([NOW / 1000]);
      expect(witness.checkpoint(sha256Hex('log.example'))).toBe(log.checkpoint(size) + answer.body);
    }
    expect(witness.checkpoint(sha256Hex('else.example'))).toBeNull();
    expect(witness.add(body(3, 9))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '9\n' });
  });

  it('refuses forks and rollbacks, before and after a restart, and says so', () => {
    opened().add(body(0, 6));
    closed();
    const again = opened();
    expect(again.add(body(6, 12, forked)).status).toBe(422);
    expect(again.add(formatAddCheckpoint({ old: 6, proof: [], checkpoint: forked.checkpoint(6) })).status).toBe(422);
    expect(warned.map((p) => p.code)).toEqual(['LOG_FORK', 'LOG_FORK']);
    expect(again.add(body(0, 3))).toMatchObject({ status: 409, body: '6\n' });
    expect(again.add(body(3, 5))).toMatchObject({ status: 409, body: '6\n' });
    expect(again.add(body(6, 12)).status).toBe(200);
  });

  it('hands out one cosignature for a size that two clients race for with different trees', () => {
    const witness = opened();
    witness.add(body(0, 4));
    const answers = [body(4, 8), body(4, 8, forked), body(4, 6), body(4, 8)].map((b) => witness.add(b).status);
    expect(answers).toEqual([200, 409, 409, 409]);
  });

  it('never cosigns an earlier time than before, whatever its clock says', () => {
    let now = NOW;
    const first = opened({ clock: () => now });
    first.add(body(0, 3));
    now -= 3_600_000;
    expect(times(first, log.checkpoint(5), first.add(body(3, 5)).body)).toEqual([NOW / 1000]);
    closed();
    const second = opened({ clock: () => now });
    expect(times(second, log.checkpoint(9), second.add(body(5, 9)).body)).toEqual([NOW / 1000]);
    expect(warned[0]?.message).toContain('behind the last cosignature');
  });

  it('cosigns nothing the disk did not take, and goes on afterwards', () => {
    let full = true;
    const disk = {
      ...DISK,
      write: (file: string, text: string) => {
        if (full && text.includes('log.example')) throw new Error('ENOSPC');
        DISK.write(file, text);
      },
    };
    const witness = opened({ disk });
    expect(() => witness.add(body(0, 3))).toThrow('ENOSPC');
    expect(witness.checkpoint(sha256Hex('log.example'))).toBeNull();
    full = false;
    expect(witness.add(body(0, 3)).status).toBe(200);
  });
});

describe('the folder of a witness', () => {
  it('belongs to one process', () => {
    opened();
    expect(problemOf()).toMatchObject({ code: 'DATA_LOCKED', place: dir });
    closed();
    expect(problemOf()).toEqual({});
  });

  it('keeps key and name, and the key from others', () => {
    const vkey = opened().vkey;
    closed();
    expect(opened({ name: undefined as never }).vkey).toBe(vkey);
    closed();
    expect(problemOf({ name: 'other' })).toMatchObject({ code: 'USAGE', place: '--name' });
    expect(statSync(join(dir, 'witness.pem')).mode & 0o777).toBe(0o600);
    chmodSync(join(dir, 'witness.pem'), 0o644);
    expect(problemOf()).toMatchObject({ code: 'DATA_INVALID', remedy: expect.stringContaining('chmod 600') });
  });

  it.each([
    ['without the state', () => rmSync(join(dir, 'witness.json'))],
    ['without the key', () => rmSync(join(dir, 'witness.pem'))],
    ['with a state cut short', () => writeFileSync(join(dir, 'witness.json'), readFileSync(join(dir, 'witness.json')).subarray(0, -9))],
    ['with a size changed', () => writeFileSync(join(dir, 'witness.json'), readFileSync(join(dir, 'witness.json'), 'utf8').replace('\\n6\\n', '\\n5\\n'))],
    ['with the own line gone', () => writeFileSync(join(dir, 'witness.json'), readFileSync(join(dir, 'witness.json'), 'utf8').replace(/— w\.example\/w [^\\]*\\n/, ''))],
    [
      "with another witness's key",
      () => {
        const other = mkdtempSync(join(tmpdir(), 'witness-'));
        const witness = openWitness(options({ dir: other }));
        if (witness.ok) witness.value.close();
        writeFileSync(join(dir, 'witness.pem'), readFileSync(join(other, 'witness.pem')));
        rmSync(other, { recursive: true });
      },
    ],
  ])('is refused %s: it may have forgotten', (_, spoil) => {
    opened().add(body(0, 6));
    closed();
    spoil();
    expect(problemOf()).toMatchObject({ code: 'DATA_INVALID' });
    // And stays refused: no start makes up for it.
    expect(problemOf()).toMatchObject({ code: 'DATA_INVALID' });
  });
});

it('forgets nothing it answered and cosigns no fork, killed between any two steps', () => {
  const child = new URL('./crash-child.ts', import.meta.url).pathname;
  const file = join(dir, 'body');
  const run = (text: string, dieAt: number): string => {
    writeFileSync(file, text);
    const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', child, join(dir, 'w'), formatVkey(log.key), file, String(dieAt)], { encoding: 'utf8' });
    expect(done.signal, done.stderr).toBe('SIGKILL');
    return done.stdout;
  };
  // The first start writes its state too, so it has four steps more.
  const outcomes: string[] = [];
  for (let dieAt = 1; dieAt <= 9; dieAt++) {
    rmSync(join(dir, 'w'), { recursive: true, force: true });
    run(body(0, 3), dieAt);
    expect(run(body(0, 3), 0) || run(body(3, 3), 0)).toMatch(/^(200|409)/);
  }
  for (let dieAt = 1; dieAt <= 5; dieAt++) {
    rmSync(join(dir, 'w'), { recursive: true, force: true });
    expect(run(body(0, 3), 0)).toMatch(/^200/);
    const answered = run(body(3, 6), dieAt).startsWith('200');
    const witness = opened({ dir: join(dir, 'w'), name: undefined as never });
    const size = Number(witness.add(body(0, 20)).body);
    expect([3, 6]).toContain(size);
    if (answered) expect(size).toBe(6);
    outcomes.push(`${dieAt}:${size}`);
    // What it signed before it died, answered or not, was on disk first: nothing signed contradicts this.
    if (size === 6) expect(witness.add(body(6, 9, forked)).status).toBe(422);
    expect(witness.add(body(size, 9)).status).toBe(200);
    closed();
  }
  expect(outcomes).toEqual(['1:3', '2:3', '3:3', '4:6', '5:6']);
  expect(existsSync(join(dir, 'w', 'witness.json'))).toBe(true);
});
