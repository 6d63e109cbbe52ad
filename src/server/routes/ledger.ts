/** The log, and what verifies it offline: entries, checkpoint, the trust bundle. Everything here is public by design. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { directory } from '../../flows/directory.ts';
import { exportTrust } from '../../flows/evidence.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

const PAGE = 200;

export function ledger(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const whole = (text: string | undefined, fallback: number): number => (text === undefined ? fallback : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

  app.get('/ledger', async (c) => {
    const from = whole(c.req.query('from'), 0);
    const count = whole(c.req.query('count'), PAGE);
    if (Number.isNaN(from) || Number.isNaN(count))
      return refuse(c, [problem('USAGE', 'from and count are whole numbers', { place: 'query', remedy: 'for example ?from=0&count=50' })]);
    const checkpoint = await world.ledger.checkpoint();
    const entries = await world.ledger.entries(from, Math.min(count, PAGE));
    const shown = entries.map((e) => {
      const text = new TextDecoder().decode(e.bytes);
      return { index: e.index, type: String(JSON.parse(text).type), time: new Date(e.at).toISOString(), digest: e.body, text };
    });
    return c.json({ size: Number(checkpoint.split('\n')[1] ?? 0), checkpoint, entries: shown });
  });

  app.get('/ledger/checkpoint', async (c) => c.text(await world.ledger.checkpoint()));
  app.get('/trust', async (c) => {
    const trust = await exportTrust(world, [world.logKey], (await directory(world)).ladder);
    return trust.ok ? c.body(trust.value, 200, { 'content-type': 'application/json' }) : refuse(c, [trust.error]);
  });
  return app;
}
