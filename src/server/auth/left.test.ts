/** Somebody who is on no roster any more, with a key that nobody took back: by real sign-ins, through the application. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Bed, enrolmentBy, MAIN, openBed, type PersonName, RP, roster } from '../../../test/bed/bed.ts';
import { passkeyAnswer, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { Jar } from '../../../test/bed/identity.ts';
import { base64, text } from '../../core/base/bytes.ts';
import { recordEnrolment } from '../../flows/enrol.ts';
import { LOGIN_NAMESPACE, loginMessage } from '../../flows/login-key.ts';
import { softSshKey } from '../../testing/authenticator.ts';
import type { ServerWorld } from '../world.ts';
import { PLAIN_ENTRY } from './entry.ts';
import { newSession } from './sessions.ts';
import { newToken } from './tokens.ts';

let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof strictApp>;
let tip: string;
beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed, { entry: { ...PLAIN_ENTRY, people: new Map([['sam', ['administrator']]]) } });
  app = strictApp(world);
  tip = bed.tip();
});
beforeEach(() => bed.served.git('update-ref', MAIN, tip));
afterAll(() => bed?.close());

const MINUTE = 60_000;

async function call(jar: Jar, method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await app.request(`${RP.origin}/api/v1${path}`, {
    method,
    headers: { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', cookie: jar.header() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  jar.take(answer.headers);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function signIn(jar: Jar, who: PersonName) {
  const { body } = await call(jar, 'POST', '/session/passkey/begin', {});
  return call(jar, 'POST', '/session/passkey', passkeyAnswer(bed.keys[who], body.challenge));
}

/** The roster of main without them. */
const leaves = (...gone: readonly string[]): Promise<number> => {
  const without = roster()
    .split('\n')
    .filter((line) => !gone.some((id) => line.includes(`{ id: ${id},`)))
    .join('\n');
  return bed.land(bed.commit({ '.countersign/roster.yml': without }, { by: 'kim' }));
};

it('is not signed in any more within a minute, and does not come in again by passkey', async () => {
  const jar = new Jar();
  expect(await signIn(jar, 'noor')).toMatchObject({ status: 200 });
  await leaves('noor');
  bed.clock.now += MINUTE;
  expect(await call(jar, 'GET', '/changes')).toMatchObject({ status: 401 });
  const again = new Jar();
  expect(await signIn(again, 'noor')).toMatchObject({ body: { code: 'PERSON_UNKNOWN' } });
  expect(await call(again, 'GET', '/changes')).toMatchObject({ status: 401 });
  bed.served.git('update-ref', MAIN, tip);
  expect(await signIn(again, 'noor')).toMatchObject({ status: 200 });
});

it('does not come in by a security key either', async () => {
  const key = softSshKey('sk-ssh-ed25519');
  const terms = { kind: 'sk-ssh' as const, credentialId: '', aaguid: '', backupEligible: false, counter: 0 };
  const subject = { person: 'noor', name: 'noor', level: 'L6', keyid: key.keyid, blob: base64(key.blob), ...terms, attestation: key.attestation() };
  expect(await recordEnrolment(world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
  await leaves('noor');
  const jar = new Jar();
  const { body } = await call(jar, 'POST', '/session/key/begin', {});
  const sshsig = text(key.signPae(loginMessage(RP.origin, String(body.ticket)), { namespace: LOGIN_NAMESPACE })) ?? '';
  expect(await call(jar, 'POST', '/session/key', { sshsig })).toMatchObject({ body: { code: 'PERSON_UNKNOWN' } });
  expect(await call(jar, 'GET', '/changes')).toMatchObject({ status: 401 });
});

it('comes in as before where trustees name them: a founder, before there is any roster', async () => {
  await leaves('lee');
  const jar = new Jar();
  expect(await signIn(jar, 'lee')).toMatchObject({ status: 200 });
  bed.clock.now += MINUTE;
  expect(await call(jar, 'GET', '/changes')).toMatchObject({ status: 200 });
});

it('has sessions and tokens ended like anybody; whoever nobody ever heard of is not said to have none', async () => {
  await signIn(new Jar(), 'noor');
  await newToken(world, { person: 'noor', account: 'noor', name: 'ci', scopes: ['read'], created: 0, until: world.now() + 60 * MINUTE });
  await leaves('noor');
  const admin = new Jar();
  admin.cookies.set('__Host-countersign_session', await newSession(world, { person: 'sam', via: 'oidc', proved: world.now() }));
  expect(await call(admin, 'POST', '/session/end-all', { person: 'noor' })).toMatchObject({ status: 200, body: { tokens: 1 } });
  expect(await bed.store.logins.tokens.of('noor')).toEqual([]);
  for (const person of ['noor', 'nobody', 'Noor'])
    expect(await call(admin, 'POST', '/session/end-all', { person }), person).toMatchObject({ status: 422, body: { code: 'PERSON_UNKNOWN' } });
  // Known, with nothing to end: that is an answer.
  expect(await call(admin, 'POST', '/session/end-all', { person: 'pat' })).toMatchObject({ status: 200, body: { sessions: 0, tokens: 0 } });
});
