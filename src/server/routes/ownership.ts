/** The author's own word over the API, in two beats as a sign-off is signed. How it stands is in the change itself. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { OWNERSHIP_SENTENCE } from '../../core/signoff/ownership.ts';
import { prepareOwnership, recordOwnership } from '../../flows/ownership.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { ownershipWords, read, signature } from '../schema.ts';
import { offered, sealed, type Waiting } from '../sealing.ts';
import { tickets } from '../tickets.ts';
import type { ServerWorld } from '../world.ts';

export function ownership(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const waiting = tickets<Waiting>(world, 'ownership');

  app.post('/:id/ownership/prepare', async (c) => {
    const body = await read(c.req, ownershipWords);
    if (!body.ok) return refuse(c, body.error);
    const { person: claimed, credential, ...words } = body.value;
    const session = c.get('session');
    const person = session?.person ?? claimed;
    if (person === undefined) return refuse(c, [problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in with a passkey, or say who signs' })]);
    const acting = session?.via === 'demo' && world.demo !== null;
    const prepared = await prepareOwnership(world, c.req.param('id'), person, words, credential, acting ? ['webauthn', 'demo', 'sk-ssh'] : undefined);
    if (!prepared.ok) return refuse(c, prepared.error);
    const asked = { change: c.req.param('id'), person, sentence: OWNERSHIP_SENTENCE, acting };
    return c.json(await offered(world, waiting, asked, prepared.value));
  });

  app.post('/:id/ownership', async (c) => {
    const body = await read(c.req, signature);
    if (!body.ok) return refuse(c, body.error);
    const envelope = await sealed(world, waiting, c.req.param('id'), body.value, c.get('session')?.via === 'demo');
    if (!envelope.ok) return refuse(c, envelope.error);
    const receipt = await recordOwnership(world, c.req.param('id'), envelope.value);
    return receipt.ok ? c.json(receipt.value, 201) : refuse(c, receipt.error);
  });
  return app;
}
