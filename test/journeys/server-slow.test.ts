/** Clients that are slow, half gone, or send too much: each is bounded, and everybody else is answered meanwhile. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { exchange } from './server-wire.ts';

let stage: Stage;
let port: number;
beforeAll(async () => {
  stage = await openStage();
  port = Number(new URL(stage.url).port);
});
afterAll(() => stage?.end());

const host = (): string => `Host: localhost:${port}\r\n`;
const answers = async (): Promise<number> => (await fetch(`${stage.url}/api/v1/session`)).status;

interface Heard {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<unknown>;
}

async function opened(first: string): Promise<Heard> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (part) => {
    heard += part.toString('latin1');
  });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.write(first);
  return { socket, text: () => heard, closed };
}

it('a head that never ends is given up, while others are answered', async () => {
  const slow = await Promise.all(Array.from({ length: 30 }, () => opened(`GET /api/v1/session HTTP/1.1\r\n${host()}`)));
  const drip = setInterval(() => {
    for (const [i, s] of slow.entries()) if (!s.socket.destroyed) s.socket.write(`x-${i}: y\r\n`);
  }, 1_000);
  expect(await answers()).toBe(200);
  await Promise.all(slow.map((s) => s.closed));
  clearInterval(drip);
  for (const s of slow) expect(s.text()).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect(await answers()).toBe(200);
});

it('a body that never ends is a no, and the connection ends with it', async () => {
  const head = (length: string): string => `POST /api/v1/session/act-as HTTP/1.1\r\n${host()}x-countersign: 1\r\ncontent-type: application/json\r\n${length}\r\n\r\n`;
  const slow = await Promise.all([opened(`${head('content-length: 100')}{"pers`), opened(`${head('transfer-encoding: chunked')}5\r\n{"per\r\n`)]);
  for (let i = 0; i < 400 && slow.some((s) => s.text() === '' && !s.socket.destroyed); i++) await wait(100);
  for (const s of slow) {
    expect(s.text()).toMatch(/^HTTP\/1\.1 400 [\s\S]*cut short/);
    s.socket.destroy();
  }
  expect(await answers()).toBe(200);
});

it('a body of 100 MB is refused, announced or not, and kept by nobody', async () => {
  const head = (length: string): string => `POST /api/v1/gate/check HTTP/1.1\r\n${host()}x-countersign: 1\r\ncontent-type: application/json\r\n${length}\r\n\r\n`;
  const announced = await opened(head(`content-length: ${100 << 20}`));
  await announced.closed;
  expect(announced.text()).toMatch(/^HTTP\/1\.1 413 [\s\S]*BODY_TOO_LARGE/);
  const streamed = await opened(head('transfer-encoding: chunked'));
  const part = Buffer.alloc(1 << 20, 0x20);
  for (let i = 0; i < 100 && !streamed.socket.destroyed; i++) {
    const more = streamed.socket.write(Buffer.concat([Buffer.from('100000\r\n'), part, Buffer.from('\r\n')]));
    if (!more) await Promise.race([once(streamed.socket, 'drain').catch(() => undefined), streamed.closed]);
  }
  await Promise.race([streamed.closed, wait(5_000)]);
  streamed.socket.destroy();
  expect(streamed.text()).toMatch(/^(HTTP\/1\.1 413 |$)/);
  const { process_resident_memory_bytes: held } = await figures();
  expect(held).toBeLessThan(700 << 20);
  expect(await answers()).toBe(200);
});

async function figures(): Promise<{ readonly process_resident_memory_bytes: number }> {
  const text = await (await fetch(`${stage.url}/metrics`)).text();
  return { process_resident_memory_bytes: Number(/^countersign_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) };
}

it('a flood of headers is refused, or cut to what is read', async () => {
  const big = await exchange(port, `GET /api/v1/session HTTP/1.1\r\n${host()}x: ${'y'.repeat(20_000)}\r\n\r\n`, false);
  expect(big).toMatch(/^HTTP\/1\.1 431 /);
  const many = Array.from({ length: 2_000 }, (_, i) => `a${i}: b\r\n`).join('');
  expect(await exchange(port, `GET /api/v1/session HTTP/1.1\r\n${host()}Connection: close\r\n${many}\r\n`, false)).toMatch(/^HTTP\/1\.1 (200|431) /);
  for (const bad of ['Content-Length: 5\r\nContent-Length: 6', 'Content-Length: 5\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked, identity', 'a b: c', 'x: \x01'])
    expect(await exchange(port, `POST /api/v1/session/act-as HTTP/1.1\r\n${host()}${bad}\r\n\r\nhello`, true), bad).toMatch(/^HTTP\/1\.1 4\d\d |^$/);
  expect(await answers()).toBe(200);
});

it('whoever does not read is not waited for', async () => {
  const deaf = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.pause();
      socket.write(`GET /api/v1/ledger HTTP/1.1\r\n${host()}\r\n`.repeat(50));
      return socket;
    }),
  );
  expect(await answers()).toBe(200);
  for (const socket of deaf) socket.destroy();
  expect(await answers()).toBe(200);
});
