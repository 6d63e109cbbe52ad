/** Jobs of the organisation: what waits, what was given up and why, and another try for it. */
import { type Context, Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { JOB_STATES, type JobRow } from '../../flows/ports-jobs.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { empty, read } from '../schema.ts';
import type { ServedJobs, ServerWorld } from '../world.ts';

const [PAGE, MOST] = [50, 200];
const ID = /^[a-z0-9-]{1,100}$/;

export function jobs(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const org = world.site.organisation;

  app.get('/', async (c) => {
    const { state, limit = String(PAGE), cursor } = c.req.query();
    const known = JOB_STATES.find((s) => s === state);
    if (state !== undefined && known === undefined) return refuse(c, [wrong('state', `state is one of ${JOB_STATES.join(', ')}`, '?state=dead')]);
    if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MOST) return refuse(c, [wrong('limit', `limit is a whole number from 1 to ${MOST}`, '?limit=50')]);
    if (cursor !== undefined && !ID.test(cursor)) return refuse(c, [wrong('cursor', 'no page ends so', 'the `next` of the page before')]);
    if (world.jobs === undefined) return c.json({ items: [], next: null, counts: { waiting: 0, held: 0, dead: 0 } });
    const { desk } = world.jobs;
    const most = Number(limit);
    const rows = await desk.list({ org, limit: most + 1, ...(known === undefined ? {} : { state: known }), ...(cursor === undefined ? {} : { after: cursor }) });
    const page = rows.slice(0, most);
    return c.json({ items: page.map(shown), next: rows.length > most ? (page.at(-1)?.id ?? null) : null, counts: await desk.count(org) });
  });

  app.post('/:id/retry', async (c) => {
    const body = await read(c.req, empty);
    if (!body.ok) return refuse(c, body.error);
    const id = c.req.param('id');
    const done = await changed(c, id, (served) => served.desk.retry(org, id));
    if (done !== null) return done;
    world.jobs?.wake();
    return c.json({ id, retried: true });
  });

  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    return (await changed(c, id, (served) => served.desk.drop(org, id))) ?? c.json({ id, dropped: true });
  });

  /** Null: it was done. */
  async function changed(c: Context<Door>, id: string, change: (served: ServedJobs) => Promise<boolean>): Promise<Response | null> {
    const { jobs: served } = world;
    if (served === undefined || !ID.test(id)) return refuse(c, [unknown(id)]);
    if (await change(served)) return null;
    const there = await served.desk.list({ org, id, limit: 1 });
    return refuse(c, [there.length === 0 ? unknown(id) : problem('USAGE', 'it is being done just now', { place: id, remedy: 'wait until it has ended' })]);
  }
  return app;
}

const wrong = (place: string, message: string, example: string) => problem('USAGE', message, { place, remedy: `for example ${example}` });
const unknown = (id: string) => problem('NOT_FOUND', 'there is no such job', { place: id.slice(0, 100), remedy: 'see /api/v1/jobs' });

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const shown = ({ id, kind, state, body, entry, attempts, tries, due, error, created }: JobRow) => ({
  ...{ id, kind, state, body, entry, attempts, tries, error },
  due: iso(due),
  created: iso(created),
});
