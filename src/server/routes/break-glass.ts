/** Break-glass over the API: how it stands with one change, and the two beats of signing a use, a taking back or a review. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { GLASS_SENTENCES } from '../../core/gate/break-glass-words.ts';
import { prepareGlass, recordGlass } from '../../flows/break-glass.ts';
import { glassView } from '../../flows/break-glass-view.ts';
import { directory } from '../../flows/directory.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { glassWords, read, signature } from '../schema.ts';
import { offered, sealed, type Waiting } from '../sealing.ts';
import { tickets } from '../tickets.ts';
import type { ServerWorld } from '../world.ts';
import { named } from './said.ts';

export function breakGlass(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const waiting = tickets<Waiting>(world, 'break-glass');

  app.get('/:id/break-glass', async (c) => {
    const view = await glassView(world, c.req.param('id'), c.get('session')?.person ?? null);
    if (!view.ok) return refuse(c, view.error);
    const { people } = await directory(world);
    return c.json({ ...view.value, people: Object.fromEntries(people.map((p) => [p.id, named(p)])) });
  });

  app.post('/:id/break-glass/prepare', async (c) => {
    const body = await read(c.req, glassWords);
    if (!body.ok) return refuse(c, body.error);
    const { person: claimed, credential, ...words } = body.value;
    const session = c.get('session');
    const person = session?.person ?? claimed;
    if (person === undefined) return refuse(c, [problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in with a passkey, or say who signs' })]);
    const acting = session?.via === 'demo' && world.demo !== null;
    const prepared = await prepareGlass(world, c.req.param('id'), person, words, credential, acting ? ['webauthn', 'demo', 'sk-ssh'] : undefined);
    if (!prepared.ok) return refuse(c, prepared.error);
    const asked = { change: c.req.param('id'), person, sentence: GLASS_SENTENCES[words.kind], acting };
    return c.json(await offered(world, waiting, asked, prepared.value));
  });

  app.post('/:id/break-glass', async (c) => {
    const body = await read(c.req, signature);
    if (!body.ok) return refuse(c, body.error);
    const envelope = await sealed(world, waiting, c.req.param('id'), body.value, c.get('session')?.via === 'demo');
    if (!envelope.ok) return refuse(c, envelope.error);
    const receipt = await recordGlass(world, c.req.param('id'), envelope.value);
    return receipt.ok ? c.json(receipt.value, 201) : refuse(c, receipt.error);
  });
  return app;
}
