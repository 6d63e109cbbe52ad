/** Who somebody is: a passkey says it; in demo data a labelled "act as" may. */

import type { Context } from 'hono';
import { Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { base64url } from '../../core/base/bytes.ts';
import { problem } from '../../core/base/result.ts';
import { enrolledKeys } from '../../flows/authority.ts';
import { directory } from '../../flows/directory.ts';
import { loginChallenge, verifyLogin } from '../../flows/login.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { actAs, assertion, empty, read } from '../schema.ts';
import { newSession, SESSION_COOKIE, type Session, sealSession } from '../session.ts';
import { tickets } from '../tickets.ts';
import type { ServerWorld } from '../world.ts';

export function session(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const challenges = tickets<true>(world.now);

  app.get('/', async (c) => c.json(await describe(world, c.get('session'))));

  app.post('/act-as', async (c) => {
    const body = await read(c.req, actAs);
    if (!body.ok) return refuse(c, body.error);
    if (world.demo === null) return refuse(c, [problem('DEMO_ONLY', '"act as" exists in demo data only')]);
    if (!world.demo.people.includes(body.value.person)) return refuse(c, [problem('PERSON_UNKNOWN', `nobody is called ${body.value.person} here`)]);
    return signIn(c, newSession(body.value.person, 'demo', world.now()));
  });

  app.post('/passkey/begin', async (c) => {
    const body = await read(c.req, empty);
    if (!body.ok) return refuse(c, body.error);
    const challenge = challenges.issue(true);
    const keys = (await enrolledKeys(world.projections)).filter((k) => k.kind === 'webauthn');
    return c.json({ challenge: base64url(loginChallenge(challenge)), rpId: world.site.rpId, allowCredentials: keys.map((k) => k.credentialId) });
  });

  app.post('/passkey', async (c) => {
    const body = await read(c.req, assertion);
    if (!body.ok) return refuse(c, body.error);
    const who = await verifyLogin(world, body.value, (ticket) => challenges.take(ticket) === true);
    return who.ok ? signIn(c, newSession(who.value, 'passkey', world.now())) : refuse(c, who.error);
  });

  app.delete('/', async (c) => {
    deleteCookie(c, SESSION_COOKIE);
    return c.json(await describe(world, null));
  });

  async function signIn(c: Context<Door>, to: Session): Promise<Response> {
    const secure = new URL(world.site.url).protocol === 'https:';
    setCookie(c, SESSION_COOKIE, sealSession(world.cookieSecret, to), { httpOnly: true, sameSite: 'Strict', path: '/', secure, maxAge: 43_200 });
    return c.json(await describe(world, to));
  }
  return app;
}

async function describe(world: ServerWorld, current: Session | null) {
  const { people } = await directory(world);
  const me = people.find((p) => p.id === current?.person);
  const demo = world.demo !== null;
  return {
    person: me ? { id: me.id, name: me.name, level: me.level } : null,
    via: me ? (current?.via ?? null) : null,
    demo,
    people: demo ? people.map((p) => ({ id: p.id, name: p.name, level: p.level, teams: p.teams, keys: p.keys.length })) : [],
    organisation: world.site.organisation,
    rpId: world.site.rpId,
  };
}
