/**
 * A log exported to a bucket: a store that somebody else wrote answers, and what it holds verifies as a log. It knows keys by their name and
 * does not work signatures out: that those are right is for aws4fetch to say.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BucketAccess, openBucket } from '../adapters/tlog/bucket.ts';
import { someEntries, type TestLog, testLog } from '../testing/log-files.ts';
import { exportLog } from './log-export.ts';
import { sourceOf } from './log-read.ts';
import { verifyLog } from './log-verify.ts';

interface S3 {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
const S3rver: new (options: object) => S3 = createRequire(import.meta.url)('s3rver');

const ORIGIN = 'log.example/a';
const folder = mkdtempSync(join(tmpdir(), 'countersign-bucket-'));
let store: S3;
let access: BucketAccess;
beforeAll(async () => {
  store = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: folder, configureBuckets: [{ name: 'audit' }], vhostBuckets: false });
  const { port } = await store.run();
  access = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const grown = (log: TestLog, to: number): TestLog => {
  log.append(someEntries(ORIGIN, log.size, to - log.size));
  return log;
};
async function run(log: TestLog, where: string, by = access) {
  const bucket = openBucket(where, by);
  return bucket.ok ? exportLog({ source: sourceOf(log.files, 'memory'), folder: bucket.value, keys: [log.key], progress: () => undefined }) : bucket;
}
const verified = async (log: TestLog, where: string) => {
  const bucket = openBucket(where, access);
  if (!bucket.ok) throw new Error(bucket.error.message);
  return verifyLog(bucket.value, { keys: [log.key], entries: true, hashesOnly: false, progress: () => undefined });
};
/** Where the store keeps what it was given. */
const kept = (path: string): string => {
  const [name] = readdirSync(join(folder, 'audit'), { recursive: true, encoding: 'utf8' }).filter((file) => file.startsWith(path) && file.endsWith('_object'));
  return join(folder, 'audit', name ?? 'not there');
};

describe('a log exported to a bucket', () => {
  it('is the log, and grows by what is new', async () => {
    const log = grown(testLog(ORIGIN), 300);
    expect(await run(log, 's3://audit/one')).toMatchObject({ ok: true, value: { from: 0, size: 300 } });
    expect(await verified(log, 's3://audit/one')).toMatchObject({ faults: [] });
    expect(await run(grown(log, 700), 's3://audit/one/')).toMatchObject({ ok: true, value: { from: 300, size: 700 } });
    expect(await verified(log, 's3://audit/one')).toMatchObject({ faults: [] });
    expect(await run(log, 's3://audit/one')).toMatchObject({ ok: true, value: { from: 700, size: 700, files: 0 } });
  });

  it('is never written over by another one', async () => {
    const log = grown(testLog(ORIGIN), 10);
    expect(await run(log, 's3://audit/two')).toMatchObject({ ok: true });
    const before = readFileSync(kept('two/checkpoint'), 'utf8');
    expect(await run(grown(testLog(ORIGIN), 20), 's3://audit/two')).toMatchObject({ ok: false });
    expect(readFileSync(kept('two/checkpoint'), 'utf8')).toBe(before);
    writeFileSync(kept('two/tile/entries/000.p/10'), 'other bytes');
    expect((await verified(log, 's3://audit/two')).faults.length).toBeGreaterThan(0);
  });

  it('stops at a file that is there with other bytes, and publishes nothing', async () => {
    const log = grown(testLog(ORIGIN), 300);
    const bucket = openBucket('s3://audit/three', access);
    for (const other of ['x', 'x'.repeat(100_000)]) {
      // The store of the test may be written over, whatever the port promises.
      await fetch(`${access.AWS_ENDPOINT_URL_S3}/audit/three/tile/entries/000`, { method: 'PUT', body: other });
      expect(await run(log, 's3://audit/three')).toMatchObject({ ok: false, error: { code: 'LOG_FORK', place: 'tile/entries/000' } });
    }
    expect(bucket.ok && (await bucket.value.read('checkpoint', 100))).toEqual({ ok: true, value: null });
  });

  it('says what is wrong: with the name, the keys, who may not, and who does not answer', async () => {
    const log = grown(testLog(ORIGIN), 1);
    for (const where of ['s3://', 's3://a', 's3://audit/../other', 's3://Audit/x', 's3://audit/a b'])
      expect(await run(log, where)).toMatchObject({ error: { code: 'USAGE', place: '--out' } });
    expect(await run(log, 's3://audit/x', {})).toMatchObject({ error: { code: 'USAGE', remedy: expect.stringContaining('AWS_ACCESS_KEY_ID') } });
    expect(await run(log, 's3://audit/x', { ...access, AWS_ENDPOINT_URL_S3: 'ftp://x' })).toMatchObject({ error: { code: 'USAGE', place: 'AWS_ENDPOINT_URL_S3' } });
    expect(await run(log, 's3://audit/x', { ...access, AWS_ACCESS_KEY_ID: 'nobody' })).toMatchObject({
      error: { code: 'LOG_UNREACHABLE', message: expect.stringContaining('403') },
    });
    expect(await run(log, 's3://audit/x', { ...access, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' })).toMatchObject({ error: { code: 'LOG_UNREACHABLE' } });
  });

  it('follows nobody to another host, and reads no more than can be right', async () => {
    const log = grown(testLog(ORIGIN), 1);
    const answers = {
      '/audit/away/checkpoint': [302, { location: `${access.AWS_ENDPOINT_URL_S3}/audit/one/checkpoint` }],
      '/audit/long/checkpoint': [200, { 'content-length': '99999999' }],
    } as const;
    const server: Server = createServer((request, response) => {
      const [status, headers] = answers[request.url as keyof typeof answers] ?? [404, {}];
      response.writeHead(status, headers).flushHeaders();
      if (status !== 200) response.end();
    });
    const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
    const elsewhere = { ...access, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
    expect(await run(log, 's3://audit/away', elsewhere)).toMatchObject({ error: { code: 'LOG_UNREACHABLE' } });
    expect(await run(log, 's3://audit/long', elsewhere)).toMatchObject({ error: { code: 'LOG_FORMAT' } });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
