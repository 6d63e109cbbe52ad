import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, realDisk } from '../adapters/tlog/disk.ts';
import { folderSource, openLogFolder } from '../adapters/tlog/folder.ts';
import { hex, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { formatEntry } from '../core/log/entry.ts';
import { bodyOf, someEntries, type TestLog, testLog } from '../testing/log-files.ts';
import { exportLog } from './log-export.ts';
import { sourceOf } from './log-read.ts';
import { verifyLog } from './log-verify.ts';

const ORIGIN = 'log.example/a';
let root: string;
let out: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-export-'));
  out = join(root, 'out');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const grown = (log: TestLog, to: number): TestLog => {
  log.append(someEntries(ORIGIN, log.size, to - log.size));
  return log;
};

async function run(log: TestLog, dir = out, more: { readonly disk?: Disk; readonly body?: (sha256: string) => Promise<Uint8Array | null> } = {}) {
  const folder = openLogFolder(dir, more.disk);
  if (!folder.ok) return folder;
  const body = more.body === undefined ? {} : { body: more.body };
  return exportLog({ source: sourceOf(log.files, 'memory'), folder: folder.value, keys: [log.key], ...body, progress: () => undefined });
}

/** Every file, by path, as hex. */
const filesIn = (dir: string): Map<string, string> =>
  new Map(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e): [string, string] => {
        const path = join(e.parentPath, e.name);
        return [path.slice(dir.length + 1), hex(readFileSync(path))];
      })
      .sort(),
  );

const verified = async (log: TestLog, dir = out) => verifyLog(folderSource(dir), { keys: [log.key], entries: true, hashesOnly: false, progress: () => undefined });

describe('a log exported to a folder', () => {
  it('is the log, file for file, read-only, and nothing else', async () => {
    const log = grown(testLog(ORIGIN), 700);
    expect(await run(log)).toMatchObject({ ok: true, value: { origin: ORIGIN, from: 0, size: 700 } });
    expect(filesIn(out)).toEqual(new Map([...log.all].map(([path, bytes]): [string, string] => [path, hex(bytes)]).sort()));
    for (const path of log.all.keys()) expect(statSync(join(out, path)).mode & 0o222).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['checkpoint', 'tile']);
    expect(await verified(log)).toMatchObject({ faults: [] });
  });

  it('grows by what is new', async () => {
    const log = testLog(ORIGIN);
    let size = 0;
    for (const to of [1, 2, 255, 256, 257, 511, 512, 513, 700, 701]) {
      grown(log, to);
      const before = existsSync(out) ? filesIn(out) : new Map<string, string>();
      expect(await run(log)).toMatchObject({ ok: true, value: { from: size, size: to } });
      size = to;
      const after = filesIn(out);
      for (const [path, bytes] of before) if (path !== 'checkpoint') expect(after.get(path)).toBe(bytes);
      expect(await verified(log)).toMatchObject({ faults: [] });
    }
    expect(await run(log)).toMatchObject({ ok: true, value: { from: 701, size: 701, files: 0 } });
  });

  it('across the second level of tiles', async () => {
    const log = grown(testLog(ORIGIN), 65_536 + 300);
    await run(log);
    grown(log, 65_536 + 700);
    expect(await run(log)).toMatchObject({ ok: true });
    expect((await verified(log)).faults).toEqual([]);
  });

  it('is refused into a folder of another history, another log, or a later time, and changes nothing there', async () => {
    const log = grown(testLog(ORIGIN), 300);
    await run(log);
    const before = filesIn(out);
    const other = testLog(ORIGIN, log);
    other.append([...someEntries(ORIGIN, 0, 10), ...someEntries(ORIGIN, 11, 500)]);
    expect(await run(other)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
    expect(await run(grown(testLog(ORIGIN, log), 299))).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
    expect(await run(grown(testLog('log.example/other'), 400))).toMatchObject({ ok: false, error: { code: 'LOG_ORIGIN' } });
    expect(await run(grown(testLog(ORIGIN), 400))).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    expect(filesIn(out)).toEqual(before);
  });

  it('refuses to go on where a file it would write is there with other bytes', async () => {
    const log = grown(testLog(ORIGIN), 100);
    await run(log);
    grown(log, 300);
    writeFileSync(join(out, 'tile/entries/000'), 'something else');
    expect(await run(log)).toMatchObject({ ok: false, error: { code: 'LOG_FORK', place: 'tile/entries/000' } });
    expect(readFileSync(join(out, 'tile/entries/000'), 'utf8')).toBe('something else');
    expect(readFileSync(join(out, 'checkpoint'), 'utf8')).toContain('\n100\n');
  });

  it.each(['tile/0/000', 'tile/0/001.p/44', 'tile/entries/000', 'tile/entries/001.p/44'])('writes nothing of a log whose %s is not what was signed', async (path) => {
    const log = grown(testLog(ORIGIN), 300);
    const bytes = log.all.get(path)?.slice() ?? new Uint8Array(0);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    log.all.set(path, bytes);
    expect(await run(log)).toMatchObject({ ok: false, error: { code: 'LOG_INCLUSION' } });
    const written = filesIn(out);
    expect(written.has('checkpoint')).toBe(false);
    for (const [file, kept] of written) expect(kept).toBe(hex(log.all.get(file) ?? new Uint8Array(0)));
    expect(written.has(path)).toBe(false);
  });
});

/** Throws at the n-th call that changes the disk; half of what was to be written is. */
function tearing(at: number): Disk & { readonly calls: () => number } {
  let calls = 0;
  const tick = (): void => {
    if (calls++ === at) throw new Error('torn');
  };
  return {
    ...realDisk,
    mkdir: (path, mode) => {
      tick();
      realDisk.mkdir(path, mode);
    },
    create: (path, mode) => {
      tick();
      return realDisk.create(path, mode);
    },
    write: (fd, bytes) => {
      if (calls === at) realDisk.write(fd, bytes.slice(0, bytes.length / 2));
      tick();
      realDisk.write(fd, bytes);
    },
    sync: (fd) => {
      tick();
      realDisk.sync(fd);
    },
    syncFolder: (path) => {
      tick();
      realDisk.syncFolder(path);
    },
    removeFolder: (path) => {
      tick();
      realDisk.removeFolder(path);
    },
    rename: (from, to) => {
      tick();
      realDisk.rename(from, to);
    },
    calls: () => calls,
  };
}

describe('an export torn at any call to the disk', () => {
  it('leaves a log that verifies, or none, and the next run ends as if nothing had been', async () => {
    const log = grown(testLog(ORIGIN), 300);
    await run(log, join(root, 'first'));
    const first = filesIn(join(root, 'first'));
    grown(log, 600);
    await run(log, join(root, 'first'));
    const second = filesIn(join(root, 'first'));
    const early = testLog(ORIGIN, log);
    grown(early, 300);
    for (let at = 0, torn = true; torn; at++) {
      const dir = join(root, `torn-${at}`);
      await run(early, dir);
      const disk = tearing(at);
      const answer = await run(log, dir, { disk });
      torn = !answer.ok;
      if (torn) expect(answer).toMatchObject({ error: { code: 'DATA_INVALID', message: expect.stringContaining('torn') } });
      for (const [path, bytes] of first) if (path !== 'checkpoint') expect(filesIn(dir).get(path)).toBe(bytes);
      expect((await verified(log, dir)).faults).toEqual([]);
      expect(await run(log, dir)).toMatchObject({ ok: true });
      expect(filesIn(dir)).toEqual(second);
    }
  });

  it('and the very first run too', async () => {
    const log = grown(testLog(ORIGIN), 30);
    await run(log, join(root, 'whole'));
    for (let at = 0, torn = true; torn; at++) {
      const dir = join(root, `torn-${at}`);
      torn = !(await run(log, dir, { disk: tearing(at) })).ok;
      if (existsSync(join(dir, 'checkpoint'))) expect((await verified(log, dir)).faults).toEqual([]);
      expect(await run(log, dir)).toMatchObject({ ok: true });
      expect(filesIn(dir)).toEqual(filesIn(join(root, 'whole')));
    }
  });
});

describe('bodies beside an exported log', () => {
  const bodies = new Map(Array.from({ length: 300 }, (_, i): [string, Uint8Array] => [sha256Hex(bodyOf(i)), bodyOf(i)]));
  const erasure = (of: readonly number[]): Uint8Array => {
    const made = formatEntry({ type: 'erasure', at: Date.UTC(2027, 0, 1), envelope: sha256Hex('erase'), fields: { bodies: of.map((i) => sha256Hex(bodyOf(i))) } });
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  };

  it('come when they are asked for, for their owner alone, and go when they were erased', async () => {
    const log = grown(testLog(ORIGIN), 300);
    await run(log);
    const have = new Map(bodies);
    const body = async (sha256: string): Promise<Uint8Array | null> => have.get(sha256) ?? null;
    expect(await run(log, out, { body })).toMatchObject({ ok: true, value: { bodies: { written: 300, dropped: 0, missing: 0 } } });
    expect(statSync(join(out, 'envelopes')).mode & 0o077).toBe(0);
    expect(readFileSync(join(out, 'envelopes', sha256Hex(bodyOf(7))), 'utf8')).toBe('body 7');
    have.delete(sha256Hex(bodyOf(7)));
    have.set(sha256Hex('erase'), utf8('erase'));
    log.append([erasure([7, 8])]);
    expect(await run(log, out, { body })).toMatchObject({ ok: true, value: { bodies: { written: 1, dropped: 1, missing: 0 } } });
    expect(existsSync(join(out, 'envelopes', sha256Hex(bodyOf(7))))).toBe(false);
    expect(existsSync(join(out, 'envelopes', sha256Hex(bodyOf(8))))).toBe(true);
    expect((await verified(log)).faults).toEqual([]);
  });

  it('are held to the digests they lie under, by who checks the folder and by the next export', async () => {
    const log = grown(testLog(ORIGIN), 300);
    const body = async (sha256: string): Promise<Uint8Array | null> => bodies.get(sha256) ?? null;
    await run(log, out, { body });
    expect(await verified(log)).toMatchObject({ faults: [], bodies: { read: 300, missing: 0, unnamed: 0 } });
    const at = (i: number): string => `envelopes/${sha256Hex(bodyOf(i))}`;
    rmSync(join(out, at(3)));
    writeFileSync(join(out, `envelopes/${sha256Hex('stray')}`), 'stray');
    expect(await verified(log)).toMatchObject({ faults: [], bodies: { read: 300, missing: 1, unnamed: 1 } });
    chmodSync(join(out, at(7)), 0o600);
    writeFileSync(join(out, at(7)), 'body 8');
    writeFileSync(join(out, 'envelopes/readme'), 'body 8');
    expect((await verified(log)).faults).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'LOG_INCLUSION', place: at(7) }), expect.objectContaining({ code: 'LOG_FORMAT', place: 'envelopes/readme' })]),
    );
    expect((await verified(log)).faults).toHaveLength(2);
    expect(await run(log, out, { body })).toMatchObject({ ok: false, error: { code: 'LOG_INCLUSION', place: at(7) } });
    const hashes = await verifyLog(folderSource(out), { keys: [log.key], entries: false, hashesOnly: true, progress: () => undefined });
    expect(hashes).toMatchObject({ faults: [], bodies: null });
  });

  it('are counted where they are missing, and refused where they are others', async () => {
    const log = grown(testLog(ORIGIN), 20);
    expect(await run(log, out, { body: async () => null })).toMatchObject({ ok: true, value: { bodies: { missing: 20 } } });
    expect(await run(log, out, { body: async () => utf8('other') })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  });
});
