import { expect, it } from 'vitest';
import { hex } from '../core/base/bytes.ts';
import { tilePath } from '../core/log/tiles.ts';
import { someEntries, testLog } from '../testing/log-files.ts';
import { filesOfLedger } from './log-files.ts';

it('gives the files of the log, and nothing that is not there yet', async () => {
  const log = testLog('log.example/a');
  const entries = someEntries('log.example/a', 0, 700);
  log.append(entries);
  const checkpoint = new TextDecoder().decode(log.all.get('checkpoint'));
  const files = filesOfLedger({
    entries: async (from, count) => entries.slice(from, from + count).map((bytes, i) => ({ index: from + i, bytes, body: '', at: 0 })),
    checkpoint: async () => checkpoint,
  });
  const asked = [0, 1, 2].flatMap((index) => [1, 188, 189, 256].flatMap((width) => (['entries', 0, 1] as const).map((level) => ({ level, index, width }))));
  for (const { level, index, width } of asked) {
    const got = level === 'entries' ? await files.bundle(index, width) : await files.tile(level, index, width);
    const known = log.all.get(tilePath(level, index, width));
    const there = (index * 256 + width) * (level === 'entries' ? 1 : 256 ** level) <= 700;
    expect(got !== null, tilePath(level, index, width)).toBe(there);
    if (known !== undefined) expect(hex(got ?? new Uint8Array(0))).toBe(hex(known));
  }
  expect(await files.checkpoint()).toBe(checkpoint);
});

it('has no checkpoint before the first entry', async () => {
  const empty = filesOfLedger({ entries: async () => [], checkpoint: () => Promise.reject(new Error('there is none')) });
  expect(await empty.checkpoint()).toBeNull();
  expect(await empty.tile(0, 0, 1)).toBeNull();
});
