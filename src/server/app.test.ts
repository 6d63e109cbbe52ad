/** An installation that is no demo: nobody acts as anybody, nothing confirms by itself, and nobody reads before they signed in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../test/bed/bed.ts';
import { bare, cookieOf as cookieIn, serverWorld } from '../../test/bed/doors.ts';
import { base64url, fromBase64 } from '../core/base/bytes.ts';
import { publicKeyLine } from '../core/signoff/keys.ts';
import type { Via } from '../flows/ports-login.ts';
import { softAuthenticator, softSshKey } from '../testing/authenticator.ts';
import { createApp } from './app.ts';
import { sessionCookie } from './auth/sessions.ts';
import type { ServerWorld } from './world.ts';

let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof createApp>;
/** An open change. */
let id: string;
const logged: string[] = [];

beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed, { log: (line) => void logged.push(line) });
  app = createApp(world);
  id = (await bed.judged(bed.commit({ 'db/a.sql': 'drop table orders;\n' }))).id ?? '';
});
afterAll(async () => {
  expect(logged).toEqual([]);
  await bed?.close();
});

const cookieOf = (person: string, via: Via = 'passkey'): Promise<string> => cookieIn(world, person, { via, keyid: bed.keys[person as keyof typeof bed.keys]?.keyid ?? '' });

interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [member: string]: unknown };
}

async function call(method: string, path: string, { body, cookie = '' }: { readonly body?: unknown; readonly cookie?: string } = {}): Promise<Said> {
  const headers = { host: new URL(RP.origin).host, 'content-type': 'application/json', 'x-countersign': '1', cookie };
  const answer = await app.request(`${RP.origin}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Said['body'] };
}

/** Everything a page with this session would send. */
async function prepare(cookie: string, more: object = {}): Promise<Said> {
  return call('POST', `/changes/${id}/signoffs/prepare`, { cookie, body: { ...(await bed.answers(id)), ...more } });
}

describe('whatever is answered', () => {
  it.each(['/', '/changes/x', '/assets/none.js', '/none.png', '/api/nothing', '/api/v1/session', '/api/v1/changes', '/log/checkpoint', '/log/none', '/healthz'])(
    'tells a browser at %s to run and frame nothing of others',
    async (path) => {
      const origin = new URL(RP.origin);
      for (const method of ['GET', 'HEAD', 'POST']) {
        const answer = await app.request(`${origin.origin}${path}`, { method, headers: { host: origin.host } });
        expect(bare(answer), `${method} ${answer.status}`).toEqual([]);
        expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      }
      expect(bare(await app.request(`${origin.origin}${path}`, { headers: { host: 'evil.example' } }))).toEqual([]);
    },
  );

  it('the page and its files too, where they are there', async () => {
    const root = mkdtempSync(join(tmpdir(), 'pages-'));
    writeFileSync(join(root, 'index.html'), '<!doctype html>');
    const answer = await createApp({ ...world, webRoot: root }).request(`${RP.origin}/changes/x`, { headers: { host: new URL(RP.origin).host } });
    rmSync(root, { recursive: true });
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control'), bare(answer)]).toEqual([200, 'text/html; charset=utf-8', 'no-cache', []]);
  });
});

describe('nobody acts as anybody', () => {
  it('not even as people there are', async () => {
    for (const person of ['mara', 'kim', 'nobody']) {
      const refused = await call('POST', '/session/act-as', { body: { person } });
      expect(refused).toMatchObject({ status: 403, body: { code: 'DEMO_ONLY' } });
      expect(refused.headers.get('set-cookie')).toBeNull();
    }
  });

  it('nor is told whom there would be', async () => {
    for (const cookie of ['', await cookieOf('mara')]) expect((await call('GET', '/session', { cookie })).body).toMatchObject({ demo: false, people: [] });
    expect((await call('GET', '/session')).body).toMatchObject({ person: null, via: null });
  });
});

describe('a passkey or a security key', () => {
  it('is not enrolled without the founders', async () => {
    const cookie = await cookieOf('mara');
    const { body, headers } = await call('POST', '/enrolments/begin', { cookie, body: {} });
    const begun = `${cookie}; ${headers.getSetCookie().map((c) => c.split(';')[0])}`;
    const passkey = softAuthenticator(RP);
    const made = passkey.create(fromBase64(String(body.challenge)) ?? new Uint8Array(0));
    const sent = {
      credentialId: base64url(passkey.credentialId),
      clientDataJSON: base64url(made.clientDataJSON),
      authenticatorData: base64url(made.authenticatorData),
      attestationObject: '',
      transports: ['internal'],
    };
    expect(await call('POST', '/enrolments', { cookie: begun, body: sent })).toMatchObject({ status: 202, body: { person: 'mara', keyid: passkey.keyid } });
    const line = publicKeyLine(softSshKey('sk-ssh-ed25519').blob);
    expect(await call('POST', '/enrolments/ssh-key', { cookie, body: { publicKey: line } })).toMatchObject({ status: 202, body: { person: 'mara' } });
    expect(await bed.store.projections.keys({ person: 'mara' })).toHaveLength(1);
  });

  it('is not asked about without a session', async () => {
    expect(await call('POST', '/enrolments/begin', { body: {} })).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
  });
});

describe('no software signs for somebody', () => {
  it('nor does a session that acts as somebody open anything', async () => {
    expect(await call('GET', '/changes', { cookie: await cookieOf('mara', 'demo') })).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
  });

  it('with a session by passkey', async () => {
    const cookie = await cookieOf('mara');
    const prepared = await prepare(cookie);
    expect(prepared).toMatchObject({ status: 200, body: { demoAuthenticator: false, otherwise: [], allowCredentials: [base64url(bed.keys.mara.credentialId)] } });
    const refused = await call('POST', `/changes/${id}/signoffs`, { cookie, body: { ticket: prepared.body.ticket, demo: true } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'DEMO_ONLY' } });
    expect((await prepare(cookie, { credential: { kind: 'demo' } })).body).toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(await bed.store.projections.signoffs({})).toEqual([]);
  });
});

describe('nobody reads before they signed in', () => {
  it.each(['/changes', '/changes?state=open', '/changes/x', '/changes/x/bundle', '/people'])('GET %s', async (path) => {
    for (const cookie of ['', `${sessionCookie(world)}=${'A'.repeat(43)}`])
      expect(await call('GET', path, { cookie })).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
  });

  it('neither what there is, nor by another spelling of its address', async () => {
    const spelt = ['', '/', '/bundle', '/bundle/', '/.', '//bundle', '%2fbundle'].map((end) => `/changes/${id}${end}`);
    for (const path of [...spelt, '/changes/', '//changes', '/%63hanges', `/%63hanges/${id}`, '/people/', '/%70eople', '/./people', '/x/../people'])
      expect([401, 404], path).toContain((await call('GET', path)).status);
  });

  it('and everybody who did, can', async () => {
    const cookie = await cookieOf('ada');
    expect(await call('GET', '/changes', { cookie })).toMatchObject({ status: 200 });
    expect(await call('GET', `/changes/${id}`, { cookie })).toMatchObject({ status: 200 });
    expect(await call('GET', '/changes/x', { cookie })).toMatchObject({ status: 404 });
    expect(await call('GET', '/people', { cookie })).toMatchObject({ status: 200 });
  });
});
