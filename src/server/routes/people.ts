/** The roster as the target refs state it, with enrolled keys. */
import { Hono } from 'hono';
import { directory } from '../../flows/directory.ts';
import type { Door } from '../door.ts';
import type { ServerWorld } from '../world.ts';

export function people(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  app.get('/', async (c) => {
    const { people: listed, agents } = await directory(world);
    return c.json({
      items: listed.map((p) => ({
        id: p.id,
        name: p.name,
        level: p.level,
        teams: p.teams,
        domains: p.domains,
        keys: p.keys.map((k) => ({ keyid: k.keyid, kind: k.kind, since: k.since })),
      })),
      agents: agents.map((a) => ({ id: a.id, owner: a.owner })),
    });
  });
  return app;
}
