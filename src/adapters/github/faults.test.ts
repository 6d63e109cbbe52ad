/** What goes wrong between us and GitHub, over real HTTP: nobody rejects, nothing of ours goes elsewhere, and it is said how long to wait. */

import { createVerify } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readKey } from './app.ts';
import { openGithub } from './forge.ts';
import { APP, CHECK, githubAt, KEY, PLACE } from './test-app.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
}

const isToken = (request: IncomingMessage): boolean => request.url?.endsWith('/access_tokens') === true;
const hour = () => new Date(Date.now() + 3_600_000).toISOString();
/** Tokens are given, `ghs_1`, `ghs_2` and on; the rest is answered so. @param until when they end. */
function giving(answer: RequestListener, until: () => string = hour): Promise<string> {
  let given = 0;
  return serving((request, response) => {
    if (!isToken(request)) return answer(request, response);
    given++;
    response.writeHead(201).end(JSON.stringify({ token: `ghs_${given}`, expires_at: until() }));
  });
}
const saying =
  (status: number, headers: Record<string, string> = {}, body: unknown = { message: 'no' }): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));
const made = JSON.stringify({ id: 4, status: 'completed', conclusion: 'action_required' });
const report = async (answer: RequestListener, more = {}) => githubAt(await giving(answer), more).report(CHECK);

describe('what GitHub says where it does not do it', () => {
  const reset = (seconds: number) => ({ 'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + seconds), date: new Date().toUTCString() });
  it.each<readonly [string, RequestListener, number | null, boolean]>([
    ['429 with a time', saying(429, { 'retry-after': '17' }), 17_000, false],
    ['403 with a time', saying(403, { 'retry-after': '17' }), 17_000, false],
    ['429 without one', saying(429), 60_000, false],
    ['a secondary limit', saying(403, {}, { message: 'You have exceeded a secondary rate limit' }), 60_000, false],
    ['403 of a permission, with budget left', saying(403, { ...reset(600), 'x-ratelimit-remaining': '4000' }), null, false],
    ['503 with a time', saying(503, { 'retry-after': '5' }), 5_000, false],
    ['500', saying(500), null, false],
    ['404', saying(404), null, true],
    ['410', saying(410), null, true],
    ['451', saying(451), null, true],
    ['a suspended installation', saying(403, {}, { message: 'This installation has been suspended' }), null, true],
    ['422', saying(422, {}, { message: 'Validation Failed', errors: ['x'] }), null, false],
    ['no JSON', (_, response) => void response.writeHead(201).end('<html>'), null, false],
    ['JSON of another shape', saying(201, {}, { id: 'four' }), null, false],
    ['a time beyond reason', saying(429, { 'retry-after': '999999999' }), 86_400_000, false],
  ])('%s', async (_, answer, after, gone) => {
    expect(await report(answer)).toEqual({ ok: false, error: expect.objectContaining({ code: expect.stringMatching(/^FORGE_/) }), after, gone });
  });

  it('a budget that is spent is waited for, by the clock of GitHub', async () => {
    const theirs = Date.now() - 3 * 3_600_000;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(theirs / 1_000) + 600), date: new Date(theirs).toUTCString() };
    const answer = await report(saying(403, headers));
    expect(answer).toMatchObject({ ok: false, gone: false });
    expect(!answer.ok && answer.after !== null && answer.after >= 598_000 && answer.after <= 601_000).toBe(true);
  });

  it('a stranger’s words are one short line', async () => {
    const answer = await report(saying(422, {}, { message: `a\nb\u001b[31m${'x'.repeat(9_000)}` }));
    expect(!answer.ok && answer.error.message.length < 400 && /^[\x20-\x7e]*$/.test(answer.error.message)).toBe(true);
  });

  it('an installation that is gone is gone where its token is asked for', async () => {
    const api = await serving(saying(404));
    expect(await githubAt(api).report(CHECK)).toMatchObject({ ok: false, gone: true });
  });
});

describe('nobody answers', () => {
  it('where nobody listens', async () => {
    expect(await githubAt('http://127.0.0.1:1').pulls(PLACE, null)).toMatchObject({ ok: false, gone: false, after: null, error: { code: 'FORGE_UNAVAILABLE' } });
  });

  it.each<readonly [string, RequestListener, string]>([
    ['in time', () => undefined, 'not within 0.4 s'],
    ['to the end in time', (_, response) => void response.writeHead(201).write('{'), 'not within 0.4 s'],
    ['but hangs up', (request) => void request.socket.destroy(), 'cannot be reached'],
    ['but leads in a circle', (request, response) => void response.writeHead(307, { location: request.url }).end(), 'in a circle'],
  ])('%s', async (_, answer, words) => {
    expect(await report(answer, { ms: 400 })).toMatchObject({ ok: false, gone: false, error: { code: 'FORGE_UNAVAILABLE', message: expect.stringContaining(words) } });
  });

  it('and what is endless is not read to its end', async () => {
    const endless: RequestListener = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1 << 20)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await report(endless)).toMatchObject({ ok: false, error: { message: expect.stringContaining('more than 32 MiB') } });
  });
});

describe('where our token goes', () => {
  it('to no other host, nor beside the API', async () => {
    let led = 0;
    const elsewhere = await serving((_, response) => {
      led++;
      response.end();
    });
    for (const status of [301, 302, 303, 307, 308])
      expect(await report((_, response) => void response.writeHead(status, { location: `${elsewhere}/x` }).end())).toMatchObject({
        ok: false,
        gone: false,
        error: { code: 'FORGE_REFUSED' },
      });
    expect(led).toBe(0);
    const beside = await giving(
      (request, response) => void (request.url?.startsWith('/api/v3/') === true ? response.writeHead(307, { location: '/beside' }).end() : response.end(made)),
    );
    expect(await githubAt(`${beside}/api/v3`).report(CHECK)).toMatchObject({ ok: false, error: { code: 'FORGE_REFUSED' } });
  });

  it('to where a repository went that was renamed', async () => {
    const asked: string[] = [];
    const answer = await report((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      if (request.url === '/repos/octocat/Hello-World/check-runs') response.writeHead(307, { location: '/repositories/1296269/check-runs' }).end();
      else response.writeHead(201).end(made);
    });
    expect(answer).toEqual({ ok: true, value: '4' });
    expect(asked).toEqual(['POST /repos/octocat/Hello-World/check-runs Bearer ghs_1', 'POST /repositories/1296269/check-runs Bearer ghs_1']);
  });
});

it('a repository is found by the name it had before', async () => {
  const api = await giving((request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/repos/octocat/old')) return void response.writeHead(301, { location: url.replace('/repos/octocat/old', '/repositories/1296269') }).end();
    response.end(JSON.stringify(url.endsWith('/installation') ? { id: 1, suspended_at: null } : { id: 1296269, full_name: 'octocat/new' }));
  });
  expect(await githubAt(api).find('hello', 'octocat/old')).toEqual({ ok: true, value: { ...PLACE, name: 'octocat/new' } });
});

it('a suspended installation is found, and gone', async () => {
  const api = await giving((_, response) => void response.end(JSON.stringify({ id: 1, suspended_at: '2026-01-01T00:00:00Z' })));
  expect(await githubAt(api).find('hello', 'octocat/old')).toMatchObject({ ok: false, gone: true });
});

describe('tokens', () => {
  it('the app says who it is by its key, for less than ten minutes, a minute early', async () => {
    let said = '';
    const api = await serving((request, response) => {
      said = request.headers.authorization ?? '';
      response.writeHead(404).end();
    });
    await githubAt(api).find('hello', 'octocat/Hello-World');
    const [, head = '', body = '', signature = ''] = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(said) ?? [];
    const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decoded(head)).toEqual({ alg: 'RS256', typ: 'JWT' });
    const { iat, exp, iss } = decoded(body);
    const now = Math.floor(Date.now() / 1_000);
    expect([iss, exp - iat <= 600, now - iat >= 60, exp - now <= 600]).toEqual([String(APP), true, true, true]);
    expect(createVerify('RSA-SHA256').update(`${head}.${body}`).verify(KEY.publicKey, signature, 'base64url')).toBe(true);
  });

  const counting = (until?: () => string) => {
    const seen: string[] = [];
    const api = giving((request, response) => {
      seen.push(request.headers.authorization ?? '');
      response.writeHead(201).end(made);
    }, until);
    return { seen, api };
  };

  it('are kept, one for each errand, and asked for once by many', async () => {
    const { seen, api } = counting();
    const github = githubAt(await api);
    await Promise.all(Array.from({ length: 20 }, () => github.report(CHECK)));
    await github.report({ ...CHECK, place: { ...PLACE, forgeId: 7 } });
    expect([new Set(seen), seen.length]).toEqual([new Set(['Bearer ghs_1', 'Bearer ghs_2']), 21]);
  });

  it('are asked for again before they end', async () => {
    const { seen, api } = counting(() => new Date(Date.now() + 200_000).toISOString());
    const github = githubAt(await api);
    for (let i = 0; i < 2; i++) await github.report(CHECK);
    expect(seen).toEqual(['Bearer ghs_1', 'Bearer ghs_2']);
  });

  it('of two forges of the same numbers are never mixed up', async () => {
    const [one, two] = [counting(), counting()];
    const other = serving((request, response) =>
      isToken(request) ? response.writeHead(201).end(JSON.stringify({ token: 'other', expires_at: hour() })) : response.writeHead(201).end(made),
    );
    await Promise.all([githubAt(await one.api).report(CHECK), githubAt(await other).report(CHECK), githubAt(await two.api).report(CHECK)]);
    expect([one.seen, two.seen]).toEqual([['Bearer ghs_1'], ['Bearer ghs_1']]);
  });

  it('that were taken back meanwhile are asked for once more, and not without end', async () => {
    const revoked = new Set(['Bearer ghs_1']);
    const answer: RequestListener = (request, response) => void response.writeHead(revoked.has(request.headers.authorization ?? '') ? 401 : 201).end(made);
    const github = githubAt(await giving(answer));
    expect(await Promise.all([github.report(CHECK), github.report(CHECK)])).toEqual([
      { ok: true, value: '4' },
      { ok: true, value: '4' },
    ]);
    revoked.add('Bearer ghs_2').add('Bearer ghs_3').add('Bearer ghs_4');
    let asked = 0;
    const stubborn = githubAt(
      await giving((_, response) => {
        asked++;
        response.writeHead(401).end('{}');
      }),
    );
    expect(await stubborn.report(CHECK)).toMatchObject({ ok: false, gone: false, error: { code: 'FORGE_REFUSED' } });
    expect(asked).toBe(2);
  });

  it('of which GitHub gives none are not asked for by those who come later', async () => {
    let broken = true;
    const api = await serving((request, response) => {
      if (isToken(request) && broken) return void response.writeHead(500).end('{}');
      response.writeHead(201).end(isToken(request) ? JSON.stringify({ token: 'ghs_1', expires_at: hour() }) : made);
    });
    const github = githubAt(api);
    expect(await github.report(CHECK)).toMatchObject({ ok: false });
    broken = false;
    expect(await github.report(CHECK)).toEqual({ ok: true, value: '4' });
  });
});

describe('settings', () => {
  it.each([
    ['http://ghe.example/api/v3', 'is not reached over https'],
    ['https://user:x@ghe.example', 'is no address'],
    ['https://ghe.example/?x=1', 'is no address'],
    ['ghe.example', 'is no address'],
  ])('%s', (api, words) => {
    expect(openGithub({ api, web: 'https://ghe.example', appId: APP, privateKey: KEY.privateKey })).toMatchObject({
      ok: false,
      error: { code: 'USAGE', place: 'api', message: expect.stringContaining(words) },
    });
  });

  it('a key that is none says nothing of what is in it', () => {
    const read = readKey('-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n');
    expect(read).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(JSON.stringify(read)).not.toContain('c2VjcmV0');
    expect(readKey(KEY.publicKey).ok).toBe(false);
  });

  it('a name that is no name is asked of nobody', async () => {
    let hits = 0;
    const api = await serving((_, response) => {
      hits++;
      response.end();
    });
    for (const name of ['x', 'a/b/c', '../x', 'a/..', 'a/b?c', 'a b/c', '']) expect(await githubAt(api).find('x', name)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(hits).toBe(0);
  });
});
