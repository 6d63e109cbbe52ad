import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, hex, utf8 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import { formatCheckpoint } from '../core/log/checkpoint.ts';
import { leafHash } from '../core/log/merkle.ts';
import { bundleBytes } from '../core/log/tile.ts';
import { parseTilePath } from '../core/log/tiles.ts';
import { someEntries, type TestLog, testLog } from '../testing/log-files.ts';
import { continues, openSigned } from './log-read.ts';
import { watchLog } from './log-watch.ts';
import type { LogSource } from './ports-log.ts';

const ORIGIN = 'log.example/a';
const over = (log: TestLog): LogSource => ({ name: 'memory', read: async (path) => ok(log.all.get(path) ?? null) });
const opened = (log: TestLog, note: string) => {
  const checkpoint = openSigned(utf8(note), [log.key], 'kept');
  if (!checkpoint.ok) throw new Error(checkpoint.error.message);
  return checkpoint.value;
};
const watch = (log: TestLog, old: string) => watchLog(over(log), [log.key], opened(log, old), () => undefined);
const SIZES = [0, 1, 5, 255, 256, 257, 511, 512, 700];
const grown = (log: TestLog, size: number) => log.append(someEntries(ORIGIN, log.size, size - log.size));
/** The same key over other entries from number `from` on. */
function forkOf(log: TestLog, from: number, size: number): TestLog {
  const fork = testLog(ORIGIN, log);
  fork.append([...someEntries(ORIGIN, 0, from), ...someEntries(ORIGIN, from + 1, size - from)]);
  return fork;
}

describe('a log that is watched', () => {
  it('shows what is new, to the byte, from any size to any later one', async () => {
    for (const from of SIZES)
      for (const to of SIZES.filter((s) => s >= from)) {
        const log = testLog(ORIGIN);
        const old = grown(log, from);
        grown(log, to);
        const seen = await watch(log, old);
        if (!seen.ok) throw new Error(`${from} to ${to}: ${seen.error.message}`);
        expect(seen.value.entries.map(hex)).toEqual(someEntries(ORIGIN, from, to - from).map(hex));
        expect(seen.value.now.size).toBe(to);
        expect(await continues(over(log), opened(log, old), seen.value.now)).toMatchObject({ ok: true });
      }
  });

  it('is seen when it forked, at any place before what was kept', async () => {
    const log = testLog(ORIGIN);
    const old = grown(log, 400);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 399 }), fc.integer({ min: 400, max: 900 }), async (at, size) => {
        const fork = forkOf(log, at, size);
        expect(await watch(fork, old)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
        expect(await continues(over(fork), opened(log, old), opened(log, new TextDecoder().decode(fork.all.get('checkpoint'))))).toMatchObject({
          ok: false,
          error: { code: 'LOG_FORK' },
        });
      }),
      { numRuns: 40 },
    );
  });

  it('is seen when it went back, or stood still with another root', async () => {
    const log = testLog(ORIGIN);
    const short = grown(log, 399);
    const old = grown(log, 400);
    log.all.set('checkpoint', utf8(short));
    expect(await watch(log, old)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
    expect(await watch(forkOf(log, 7, 400), old)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
  });

  it('cannot pass an entry off that it did not sign, nor hide a fork behind good tiles', async () => {
    const log = testLog(ORIGIN);
    const old = grown(log, 300);
    grown(log, 500);
    const bundle = (log.all.get('tile/entries/001.p/244') as Uint8Array).slice();
    bundle[bundle.length - 3] = (bundle.at(-3) ?? 0) ^ 1;
    log.all.set('tile/entries/001.p/244', bundle);
    expect(await watch(log, old)).toMatchObject({ ok: false, error: { code: 'LOG_INCLUSION' } });
    const honest = testLog(ORIGIN, log);
    grown(honest, 300);
    const fork = forkOf(log, 7, 500);
    for (const [path, bytes] of honest.all) if (path !== 'checkpoint') fork.all.set(path, bytes);
    // Neither history's tiles: they prove nothing, so they are no proof of a fork, and no pass.
    expect(await watch(fork, old)).toMatchObject({ ok: false, error: { code: 'LOG_INCLUSION' } });
  });

  it('tells a damaged tile from a fork', async () => {
    const log = testLog(ORIGIN);
    const old = grown(log, 300);
    grown(log, 700);
    for (const path of ['tile/0/001', 'tile/1/000.p/2']) {
      const whole = log.all.get(path) as Uint8Array;
      const bytes = whole.slice();
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      log.all.set(path, bytes);
      expect(await watch(log, old)).toMatchObject({ ok: false, error: { code: 'LOG_INCLUSION' } });
      log.all.set(path, whole);
    }
    expect(await watch(log, old)).toMatchObject({ ok: true });
  });

  it('is not believed under another key or name', async () => {
    const log = testLog(ORIGIN);
    const old = grown(log, 3);
    const other = testLog(ORIGIN);
    grown(other, 5);
    expect(await watchLog(over(other), [log.key], opened(log, old), () => undefined)).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    const named = testLog('log.example/b');
    named.append(someEntries('log.example/b', 0, 5));
    expect(await watchLog(over(named), [log.key, named.key], opened(log, old), () => undefined)).toMatchObject({ ok: false, error: { code: 'LOG_ORIGIN' } });
  });

  it('is not listed where more is new than can be held', async () => {
    const log = testLog(ORIGIN);
    const old = grown(log, 1);
    log.all.set('checkpoint', utf8(log.sign(`${ORIGIN}\n100002\n${'A'.repeat(43)}=\n`)));
    expect(await watch(log, old)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });
});

it('is not held in memory without end: large entries are listed by what they weigh', async () => {
  const log = testLog(ORIGIN);
  const old = log.append([new Uint8Array(1)]);
  let served = 0;
  const size = 90_000;
  const note = log.sign(formatCheckpoint({ origin: ORIGIN, size, root: new Uint8Array(32) }));
  const entry = new Uint8Array(65_535);
  const source: LogSource = {
    name: 'hostile',
    read: async (path) => {
      if (path === 'checkpoint') return ok(utf8(note));
      const tile = parseTilePath(path);
      if (tile?.level !== 'entries') return ok(tile?.level === 0 ? concat(leafHash(new Uint8Array(1)), ...Array.from({ length: tile.width - 1 }, () => leafHash(entry))) : null);
      served++;
      return ok(bundleBytes(Array.from({ length: tile.width }, () => entry)) ?? null);
    },
  };
  expect(await watchLog(source, [log.key], opened(log, old), () => undefined)).toMatchObject({
    ok: false,
    error: { code: 'USAGE', remedy: expect.stringContaining('log verify') },
  });
  expect(served).toBeLessThan(40);
});
