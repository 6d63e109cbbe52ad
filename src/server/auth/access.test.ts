/** Every route there is, asked with every role and with none: the table says who may, and nothing that is not in it is there. */
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { cookieOf, serverWorld } from '../../../test/bed/doors.ts';
import { ROLES, type Role, SCOPES } from '../../flows/ports-login.ts';
import { createApp } from '../app.ts';
import type { Door } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { ACCESS, API, needOf, rolesOf } from './access.ts';
import { PLAIN_ENTRY } from './entry.ts';
import { newToken } from './tokens.ts';

let bed: Bed;
let world: ServerWorld;
let app: Hono<Door>;
beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed, { entry: { ...PLAIN_ENTRY, people: new Map<string, readonly Role[]>([...ROLES.map((role) => [role, [role]] as const), ['none', []]]) } });
  app = createApp(world);
});
afterAll(() => bed?.close());

const PREFIX = API;
const ROUTES = createApp({ site: { origins: [] }, now: Date.now } as unknown as ServerWorld)
  .routes.filter((r) => r.method !== 'ALL' && r.path.startsWith(PREFIX))
  .map((r) => ({ method: r.method, path: r.path.slice(PREFIX.length).replace(/\/$/, '') }));
const filled = (path: string): string => path.replace(':id', '0123456789abcdef').replace(/:\w+/, '1');

async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<{ status: number; code: unknown }> {
  const answer = await app.request(`${RP.origin}${PREFIX}${path}`, {
    method,
    headers: { host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', ...headers },
    ...(method === 'POST' ? { body: '{"no":"shape has this"}' } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, code: text.startsWith('{') ? (JSON.parse(text) as { code?: unknown }).code : undefined };
}

it('names every route there is, and none besides', () => {
  const there = new Set(ROUTES.map((r) => `${r.method} ${r.path}`));
  expect(new Set(ACCESS.map(([method, path]) => `${method} ${path}`))).toEqual(there);
  expect(ACCESS.length).toBe(there.size);
});

describe.each(ACCESS.map(([method, path, need]) => ({ method, path, need })))('$method $path', ({ method, path, need }) => {
  const at = filled(path);
  const lets = (code: unknown): boolean => !['NOT_SIGNED_IN', 'ROLE_MISSING', 'LOGIN_STALE'].includes(String(code));

  it('is closed to nobody, unless nobody is asked who they are', async () => {
    expect(lets((await ask(method, at)).code)).toBe(need.roles === null);
  });

  it('is open to its roles alone', async () => {
    for (const role of [...ROLES, 'none'] as const) {
      const { code } = await ask(method, at, { cookie: await cookieOf(world, role) });
      const may = need.roles === null || (role !== 'none' && need.roles.includes(role));
      expect(lets(code), `${role}: ${code}`).toBe(may);
      if (!may) expect(code).toBe('ROLE_MISSING');
    }
  });

  it('asks for a fresh sign-in where it signs', async () => {
    const role = need.roles?.[0] ?? 'engineer';
    const stale = await ask(method, at, { cookie: await cookieOf(world, role, { proved: world.now() - PLAIN_ENTRY.freshMs }) });
    expect(stale.code === 'LOGIN_STALE').toBe(need.fresh === true);
  });

  it('is open to a token of its scope alone', async () => {
    const person = need.roles?.find((r) => r !== 'auditor') ?? 'engineer';
    for (const scope of SCOPES) {
      const { secret } = await newToken(world, { person, account: person, name: 'x', scopes: [scope], created: 0, until: world.now() + 1_000 });
      const { code } = await ask(method, at, { authorization: `Bearer ${secret}` });
      expect(lets(code), `${scope}: ${code}`).toBe(need.scope === scope);
    }
  });
});

it('lets no token sign, enrol, make another or end anything', () => {
  const open = ACCESS.filter(([, , need]) => need.scope !== undefined);
  // What a gate is told opens nothing: it is worked out from what people signed.
  expect(open.filter(([method]) => method !== 'GET').map(([method, path]) => `${method} ${path}`)).toEqual(['POST /gate/check']);
});

it('lets an auditor and an administrator sign nothing', () => {
  const signs = ACCESS.filter(([method, path]) => method === 'POST' && path.startsWith('/changes'));
  expect(signs.length).toBeGreaterThan(5);
  for (const [, path, { roles }] of signs)
    expect(
      roles?.filter((r) => r === 'auditor' || r === 'administrator'),
      path,
    ).toEqual([]);
  const changes = ACCESS.filter(([method, , { roles }]) => method !== 'GET' && roles !== null && roles.includes('auditor'));
  expect(changes.map(([method, path]) => `${method} ${path}`)).toEqual(['DELETE /tokens/:id']);
});

it.each(['/changes/', '//changes', '/changes/x/y', '/CHANGES', '/changes/x/signoffs/prepare/', '/nothing', ''])('knows no %s', async (path) => {
  expect(needOf('GET', `${API}${path}`)).toBeUndefined();
  expect(await ask('GET', path, { cookie: await cookieOf(world, 'engineer') })).toMatchObject({ status: 404 });
  expect((await ask('GET', path)).status).toBe(401);
});

it('gives whoever is named exactly their roles, and takes away what a provider does not leave', () => {
  const granting = { everybody: ['engineer', 'reviewer'] as const, people: new Map<string, readonly Role[]>([['sam', ['administrator']]]) };
  expect(rolesOf(granting, 'sam', null)).toEqual(['administrator']);
  expect(rolesOf(granting, 'mara', null)).toEqual(['engineer', 'reviewer']);
  expect(rolesOf(granting, 'mara', ['reviewer', 'administrator'])).toEqual(['reviewer']);
  expect(rolesOf(granting, 'mara', [])).toEqual([]);
});
