/**
 * What trustees signed about who may sign. Whoever brings it: the signatures count, never the session. What does not hold is refused and
 * not written down.
 */
import { Hono } from 'hono';
import { fromBase64 } from '../../core/base/bytes.ts';
import { problem } from '../../core/base/result.ts';
import { parseEnvelope } from '../../core/signoff/dsse.ts';
import { kindOfWord } from '../../core/signoff/roster-word.ts';
import { recordWord } from '../../flows/enrol.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { envelopeBody, read } from '../schema.ts';
import type { ServerWorld } from '../world.ts';

export function authority(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  app.post('/', async (c) => {
    const body = await read(c.req, envelopeBody);
    if (!body.ok) return refuse(c, body.error);
    const bytes = fromBase64(body.value.envelope) ?? new Uint8Array(0);
    const envelope = parseEnvelope(bytes);
    if (!envelope.ok) return refuse(c, [envelope.error]);
    const type = kindOfWord(envelope.value.payload);
    if (type === undefined) return refuse(c, [problem('ST_TYPE', 'this is nothing that trustees say', { remedy: 'make it with countersign authority propose' })]);
    const kept = await recordWord(world, type, bytes);
    if (!kept.ok) return refuse(c, kept.error);
    const { fields, ...taken } = kept.value;
    return c.json({ ...fields, type, ...taken }, 201);
  });
  return app;
}
