import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { httpSource } from './http.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(address: string, path = 'checkpoint', cap = 1_000) {
  const source = httpSource(address, { answer: 300, again: 1 });
  if (!source.ok) throw new Error(source.error.message);
  return source.value.read(path, cap);
}

describe('a log behind an address', () => {
  it('is read below the address, with or without a slash', async () => {
    const base = await serve((q, s) => s.end(q.url));
    for (const address of [`${base}/log`, `${base}/log/`]) expect(await read(address, 'tile/0/000.p/3')).toEqual({ ok: true, value: utf8('/log/tile/0/000.p/3') });
  });

  it.each([403, 404, 410])('has no file where it answers %i', async (status) => {
    const base = await serve((_, s) => s.writeHead(status).end('gone'));
    expect(await read(base)).toEqual({ ok: true, value: null });
  });

  it('is asked again where it stumbles, and not for ever', async () => {
    let asked = 0;
    const base = await serve((_, s) => (++asked < 3 ? s.writeHead(503).end() : s.end('there')));
    expect(await read(base)).toEqual({ ok: true, value: utf8('there') });
    asked = -1_000;
    expect(await read(base)).toMatchObject({ ok: false, error: { code: 'LOG_UNREACHABLE' } });
    expect(asked).toBe(-997);
  });

  it('is followed on its own host, and to no other', async () => {
    const other = await serve((_, s) => s.end('stolen'));
    const base = await serve((q, s) => {
      if (q.url === '/a/checkpoint') s.writeHead(302, { location: '/b/checkpoint' }).end();
      else if (q.url === '/b/checkpoint') s.end('here');
      else if (q.url === '/round/checkpoint') s.writeHead(302, { location: '/round/checkpoint' }).end();
      else s.writeHead(307, { location: `${other}/checkpoint` }).end();
    });
    expect(await read(`${base}/a`)).toEqual({ ok: true, value: utf8('here') });
    expect(await read(`${base}/c`)).toMatchObject({ ok: false, error: { message: expect.stringContaining('another host') } });
    expect(await read(`${base}/round`)).toMatchObject({ ok: false, error: { code: 'LOG_UNREACHABLE' } });
  });

  it('does not fill our memory, compressed or for ever', async () => {
    const bomb = gzipSync(new Uint8Array(10_000_000));
    const base = await serve((q, s) => {
      if (q.url === '/bomb') s.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      else {
        s.on('error', () => undefined);
        const more = setInterval(() => s.write(new Uint8Array(500)), 1);
        s.on('close', () => clearInterval(more));
      }
    });
    for (const path of ['bomb', 'endless']) expect(await read(base, path)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
  });

  it('does not keep us waiting: not by silence, and not byte by byte', async () => {
    const silent = await serve(() => undefined);
    expect(await read(silent)).toMatchObject({ ok: false, error: { code: 'LOG_UNREACHABLE' } });
    const drops = await serve((_, s) => {
      s.on('error', () => undefined);
      const more = setInterval(() => s.write('x'), 20);
      s.on('close', () => clearInterval(more));
    });
    expect(await read(drops)).toMatchObject({ ok: false, error: { code: 'LOG_UNREACHABLE' } });
  });

  it('is not believed about its length, promised too long or too short', async () => {
    const base = await serve((q, s) => {
      s.on('error', () => undefined);
      s.writeHead(200, { 'content-length': q.url === '/long/checkpoint' ? '9000000000000000' : '10' });
      s.write('abc');
      if (q.url !== '/long/checkpoint') s.destroy();
    });
    expect(await read(`${base}/long`)).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT', message: expect.stringContaining('1000 bytes') } });
    expect(await read(`${base}/short`)).toMatchObject({ ok: false, error: { code: 'LOG_UNREACHABLE' } });
  });

  it.each(['', 's3://bucket/log', 'ftp://example.org', 'file:///etc', 'http://user@example.org/', 'http://example.org/?x', 'example.org'])('is not %s', (address) => {
    expect(httpSource(address)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });
});
