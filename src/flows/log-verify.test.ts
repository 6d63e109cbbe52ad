import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, utf8 } from '../core/base/bytes.ts';
import { err, ok, problem } from '../core/base/result.ts';
import { formatCheckpoint } from '../core/log/checkpoint.ts';
import { formatEntry } from '../core/log/entry.ts';
import { someEntries, type TestLog, testLog } from '../testing/log-files.ts';
import { openSigned } from './log-read.ts';
import { type VerifyLogAsked, verifyLog } from './log-verify.ts';
import type { LogSource } from './ports-log.ts';

const ORIGIN = 'log.example/a';
const made = (size: number, log = testLog(ORIGIN)): TestLog => {
  log.append(someEntries(ORIGIN, log.size, size - log.size));
  return log;
};

const over = (files: ReadonlyMap<string, Uint8Array>): LogSource => ({ name: 'memory', read: async (path) => ok(files.get(path) ?? null) });
const verify = (log: TestLog, files: ReadonlyMap<string, Uint8Array> = log.all, more: Partial<VerifyLogAsked> = {}) =>
  verifyLog(over(files), { keys: [log.key], entries: true, hashesOnly: false, progress: () => undefined, ...more });
const kept = (log: TestLog, note: string) => {
  const opened = openSigned(utf8(note), [log.key], 'kept');
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
};

describe('a log that is what was signed', () => {
  it.each([1, 255, 256, 257, 700])('of %i entries has no fault, and all of it was read', async (size) => {
    const log = made(size);
    const levels = size < 256 ? 1 : 2;
    expect(await verify(log)).toMatchObject({ checkpoint: { size }, faults: [], more: 0, entries: size, tiles: Math.ceil(size / 256) + levels - 1 });
  });

  it('is read the same when it lost the partial tiles it may lose', async () => {
    const log = made(300);
    const early = new Map(log.all);
    made(600, log);
    for (const path of [...log.all.keys()].filter((p) => /00[01]\.p\/(?:44|1)$/.test(p))) log.all.delete(path);
    const files = new Map([...log.all, ['checkpoint', early.get('checkpoint') as Uint8Array]]);
    expect(files.has('tile/0/001.p/44')).toBe(false);
    expect(files.has('tile/0/001')).toBe(true);
    files.set('tile/1/000.p/1', early.get('tile/1/000.p/1') as Uint8Array);
    expect(await verify(log, files)).toMatchObject({ checkpoint: { size: 300 }, faults: [], entries: 300 });
  });

  it('may be empty', async () => {
    const log = testLog(ORIGIN);
    log.append([]);
    expect(await verify(log)).toMatchObject({ checkpoint: { size: 0 }, faults: [] });
  });

  it('may be another’s: extension lines, entries that are anything, or served in another form', async () => {
    const log = testLog('other.example/log');
    log.append(Array.from({ length: 300 }, (_, i) => utf8(`anything ${i}`)));
    const text = new TextDecoder().decode(log.all.get('checkpoint')).split('\n\n')[0];
    log.all.set('checkpoint', utf8(log.sign(`${text}\nextension 1\n`)));
    expect(await verify(log, log.all, { entries: false })).toMatchObject({ faults: [], entries: 300 });
    expect((await verify(log)).faults).toHaveLength(300);
    for (const path of [...log.all.keys()].filter((p) => p.startsWith('tile/entries/'))) log.all.delete(path);
    expect((await verify(log, log.all, { entries: false })).faults).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'NOT_FOUND' }]);
    expect(await verify(log, log.all, { entries: false, hashesOnly: true })).toMatchObject({ faults: [], entries: 0 });
  });
});

describe('a log that is not', () => {
  const log = made(70_000);
  const now = ['checkpoint', ...[...log.all.keys()].filter((p) => /^tile\/(?:0|entries)\/(?:000|137|255|256|272|273\.p\/112)$|^tile\/[12]\//.test(p))];

  it('is found out by any flipped bit, at its file and nowhere else', async () => {
    const small = made(600);
    const files = [...small.all.keys()].filter((p) => !/^tile\/0\/00[01]\.p/.test(p) && p !== 'checkpoint');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.nat(7), async (path, seed, bit) => {
        const bytes = (small.all.get(path) as Uint8Array).slice();
        const at = seed % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const { faults } = await verify(small, new Map([...small.all, [path, bytes]]), { entries: false });
        expect(faults).toHaveLength(1);
        expect(faults[0]?.place).toBe(path);
      }),
      { numRuns: 150 },
    );
  });

  it('however large it is', async () => {
    for (const path of now.filter((p) => p !== 'checkpoint').slice(0, 4)) {
      const bytes = (log.all.get(path) as Uint8Array).slice();
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      expect((await verify(log, new Map([...log.all, [path, bytes]]), { entries: false })).faults.map((f) => f.place)).toEqual([path]);
    }
  }, 60_000);

  it('is found out by any bit of its checkpoint', async () => {
    const small = made(3);
    const note = small.all.get('checkpoint') as Uint8Array;
    for (let at = 0; at < note.length; at++) {
      const bytes = note.slice();
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect((await verify(small, new Map([...small.all, ['checkpoint', bytes]]))).faults.length).toBeGreaterThan(0);
    }
  });

  it.each(['tile/0/001', 'tile/entries/000', 'tile/0/002.p/88', 'tile/entries/002.p/88', 'tile/1/000.p/2'])('is found out where %s is missing, short or too long', async (path) => {
    const small = made(600);
    const bytes = small.all.get(path) as Uint8Array;
    for (const other of [undefined, bytes.slice(0, -1), concat(bytes, utf8('x')), new Uint8Array(0)]) {
      const files = new Map(small.all);
      if (other === undefined) files.delete(path);
      else files.set(path, other);
      expect((await verify(small, files)).faults).toMatchObject([{ code: other === undefined ? 'NOT_FOUND' : 'LOG_FORMAT', place: path }]);
    }
  });

  it('is no log without both of a place, and the rest of it is still read', async () => {
    const small = made(700);
    const files = new Map(small.all);
    files.delete('tile/0/000');
    files.delete('tile/entries/000');
    const last = (small.all.get('tile/entries/002.p/188') as Uint8Array).slice();
    last[90] = (last[90] ?? 0) ^ 1;
    files.set('tile/entries/002.p/188', last);
    expect((await verify(small, files, { entries: false })).faults.map((f) => f.place)).toEqual(['tile/0/000', 'tile/entries/000', 'tile/entries/002.p/188']);
  });

  it('is not signed for by a stranger, nor for another size or root', async () => {
    const small = made(10);
    const other = made(10);
    expect((await verify(other, small.all)).faults).toMatchObject([{ code: 'LOG_SIG', place: 'checkpoint' }]);
    expect((await verify(testLog('log.example/b'), small.all)).faults).toMatchObject([{ code: 'LOG_ORIGIN' }]);
    const wrong = formatCheckpoint({ origin: ORIGIN, size: 10, root: new Uint8Array(32) });
    expect((await verify(small, new Map([...small.all, ['checkpoint', utf8(small.sign(wrong))]]))).faults).toMatchObject([{ code: 'LOG_INCLUSION', place: 'checkpoint' }]);
  });

  it('is asked no more when it stopped answering', async () => {
    const small = made(7_000);
    let asked = 0;
    const source: LogSource = {
      name: 'gone',
      read: async (path) => {
        if (path === 'checkpoint') return ok(small.all.get(path) ?? null);
        asked++;
        return err(problem('LOG_UNREACHABLE', 'gone', { place: path }));
      },
    };
    expect((await verifyLog(source, { keys: [small.key], entries: true, hashesOnly: false, progress: () => undefined })).faults[0]).toMatchObject({ code: 'LOG_UNREACHABLE' });
    expect(asked).toBeLessThan(30);
  });
});

describe('a checkpoint that was kept', () => {
  it('is gone on from', async () => {
    const log = testLog(ORIGIN);
    const notes = [1, 5, 256, 300, 512, 700].map((size) => log.append(someEntries(ORIGIN, log.size, size - log.size)));
    for (const note of notes) expect((await verify(log, log.all, { from: kept(log, note) })).faults).toEqual([]);
  });

  it('is contradicted by another history of the same key, and by a shorter one', async () => {
    const log = made(300);
    const from = kept(log, new TextDecoder().decode(log.all.get('checkpoint')));
    const other = testLog(ORIGIN, log);
    other.append([...someEntries(ORIGIN, 0, 299), ...someEntries(ORIGIN, 300, 300)]);
    expect((await verify(other, other.all, { from })).faults).toMatchObject([{ code: 'LOG_FORK' }]);
    expect((await verify(log, made(299, testLog(ORIGIN, log)).all, { from })).faults).toMatchObject([{ code: 'LOG_FORK' }]);
    const same = testLog(ORIGIN, log);
    same.append([...someEntries(ORIGIN, 0, 299), ...someEntries(ORIGIN, 300, 1)]);
    expect((await verify(same, same.all, { from })).faults).toMatchObject([{ code: 'LOG_FORK' }]);
  });
});

describe('entries of ours', () => {
  const entry = (index: number, type: string, fields: Parameters<typeof formatEntry>[0]['fields'], at = Date.UTC(2027, 0, 1) + index): Uint8Array => {
    const formatted = formatEntry({ type, at, envelope: '0'.repeat(64), fields });
    if (!formatted.ok) throw new Error(formatted.error.message);
    return formatted.value;
  };
  it.each([
    ['of no type there is', entry(1, 'approval', {}), 'no entry is of type'],
    ['with a field too many', entry(1, 'policy', { repo: 'a', ref: 'b', commit: 'c', from: 'd', to: 'e', by: 'f' }), 'by is no field'],
    ['a second genesis', entry(1, 'genesis', { mode: 'demo', origin: ORIGIN }), 'entry 0 is the genesis'],
    ['older than the one before', entry(1, 'incident', { incident: 'i', state: 's' }, 0), 'older'],
    ['in another spelling', utf8('{"v":1, "type":"incident"}'), 'entry'],
  ])('are not %s', async (_, bytes, words) => {
    const log = testLog(ORIGIN);
    log.append([...someEntries(ORIGIN, 0, 1), bytes, entry(2, 'incident', { incident: 'i', state: 's' })]);
    expect((await verify(log)).faults).toMatchObject([{ code: 'LOG_FORMAT', place: 'entry 1', message: expect.stringContaining(words) }]);
    expect((await verify(log, log.all, { entries: false })).faults).toEqual([]);
  });

  it('begin with the genesis of this very log', async () => {
    const log = testLog(ORIGIN);
    log.append(someEntries('log.example/b', 0, 2));
    expect((await verify(log)).faults).toMatchObject([{ place: 'entry 0' }]);
  });
});

describe('a log whose server means harm', () => {
  const promised = 2 ** 53 - 1;
  /** Signed by its own key: all that is ours to decide is how long we listen. */
  const endless = (read: LogSource['read']) => {
    const log = testLog(ORIGIN);
    const note = log.sign(formatCheckpoint({ origin: ORIGIN, size: promised, root: new Uint8Array(32) }));
    let asked = 0;
    const source: LogSource = {
      name: 'hostile',
      read: async (path, cap) => {
        if (path === 'checkpoint') return ok(utf8(note));
        if (++asked > 20_000) throw new Error('we are still asking');
        return read(path, cap);
      },
    };
    return verifyLog(source, { keys: [log.key], entries: true, hashesOnly: false, progress: () => undefined });
  };

  it.each<[string, LogSource['read']]>([
    ['promises without end and has nothing', async () => ok(null)],
    ['sends rubbish without end', async () => ok(new Uint8Array(7))],
    ['says each file is too long', async (place) => err(problem('LOG_FORMAT', 'too long', { place }))],
  ])('%s: we stop, and the answer is no', async (_, read) => {
    const seen = await endless(read);
    expect(seen).toMatchObject({ checkpoint: { size: promised }, more: expect.any(Number) });
    expect(seen.faults).toHaveLength(1_000);
  });
});
