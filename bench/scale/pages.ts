/** The pages asked over a socket, one after another, beside the least a server can answer. */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type pg from 'pg';
import { createApp } from '../../src/server/app.ts';
import type { ServerWorld } from '../../src/server/world.ts';
import { type Bed, RP } from '../../test/bed/bed.ts';
import { cookieOf, serverWorld } from '../../test/bed/doors.ts';
import type { Comparison } from '../measure.ts';
import type { Proposed } from './changes.ts';

const TIMES = 300;
const WARM_UP = 20;

/** @param client for rows found by their key. */
export async function pagesOf(bed: Bed, client: pg.Client, real: readonly Proposed[], repositories: readonly string[]): Promise<readonly Comparison[]> {
  const served = bed.world.repositories.get('infra');
  if (served === undefined) throw new Error('nothing is served');
  const world: ServerWorld = serverWorld(bed, { repositories: new Map(repositories.map((id) => [id, { ...served, id }])) });
  const server = createServer(getRequestListener(new Hono().get('/bare', (c) => c.json({})).mount('/', createApp(world).fetch).fetch));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const cookie = await cookieOf(world, 'mara');
  const get = (path: string): Promise<{ status: number; body: string }> => asked({ agent, port, path, headers: { host: new URL(RP.origin).host, cookie } });
  try {
    const bare = await timed(() => get('/bare'));
    const row = await timed((n) => client.query({ name: 'row', text: 'select * from changes where id = $1', values: [real[n % real.length]?.id] }));
    const pages: readonly (readonly [string, (n: number) => string])[] = [
      ['queue page, open', () => '/api/v1/changes?state=open'],
      ['queue page, landed', () => '/api/v1/changes?state=landed'],
      ['queue page, all', () => '/api/v1/changes?state=all'],
      ['change page, waiting', (n) => `/api/v1/changes/${pick(real, ['open', 'half signed', 'signed'], n)}`],
      ['change page, landed', (n) => `/api/v1/changes/${pick(real, ['routine', 'signed and landed'], n)}`],
    ];
    const compared: Comparison[] = [];
    for (const [name, path] of pages) {
      const took = await timed(async (n) => {
        const { status, body } = await get(path(n));
        if (status !== 200) throw new Error(`${path(n)}: ${status} ${body.slice(0, 300)}`);
      });
      for (const [baseline, against] of [
        ['an empty route', bare],
        ['a row by its key', row],
      ] as const)
        compared.push(comparison(name, took, baseline, against));
    }
    return compared;
  } finally {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  }
}

function pick(real: readonly Proposed[], courses: readonly Proposed['course'][], n: number): string {
  const those = real.filter((p) => courses.includes(p.course));
  return those[n % those.length]?.id ?? '';
}

/** Milliseconds of each, the shortest first; the cold ones at the start are left out. */
async function timed(work: (n: number) => Promise<unknown>): Promise<readonly number[]> {
  const took: number[] = [];
  const enough = performance.now() + 60_000;
  for (let n = 0; n < TIMES + WARM_UP && (performance.now() < enough || took.length < 10); n++) {
    const started = performance.now();
    await work(n);
    if (n >= WARM_UP || performance.now() > enough) took.push(performance.now() - started);
  }
  return took.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

/** `took` is the 95th percentile: it is what is promised. */
function comparison(name: string, took: readonly number[], baseline: string, against: readonly number[]): Comparison {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantile(took, q)) as [number, number, number];
  const middle = quantile(against, 0.5);
  return {
    name: `scale: ${name} (p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms)`,
    baseline,
    turns: took.length,
    ratio: p50 / middle,
    spread: [quantile(took, 0.25) / middle, quantile(took, 0.75) / middle],
    took: p95,
  };
}

function asked(options: { agent: Agent; port: number; path: string; headers: Record<string, string> }): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    })
      .on('error', reject)
      .end();
  });
}
