import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, enrolmentBy, openBed, RP, subjectFor } from '../../../test/bed/bed.ts';
import { passkeyAnswer, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { Jar } from '../../../test/bed/identity.ts';
import { base64, base64url, fromBase64, text, utf8 } from '../../core/base/bytes.ts';
import { recordEnrolment } from '../../flows/enrol.ts';
import { LOGIN_NAMESPACE, loginMessage } from '../../flows/login-key.ts';
import { softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import type { ServerWorld } from '../world.ts';
import { backTo } from './back.ts';
import { PLAIN_ENTRY } from './entry.ts';
import { seal, unseal } from './sealed.ts';
import { digestOf, newSession, openSession } from './sessions.ts';
import { readSiteFile } from './site-file.ts';
import { newToken, tokenPusher } from './tokens.ts';

let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof strictApp>;
let start: number;
beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed, { entry: { ...PLAIN_ENTRY, people: new Map([['sam', ['administrator']]]) } });
  app = strictApp(world);
  start = bed.clock.now;
});
beforeEach(() => {
  bed.clock.now = start;
});
afterAll(() => bed?.close());

const proof = (person = 'mara') => ({ person, via: 'passkey' as const, keyid: bed.keys[person as 'mara'].keyid, proved: world.now() });
const HOUR = 3_600_000;

interface Said {
  readonly status: number;
  readonly body: Record<string, unknown>;
}
async function call(jar: Jar, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Said> {
  const answer = await app.request(`${RP.origin}/api/v1${path}`, {
    method,
    headers: { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', cookie: jar.header(), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  jar.take(answer.headers);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** @param with the authenticator that answers. */
async function signIn(jar: Jar, key = bed.keys.mara): Promise<Said> {
  const { body } = await call(jar, 'POST', '/session/passkey/begin', {});
  return call(jar, 'POST', '/session/passkey', answer(key, body));
}
const answer = (key: Bed['keys']['mara'], { challenge }: Record<string, unknown>) => passkeyAnswer(key, challenge);
const SESSION = '__Host-countersign_session';

describe('a session', () => {
  it('is a person until it is idle, over or left', async () => {
    const token = await newSession(world, proof());
    expect(await openSession(world, token)).toMatchObject({ person: 'mara', via: 'passkey', roles: ['engineer', 'reviewer'], scopes: null });
    for (let hours = 1; hours <= 11; hours++) {
      bed.clock.now = start + hours * HOUR;
      expect(await openSession(world, token), `${hours} h`).not.toBeNull();
    }
    bed.clock.now = start + 12 * HOUR;
    expect(await openSession(world, token)).toBeNull();
  });

  it('ends when nobody uses it', async () => {
    const token = await newSession(world, proof());
    bed.clock.now += 8 * HOUR - 1;
    const other = await newSession(world, proof());
    expect(await openSession(world, token)).not.toBeNull();
    bed.clock.now += 8 * HOUR;
    expect(await openSession(world, other)).toBeNull();
  });

  it('outlives the process, and the store holds no secret of it', async () => {
    const token = await newSession(world, proof());
    expect(await bed.store.logins.sessions.find(digestOf(token))).toMatchObject({ person: 'mara' });
    expect(await bed.store.logins.sessions.find(token)).toBeNull();
    expect(digestOf(token)).not.toBe(createHash('sha256').update(token).digest('hex'));
    await bed.store.rebuild();
    expect(await openSession(world, token)).not.toBeNull();
  });

  it('is opened by nothing else, whatever a client sends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => base64url(b)),
        ),
        async (cookie) => (await openSession(world, cookie)) === null,
      ),
      { numRuns: 200 },
    );
  });

  it('ends with the key that opened it', async () => {
    const spare = softAuthenticator(RP);
    const enrolled = await recordEnrolment(world, enrolmentBy(bed, subjectFor('ben', 'L5', spare), ['kim', 'lee']));
    expect(enrolled).toMatchObject({ ok: true });
    const known = await newSession(world, { ...proof('ben'), keyid: spare.keyid });
    const lost = await newSession(world, { ...proof('ben'), keyid: 'SHA256:nobody' });
    bed.clock.now += 60_000;
    expect(await openSession(world, known)).not.toBeNull();
    expect(await openSession(world, lost)).toBeNull();
    bed.clock.now -= 60_000;
    expect(await openSession(world, lost)).toBeNull();
  });
});

describe('signing in with a passkey', () => {
  it('says who is signed in, under a new token each time, and the one before is over', async () => {
    const jar = new Jar();
    jar.cookies.set(SESSION, 'A'.repeat(43));
    expect(await signIn(jar)).toMatchObject({ status: 200, body: { person: { id: 'mara' }, via: 'passkey', fresh: expect.any(String) } });
    const first = jar.cookies.get(SESSION) ?? '';
    expect(first).not.toBe('A'.repeat(43));
    await signIn(jar);
    const second = jar.cookies.get(SESSION) ?? '';
    expect(second).not.toBe(first);
    expect(await openSession(world, first)).toBeNull();
    expect(await openSession(world, second)).toMatchObject({ person: 'mara' });
  });

  it('is bound to the browser that asked, and counts once', async () => {
    const [asked, other] = [new Jar(), new Jar()];
    const { body } = await call(asked, 'POST', '/session/passkey/begin', {});
    const said = answer(bed.keys.mara, body);
    expect(await call(other, 'POST', '/session/passkey', said)).toMatchObject({ body: { code: 'WA_CHALLENGE' } });
    await call(other, 'POST', '/session/passkey/begin', {});
    expect(await call(other, 'POST', '/session/passkey', said)).toMatchObject({ body: { code: 'WA_CHALLENGE' } });
    const kept = new Jar();
    for (const [name, value] of asked.cookies) kept.cookies.set(name, value);
    expect(await call(asked, 'POST', '/session/passkey', said)).toMatchObject({ status: 200 });
    expect(await call(kept, 'POST', '/session/passkey', said)).toMatchObject({ body: { code: 'WA_CHALLENGE' } });
    expect(kept.cookies.has(SESSION)).toBe(false);
  });

  it('takes no answer without a person verified, and none of a key that nobody enrolled', async () => {
    const jar = new Jar();
    const { body } = await call(jar, 'POST', '/session/passkey/begin', {});
    const given = bed.keys.mara.get(fromBase64(String(body.challenge)) ?? new Uint8Array(0), { flags: 1 });
    const said = {
      ...answer(bed.keys.mara, body),
      authenticatorData: base64url(given.authenticatorData),
      signature: base64url(given.signature),
      clientDataJSON: base64url(given.clientDataJSON),
    };
    expect(await call(jar, 'POST', '/session/passkey', said)).toMatchObject({ body: { code: 'WA_UV' } });
    expect(await signIn(new Jar(), softAuthenticator(RP))).toMatchObject({ body: { code: 'KEY_UNKNOWN' } });
  });

  it('does not say who there is', async () => {
    const ids = async (body: unknown) => (await call(new Jar(), 'POST', '/session/passkey/begin', body)).body.allowCredentials as readonly string[];
    expect(await ids({})).toEqual([]);
    expect(await ids({ person: 'mara' })).toEqual([base64url(bed.keys.mara.credentialId)]);
    const nobody = await ids({ person: 'nobody' });
    expect(nobody).toHaveLength(1);
    expect(nobody[0]).toHaveLength(43);
    expect(await ids({ person: 'nobody' })).toEqual(nobody);
    expect(await ids({ person: 'somebody' })).not.toEqual(nobody);
  });
});

it('signing in with a security key is bound and counts once, too', async () => {
  const key = softSshKey('sk-ssh-ed25519');
  const terms = { kind: 'sk-ssh' as const, credentialId: '', aaguid: '', backupEligible: false, counter: 0 };
  const subject = { person: 'noor', name: 'noor', level: 'L6', keyid: key.keyid, blob: base64(key.blob), ...terms, attestation: key.attestation() };
  expect(await recordEnrolment(world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
  const jar = new Jar();
  const begun = await call(jar, 'POST', '/session/key/begin', {});
  const sshsig = text(key.signPae(loginMessage(RP.origin, String(begun.body.ticket)), { namespace: LOGIN_NAMESPACE })) ?? '';
  const kept = new Jar();
  for (const [name, value] of jar.cookies) kept.cookies.set(name, value);
  expect(await call(new Jar(), 'POST', '/session/key', { sshsig })).toMatchObject({ status: 401, body: { code: 'LOGIN_REFUSED' } });
  expect(await call(jar, 'POST', '/session/key', { sshsig })).toMatchObject({ status: 200, body: { person: { id: 'noor' }, via: 'key', fresh: expect.any(String) } });
  expect(await call(kept, 'POST', '/session/key', { sshsig })).toMatchObject({ status: 401, body: { code: 'LOGIN_REFUSED' } });
});

describe('leaving', () => {
  it('ends the session for whoever kept the cookie', async () => {
    const jar = new Jar();
    await signIn(jar);
    const stolen = new Jar();
    for (const [name, value] of jar.cookies) stolen.cookies.set(name, value);
    expect(await call(stolen, 'GET', '/changes')).toMatchObject({ status: 200 });
    expect(await call(jar, 'DELETE', '/session')).toMatchObject({ status: 200, body: { person: null } });
    expect(await call(stolen, 'GET', '/changes')).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
  });

  it('is something an administrator can do for somebody, tokens included', async () => {
    const jar = new Jar();
    await signIn(jar);
    await newToken(world, { person: 'mara', account: 'mara', name: 'ci', scopes: ['read'], created: 0, until: start + HOUR });
    const admin = new Jar();
    admin.cookies.set(SESSION, await newSession(world, { person: 'sam', via: 'oidc', proved: world.now() }));
    const ended = await call(admin, 'POST', '/session/end-all', { person: 'mara' });
    expect(ended).toMatchObject({ status: 200, body: { tokens: 1 } });
    expect(Number(ended.body.sessions)).toBeGreaterThan(0);
    expect(await call(jar, 'GET', '/changes')).toMatchObject({ status: 401 });
  });

  it('takes the header that no form of another site can send', async () => {
    const jar = new Jar();
    await signIn(jar);
    const answer = await app.request(`${RP.origin}/api/v1/session`, { method: 'DELETE', headers: { host: new URL(RP.origin).host, cookie: jar.header() } });
    expect(answer.status).toBe(400);
    expect(await call(jar, 'GET', '/changes')).toMatchObject({ status: 200 });
  });
});

describe('a token', () => {
  const made = async (jar: Jar, more: object = {}) => call(jar, 'POST', '/tokens', { name: 'ci', scopes: ['read'], days: 1, ...more });

  it('is shown once, reads, expires and ends', async () => {
    const jar = new Jar();
    await signIn(jar);
    const { status, body } = await made(jar);
    expect(status).toBe(201);
    const secret = String(body.secret);
    expect(secret).toMatch(/^cst_[A-Za-z0-9_-]{43}$/);
    const bearer = { authorization: `Bearer ${secret}` };
    expect(await call(new Jar(), 'GET', '/changes', undefined, bearer)).toMatchObject({ status: 200 });
    expect(JSON.stringify((await call(jar, 'GET', '/tokens')).body)).not.toContain(secret);
    bed.clock.now += 86_400_000;
    expect(await call(new Jar(), 'GET', '/changes', undefined, bearer)).toMatchObject({ status: 401 });
    bed.clock.now = start;
    expect(await call(jar, 'DELETE', `/tokens/${body.id}`)).toMatchObject({ status: 200 });
    expect(await call(new Jar(), 'GET', '/changes', undefined, bearer)).toMatchObject({ status: 401 });
  });

  it('that does not hold is nobody, whatever cookie comes with it', async () => {
    const jar = new Jar();
    await signIn(jar);
    for (const authorization of ['Bearer x', 'Bearer ', 'Basic bWFyYTp4', `Bearer cst_${'A'.repeat(43)}`])
      expect(await call(jar, 'GET', '/changes', undefined, { authorization })).toMatchObject({ status: 401 });
  });

  it('pushes as its person, or as an agent of theirs', async () => {
    const jar = new Jar();
    await signIn(jar, bed.keys.ben);
    const own = String((await made(jar, { scopes: ['push'] })).body.secret);
    const agents = String((await made(jar, { scopes: ['push'], account: 'robo' })).body.secret);
    const reads = String((await made(jar)).body.secret);
    expect(await made(jar, { account: 'mara' })).toMatchObject({ body: { code: 'PERSON_UNKNOWN' } });
    expect(await tokenPusher(world, 'ben', own)).toEqual({ account: 'ben', tokenOwner: 'ben' });
    expect(await tokenPusher(world, 'robo', agents)).toEqual({ account: 'robo', tokenOwner: 'ben' });
    for (const [user, secret] of [
      ['mara', own],
      ['ben', agents],
      ['ben', reads],
      ['ben', ''],
      ['ben', 'demo'],
    ] as const)
      expect(await tokenPusher(world, user, secret)).toBeNull();
  });

  it('is dead once its person is on no roster', async () => {
    const { secret } = await newToken(world, { person: 'gone', account: 'gone', name: 'x', scopes: ['push', 'read'], created: 0, until: start + HOUR });
    expect(await tokenPusher(world, 'gone', secret)).toBeNull();
  });
});

describe('what a browser carries', () => {
  const secret = new Uint8Array(32).fill(9);
  it('opens as it was sealed, for its own purpose and under its own secret', () => {
    const value = { ticket: 'x', until: 1, more: { a: 'ä' } };
    const text = seal(secret, 'oidc', value);
    expect(unseal(secret, 'oidc', text)).toEqual(value);
    expect(unseal(secret, 'passkey', text)).toBeUndefined();
    expect(unseal(new Uint8Array(32), 'oidc', text)).toBeUndefined();
    for (let i = 0; i < text.length - 1; i++) expect(unseal(secret, 'oidc', text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1))).toBeUndefined();
  });
  it('opens nothing else, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => unseal(secret, 'oidc', text) === undefined));
    fc.assert(fc.property(fc.base64String(), (text) => unseal(secret, 'oidc', text.replaceAll(/[+/=]/g, '')) === undefined));
  });
});

it('leads back to a page of ours, whatever a link says', () => {
  for (const page of ['/', '/people', '/changes/0123456789abcdef', '/ledger']) expect(backTo(page)).toBe(page);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string({ unit: 'binary' }),
        fc.string().map((s) => `/${s}`),
      ),
      (asked) => {
        const back = backTo(asked);
        const url = new URL(back, 'https://here.example');
        return url.origin === 'https://here.example' && !/[\r\n\\]/.test(back) && !url.pathname.startsWith('/api/');
      },
    ),
  );
});

describe('a site file', () => {
  const read = (file: string) => readSiteFile(utf8(file), 'site.yml');
  const LEAST = 'version: 1\nrepositories: [{ id: infra, path: x }]\n';

  it('is read as the guide shows it', () => {
    const guide = readFileSync(new URL('../../../docs/guides/server.md', import.meta.url), 'utf8');
    expect(read(/```yaml\n([^`]+)```/.exec(guide)?.[1] ?? '')).toMatchObject({ ok: true, value: { roles: { people: { sam: ['administrator'] } } } });
    expect(read(LEAST)).toMatchObject({ ok: true, value: { login: { fresh: '15m' }, roles: { everybody: ['engineer', 'reviewer'] } } });
  });

  it.each([
    ['an unknown key', `${LEAST}passwords: {}\n`],
    ['an unknown role', `${LEAST}roles: { everybody: [root] }\n`],
    ['a repository twice', 'version: 1\nrepositories: [{ id: a, path: x }, { id: a, path: y }]\n'],
    ['an id that is a path', 'version: 1\nrepositories: [{ id: ../a, path: x }]\n'],
    ['no repository', 'version: 1\nrepositories: []\n'],
    ['a provider over plain http', `${LEAST}login: { oidc: { issuer: http://id.example, client_id: x } }\n`],
    ['a provider that is a file', `${LEAST}login: { oidc: { issuer: 'file:///etc/passwd', client_id: x } }\n`],
    ['a sign-in fresher than sessions last', `${LEAST}login: { fresh: 2d }\n`],
    ['no time', `${LEAST}login: { idle: forever }\n`],
    ['another version', LEAST.replace('1', '2')],
  ])('is refused with %s, at its place', (_, text) => {
    const answer = read(text);
    expect(answer.ok).toBe(false);
    for (const wrong of answer.ok ? [] : answer.error) expect(wrong).toMatchObject({ code: 'USAGE', place: expect.stringMatching(/^site\.yml:\d+:\d+/) });
  });

  it('never throws, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((s) => LEAST + s),
        ),
        (text) => typeof read(text).ok === 'boolean',
      ),
    );
  });
});
