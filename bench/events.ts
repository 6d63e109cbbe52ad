/** One event to a thousand open streams: one buffer for all of them, against a write for each stream that is waited for. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
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
  const crowd = fork(fileURLToPath(new URL('./events-crowd.ts', import.meta.url)), [String(port), String(STREAMS), '/one', '/each'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heard = (path: string): Promise<void> =>
    new Promise((resolve) => {
      const hear = (said: unknown): void => {
        if (said !== path) return;
        crowd.off('message', hear);
        resolve();
      };
      crowd.on('message', hear);
    });
  await Promise.all([heard('/one'), heard('/each')]);
  const told = new TextEncoder().encode(`id: 1234567\nevent: change\ndata: ${DATA}\n\n`);
  const tellEach = async (): Promise<void> => {
    for (const stream of awaited) await stream.writeSSE({ id: '1234567', event: 'change', data: DATA });
  };
  const delivered = async (path: string, say: () => unknown): Promise<void> => {
    const all = heard(path);
    await say();
    await all;
  };
  const name = `events: one to ${STREAMS} streams`;
  const baseline = 'a write for each, waited for';
  try {
    return [
      await compare({
        ...{ name: `${name}, until all have it`, baseline, turns: 15 },
        subject: () => delivered('/one', () => streams.tell(told)),
        against: () => delivered('/each', tellEach),
      }),
    ];
  } finally {
    crowd.kill();
    server.closeAllConnections();
    server.close();
  }
}
