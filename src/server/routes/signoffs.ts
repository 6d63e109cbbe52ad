/** Signing: prepare makes the bytes and the challenge, the second call brings the signature over exactly those. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { SENTENCES } from '../../core/signoff/build.ts';
import { prepareSignoff } from '../../flows/prepare.ts';
import { completeSignoff } from '../../flows/signoff.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { answers, read, signature } from '../schema.ts';
import { offered, sealed, type Waiting } from '../sealing.ts';
import { tickets } from '../tickets.ts';
import type { ServerWorld } from '../world.ts';

export function signoffs(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const waiting = tickets<Waiting>(world, 'signoff');

  app.post('/:id/signoffs/prepare', async (c) => {
    const body = await read(c.req, answers);
    if (!body.ok) return refuse(c, body.error);
    const { person: claimed, ...said } = body.value;
    const session = c.get('session');
    const person = session?.person ?? claimed;
    if (person === undefined) return refuse(c, [problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in with a passkey, or say who signs' })]);
    const acting = session?.via === 'demo' && world.demo !== null;
    const prepared = await prepareSignoff(world, c.req.param('id'), person, said, acting ? ['webauthn', 'demo', 'sk-ssh'] : undefined);
    if (!prepared.ok) return refuse(c, prepared.error);
    const asked = { change: c.req.param('id'), person, sentence: SENTENCES[said.decision], acting };
    return c.json(await offered(world, waiting, asked, prepared.value));
  });

  app.post('/:id/signoffs', async (c) => {
    const body = await read(c.req, signature);
    if (!body.ok) return refuse(c, body.error);
    const envelope = await sealed(world, waiting, c.req.param('id'), body.value, c.get('session')?.via === 'demo');
    if (!envelope.ok) return refuse(c, envelope.error);
    const receipt = await completeSignoff(world, c.req.param('id'), envelope.value);
    return receipt.ok ? c.json(receipt.value, 201) : refuse(c, receipt.error);
  });
  return app;
}
