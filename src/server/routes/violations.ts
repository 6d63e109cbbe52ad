/** What came past a gate: who answers for it, by when, what settles it and what did. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { type ShownViolation, violationsIn } from '../../flows/violations.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';
import { cursorOf, pageOf } from './paging.ts';

const STATES = ['open', 'answered', 'all'] as const;

export function violations(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();

  app.get('/', async (c) => {
    const asked = c.req.query('state') ?? 'open';
    const state = STATES.find((s) => s === asked);
    if (state === undefined) return refuse(c, [problem('USAGE', `no state ${asked}`, { place: 'state', remedy: `one of ${STATES.join(', ')}` })]);
    const page = pageOf(c.req.query('limit'), c.req.query('cursor'));
    if (!page.ok) return refuse(c, [page.error]);
    const { limit, before } = page.value;
    const [repo, ref] = [c.req.query('repo'), c.req.query('ref')];
    const where = { ...(repo === undefined ? {} : { repo }), ...(ref === undefined ? {} : { ref }), ...(before === undefined ? {} : { before }) };
    const found = await violationsIn(world, { state, limit, ...where });
    if (!found.ok) return refuse(c, [found.error]);
    const { items, next } = found.value;
    return c.json({ items: items.map(told), next: next === null ? null : cursorOf(next) });
  });
  return app;
}

const iso = (at: number): string => new Date(at).toISOString();

function told({ found, due, state, ...rest }: ShownViolation) {
  const settled = state.is === 'open' ? null : { by: state.by, entry: state.entry, time: state.at === null ? null : iso(state.at) };
  return { ...rest, found: iso(found), due: iso(due), state: state.is, overdue: state.is === 'open' && state.overdue, settled };
}
