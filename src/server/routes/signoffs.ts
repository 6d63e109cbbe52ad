/** Signing: prepare makes the bytes and the challenge, the second call brings the signature over exactly those. */
import { Hono } from 'hono';
import type * as z from 'zod';
import { base64, base64url, fromBase64, utf8 } from '../../core/base/bytes.ts';
import { ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { SENTENCES } from '../../core/signoff/build.ts';
import type { KeyRow } from '../../flows/ports.ts';
import { type Prepared, prepareSignoff } from '../../flows/prepare.ts';
import { sealAssertion, sealSshsig } from '../../flows/seal.ts';
import { completeSignoff } from '../../flows/signoff.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { answers, read, signature } from '../schema.ts';
import { tickets } from '../tickets.ts';
import type { ServerWorld } from '../world.ts';

interface Waiting extends Prepared {
  readonly change: string;
  readonly person: string;
}

export function signoffs(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  // Each holds its statement.
  const waiting = tickets<Waiting>(world.now, 200);

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
    const { statement, words, challenge, keys } = prepared.value;
    const kind = keys[0]?.kind;
    return c.json({
      /** What signing says, word for word. */
      sentence: SENTENCES[said.decision],
      ticket: waiting.issue({ ...prepared.value, change: c.req.param('id'), person }),
      words,
      challenge: base64url(challenge),
      rpId: world.site.rpId,
      allowCredentials: keys.filter((k) => k.kind === 'webauthn').map((k) => k.credentialId),
      demoAuthenticator: acting && kind === 'demo',
      /** Kinds of key to prepare for instead, by `credential`. */
      otherwise: (await world.projections.keys({ person })).map((k) => k.kind).filter((k, i, all) => k !== kind && (k !== 'demo' || acting) && all.indexOf(k) === i),
      statement: base64(statement),
    });
  });

  app.post('/:id/signoffs', async (c) => {
    const body = await read(c.req, signature);
    if (!body.ok) return refuse(c, body.error);
    const envelope = seal(c.req.param('id'), body.value, c.get('session')?.via === 'demo');
    if (!envelope.ok) return refuse(c, envelope.error);
    const receipt = await completeSignoff(world, c.req.param('id'), envelope.value);
    return receipt.ok ? c.json(receipt.value, 201) : refuse(c, receipt.error);
  });

  function seal(change: string, given: z.infer<typeof signature>, demoSession: boolean): Result<Uint8Array, readonly Problem[]> {
    const no = (p: Problem) => ({ ok: false as const, error: [p] });
    if ('envelope' in given) {
      const bytes = fromBase64(given.envelope);
      return bytes === undefined ? no(problem('USAGE', 'the envelope is not base64', { place: 'envelope' })) : { ok: true, value: bytes };
    }
    const held = waiting.take(given.ticket);
    if (held === undefined || held.change !== change)
      return no(problem('NOT_FOUND', 'this ticket was used, has expired, or is for another change', { remedy: 'press Sign again' }));
    if ('sshsig' in given) return ok(sealSshsig(held.statement, utf8(given.sshsig)));
    if ('assertion' in given)
      return sealAssertion(
        held.statement,
        given.assertion,
        key(held.keys, (k) => k.credentialId === given.assertion.credentialId),
      );
    if (!demoSession || world.demo === null) return no(problem('DEMO_ONLY', 'the demo authenticator signs only for somebody acting in demo data'));
    return sealAssertion(
      held.statement,
      world.demo.sign(held.person, held.challenge),
      key(held.keys, (k) => k.kind === 'demo'),
    );
  }
  return app;
}

const key = (keys: readonly KeyRow[], wanted: (k: KeyRow) => boolean): KeyRow | undefined => keys.find(wanted);
