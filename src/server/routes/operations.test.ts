/** Does it live, can it work, how much does it do: asked of an installation with a real store and real repositories. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { cookieOf, serverWorld } from '../../../test/bed/doors.ts';
import { createApp } from '../app.ts';
import { openMetrics } from '../metrics.ts';
import type { ServerWorld } from '../world.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed?.close());

const HERE = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
const ELSEWHERE = { incoming: { socket: { remoteAddress: '192.0.2.7' } } };
const DEMO = () => ({ site: { ...bed.world.site, mode: 'demo' as const } });
const get = (world: ServerWorld, path: string, headers: Record<string, string> = {}, from: object = HERE) =>
  createApp(world).request(`http://localhost:4180${path}`, { headers: { host: 'localhost:4180', ...headers } }, from);

it('lives, under whatever name it is asked', async () => {
  const answer = await get(serverWorld(bed), '/healthz', { host: '10.0.0.7:4180' }, ELSEWHERE);
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
});

it('is ready while every part answers', async () => {
  const answer = await get(serverWorld(bed), '/readyz', { host: '10.0.0.7:4180' }, ELSEWHERE);
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true, reasons: [] }]);
});

const broken: readonly (readonly [string, (world: ServerWorld) => Partial<ServerWorld>])[] = [
  ['store', (w) => ({ projections: { ...w.projections, changes: () => Promise.reject(new Error('secret folder /x/y')) } })],
  ['store', (w) => ({ projections: { ...w.projections, changes: () => new Promise(() => undefined) } })],
  ['store', () => ({ hindered: async () => 'is a replica, and takes no writes' })],
  ['log-key', () => ({ logKeys: async () => [] })],
  ['checkpoint', (w) => ({ ledger: { ...w.ledger, checkpoint: async () => (await w.ledger.checkpoint()).replace(/\n\d+\n/, '\n1\n') } })],
  ['stopping', () => ({ stopping: () => true })],
];
it.each(broken)('is not, and says so of %s alone, without what was thrown', async (part, change) => {
  const world = serverWorld(bed);
  const answer = await get({ ...world, ...change(world) }, '/readyz', {}, ELSEWHERE);
  const said = (await answer.json()) as { reasons: { part: string }[] };
  expect(answer.status).toBe(503);
  expect(said.reasons.map((r) => r.part)).toContain(part);
  expect(JSON.stringify(said)).not.toContain('/x/y');
});

it('is not once a repository is gone', async () => {
  const gone = await openBed();
  const world = serverWorld(gone);
  rmSync(gone.served.gitDir, { recursive: true });
  expect(await (await get(world, '/readyz')).json()).toMatchObject({ ready: false, reasons: [{ part: 'repositories' }] });
  await gone.close();
});

it('works out once what many ask', async () => {
  const world = serverWorld(bed);
  let asked = 0;
  const counting: typeof world.projections = {
    ...world.projections,
    changes: (where) => {
      asked++;
      return world.projections.changes(where);
    },
  };
  const app = createApp({ ...world, projections: counting });
  await Promise.all(Array.from({ length: 50 }, () => app.request('http://localhost/readyz')));
  expect(asked).toBe(1);
});

it('counts by route as it was declared, never by what was asked', async () => {
  const metrics = openMetrics();
  const world = serverWorld(bed, { metrics, ...DEMO() });
  const app = createApp(world);
  const host = { host: new URL(RP.origin).host, cookie: await cookieOf(world, 'mara') };
  for (const path of ['/api/v1/changes/secret-one', '/api/v1/secret-two', '/secret-three', '/api/v1/modes/watched?days=secret-four', '/log/secret-five'])
    await app.request(`${RP.origin}${path}`, { headers: host });
  await app.request(`${RP.origin}/api/v1/people`, { method: 'SECRET-SIX', headers: host });
  await app.request(`${RP.origin}/api/v1/people`, { headers: { host: 'secret-seven' } });
  const text = await (await get(world, '/metrics')).text();
  expect(text).toContain('countersign_http_requests_total{method="GET",route="/api/v1/modes/watched",status="400"} 1');
  expect(text).toMatch(/countersign_checkpoint_age_seconds \d/);
  expect(text).not.toMatch(/secret/i);
});

it('counts appends, the groups they were committed in, and verdicts by their codes', async () => {
  const metrics = openMetrics();
  const ledger = metrics.counting(bed.store.ledger);
  const refusing = () => ({ ok: false as const, error: { code: 'USAGE' as const, message: 'no' } });
  await Promise.all(Array.from({ length: 12 }, () => ledger.append(refusing)));
  metrics.judged('push', await bed.push(bed.commit({ 'db/z.sql': 'drop table orders;\n' })));
  const text = await metrics.text(null);
  expect(text).toContain('countersign_appends_total{outcome="refused"} 12');
  expect(text).toContain('countersign_append_queue 0');
  expect(text).toMatch(/countersign_append_group_size_sum 12\ncountersign_append_group_size_count [1-9]\n/);
  expect(text).toContain('countersign_gate_verdicts_total{gate="push",verdict="deny"} 1');
  expect(text).toContain('countersign_gate_codes_total{gate="push",verdict="deny",code="SIGNOFF_MISSING"} 1');
});

it('tells figures to this machine, or to the token, and to nobody else', async () => {
  const world = serverWorld(bed, { metrics: openMetrics(), ...DEMO() });
  const status = async (w: ServerWorld, headers: Record<string, string>, from: object) => (await get(w, '/metrics', headers, from)).status;
  expect(await status(world, {}, HERE)).toBe(200);
  expect(await status(world, {}, ELSEWHERE)).toBe(404);
  expect(await status(world, {}, {})).toBe(404);
  expect(await status(world, { host: 'countersign.example' }, HERE)).toBe(404);
  for (const header of ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']) expect(await status(world, { [header]: '127.0.0.1' }, HERE), header).toBe(404);
  const production = serverWorld(bed, { metrics: openMetrics() });
  for (const from of [HERE, ELSEWHERE]) expect(await status(production, {}, from)).toBe(404);
  expect(await status({ ...production, metricsToken: 'correct-horse' }, { authorization: 'Bearer correct-horse' }, ELSEWHERE)).toBe(200);
  const guarded = { ...world, metricsToken: 'correct horse' };
  expect(await status(guarded, {}, HERE)).toBe(404);
  const token = 'correct-horse';
  for (const from of [HERE, ELSEWHERE]) {
    expect(await status({ ...world, metricsToken: token }, { authorization: `Bearer ${token}` }, from)).toBe(200);
    expect(await status({ ...world, metricsToken: token }, { authorization: `Bearer ${token}x` }, from)).toBe(404);
  }
});
