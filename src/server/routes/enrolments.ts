/**
 * Enrolling a passkey, or a security key for the terminal. In demo data the other founders' labelled software authenticators
 * confirm it at once; elsewhere it is a proposal, a file that trustees read and sign, as every word about who may sign.
 */
import { type Context, Hono } from 'hono';
import { base64, base64url, utf8 } from '../../core/base/bytes.ts';
import { type Problem, problem, type Result } from '../../core/base/result.ts';
import { directory } from '../../flows/directory.ts';
import { recordEnrolment } from '../../flows/enrol.ts';
import { type Proposal, proposePasskey, proposeSshKey } from '../../flows/propose.ts';
import { beginAttempt, spend, takeAttempt } from '../auth/attempt.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { empty, read, registration, sshKey } from '../schema.ts';
import type { ServerWorld } from '../world.ts';

export function enrolments(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();

  app.post('/begin', async (c) => {
    const body = await read(c.req, empty);
    if (!body.ok) return refuse(c, body.error);
    const me = (await directory(world)).people.find((p) => p.id === c.get('session')?.person);
    if (me === undefined) return refuse(c, [problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in first' })]);
    const ticket = beginAttempt(c, world, 'enrolment', { person: me.id });
    return c.json({
      challenge: base64url(challengeOf(ticket)),
      rpId: world.site.rpId,
      organisation: world.site.organisation,
      user: { id: base64url(utf8(me.id)), name: me.id, displayName: me.name },
      excludeCredentials: me.keys.filter((k) => k.kind === 'webauthn').map((k) => k.credentialId),
    });
  });

  app.post('/', async (c) => {
    const body = await read(c.req, registration);
    if (!body.ok) return refuse(c, body.error);
    const person = c.get('session')?.person ?? '';
    const attempt = takeAttempt(c, world, 'enrolment');
    if (attempt === null || attempt.more.person !== person) return refuse(c, [unasked]);
    const proposal = await proposePasskey(world, { ...body.value, person }, challengeOf(attempt.ticket));
    return !proposal.ok || (await spend(world, attempt)) ? confirm(c, proposal) : refuse(c, [unasked]);
  });

  app.post('/ssh-key', async (c) => {
    const body = await read(c.req, sshKey);
    if (!body.ok) return refuse(c, body.error);
    const person = c.get('session')?.person;
    if (person === undefined) return refuse(c, [problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in first' })]);
    return confirm(c, await proposeSshKey(world, { ...body.value, person }));
  });

  async function confirm(c: Context<Door>, proposal: Result<Proposal, readonly Problem[]>): Promise<Response> {
    if (!proposal.ok) return refuse(c, proposal.error);
    if (world.demo === null) return c.json(proposed(proposal.value), 202);
    const recorded = await recordEnrolment(world, world.demo.cosign(proposal.value.statement, proposal.value.subject.person));
    if (!recorded.ok) return refuse(c, recorded.error);
    const { person, ...taken } = recorded.value;
    return c.json({ ...taken, cosigners: world.demo.founders(person) }, 201);
  }
  return app;
}

const unasked = problem('WA_CHALLENGE', 'this enrolment was not asked for in this browser, took too long, or was used before', { remedy: 'press enrol again' });

const challengeOf = (ticket: string): Uint8Array => utf8(`countersign enrolment v1 ${ticket}`);

/** What `countersign authority show` and `sign` read: the statement's bytes, which nobody has signed yet. */
const proposed = ({ subject, statement }: Proposal) => ({
  person: subject.person,
  keyid: subject.keyid,
  proposal: base64(statement),
});
