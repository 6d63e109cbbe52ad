import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { serverWorld } from '../../../test/bed/doors.ts';
import { hex } from '../../core/base/bytes.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { parseVkey } from '../../core/log/note.ts';
import { tilePath } from '../../core/log/tiles.ts';
import { someEntries, testLog } from '../../testing/log-files.ts';
import { createApp } from '../app.ts';

let bed: Bed;
const log = testLog('log.example/a');
const asked: string[] = [];
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  bed = await openBed();
  for (const [from, count] of [
    [0, 3],
    [3, 253],
    [256, 444],
  ] as const)
    log.append(someEntries('log.example/a', from, count));
  const seen = <T>(path: string, answer: T): T => {
    asked.push(path);
    return answer;
  };
  app = createApp(
    serverWorld(bed, {
      files: {
        ...log.files,
        tile: (level, index, width) => seen(tilePath(level, index, width), log.files.tile(level, index, width)),
        bundle: (index, width) => seen(tilePath('entries', index, width), log.files.bundle(index, width)),
      },
    }),
  );
});
afterAll(() => bed?.close());

const host = new URL(RP.origin).host;
const get = (path: string, more: RequestInit = {}) => app.request(`${RP.origin}/log/${path}`, { ...more, headers: { host, ...more.headers } });
const bytesOf = async (answer: Response): Promise<string> => hex(new Uint8Array(await answer.arrayBuffer()));

describe('the log over HTTP', () => {
  it('is every file of it, by name, to the byte, for anybody on any page', async () => {
    for (const [path, bytes] of log.all) {
      const answer = await get(path, { headers: { origin: 'https://elsewhere.example' } });
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('content-type')).toBe(path === 'checkpoint' ? 'text/plain; charset=utf-8' : 'application/octet-stream');
      expect(answer.headers.get('cache-control')).toBe(path === 'checkpoint' ? 'public, max-age=1' : 'public, max-age=31536000, immutable');
      expect(await bytesOf(answer)).toBe(hex(bytes));
    }
    expect(log.all.has('tile/1/000.p/2')).toBe(true);
  });

  it.each([
    'tile/0/0',
    'tile/0/0000',
    'tile/00/000',
    'tile/0/000/',
    'tile/0//000',
    'tile/0/x000/000',
    'tile/0/%30%30%30',
    'tile/0/000?x=1',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/000.p/03',
    'tile/0/../0/000.p',
    'tile/0/..%2f..%2f..%2fetc%2fpasswd',
    'tile/0/%2e%2e/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/x100/x000/x000/x000/x000/000',
    'tile/63/001',
    'tile/7/x999/999',
    'tile/data/000',
    'Checkpoint',
    'checkpoint/',
    'checkpoint?x',
    '',
    'envelopes/0000000000000000000000000000000000000000000000000000000000000000',
  ])('has no file called %s, and nobody is asked for it', async (path) => {
    asked.length = 0;
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toContain('no such file');
    expect(asked).toEqual([]);
  });

  it('has no tile that no published checkpoint has', async () => {
    for (const path of ['tile/0/002.p/189', 'tile/0/003', 'tile/0/000.p/9', 'tile/2/000.p/1', 'tile/entries/002']) expect((await get(path)).status, path).toBe(404);
  });

  it('is read, never written', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect((await get('checkpoint', { method })).status).toBe(404);
    const head = await get('checkpoint', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('answers for its own host alone', async () => {
    expect((await get('checkpoint', { headers: { host: 'rebound.example' } })).status).toBe(400);
  });

  it('is the log of the installation, checkpoint and all', async () => {
    const key = parseVkey(bed.store.logVerifierKey ?? '');
    const mine = createApp(serverWorld(bed));
    const note = await (await mine.request(`${RP.origin}/log/checkpoint`, { headers: { host } })).text();
    const checkpoint = openCheckpoint(note, key.ok ? [key.value] : []);
    if (!checkpoint.ok) throw new Error(checkpoint.error.message);
    const bundle = await mine.request(`${RP.origin}/log/${tilePath('entries', 0, checkpoint.value.size)}`, { headers: { host } });
    expect(bundle.status).toBe(200);
  });
});

it('has no checkpoint before the first entry', async () => {
  const empty = createApp(serverWorld(bed, { files: testLog('log.example/b').files }));
  expect((await empty.request(`${RP.origin}/log/checkpoint`, { headers: { host } })).status).toBe(404);
});
