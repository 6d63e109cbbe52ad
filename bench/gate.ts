/**
 * `POST /api/v1/gate/check` over HTTP, against the same answer from a hono application that does nothing: a question that was asked
 * before, and one that nobody asked. Server and client are two processes of this machine and share its cores.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Comparison, compare } from './measure.ts';

const CONNECTIONS = 32;
const REPEATED = 4_000;
const FIRST = 24;

interface Served {
  readonly port: number;
  readonly empty: number;
  readonly repeated: string;
  readonly first: readonly string[];
}

export async function gateBench(): Promise<readonly Comparison[]> {
  const child = fork(fileURLToPath(new URL('./gate-server.ts', import.meta.url)), [String(FIRST)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const served = await new Promise<Served>((resolve, reject) => {
      child.once('message', (m) => resolve(m as Served));
      child.once('exit', (code) => reject(new Error(`the server of the bench ended with ${code}`)));
    });
    return await measured(served);
  } finally {
    await ended(child);
  }
}

async function measured({ port, empty, repeated, first }: Served): Promise<readonly Comparison[]> {
  const waits: number[] = [];
  const said = await volley(port, [repeated], 1);
  if (!said.includes('"verdict":"deny"')) throw new Error(`the bench asks a question that is not judged: ${said}`);
  const again = await compare({
    name: `gate/check: ${REPEATED} repeated questions`,
    baseline: 'an empty hono route',
    turns: 7,
    subject: () => volley(port, [repeated], REPEATED, waits).then(() => undefined),
    against: () => volley(empty, [repeated], REPEATED).then(() => undefined),
  });
  const fresh: number[] = [];
  const began = performance.now();
  await volley(port, first, first.length, fresh);
  const took = performance.now() - began;
  const one = (await compare({ name: 'empty', baseline: '', turns: 7, subject: () => volley(empty, first, first.length).then(() => undefined), against: () => undefined })).took;
  return [
    { ...again, name: `${again.name}, p99 ${quantile(waits, 0.99).toFixed(1)} ms`, perSecond: (REPEATED / again.took) * 1_000, byTheClock: true },
    {
      ...{ name: `gate/check: ${first.length} first questions, p99 ${quantile(fresh, 0.99).toFixed(0)} ms`, baseline: 'an empty hono route', turns: 1 },
      ratio: took / one,
      spread: [took / one, took / one],
      took,
      perSecond: (first.length / took) * 1_000,
      byTheClock: true,
    },
  ];
}

/** So many requests over as many connections as there may be, each waiting for its answer; answers the last body. */
async function volley(port: number, bodies: readonly string[], total: number, seen: number[] = []): Promise<string> {
  let next = 0;
  let last = '';
  const one = async (): Promise<void> => {
    const caller = await call(port);
    while (next < total) {
      const body = bodies[next++ % bodies.length] ?? '';
      const began = performance.now();
      last = await caller.post(body);
      seen.push(performance.now() - began);
    }
    caller.end();
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, total) }, one));
  return last;
}

/** A client that does next to nothing: node's own takes more of a processor than the server that is measured. Reads what has a length, and no more. */
async function call(port: number): Promise<{ post(body: string): Promise<string>; end(): void }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setEncoding('latin1');
  let told: { resolve(body: string): void; reject(cause: unknown): void } | undefined;
  let got = '';
  socket.on('data', (part: string) => {
    got += part;
    const head = got.indexOf('\r\n\r\n');
    const length = head < 0 ? undefined : /\r\ncontent-length: (\d+)/i.exec(got.slice(0, head))?.[1];
    if (length === undefined || got.length < head + 4 + Number(length)) return;
    const [status, body] = [got.slice(9, 12), got.slice(head + 4)];
    got = '';
    if (status === '200') told?.resolve(body);
    else told?.reject(new Error(`${status} ${body}`));
  });
  socket.on('error', (cause) => told?.reject(cause));
  socket.on('close', () => told?.reject(new Error('the server hung up')));
  return {
    post: (body) =>
      new Promise((resolve, reject) => {
        told = { resolve, reject };
        socket.write(`${ASKED}host: localhost:${port}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }),
    end: () => void socket.destroy(),
  };
}

const ASKED = 'POST /api/v1/gate/check HTTP/1.1\r\ncontent-type: application/json\r\nx-countersign: 1\r\n';

const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? Number.NaN;

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
