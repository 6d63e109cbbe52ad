/** Deliveries over real sockets, of senders who know no secret: who stands still, who sends much, who leaves. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterEach, describe, expect, it } from 'vitest';
import { ok } from '../core/base/result.ts';
import { type Bodies, type Bounds, bodiesWithin } from './forge-body.ts';
import { forgeDoor } from './forge-door.ts';
import type { ForgeDoor } from './world.ts';

const BOUNDS: Bounds = { largest: 4_000_000, small: 100_000, large: 5_000_000, open: 4, deadline: () => () => undefined };

let server: Server;
let sockets: Socket[] = [];
/** Bodies that began: each calls when its time is over. */
let begun: (() => void)[] = [];

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  begun = [];
  server.closeAllConnections();
  server.close();
});

async function listen(receive: ForgeDoor['receive'] = async () => ok('kept'), bounds: Partial<Bounds> = {}): Promise<void> {
  const deadline: Bounds['deadline'] = (late) => {
    begun.push(late);
    return () => undefined;
  };
  const app = forgeDoor({ forges: new Map([['github', { receive }]]) }, bodiesWithin({ ...BOUNDS, deadline, ...bounds }));
  server = createServer(getRequestListener(app.fetch));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

const port = (): number => (server.address() as AddressInfo).port;
const deliver = (body: string | Uint8Array<ArrayBuffer>) => fetch(`http://127.0.0.1:${port()}/github`, { method: 'POST', body });

/** Announces a body, and sends this much of it. */
async function announce(length: number, sent = 0): Promise<Socket> {
  const before = begun.length;
  const socket = connect(port(), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write(`POST /github HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
  socket.write(new Uint8Array(sent));
  while (begun.length === before) await new Promise(setImmediate);
  return socket;
}

async function heard(socket: Socket): Promise<string> {
  let said = '';
  for await (const chunk of socket) said += String(chunk);
  return said;
}

/** Resolves when so many bytes of it were read. */
async function sending<T>(read: Bodies, bytes: number, use: (body: Uint8Array) => Promise<T>): Promise<{ answer: ReturnType<typeof read<T>>; end(): void }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let sent = false;
  const pull = async (to: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    if (!sent) {
      sent = true;
      return to.enqueue(new Uint8Array(bytes));
    }
    resolve();
    await over;
    to.close();
  };
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const answer = read(new Request('http://x/github', { method: 'POST', body, duplex: 'half' } as RequestInit), use);
  await asked;
  return { answer, end };
}

describe('what is announced and not sent', () => {
  it('is not counted, and keeps nobody out', async () => {
    await listen();
    const idle = [await announce(4_000_000), await announce(4_000_000), await announce(4_000_000)];
    expect((await deliver(new Uint8Array(3_900_000))).status).toBe(202);
    expect(idle.every((socket) => !socket.destroyed)).toBe(true);
  });

  it('makes room, the first of it first, and is told when to come again', async () => {
    await listen();
    const idle = [await announce(1_000), await announce(1_000), await announce(1_000), await announce(1_000)];
    const answers = Promise.all(idle.slice(0, 2).map(heard));
    for (const n of [1, 2, 3]) expect([n, (await deliver('{}')).status]).toEqual([n, 202]);
    // One of them is enough for all three.
    for (const _ of [1, 2]) await announce(1_000);
    expect(await answers).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 503 [\s\S]*retry-after: 10[\s\S]*RATE_LIMITED/i),
      expect.stringMatching(/^HTTP\/1\.1 503 [\s\S]*retry-after: 10[\s\S]*RATE_LIMITED/i),
    ]);
  });

  it('has its time, and ends with it', async () => {
    await listen();
    const socket = await announce(1_000, 10);
    const answer = heard(socket);
    begun[0]?.();
    expect(await answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*connection: close[\s\S]*took too long/i);
  });
});

describe('what is sent', () => {
  it('is refused where all places are of deliveries that are being worked on', async () => {
    let end: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    let working = 0;
    await listen(() => {
      working += 1;
      return held.then(() => ok('kept'));
    });
    const first = [1, 2, 3, 4].map(() => deliver('{}'));
    while (working < 4) await new Promise(setImmediate);
    const refused = await deliver('{}');
    expect([refused.status, refused.headers.get('retry-after'), ((await refused.json()) as { status: number }).status]).toEqual([503, '10', 503]);
    end();
    expect((await Promise.all(first)).map((a) => a.status)).toEqual([202, 202, 202, 202]);
    expect((await deliver('{}')).status).toBe(202);
  });

  it('in much, slowly, makes room for what is sent after it, and keeps no small one out', async () => {
    const read = bodiesWithin({ ...BOUNDS, open: 8 });
    let end: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const size = (body: Uint8Array) => Promise.resolve(body.length);
    const slow = await sending(read, 3_500_000, size);
    const large = await sending(read, 3_500_000, (body) => held.then(() => body.length));
    expect(await slow.answer).toEqual({ ok: false, error: 'full' });
    large.end();
    await new Promise(setImmediate);
    // What is whole is not given up: whoever comes next is.
    const next = await sending(read, 3_500_000, size);
    expect(await next.answer).toEqual({ ok: false, error: 'full' });
    const small = await sending(read, 90_000, size);
    small.end();
    expect(await small.answer).toEqual({ ok: true, value: 90_000 });
    end();
    expect(await large.answer).toEqual({ ok: true, value: 3_500_000 });
    const last = await sending(read, 3_500_000, size);
    last.end();
    expect(await last.answer).toEqual({ ok: true, value: 3_500_000 });
  });

  it('with no length said is read to the byte, and to its bound', async () => {
    const sizes: number[] = [];
    await listen(async (_, body) => {
      sizes.push(body.length);
      return ok('kept');
    });
    const streamed = (bytes: number) => {
      let left = bytes;
      const body = new ReadableStream<Uint8Array>({
        pull: (to) => {
          const some = Math.min(left, 60_000);
          left -= some;
          if (some === 0) return to.close();
          to.enqueue(new Uint8Array(some));
        },
      });
      return fetch(`http://127.0.0.1:${port()}/github`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    };
    expect((await streamed(3_999_999)).status).toBe(202);
    // It may be gone before all of it was sent, and the answer with it.
    expect(
      await streamed(4_000_001).then(
        (a) => a.status,
        () => 413,
      ),
    ).toBe(413);
    expect(sizes).toEqual([3_999_999]);
  });

  it('byte by byte is whole in the end', async () => {
    const bodies: string[] = [];
    await listen(async (_, body) => {
      bodies.push(Buffer.from(body).toString());
      return ok('kept');
    });
    const socket = connect(port(), '127.0.0.1');
    sockets.push(socket);
    const answer = heard(socket);
    socket.write('POST /github HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const letter of 'abc'.repeat(3_000)) socket.write(`1\r\n${letter}\r\n`);
    socket.write('0\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(bodies).toEqual(['abc'.repeat(3_000)]);
  });
});
