/** One event to a thousand open streams: one buffer for all of them, against a write for each stream that is waited for. */
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { openStreams } from '../src/server/events/streams.ts';
import { type Comparison, compare } from './measure.ts';

const STREAMS = 1_000;
const DATA = JSON.stringify({ what: 'signed', change: '0123456789abcdef', state: 'signed', index: 1_234_567 });

export async function eventsBench(): Promise<readonly Comparison[]> {
  const streams = openStreams({ most: STREAMS, ofOne: STREAMS });
  const awaited: SSEStreamingApi[] = [];
  const app = new Hono();
  app.get('/one', (c) => {
    const stream = streams.open({ principal: '', still: async () => true, hangUp: () => undefined });
    stream.write(new TextEncoder().encode(':\n\n'));
    return c.body(stream.body, 200, { 'content-type': 'text/event-stream' });
  });
  app.get('/each', (c) =>
    streamSSE(c, async (stream) => {
      await stream.write(':\n\n');
      awaited.push(stream);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
    }),
  );
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const [one, each] = [await crowd(port, '/one'), await crowd(port, '/each')];
  const told = new TextEncoder().encode(`id: 1234567\nevent: change\ndata: ${DATA}\n\n`);
  try {
    const done = await compare({
      name: `events: one to ${STREAMS} streams, until all have it`,
      baseline: 'a write for each, waited for',
      turns: 15,
      subject: () => one.hear(() => streams.tell(told)),
      against: () =>
        each.hear(async () => {
          for (const stream of awaited) await stream.writeSSE({ id: '1234567', event: 'change', data: DATA });
        }),
    });
    return [done];
  } finally {
    for (const socket of [...one.sockets, ...each.sockets]) socket.destroy();
    server.closeAllConnections();
    server.close();
  }
}

/** Connections that count what they hear. */
async function crowd(port: number, path: string): Promise<{ readonly sockets: readonly Socket[]; hear(say: () => unknown): Promise<void> }> {
  let missing = STREAMS;
  let all: () => void = () => undefined;
  const next = async (say: () => unknown): Promise<void> => {
    missing = STREAMS;
    const heard = new Promise<void>((resolve) => {
      all = resolve;
    });
    await say();
    await heard;
  };
  const sockets: Socket[] = [];
  const open = (): void => {
    for (let i = 0; i < STREAMS; i++) {
      const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
      let tail = '';
      socket.on('data', (part) => {
        // The end of a frame, as a chunk of its own.
        tail = (tail + part.toString('latin1')).slice(-8);
        if (tail.endsWith('\n\n\r\n') && --missing === 0) all();
      });
      sockets.push(socket);
    }
  };
  await next(open);
  return { sockets, hear: next };
}
