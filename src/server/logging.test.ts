/** What may stand in the log, and what may not: secrets are sent through every route, by every way there is, and looked for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../test/bed/bed.ts';
import { cookieOf, serverWorld } from '../../test/bed/doors.ts';
import { createApp } from './app.ts';
import { sessionCookie } from './auth/sessions.ts';
import { failureOf, openLog } from './logging.ts';
import { openMetrics } from './metrics.ts';
import type { ServerWorld } from './world.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed?.close());

const SECRET = 'hunter2';
const host = new URL(RP.origin).host;

function logged(more: Partial<ServerWorld> = {}) {
  const lines: string[] = [];
  const journal = openLog({ level: 'debug', format: 'json', write: (line) => void lines.push(line) });
  const world = serverWorld(bed, { journal, metrics: openMetrics(), log: (line) => journal.say('warn', line), ...more });
  return { world, app: createApp(world), lines };
}

it('writes one line a request: id, route as declared, who, how long', async () => {
  const { world, app, lines } = logged();
  const cookie = await cookieOf(world, 'mara');
  const answer = await app.request(`${RP.origin}/api/v1/changes/0123456789abcdef`, { headers: { host, cookie } });
  const [line] = lines.map((l) => JSON.parse(l));
  expect(lines).toHaveLength(1);
  expect(line).toMatchObject({ level: 'info', event: 'request', door: 'http', method: 'GET', route: '/api/v1/changes/:id', status: 404, principal: 'mara' });
  expect(line.requestId).toBe(answer.headers.get('x-request-id'));
  expect(line.ms).toBeGreaterThan(0);
  expect(Object.keys(line).sort()).toEqual(['door', 'event', 'level', 'method', 'ms', 'principal', 'requestId', 'route', 'status', 'time']);
});

it.each([
  ['0190a0b0-1111-7222-8333-444455556666', true],
  ['short', false],
  ['a'.repeat(65), false],
  ['with space inside', false],
  ['<script>alert(1)</script>', false],
])('takes %s for a request id: %s', async (id, taken) => {
  const { app, lines } = logged();
  const answer = await app.request(`${RP.origin}/api/v1/nowhere`, { headers: { host, 'x-request-id': id } });
  const said = (await answer.json()) as { requestId: string };
  expect(said.requestId === id).toBe(taken);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: said.requestId });
});

describe('a secret sent through every route', () => {
  const ways = (path: string): readonly (readonly [string, RequestInit & { headers: Record<string, string> }])[] => {
    const headers = { host, 'x-countersign': '1', 'content-type': 'application/json' };
    const body = JSON.stringify({ [SECRET]: SECRET, envelope: SECRET, ticket: SECRET, person: SECRET, publicKey: SECRET, demo: SECRET });
    return [
      [`${path}?state=${SECRET}&days=${SECRET}&from=${SECRET}&as=${SECRET}&cursor=${SECRET}`, { headers }],
      [
        path,
        {
          headers: {
            ...headers,
            cookie: `${sessionCookie(serverWorld(bed))}=${SECRET}`,
            authorization: `Bearer ${SECRET}`,
            'x-request-id': `${SECRET} ${SECRET}`,
            'idempotency-key': SECRET,
            'user-agent': SECRET,
          },
        },
      ],
      [path, { headers: { ...headers, host: SECRET, origin: `https://${SECRET}` } }],
      [path, { method: 'POST', headers, body }],
      [path, { method: 'POST', headers, body: `{"${SECRET}` }],
      [path, { method: 'POST', headers, body: SECRET }],
      [path, { method: 'DELETE', headers, body }],
      [path, { method: SECRET.toUpperCase(), headers }],
    ];
  };

  it('is in no line, whatever became of it', async () => {
    const { app, world, lines } = logged();
    const paths = [...new Set(app.routes.map((r) => r.path.replace(/:\w+/g, SECRET).replace('*', SECRET)))];
    for (const path of paths)
      for (const [at, init] of ways(path)) {
        await app.request(`${RP.origin}${at}`, init);
        // One of the routes signs out.
        await app.request(`${RP.origin}${at}`, { ...init, headers: { cookie: await cookieOf(world, 'mara'), ...init.headers } });
      }
    expect(paths.length).toBeGreaterThan(20);
    expect(lines.length).toBeGreaterThan(paths.length * 10);
    expect(lines.filter((l) => l.toLowerCase().includes(SECRET))).toEqual([]);
    expect(lines.filter((l) => JSON.parse(l).event === 'failure')).toEqual([]);
  });

  it('is in none where the parts beneath break and quote it', async () => {
    const broken = () => Promise.reject(Object.assign(new Error(`no such row: ${SECRET}\n    at ${SECRET} (${SECRET})`), { code: 'ERR_SQLITE_ERROR' }));
    const { app, world, lines } = logged({ projections: new Proxy(bed.world.projections, { get: () => broken }) });
    const answer = await app.request(`${RP.origin}/api/v1/changes/${SECRET}/bundle`, {
      headers: { host, cookie: await cookieOf(world, 'mara') },
    });
    expect(answer.status).toBe(500);
    const failures = lines.map((l) => JSON.parse(l)).filter((l) => l.event === 'failure');
    expect(failures).toMatchObject([{ level: 'error', route: '/api/v1/changes/:id/bundle', failure: { type: 'Error', code: 'ERR_SQLITE_ERROR' } }]);
    expect(failures[0].failure.at.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain(SECRET);
  });
});

describe('what was thrown', () => {
  it.each([
    [null],
    [undefined],
    ['words'],
    [{ message: SECRET }],
    [Object.assign(new Error(SECRET), { name: SECRET.repeat(40) })],
    [Object.assign(new Error(SECRET), { code: SECRET })],
  ])('%s loses its words', (thrown) => {
    expect(JSON.stringify(failureOf(thrown))).not.toContain(SECRET);
  });

  it('keeps where it came from', () =>
    expect(failureOf(new TypeError('x'))).toMatchObject({ type: 'TypeError', at: expect.arrayContaining([expect.stringContaining('logging.test')]) }));
});

it('spells out what a name could do to a terminal', () => {
  const said: string[] = [];
  const log = openLog({ level: 'info', format: 'text', write: (line) => said.push(line) });
  log.say('warn', 'infra: refs/heads/\u202egpj\u001b[2Jx stands where no gate let it');
  log.flush();
  expect(said).toEqual(['countersign: infra: refs/heads/\\u{202e}gpj\\u{1b}[2Jx stands where no gate let it\n']);
});

it('reads like words at a terminal', () => {
  const lines: string[] = [];
  const log = openLog({ level: 'info', format: 'text', write: (l) => void lines.push(l) });
  log.say('warn', 'witness a: answers again');
  log.request({ requestId: 'r', door: 'http', method: 'GET', route: '/x/:id', status: 200, ms: 1.5, principal: null });
  log.failed({ requestId: 'r', door: 'git', failure: { type: 'Error', code: 'ENOSPC', at: ['at x (y:1:2)'] } });
  expect(lines).toEqual(['countersign: witness a: answers again\n', 'countersign: http GET /x/:id 200 1.5 ms (r)\n', 'countersign: r git Error ENOSPC\n    at x (y:1:2)\n']);
});
