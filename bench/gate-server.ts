/** The server of `bench/gate.ts`: a whole installation with changes that were pushed and refused, and beside it an application that does nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createApp } from '../src/server/app.ts';
import { openMetrics } from '../src/server/metrics.ts';
import { MAIN, openBed } from '../test/bed/bed.ts';
import { serverWorld } from '../test/bed/doors.ts';

const bed = await openBed('demo');
const heads: string[] = [];
for (let n = 0; n <= Number(process.argv[2] ?? 1); n++) {
  const head = bed.commit({ [`db/bench-${n}.sql`]: 'drop table orders;\n' });
  await bed.judged(head);
  heads.push(head);
}
const metrics = openMetrics();
const empty = new Hono().post('/api/v1/gate/check', (c) => c.json({ verdict: 'deny' }));

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
// Bound first, so that the world can say under which name it answers.
let answer = getRequestListener(empty.fetch);
const whole = createServer((request, response) => void answer(request, response));
const port = await listening(whole);
const origin = `http://localhost:${port}`;
// The person whose questions these are comes with no cookie: demo data is for everybody on this machine.
const world = serverWorld(bed, {
  site: { ...bed.world.site, origins: [origin], url: origin },
  ledger: metrics.counting(bed.world.ledger),
  metrics,
  now: Date.now,
  demo: { people: [], sign: () => Promise.reject(new Error('nobody signs')) as never, founders: () => [], cosign: () => new Uint8Array(0) },
  log: (line) => console.error(line),
});
answer = getRequestListener(createApp(world).fetch);
const bare = createServer(getRequestListener(empty.fetch));
const question = (head: string): string => JSON.stringify({ subject: { repo: 'infra', target_ref: MAIN, base: bed.tip(), head }, gate: 'push' });
process.send?.({ port, empty: await listening(bare), repeated: question(heads[0] ?? ''), first: heads.slice(1).map(question) });
process.once('SIGTERM', async () => {
  await bed.close();
  process.exit(0);
});
