/**
 * `POST /api/v1/gate/check` over HTTP, against the same answer from a hono application that does nothing: a question that was asked
 * before, and one that nobody asked. Server and client are two processes of this machine and share its cores.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, request } from 'node:http';
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
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const waits: number[] = [];
  const many = (to: number, bodies: readonly string[], total: number, seen: number[] = []) => volley(agent, to, bodies, total, seen);
  const said = await many(port, [repeated], 1);
  if (!said.includes('"verdict":"deny"')) throw new Error(`the bench asks a question that is not judged: ${said}`);
  const again = await compare({
    name: `gate/check: ${REPEATED} repeated questions`,
    baseline: 'an empty hono route',
    turns: 7,
    subject: () => many(port, [repeated], REPEATED, waits).then(() => undefined),
    against: () => many(empty, [repeated], REPEATED).then(() => undefined),
  });
  const fresh: number[] = [];
  const began = performance.now();
  await many(port, first, first.length, fresh);
  const took = performance.now() - began;
  const one = (await compare({ name: 'empty', baseline: '', turns: 7, subject: () => many(empty, first, first.length).then(() => undefined), against: () => undefined })).took;
  agent.destroy();
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

/** So many requests over the connections there are; answers the last body. */
async function volley(agent: Agent, port: number, bodies: readonly string[], total: number, seen: number[]): Promise<string> {
  let next = 0;
  let last = '';
  const one = async (): Promise<void> => {
    while (next < total) {
      const body = bodies[next++ % bodies.length] ?? '';
      const began = performance.now();
      last = await post(agent, port, body);
      seen.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, total) }, one));
  return last;
}

const post = (agent: Agent, port: number, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-countersign': '1', 'content-length': Buffer.byteLength(body), host: `localhost:${port}` };
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/api/v1/gate/check', headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(Buffer.concat(parts).toString()) : reject(new Error(`${answer.statusCode} ${Buffer.concat(parts)}`))));
    });
    sent.on('error', reject);
    sent.end(body);
  });

const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? Number.NaN;

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
