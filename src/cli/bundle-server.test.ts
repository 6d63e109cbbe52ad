/** Bundles asked of a server over real HTTP: whatever stands there can keep silent, and no more. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { text, utf8 } from '../core/base/bytes.ts';
import { serverSource } from './bundle-server.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const CONTENT = { manifest: '1'.repeat(64), change: '0123456789abcdef' };
const asked = async (url: string, { token, ms = 10_000, bytes = 1_000 }: { readonly token?: string; readonly ms?: number; readonly bytes?: number } = {}) => {
  const source = serverSource(url, token, { ms, bytes });
  if (!source.ok) throw new Error(source.error.message);
  return source.value.bundles(CONTENT);
};
const SILENT = { ok: false, error: { code: 'GATE_UNAVAILABLE' } };

describe('an address', () => {
  it.each([
    '',
    'infra',
    'ftp://countersign.example',
    'https://a:b@countersign.example',
    'https://countersign.example/x',
    'https://countersign.example/?x',
    'https://countersign.example/#x',
    'file:///etc',
  ])('%j is none of a server', (url) => expect(serverSource(url, undefined)).toMatchObject({ ok: false, error: { code: 'USAGE', place: '--server' } }));

  it('without encryption gets no token, except on this machine', () => {
    expect(serverSource('http://countersign.example', 'secret')).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(serverSource('http://127.0.0.1.evil.example', 'secret')).toMatchObject({ ok: false });
    for (const url of ['http://countersign.example', 'https://countersign.example/']) expect(serverSource(url, undefined)).toMatchObject({ ok: true, value: { far: true } });
    for (const url of ['http://127.0.0.1:8080', 'http://[::1]', 'http://localhost']) expect(serverSource(url, 'secret')).toMatchObject({ ok: true });
  });
});

describe('what is answered', () => {
  it('is taken as it is, asked by the name of the change and with the token', async () => {
    const heard: (string | undefined)[] = [];
    const url = await serving((req, res) => {
      heard.push(req.url, req.headers.authorization);
      res.end('any bytes');
    });
    const found = await asked(url, { token: 'secret' });
    expect(found.ok ? found.value.map((b) => [b.name, text(b.bytes)]) : found).toEqual([[`${url} ${CONTENT.change}`, 'any bytes']]);
    await asked(url);
    expect(heard).toEqual([`/api/v1/changes/${CONTENT.change}/bundle`, 'Bearer secret', `/api/v1/changes/${CONTENT.change}/bundle`, undefined]);
  });

  it('is nobody’s sign-off only where it says so in as many words', async () => {
    const answering = (status: number, body: string) => serving((_, res) => res.writeHead(status).end(body)).then((url) => asked(url));
    for (const code of ['SIGNOFF_MISSING', 'NOT_FOUND']) expect(await answering(404, JSON.stringify({ code }))).toEqual({ ok: true, value: [] });
    for (const [status, body] of [
      [404, ''],
      [404, '<html>'],
      [404, 'null'],
      [404, '{"code":["NOT_FOUND"]}'],
      [404, '{"code":"NOT_FOUND '.padEnd(60, 'X')],
      [403, '{"code":"FORBIDDEN"}'],
      [500, ''],
    ] as const)
      expect(await answering(status, body)).toMatchObject(SILENT);
  });

  it('says of a refusal what it was, and nothing a terminal would heed', async () => {
    const url = await serving((req, res) => res.writeHead(503).end(JSON.stringify({ code: req.headers.authorization === undefined ? 'STORE_UNAVAILABLE' : '\u001b[2J' })));
    expect(await asked(url)).toMatchObject({ error: { message: expect.stringContaining('503 [STORE_UNAVAILABLE]') } });
    expect(await asked(url, { token: 'x' })).toMatchObject({ error: { message: expect.stringMatching(/503$/) } });
  });

  it('is followed nowhere', async () => {
    let followed = false;
    const other = await serving((_, res) => {
      followed = true;
      res.end('{}');
    });
    for (const status of [301, 302, 303, 307, 308]) expect(await asked(await serving((_, res) => res.writeHead(status, { location: other }).end()))).toMatchObject(SILENT);
    expect(followed).toBe(false);
  });
});

describe('hostile sizes and times', () => {
  it('as many bytes as may be are read, and not one more', async () => {
    const of = (n: number) => serving((_, res) => res.end('x'.repeat(n)));
    expect(await asked(await of(1_000))).toMatchObject({ ok: true, value: [{ bytes: utf8('x'.repeat(1_000)) }] });
    expect(await asked(await of(1_001))).toMatchObject({ ...SILENT, error: { message: expect.stringContaining('more than 1000 bytes') } });
  });

  it('an answer without end is left, and its connection with it', async () => {
    const left = new Promise<void>((resolve) => {
      void serving((_, res) => {
        const more = (): void => {
          while (res.write('x'.repeat(65_536)));
        };
        res.on('drain', more).on('close', resolve);
        more();
      }).then(async (url) => expect(await asked(url)).toMatchObject(SILENT));
    });
    await left;
  });

  it('refusals without end are cut as well', async () => {
    const url = await serving((_, res) => res.writeHead(404).end(JSON.stringify({ code: 'NOT_FOUND', more: 'x'.repeat(2_000) })));
    expect(await asked(url)).toMatchObject(SILENT);
  });

  it('silence, and a body that never ends, end with the patience', async () => {
    expect(await asked(await serving(() => undefined), { ms: 100 })).toMatchObject(SILENT);
    expect(await asked(await serving((_, res) => void res.write('{')), { ms: 100 })).toMatchObject(SILENT);
  });

  it('what was compressed counts as long as it is', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(new Uint8Array(10_000_000));
    expect(await asked(await serving((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)), { bytes: 100_000 })).toMatchObject(SILENT);
  });

  it('a length that is not kept, and nobody there at all, are silence', async () => {
    expect(await asked(await serving((_, res) => void res.writeHead(200, { 'content-length': '500' }).write('x', () => res.destroy())))).toMatchObject(SILENT);
    const url = await serving(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await asked(url)).toMatchObject(SILENT);
  });
});
