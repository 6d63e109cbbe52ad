/** Every route of the API, spoken to badly: always a problem with a code, a remedy and a request id; never a 500, never a stack. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signer } from '../../examples/story/people.ts';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { REASON_CODES } from '../../src/core/base/codes.ts';
import { createApp } from '../../src/server/app.ts';
import type { ServerWorld } from '../../src/server/world.ts';
import { exchange } from './server-wire.ts';

/** Asked of the app itself, so that a route added tomorrow is spoken to badly too. Only its routes are read: nothing of this world is used. */
const asked = createApp({ site: { origins: [] }, now: Date.now } as unknown as ServerWorld)
  .routes.filter((r) => r.method !== 'ALL' && r.path.startsWith('/api/v1/'))
  .map(
    (r) =>
      [
        r.method,
        r.path
          .slice('/api/v1'.length)
          .replace(':id', '0123456789abcdef')
          .replace(/:(?:size|index)$/, '1000000'),
      ] as const,
  );
const ROUTES = asked.filter(([method, path], i) => asked.findIndex(([m, p]) => m === method && p === path) === i);
const POSTS = ROUTES.filter(([method]) => method === 'POST').map(([, path]) => path);

let stage: Stage;
let port: number;
let cookie: string;

beforeAll(async () => {
  stage = await openStage();
  port = Number(new URL(stage.url).port);
  const answer = await call('POST', '/session/act-as', { body: '{"person":"ines"}' });
  cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
});
afterAll(() => stage?.end());

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream;
interface Sent {
  readonly body?: Body;
  readonly headers?: { readonly [name: string]: string };
}

const call = (method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Response> =>
  fetch(`${stage.url}${path.startsWith('/api') ? '' : '/api/v1'}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-countersign': '1', ...headers },
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);

interface Said {
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
  readonly requestId: string;
  readonly status: number;
}

/** The whole contract of a refusal. */
async function refused(answer: Response, code: string | RegExp, what = ''): Promise<Said> {
  const text = await answer.text();
  expect(answer.headers.get('content-type'), `${what} ${text}`).toBe('application/problem+json');
  const said = JSON.parse(text) as Said;
  expect(said.status, what).toBe(answer.status);
  expect(answer.status, text).toBeGreaterThanOrEqual(400);
  expect(answer.status, text).toBeLessThan(500);
  expect(Object.keys(REASON_CODES), what).toContain(said.code);
  expect(said.code, `${what} ${text}`).toMatch(code);
  for (const field of [said.title, said.remedy]) expect(field, `${what} ${text}`).toMatch(/\w/);
  expect(said.requestId).toBe(answer.headers.get('x-request-id'));
  expect(text).not.toMatch(/\n\s+at |node_modules|\.[jt]s:\d|SqliteError|ZodError/);
  return said;
}

const BODIES: readonly (readonly [string, Body])[] = [
  ['nothing', ''],
  ['half of an object', '{"person":'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '1'],
  ['a text', '"ines"'],
  ['an unknown key', '{"__proto__":{"person":"ines"},"constructor":1}'],
  ['wrong types', '{"person":7,"ticket":[],"envelope":{},"credentialId":null,"decision":true}'],
  ['deep nesting', '['.repeat(200_000)],
  ['deep nesting that closes', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
  ['random bytes', new Uint8Array(randomBytes(1_000))],
];

describe.each(POSTS)('POST %s', (path) => {
  it.each(BODIES)('refuses %s', async (name, body) => {
    // Two routes ask for an empty object and nothing else; for them too these are wrong.
    // Where little is read, a lot of brackets is too much before it is wrong.
    const code = name.startsWith('deep') ? /USAGE|BODY_TOO_LARGE/ : /USAGE/;
    await refused(await call('POST', path, { body }), code, name);
    await refused(await call('POST', path, { body, headers: { cookie } }), code, name);
  });

  it('refuses a body over 4 MiB, announced or not', async () => {
    const big = new Uint8Array(5 << 20).fill(0x20);
    expect((await refused(await call('POST', path, { body: big }), 'BODY_TOO_LARGE')).title).toMatch(/over \d+ [KM]iB/);
    const stream = new Blob([big]).stream();
    expect((await refused(await call('POST', path, { body: stream }), 'BODY_TOO_LARGE')).title).toMatch(/over \d+ [KM]iB/);
  });

  it('refuses any JSON that is not what it asks for, with some code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        const answer = await call('POST', path, { body, headers: { cookie } });
        if (answer.status >= 300) await refused(answer, /./, body);
        else expect(body.trim()).toBe('{}');
      }),
      { numRuns: 25 },
    );
  });
});

it('is asked about every route', () => {
  expect(ROUTES.map((r) => r.join(' '))).toEqual(expect.arrayContaining(['GET /trust', 'GET /changes/0123456789abcdef/bundle', 'POST /enrolments/ssh-key', 'DELETE /session']));
  expect([...new Set(ROUTES.map(([method]) => method))].sort()).toEqual(['DELETE', 'GET', 'POST']);
  expect(ROUTES.filter(([, path]) => /[:*]/.test(path))).toEqual([]);
});

it('says which field is wrong', async () => {
  const said = await call('POST', '/session/act-as', { body: '{"person":7}' });
  expect(await said.json()).toMatchObject({ code: 'USAGE', place: 'person' });
});

it('knows nobody by a made-up name, and no ticket it did not give', async () => {
  for (const person of ['', 'nobody', '__proto__', 'constructor', 'build-7', 'INES'])
    await refused(await call('POST', '/session/act-as', { body: JSON.stringify({ person }) }), 'PERSON_UNKNOWN');
  for (const body of ['{"ticket":"x","demo":true}', '{"ticket":"__proto__","sshsig":"x"}'])
    await refused(await call('POST', '/changes/0123456789abcdef/signoffs', { body, headers: { cookie } }), 'NOT_FOUND');
  await refused(await call('POST', '/changes/0123456789abcdef/signoffs', { body: '{"envelope":"%%%"}', headers: { cookie } }), 'USAGE');
  await refused(await call('POST', '/changes/0123456789abcdef/signoffs', { body: '{"envelope":"AAAA"}', headers: { cookie } }), /./);
});

it('answers no method and no address that is not there', async () => {
  for (const [, path] of ROUTES) for (const method of ['PUT', 'PATCH', 'PROPFIND']) await refused(await call(method, path), 'METHOD_NOT_ALLOWED', `${method} ${path}`);
  for (const path of ['/', '/nope', '/changes/x/y/z', '/api', '/api/', '/api/v2/changes', '/api/v1/__proto__', '/ledger/checkpoint/x'])
    await refused(await call('GET', path), 'NOT_FOUND', path);
  const no = await call('GET', '/session/act-as');
  expect(no.headers.get('allow')).toBe('POST');
  await refused(no, 'METHOD_NOT_ALLOWED');
  for (const path of ['/', '/changes/x', '/assets/x.js']) await refused(await fetch(`${stage.url}${path}`, { method: 'POST' }), 'NOT_FOUND', path);
});

it.each(['%', '%00', '%ff', '%2e%2e', 'x'.repeat(8_000), "' or 1=1 --", '__proto__', '🦊'])('knows no change %j', async (id) => {
  await refused(await call('GET', `/changes/${id}`), 'NOT_FOUND');
  await refused(await call('GET', `/changes/${id}/bundle`), 'NOT_FOUND');
});

it('refuses odd questions', async () => {
  for (const query of ['from=-1', 'from=1.5', 'count=many', 'from=1e9', 'count=', 'from=9999999999999999', 'from=0x10'])
    await refused(await call('GET', `/ledger?${query}`), 'USAGE', query);
  for (const query of ['state=', 'state=__proto__', 'state=OPEN', 'state=open&state=%00']) {
    const answer = await call('GET', `/changes?${query}`);
    if (query !== 'state=open&state=%00') await refused(answer, 'USAGE', query);
    else expect(answer.status).toBe(200);
  }
  for (const query of ['from=999999999999999', 'count=0', 'count=999999999999999']) expect((await call('GET', `/ledger?${query}`)).status, query).toBe(200);
});

it('wants the header that a form of another site cannot send', async () => {
  for (const [method, path] of ROUTES.filter(([m]) => m !== 'GET')) {
    const answer = await fetch(`${stage.url}/api/v1${path}`, { method, headers: { cookie, 'content-type': 'text/plain' } });
    expect((await refused(answer, 'USAGE', path)).remedy).toContain('x-countersign');
  }
});

it('reads JSON and nothing else', async () => {
  for (const path of POSTS)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', ''])
      await refused(await call('POST', path, { body: '{}', headers: { 'content-type': type } }), 'MEDIA_TYPE', `${path} ${type}`);
});

it('does not answer for another name', async () => {
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost', `localhost:${port}.evil.example`, `127.0.0.1:${port}`, `user@localhost:${port}`, '']) {
    for (const [method, path] of [...ROUTES, ['GET', '/../../'] as const]) {
      const answer = await exchange(
        port,
        `${method} /api/v1${path} HTTP/1.1\r\nHost: ${host}\r\nx-countersign: 1\r\nCookie: ${cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        false,
      );
      expect(answer, `${host} ${path}`).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).not.toContain('Ines');
    }
  }
});

it('takes no cookie but its own, whole and in date', async () => {
  const foreign = randomBytes(32).toString('base64url');
  const own = cookie.slice('countersign_session='.length);
  const [text, seal] = [own.slice(0, 20), own.slice(20)];
  const forged = Buffer.from(JSON.stringify({ person: 'ines', via: 'passkey', until: 9e15 })).toString('base64url');
  const bad = [
    '',
    '.',
    '..',
    'x',
    text,
    `${text}.`,
    `.${seal}`,
    `${forged}.${seal}`,
    foreign,
    own.slice(0, -1),
    own.slice(1),
    `${own}.x`,
    `${own}%`,
    '%',
    '%E0%A4%A',
    '%00',
    'x'.repeat(7_000),
    `${text}.${'A'.repeat(43)}`,
  ];
  for (const value of bad) {
    for (const [method, path] of ROUTES.filter(([, p]) => p !== '/session/act-as')) {
      const answer = await call(method, path, { headers: { cookie: `countersign_session=${value}` }, ...(method === 'POST' ? { body: '{}' } : {}) });
      expect(answer.status, `${path} ${value.slice(0, 80)}`).toBeLessThan(500);
      if (path === '/session') expect(await answer.json()).toMatchObject({ person: null, via: null });
      else if (path === '/enrolments/begin') await refused(answer, 'NOT_SIGNED_IN', value);
      // One of them is a stream, which never ends.
      else await answer.body?.cancel();
    }
  }
  const known = await call('GET', '/session', { headers: { cookie } });
  expect(await known.json()).toMatchObject({ person: { id: 'ines' }, via: 'demo' });
});

it('gives away no file but its own pages', async () => {
  for (const path of [
    '/assets/../../cli.js',
    '/assets/..%2f..%2fcli.js',
    '/../../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/cli.js',
    '/..%5c..%5cx.png',
    '/assets/%00',
    '/assets/',
  ]) {
    const answer = await exchange(port, `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`, false);
    expect(answer, path).toMatch(/^HTTP\/1\.1 (200|400|404) /);
    expect(answer, path).not.toMatch(/root:|createRequire/);
  }
});

it('is not shaken by what is no HTTP', async () => {
  for (let i = 0; i < 20; i++) await exchange(port, randomBytes(500));
  expect(await exchange(port, `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`, false)).toMatch(/^HTTP\/1\.1 4/);
});

it('still enrols, and its ledger holds what it held', async () => {
  expect((await signer(stage.url, 'mara')).person).toBe('mara');
  await stage.stop();
  const { openStore } = await import('../../src/store/store.ts');
  const store = await openStore({ dir: stage.data, clock: Date.now });
  expect(store.ok && (await store.value.audit())).toEqual([]);
  if (store.ok) await store.value.close();
});
