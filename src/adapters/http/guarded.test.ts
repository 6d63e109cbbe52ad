/** Calls to where somebody else says, against real servers on loopback, which only an explicit exception lets us reach. */

import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import { type AddressInfo, createServer as createRaw } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { mayCall, readNetwork } from './address.ts';
import { guardedCalls } from './guarded.ts';
import { readCallTerms, refusedBy } from './terms.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const LOOPBACK = ['127.0.0.0/8'];
function terms(hosts: readonly string[], networks: readonly string[] = LOOPBACK, demo = true) {
  const read = readCallTerms(hosts, networks, demo);
  if (!read.ok) throw new Error(read.error.map((p) => p.message).join());
  return read.value;
}
async function listening(server: Server | ReturnType<typeof createRaw>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => ('closeAllConnections' in server ? server.close() && server.closeAllConnections() : server.close()) });
  return (server.address() as AddressInfo).port;
}
const serving = (answer: RequestListener): Promise<number> => listening(createServer(answer));
const never = new AbortController().signal;

describe('addresses', () => {
  const refused = (
    '0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.0.9 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.192 192.168.1.1 ' +
    '198.18.0.1 198.19.255.255 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ' +
    '::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 fdff::1 ff02::1 2001:db8::1 2001::1 2002:7f00:1:: 3fff::1 100::1 ' +
    'localhost 127.1 0x7f.0.0.1 2130706433 1.2.3.4.5 1.2.3 abc'
  ).split(' ');
  it.each([...refused, ''])('%s is not called', (address) => expect(mayCall(address, [])).toBe(false));

  const called =
    '1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.167.1.1 2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808'.split(
      ' ',
    );
  it.each(called)('%s is', (address) => expect(mayCall(address, [])).toBe(true));

  it('an IPv4 address is judged the same, however it is carried and spelled', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const v4 = fc.tuple(byte, byte, byte, byte);
    fc.assert(
      fc.property(v4, ([a, b, c, d]) => {
        const plain = `${a}.${b}.${c}.${d}`;
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const carried of [`::ffff:${plain}`, `::ffff:${hex}`, `0:0:0:0:0:ffff:${hex}`, `64:ff9b::${hex}`, `64:ff9b:0:0::${plain}`])
          expect(mayCall(carried, [])).toBe(mayCall(plain, []));
      }),
    );
  });

  it('what is excepted is called, and nothing beside it', () => {
    const excepted = [readNetwork('10.20.0.0/16'), readNetwork('fd12:3456::/32')].flatMap((n) => n ?? []);
    expect(['10.20.0.1', '10.20.255.255', '::ffff:10.20.0.1', 'fd12:3456::9'].map((a) => mayCall(a, excepted))).toEqual([true, true, true, true]);
    expect(['10.19.255.255', '10.21.0.0', '127.0.0.1', 'fd12:3457::9'].map((a) => mayCall(a, excepted))).toEqual([false, false, false, false]);
    expect(['10.0.0.0/33', '10.0.0.0', 'x/8', '::/129', '10.0.0/8'].map(readNetwork)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe('hosts', () => {
  const allowed = terms(['hooks.example.com', '*.example.org', 'deep.example.net:8443', 'http://127.0.0.1:9000']);
  it.each([
    'https://hooks.example.com/a?b=c',
    'https://HOOKS.example.com:443/',
    'https://a.example.org/',
    'https://a.b.example.org/',
    'https://deep.example.net:8443/',
    'http://127.0.0.1:9000/x',
  ])('%s is among them', (url) => expect(refusedBy(allowed, url)).toBeNull());
  it.each([
    'http://hooks.example.com/',
    'https://hooks.example.com:444/',
    'https://hooks.example.com.evil.net/',
    'https://evilhooks.example.com/',
    'https://example.org/',
    'https://evilexample.org/',
    'https://deep.example.net/',
    'https://127.0.0.1:9000/',
    'https://user:secret@hooks.example.com/',
    'https://hooks.example.com/#x',
    'ftp://hooks.example.com/',
    'file:///etc/passwd',
    'hooks.example.com',
    'https://evil.net\\@hooks.example.com/',
    '',
  ])('%s is not', (url) => expect(refusedBy(allowed, url)).toMatchObject({ code: 'USAGE' }));

  it('none is called where none is named', () => expect(refusedBy(terms([]), 'https://hooks.example.com/')).toMatchObject({ code: 'USAGE' }));

  it('a setting that says nothing is refused, and http outside of demo data', () => {
    expect(readCallTerms(['https://x/y', '*', 'a b', 'x@y'], ['10.0.0.0/99'], true)).toMatchObject({ ok: false, error: [{}, {}, {}, {}, {}] });
    expect(readCallTerms(['http://hooks.example.com'], [], false)).toMatchObject({ ok: false, error: [{ code: 'USAGE', place: 'hooks.example.com' }] });
  });
});

describe('a call', () => {
  it('brings headers and body, and tells the status', async () => {
    let seen: unknown;
    const port = await serving((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        seen = { method: request.method, url: request.url, host: request.headers.host, id: request.headers['webhook-id'], body };
        response.writeHead(503, { 'retry-after': '7' }).end('later');
      });
    });
    const { post } = guardedCalls(terms([`http://hooks.test:${port}`]), async () => [{ address: '127.0.0.1', family: 4 }]);
    expect(await post(`http://hooks.test:${port}/in?x=1`, { 'webhook-id': 'msg_1' }, '{"ä":1}', never)).toEqual({ status: 503, retryAfter: 7_000 });
    expect(seen).toEqual({ method: 'POST', url: '/in?x=1', host: `hooks.test:${port}`, id: 'msg_1', body: '{"ä":1}' });
  });

  it('goes to what was judged: the name is asked once, whatever it leads to afterwards', async () => {
    let hits = 0;
    const port = await serving((_, response) => {
      hits++;
      response.end();
    });
    let asked = 0;
    const rebinding = async () => [{ address: asked++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }];
    const { post } = guardedCalls(terms([`http://rebind.test:${port}`], ['127.0.0.2/32']), rebinding);
    // Nothing listens at the first: what listens at the second is not reached.
    expect(await post(`http://rebind.test:${port}/`, {}, '', never)).toEqual({ failed: 'it cannot be reached: ECONNREFUSED' });
    expect([asked, hits]).toEqual([1, 0]);
    expect(await post(`http://rebind.test:${port}/`, {}, '', never)).toEqual({ failed: 'rebind.test leads to 127.0.0.1, which is not called' });
    expect(hits).toBe(0);
  });

  it('one address among several that may not be called is enough', async () => {
    const { post } = guardedCalls(terms(['hooks.test'], []), async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '::ffff:169.254.169.254', family: 6 },
    ]);
    expect(await post('https://hooks.test/', {}, '', never)).toEqual({ failed: 'hooks.test leads to ::ffff:169.254.169.254, which is not called' });
    expect(await guardedCalls(terms(['hooks.test'], []), async () => []).post('https://hooks.test/', {}, '', never)).toEqual({
      failed: 'hooks.test leads to nowhere, which is not called',
    });
  });

  it.each(['https://127.0.0.1/', 'https://[::1]/', 'https://[::ffff:7f00:1]/', 'https://2130706433/', 'https://0x7f.1/', 'https://169.254.169.254/latest/meta-data'])(
    'an address for a name, on the list by mistake, is judged as any: %s',
    async (url) => {
      const { hostname } = new URL(url);
      expect(await guardedCalls(terms([hostname], [])).post(url, {}, '', never)).toMatchObject({ failed: expect.stringContaining('is not called') });
    },
  );

  it('follows nobody', async () => {
    let hits = 0;
    const port = await serving((request, response) => {
      hits++;
      response.writeHead(request.url === '/' ? 302 : 200, { location: '/elsewhere' }).end();
    });
    const { post } = guardedCalls(terms([`http://127.0.0.1:${port}`]));
    expect(await post(`http://127.0.0.1:${port}/`, {}, '', never)).toEqual({ status: 302, retryAfter: null });
    expect(hits).toBe(1);
  });

  it('ends where there is no answer in time, and where the server ends', async () => {
    const port = await serving(() => undefined);
    const { post } = guardedCalls(terms([`http://127.0.0.1:${port}`]), undefined, { ms: 200, bytes: 1_000 });
    expect(await post(`http://127.0.0.1:${port}/`, {}, '', never)).toEqual({ failed: 'no answer within 0.2 s' });
    expect(await post(`http://127.0.0.1:${port}/`, {}, '', AbortSignal.abort())).toEqual({ failed: 'the server ended' });
  });

  it('a resolver that hangs is not waited for', async () => {
    const { post } = guardedCalls(terms(['hooks.test']), () => new Promise(() => undefined), { ms: 100, bytes: 1_000 });
    expect(await post('https://hooks.test/', {}, '', never)).toEqual({ failed: 'no answer within 0.1 s' });
  });

  it('reads no more of an answer than it has to, endless or slow', async () => {
    let sent = 0;
    let slow = false;
    const port = await serving((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (response.destroyed) return;
        sent += 16_384;
        response.write('x'.repeat(16_384));
        setTimeout(more, slow ? 1_000 : 0);
      };
      more();
    });
    const { post } = guardedCalls(terms([`http://127.0.0.1:${port}`]), undefined, { ms: 2_000, bytes: 64 << 10 });
    expect(await post(`http://127.0.0.1:${port}/`, {}, '', never)).toEqual({ status: 200, retryAfter: null });
    expect(sent).toBeLessThan(16 << 20);
    slow = true;
    expect(await guardedCalls(terms([`http://127.0.0.1:${port}`]), undefined, { ms: 300, bytes: 64 << 10 }).post(`http://127.0.0.1:${port}/`, {}, '', never)).toEqual({
      status: 200,
      retryAfter: null,
    });
  });

  it('what does not speak HTTP, or has a certificate of nobody, failed', async () => {
    const raw = await listening(
      createRaw((socket) => {
        socket.on('error', () => undefined);
        socket.end('SSH-2.0-x\r\n');
      }),
    );
    expect(await guardedCalls(terms([`http://127.0.0.1:${raw}`])).post(`http://127.0.0.1:${raw}/`, {}, '', never)).toMatchObject({
      failed: expect.stringContaining('it cannot be reached'),
    });
    const tls = await listening(createTls({}, (_, response) => void response.end()) as unknown as Server);
    expect(await guardedCalls(terms([`127.0.0.1:${tls}`])).post(`https://127.0.0.1:${tls}/`, {}, '', never)).toMatchObject({
      failed: expect.stringContaining('it cannot be reached'),
    });
  });
});
