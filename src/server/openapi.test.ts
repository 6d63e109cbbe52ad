/** The document is what the routes are, and every route is asked out of it: whatever fits it, and whatever does not, is never our own bug. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Bed, openBed, RP } from '../../test/bed/bed.ts';
import { bare, cookieOf, serverWorld, strictApp } from '../../test/bed/doors.ts';
import type { Role } from '../flows/ports-login.ts';
import { problemShape } from './answers/words.ts';
import { ACCESS } from './auth/access.ts';
import { PLAIN_ENTRY } from './auth/entry.ts';
import { openApi } from './document.ts';
import { OPERATIONS, type Operation } from './openapi.ts';
import type { ServerWorld } from './world.ts';

let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof strictApp>;
let id: string;
beforeAll(async () => {
  bed = await openBed();
  world = serverWorld(bed, { entry: { ...PLAIN_ENTRY, everybody: ['engineer', 'reviewer', 'administrator'], longestMs: 30 * 24 * 3_600_000, idleMs: 30 * 24 * 3_600_000 } });
  app = strictApp(world);
  for (const n of [1, 2, 3]) id = (await bed.judged(bed.commit({ [`db/a${n}.sql`]: 'drop table orders;\n' }))).id ?? '';
});
afterAll(() => bed?.close());

/** To write it again: npx vitest run src/server/openapi.test.ts -u */
it('is committed as it is served', async () => {
  const text = `${JSON.stringify(openApi(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/spec/openapi.json');
  const served = await app.request(`${RP.origin}/api/v1/openapi.json`, { headers: { host: new URL(RP.origin).host } });
  expect(await served.json()).toEqual(JSON.parse(text));
});

it('sends a reader to pages that are there, and refers to components that are', () => {
  const text = JSON.stringify(openApi());
  const pages = [...text.matchAll(/"externalDocs":\{"description":"[^"]+","url":"([^"]+)"\}/g)].map(([, page]) => page ?? '');
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.filter((page) => !existsSync(join(import.meta.dirname, '../../docs/spec', page)))).toEqual([]);
  const { schemas } = openApi().components as { readonly schemas: object };
  const named = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? '');
  expect(named.filter((ref) => !Object.keys(schemas).some((name) => ref === `#/components/schemas/${name}`))).toEqual([]);
});

it('names every route, and nothing that is none', () => {
  const routes = app.routes.filter((r) => r.method !== 'ALL' && r.path.startsWith('/api/v1/')).map((r) => `${r.method} ${r.path.replace('/api/v1', '')}`);
  expect([...new Set(routes)].sort()).toEqual(OPERATIONS.map((o) => `${o.method} ${o.path}`).sort());
  expect(new Set(Object.values(openApi().paths as object).flatMap((p: object) => Object.values(p).map((o: { operationId: string }) => o.operationId))).size).toBe(
    OPERATIONS.length,
  );
});

async function ask(op: Operation, at: string, init: RequestInit & { headers?: Record<string, string> }, signedIn = true): Promise<Response> {
  const path = op.path.replace(/:id/, at).replace(/:(size|index)/, at);
  const headers = {
    host: new URL(RP.origin).host,
    'x-countersign': '1',
    'content-type': 'application/json',
    ...(signedIn ? { cookie: await cookieOf(world, 'mara') } : {}),
    ...init.headers,
  };
  return app.request(`${RP.origin}/api/v1${path}`, { ...init, method: op.method, headers });
}

/** No answer is a 500, none is without bound, and each has the shape that is stated. */
async function holds(op: Operation, answer: Response, sent: string): Promise<number> {
  const text = await answer.text();
  const what = `${op.method} ${op.path} ${sent.slice(0, 300)}\n${text.slice(0, 500)}`;
  expect(answer.status, what).toBeLessThan(500);
  expect(text.length, what).toBeLessThan(4 << 20);
  if (answer.status < 300) {
    expect(answer.status, what).toBe(op.status);
    if (typeof op.answer !== 'string' && op.answer !== null) expect(op.answer.safeParse(JSON.parse(text)).error?.issues ?? [], what).toEqual([]);
  } else if (answer.status >= 400) {
    const said = problemShape.parse(JSON.parse(text));
    expect(said.requestId, what).toBe(answer.headers.get('x-request-id'));
    expect(said.remedy, what).toMatch(/\w/);
    expect(text.length, what).toBeLessThan(64 << 10);
    expect(text, what).not.toMatch(/\n\s+at |node_modules|ZodError|SqliteError/);
  }
  return answer.status;
}

/** Values of a JSON schema, as far as ours go. */
function fitting(schema: { readonly [k: string]: unknown }): fc.Arbitrary<unknown> {
  const s = schema as {
    type?: string;
    enum?: unknown[];
    const?: unknown;
    anyOf?: (typeof schema)[];
    properties?: Record<string, typeof schema>;
    required?: string[];
    items?: typeof schema;
  } & Record<string, number | string | undefined>;
  if (s.anyOf !== undefined) return fc.oneof(...s.anyOf.map(fitting));
  if (s.const !== undefined) return fc.constant(s.const);
  if (s.enum !== undefined) return fc.constantFrom(...s.enum);
  if (s.type === 'object') return fc.record(Object.fromEntries(Object.entries(s.properties ?? {}).map(([k, v]) => [k, fitting(v)])), { requiredKeys: s.required ?? [] });
  if (s.type === 'array') return fc.array(fitting(s.items ?? {}), { maxLength: Math.min(4, Number(s.maxItems ?? 4)) });
  if (s.type === 'integer') return fc.integer({ min: Number(s.minimum ?? 0), max: Math.min(Number(s.maximum ?? 1e6), 1e6) });
  if (s.type === 'boolean') return fc.boolean();
  if (s.format === 'date-time') return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((d) => d.toISOString());
  if (s.contentEncoding === 'base64') return fc.base64String({ maxLength: 400 });
  if (typeof s.pattern === 'string') return fc.stringMatching(new RegExp(s.pattern, 'u')).map((t) => t.slice(0, Number(s.maxLength ?? 400)));
  if (s.type === 'string') return fc.string({ maxLength: Math.min(60, Number(s.maxLength ?? 60)), unit: 'grapheme' });
  return fc.jsonValue();
}
const bodies = (shape: z.ZodType): fc.Arbitrary<unknown> => fitting(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>);
const places = (): fc.Arbitrary<string> =>
  fc.oneof(fc.constant(id), fc.stringMatching(/^[0-9a-f]{16}$/), fc.integer({ min: 0, max: 50 }).map(String), fc.string({ minLength: 1, maxLength: 40 }).map(encodeURIComponent));

describe.each(OPERATIONS.map((o) => [`${o.method} ${o.path}`, o] as const))('%s', (_, op) => {
  it('answers whatever is of its shape', async () => {
    const query = fc.record(Object.fromEntries(Object.entries(op.query ?? {}).map(([k, v]) => [k, fc.oneof(bodies(v.shape), fc.string())])), { requiredKeys: [] });
    const given = fc.tuple(places(), op.body === undefined ? fc.constant(undefined) : bodies(op.body), query, fc.boolean());
    await fc.assert(
      fc.asyncProperty(given, async ([at, body, asked, signedIn]) => {
        const search = new URLSearchParams(Object.entries(asked).map(([k, v]) => [k, String(v)] as [string, string])).toString();
        const withQuery = { ...op, path: search === '' ? op.path : `${op.path}?${search}` };
        const sent = body === undefined ? {} : { body: JSON.stringify(body) };
        await holds(op, await ask(withQuery, at, sent, signedIn), JSON.stringify([at, body, asked]));
      }),
      { numRuns: 25 },
    );
  });

  it('refuses what is not, whatever the headers say', async () => {
    const odd = fc.record(
      {
        accept: fc.constantFrom('text/html', '*/*', 'application/xml;q=0', ''),
        'if-none-match': fc.stringMatching(/^[\x20-\x7e]{0,60}$/),
        'x-request-id': fc.stringMatching(/^[\x21-\x7e]{0,80}$/),
        'idempotency-key': fc.stringMatching(/^[\x20-\x7e]{0,300}$/),
        'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain', 'multipart/form-data', ''),
        authorization: fc.stringMatching(/^[\x21-\x7e]{0,80}$/),
        range: fc.constant('bytes=0-1'),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 200 }).map((b) => new Uint8Array(b)),
    );
    await fc.assert(
      fc.asyncProperty(places(), body, odd, async (at, sent, headers) => {
        const status = await holds(op, await ask(op, at, { headers, ...(op.method === 'GET' ? {} : { body: sent as string }) }), JSON.stringify([String(sent), headers]));
        if (op.body !== undefined && typeof sent === 'string' && status < 300) expect(op.body.safeParse(JSON.parse(sent)).success).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

const list = OPERATIONS.find((o) => o.path === '/changes') as Operation;
it('says of every route what the table that is asked says, in the same order of things', () => {
  expect(OPERATIONS.map((o) => `${o.method} ${o.path}`).sort()).toEqual(ACCESS.map(([method, path]) => `${method} ${path}`).sort());
  const paths = openApi().paths as Record<string, Record<string, { security: readonly Record<string, readonly string[]>[]; 'x-roles'?: readonly string[] }>>;
  for (const [method, path, need] of ACCESS) {
    const said = paths[`/api/v1${path.replace(/:(\w+)/g, '{$1}')}`]?.[method.toLowerCase()];
    expect(said?.['x-roles'] ?? null, path).toEqual(need.roles);
    expect(said?.security.flatMap((s) => s.token ?? []) ?? [], path).toEqual(need.scope === undefined ? [] : [need.scope]);
    expect(said?.security.length === 0, path).toBe(need.roles === null);
  }
});

const page = async (query: string): Promise<{ items: { id: string }[]; next: string | null }> => (await ask({ ...list, path: `/changes?${query}` }, '', {})).json() as never;

describe('a list', () => {
  it('is read to its end by its cursor, each once', async () => {
    const all = (await page('state=all')).items.map((i) => i.id);
    expect(all.length).toBeGreaterThanOrEqual(3);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { items, next } = await page(`state=all&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(items).toHaveLength(1);
      seen.push(...items.map((i) => i.id));
      cursor = next;
    }
    expect(seen).toEqual(all);
    expect(await page('state=all&cursor=0000000000000000')).toEqual({ items: [], next: null });
  });

  it.each(['limit=0', 'limit=201', 'limit=-1', 'limit=x', 'limit=', 'cursor=', 'cursor=x', 'cursor=ffffffffffffffff', "cursor=' or 1=1 --", 'cursor=FFFFFFFFFFFFFFFF'])(
    'refuses %s',
    async (query) => {
      expect((await ask({ ...list, path: `/changes?${query}` }, '', {})).status).toBe(400);
    },
  );
});

describe('what was read before', () => {
  it('is not sent again while it stays the same, and only to whoever may read it', async () => {
    const first = await ask(list, '', {});
    const tag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    for (const asked of [tag, `W/${tag}`, `"x", ${tag}`]) {
      const again = await ask(list, '', { headers: { 'if-none-match': asked } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    }
    expect((await ask(list, '', { headers: { 'if-none-match': tag } }, false)).status).toBe(401);
    await bed.judged(bed.commit({ 'db/later.sql': 'drop table orders;\n' }));
    expect((await ask(list, '', { headers: { 'if-none-match': tag } })).status).toBe(200);
  });
});

describe('a request that creates, sent again', () => {
  const post = OPERATIONS.find((o) => o.path === '/changes/:id/signoffs') as Operation;
  const send = (body: object, key: string) =>
    ask(post, id, { body: JSON.stringify(body), headers: { 'idempotency-key': key, 'content-length': String(JSON.stringify(body).length) } });

  it('is done once, and answered as it was', async () => {
    const envelope = Buffer.from(bed.keys.mara.signEnvelope(await bed.statement('mara', id))).toString('base64');
    const before = (await bed.store.projections.signoffs({})).length;
    const both = await Promise.all([send({ envelope }, 'k-1'), send({ envelope }, 'k-1')]);
    expect(both.map((b) => b.status).sort()).toEqual([201, 409]);
    const again = await send({ envelope }, 'k-1');
    expect([again.status, again.headers.get('idempotency-replayed'), again.headers.get('cache-control'), bare(again)]).toEqual([201, 'true', 'no-store', []]);
    expect(await again.text()).toBe(await both.find((b) => b.status === 201)?.text());
    expect((await bed.store.projections.signoffs({})).length).toBe(before + 1);
    expect(await (await send({ envelope: 'AAAA' }, 'k-1')).json()).toMatchObject({ code: 'IDEMPOTENCY_KEY' });
    expect(await (await send({ envelope }, 'k-2')).json()).toMatchObject({ code: 'ST_NONCE' });
    bed.clock.now += 24 * 3_600_000;
    expect(await (await send({ envelope }, 'k-1')).json()).not.toMatchObject({ index: expect.any(Number) });
  });

  it("is another person's own, and asks the guard again", async () => {
    const envelope = Buffer.from(
      bed.keys.mara.signEnvelope(await bed.statement('mara', (await bed.judged(bed.commit({ 'db/own.sql': 'drop table orders;\n' }))).id ?? '')),
    ).toString('base64');
    const body = JSON.stringify({ envelope });
    const at = `${RP.origin}/api/v1/changes/${id}/signoffs`;
    const sent = async (person: string, via: 'passkey' | 'oidc' = 'passkey', roles: readonly Role[] | null = null) =>
      app.request(at, {
        method: 'POST',
        body,
        headers: {
          ...{ host: new URL(RP.origin).host, 'x-countersign': '1', 'content-type': 'application/json', 'content-length': String(body.length), 'idempotency-key': 'shared' },
          cookie: await cookieOf(world, person, { via, roles }),
        },
      });
    const first = await sent('mara');
    const replayed = async (answer: Response) => [answer.status, answer.headers.get('idempotency-replayed')];
    expect(await replayed(await sent('noor'))).not.toContain('true');
    expect(await replayed(await sent('mara'))).toEqual([first.status, first.status < 300 ? 'true' : null]);
    expect(await replayed(await sent('mara', 'oidc', ['engineer']))).toEqual([403, null]);
  });

  it('that makes a token is not kept: it would keep the secret', async () => {
    const tokens = OPERATIONS.find((o) => o.path === '/tokens' && o.method === 'POST') as Operation;
    const body = JSON.stringify({ name: 'x', scopes: ['read'], days: 1 });
    const made = async () => (await (await ask(tokens, '', { body, headers: { 'idempotency-key': 'k-t', 'content-length': String(body.length) } })).json()) as { secret: string };
    expect((await made()).secret).not.toBe((await made()).secret);
  });

  it('after a refusal is looked at anew', async () => {
    expect((await send({ envelope: 'AAAA' }, 'k-3')).status).toBeGreaterThanOrEqual(400);
    expect(await (await send({ envelope: 'AAAB' }, 'k-3')).json()).not.toMatchObject({ code: 'IDEMPOTENCY_KEY' });
  });
});
