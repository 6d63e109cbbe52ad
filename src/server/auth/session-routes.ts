/** Who somebody is: a passkey says it, a security key, or an identity provider; in demo data a labelled "act as" may. */
import { createHmac } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { base64url, utf8 } from '../../core/base/bytes.ts';
import { problem } from '../../core/base/result.ts';
import { enrolledKeys } from '../../flows/authority.ts';
import { directory } from '../../flows/directory.ts';
import { loginChallenge, verifyLogin } from '../../flows/login.ts';
import { verifyKeyLogin } from '../../flows/login-key.ts';
import type { Door, Session } from '../door.ts';
import { refuse } from '../problem.ts';
import { actAs, assertion, empty, keyLogin, passkeyBegin, person, read } from '../schema.ts';
import type { ServerWorld } from '../world.ts';
import { beginAttempt, spend, takeAttempt } from './attempt.ts';
import { isNamed } from './known.ts';
import { oidc } from './oidc-routes.ts';
import { beginSession, endSession, type Proof } from './sessions.ts';

export function session(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  app.route('/oidc', oidc(world));

  app.get('/', async (c) => c.json(await describe(world, c.get('session'))));

  app.post('/act-as', async (c) => {
    const body = await read(c.req, actAs);
    if (!body.ok) return refuse(c, body.error);
    if (world.demo === null) return refuse(c, [problem('DEMO_ONLY', '"act as" exists in demo data only')]);
    if (!world.demo.people.includes(body.value.person)) return refuse(c, [problem('PERSON_UNKNOWN', `nobody is called ${body.value.person} here`)]);
    return signIn(c, { person: body.value.person, via: 'demo', proved: world.now() });
  });

  app.post('/passkey/begin', async (c) => {
    const body = await read(c.req, passkeyBegin);
    if (!body.ok) return refuse(c, body.error);
    const challenge = beginAttempt(c, world, 'passkey');
    return c.json({ challenge: base64url(loginChallenge(challenge)), rpId: world.site.rpId, allowCredentials: await credentialsFor(world, body.value.person) });
  });

  app.post('/passkey', async (c) => {
    const body = await read(c.req, assertion);
    if (!body.ok) return refuse(c, body.error);
    const attempt = takeAttempt(c, world, 'passkey');
    const who = await verifyLogin(world, body.value, (ticket) => ticket === attempt?.ticket);
    if (!who.ok) return refuse(c, who.error);
    if (!(await isNamed(world, who.value.person))) return refuse(c, [unnamed]);
    if (attempt === null || !(await spend(world, attempt))) return refuse(c, [problem('WA_CHALLENGE', 'this sign-in was used before', { remedy: 'press sign in again' })]);
    const { person: id, keyid } = who.value;
    return signIn(c, { person: id, keyid, via: 'passkey', proved: world.now() });
  });

  app.post('/key/begin', async (c) => {
    const body = await read(c.req, empty);
    if (!body.ok) return refuse(c, body.error);
    return c.json({ ticket: beginAttempt(c, world, 'key'), origin: world.site.url });
  });

  app.post('/key', async (c) => {
    const body = await read(c.req, keyLogin);
    if (!body.ok) return refuse(c, body.error);
    const attempt = takeAttempt(c, world, 'key');
    if (attempt === null) return refuse(c, [unasked]);
    const who = await verifyKeyLogin(world, utf8(body.value.sshsig), attempt.ticket);
    if (!who.ok) return refuse(c, who.error);
    if (!(await isNamed(world, who.value.person))) return refuse(c, [unnamed]);
    return (await spend(world, attempt)) ? signIn(c, { ...who.value, via: 'key', proved: world.now() }) : refuse(c, [unasked]);
  });

  app.delete('/', async (c) => {
    await endSession(c, world);
    return c.json(await describe(world, null));
  });

  app.post('/end-all', async (c) => {
    const body = await read(c.req, person);
    if (!body.ok) return refuse(c, body.error);
    const { sessions, tokens } = world.logins;
    const { person: whose } = body.value;
    // First of all, for whoever left: no roster names them, and what they had may still be open.
    const ended = { sessions: await sessions.endAll(whose), tokens: await tokens.endAll(whose) };
    if (ended.sessions + ended.tokens > 0 || (await isNamed(world, whose))) return c.json(ended);
    return refuse(c, [
      problem('PERSON_UNKNOWN', `nobody is called ${whose} here, and nothing was ended`, { place: 'person', remedy: 'name the person as the roster did: ids are lowercase' }),
    ]);
  });

  async function signIn(c: Context<Door>, proof: Proof): Promise<Response> {
    return c.json(await describe(world, await beginSession(c, world, proof)));
  }
  return app;
}

const unnamed = problem('PERSON_UNKNOWN', 'your key is enrolled, and no roster here names you', { remedy: 'ask whoever keeps the roster, or whoever runs this server' });

const unasked = problem('LOGIN_REFUSED', 'this sign-in was not asked for here, took too long, or was used before', { remedy: 'sign in again' });

/**
 * Keys the browser may offer. Demo data lists all there are. Elsewhere a passkey finds itself, or somebody says who they are: then whether there
 * is such a person stays unsaid, because nobody gets a credential too, always the same one.
 */
async function credentialsFor(world: ServerWorld, name: string | undefined): Promise<readonly string[]> {
  if (world.demo === null && name === undefined) return [];
  const keys = (await enrolledKeys(world.projections, name === undefined ? {} : { person: name })).filter((k) => k.kind === 'webauthn').map((k) => k.credentialId);
  if (name === undefined || keys.length > 0) return keys;
  return [createHmac('sha256', world.cookieSecret).update(`nobody/v1\0${name}`).digest('base64url')];
}

async function describe(world: ServerWorld, current: Session | null) {
  const { people } = await directory(world);
  const me = people.find((p) => p.id === current?.person);
  const demo = world.demo !== null;
  const oidcName = world.entry.oidc?.name;
  return {
    person: current === null ? null : { id: current.person, name: me?.name ?? current.person, level: me?.level ?? '' },
    via: current?.via ?? null,
    roles: current?.roles ?? [],
    /** Until when this sign-in is fresh enough to sign with; null: it is not. */
    fresh: current !== null && current.proved + world.entry.freshMs > world.now() ? new Date(current.proved + world.entry.freshMs).toISOString() : null,
    demo,
    people: demo ? people.map((p) => ({ id: p.id, name: p.name, level: p.level, teams: p.teams, keys: p.keys.length })) : [],
    /** What the other button says; null: there is only the passkey. */
    oidc: oidcName ?? null,
    organisation: world.site.organisation,
    rpId: world.site.rpId,
  };
}
