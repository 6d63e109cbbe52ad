import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { describe, expect, it } from 'vitest';
import { type Listener, MOST_WAITING, openStreams, type Stream } from './streams.ts';

const utf8 = new TextEncoder();
interface Fake extends Listener {
  may: boolean | Error;
  hung: number;
}
const listener = (principal = 'mara'): Fake => {
  const self: Fake = {
    principal,
    may: true,
    hung: 0,
    still: async () => {
      if (self.may instanceof Error) throw self.may;
      return self.may;
    },
    hangUp: () => {
      self.hung++;
    },
  };
  return self;
};
const textOf = (stream: Stream): Promise<string> => new Response(stream.body).text();

describe('streams', () => {
  it('hand the same buffer to everybody, not a copy', async () => {
    const streams = openStreams({ most: 9, ofOne: 9 });
    const readers = [1, 2, 3].map(() => streams.open(listener()).body.getReader());
    const said = utf8.encode('data: x\n\n');
    streams.tell(said);
    for (const reader of readers) expect((await reader.read()).value).toBe(said);
  });

  it('are as many as may be, of one and in all, and room comes back', async () => {
    const sizes: number[] = [];
    const streams = openStreams({ most: 3, ofOne: 2 }, (n) => sizes.push(n));
    const [first, second] = [streams.open(listener('mara')), streams.open(listener('mara'))];
    expect([streams.room('mara'), streams.room('noor')]).toEqual([false, true]);
    streams.open(listener('noor'));
    expect([streams.room('noor'), streams.room('kim')]).toEqual([false, false]);
    first.leave();
    first.leave();
    expect([streams.room('mara'), streams.room('noor'), streams.size]).toEqual([true, true, 2]);
    await second.body.cancel();
    expect(sizes).toEqual([1, 2, 3, 2, 1]);
  });

  it('cut off who does not read, once the bound is full, and nobody else', async () => {
    const streams = openStreams({ most: 9, ofOne: 9 });
    const [slow, quick] = [listener('slow'), listener('quick')];
    streams.open(slow);
    const reader = streams.open(quick).body.getReader();
    const part = new Uint8Array(MOST_WAITING / 4);
    for (let i = 0; i < 4; i++) {
      streams.tell(part);
      await reader.read();
    }
    expect([slow.hung, streams.size]).toEqual([0, 2]);
    streams.tell(part);
    expect([slow.hung, quick.hung, streams.size]).toEqual([1, 0, 1]);
    streams.tell(part);
    expect([slow.hung, (await reader.read()).value]).toEqual([1, part]);
  });

  it('end for whoever may not listen any more, and where nobody can say whether they may', async () => {
    const streams = openStreams({ most: 9, ofOne: 9 });
    const [stays, goes, unknown] = [listener(), listener(), listener()];
    const [staying, going, failing] = [stays, goes, unknown].map((l) => streams.open(l)) as [Stream, Stream, Stream];
    goes.may = false;
    unknown.may = new Error('the database is away');
    streams.tell(utf8.encode('said '));
    await streams.look();
    expect(streams.size).toBe(1);
    expect([await textOf(going), await textOf(failing)]).toEqual(['said ', 'said ']);
    streams.tell(utf8.encode('more'));
    streams.end();
    expect([await textOf(staying), streams.size]).toEqual(['said more', 0]);
  });

  it('cut off who does not read at a real socket, and go on with who does', async () => {
    const streams = openStreams({ most: 9, ofOne: 9 });
    const answers: ServerResponse[] = [];
    const server = createServer(
      getRequestListener((_, { outgoing }) => {
        answers.push(outgoing as ServerResponse);
        const stream = streams.open({ principal: '', still: async () => true, hangUp: () => void outgoing.destroy() });
        stream.write(utf8.encode(':\n\n'));
        return new Response(stream.body, { headers: { 'content-type': 'text/event-stream' } });
      }),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const open = async () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
      return socket;
    };
    const [slow, quick] = [await open(), await open()];
    slow.pause();
    quick.resume();
    const part = new Uint8Array(MOST_WAITING / 4);
    // What the kernel holds of it is not ours to bound: some megabytes.
    for (let i = 0; i < 4_000 && streams.size === 2; i++) {
      streams.tell(part);
      do await turn();
      while ((answers[1]?.writableLength ?? 0) > 0);
      expect(answers[0]?.writableLength).toBeLessThanOrEqual(2 * MOST_WAITING);
    }
    expect([streams.size, answers[0]?.destroyed, answers[1]?.destroyed]).toEqual([1, true, false]);
    quick.destroy();
    slow.destroy();
    while (streams.size > 0) await turn();
    server.close();
  });
});
