/** Webhooks over the API, on a real store: what is refused, what is shown once, and what is never shown. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { cookieOf, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { guardedCalls } from '../../adapters/http/guarded.ts';
import { readCallTerms } from '../../adapters/http/terms.ts';
import { ok } from '../../core/base/result.ts';
import { announcing } from '../../flows/webhook-jobs.ts';
import { webhookDesk } from '../../flows/webhooks.ts';
import { violationDraft } from '../../store/sample-drafts.ts';
import { PLAIN_ENTRY } from '../auth/entry.ts';
import type { ServerWorld } from '../world.ts';

const ENTRY: ServerWorld['entry'] = { ...PLAIN_ENTRY, people: new Map([['pat', ['administrator']]]) };
let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof strictApp>;

beforeAll(async () => {
  bed = await openBed('production');
  const terms = readCallTerms(['hooks.example.com'], [], false);
  if (!terms.ok) throw new Error('no terms');
  const { subscriptions, announcements, keys, ledger, jobs } = bed.store;
  const told = { site: bed.world.site, ledger, subscriptions, announcements, vault: keys.vault, calls: guardedCalls(terms.value), now: bed.world.now };
  world = serverWorld(bed, { entry: ENTRY, webhooks: webhookDesk({ ...told, jobs, random: () => new Uint8Array(randomBytes(16)), wake: () => undefined }) });
  app = strictApp(world);
});
afterAll(() => bed?.close());

interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [member: string]: unknown };
}

async function call(method: string, path: string, body?: unknown, { person = 'pat', asked = app }: { person?: string | null; asked?: typeof app } = {}): Promise<Said> {
  const cookie = person === null ? '' : await cookieOf(world, person);
  const headers = { host: new URL(RP.origin).host, 'content-type': 'application/json', 'x-countersign': '1', cookie };
  const answer = await asked.request(`${RP.origin}/api/v1/webhooks${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Said['body'] };
}

const WANTED = { url: 'https://hooks.example.com/in', events: ['change.landed', 'violation.opened', 'change.landed'] };

it('shows the secret once, to nobody on the way, and says who asked', async () => {
  const made = await call('POST', '', WANTED);
  expect(made).toMatchObject({
    status: 201,
    body: { url: WANTED.url, events: ['change.landed', 'violation.opened'], by: 'pat', secret: expect.stringMatching(/^whsec_/), last: null },
  });
  expect(made.headers.get('cache-control')).toBe('no-store');
  const listed = await call('GET', '');
  expect(listed.body).toMatchObject({ items: [{ id: made.body.id, url: WANTED.url }] });
  expect(JSON.stringify(listed.body)).not.toMatch(/whsec_|"secret"/);
  expect(await call('DELETE', `/${made.body.id}`)).toMatchObject({ status: 200 });
  expect(await call('DELETE', `/${made.body.id}`)).toMatchObject({ status: 404 });
});

it('gives a new one, and says until when the old one counts', async () => {
  const { body } = await call('POST', '', WANTED);
  const turned = await call('POST', `/${body.id}/rotate`, { overlapHours: 2 });
  expect(turned).toMatchObject({ status: 200, body: { id: body.id, oldSecretUntil: new Date(world.now() + 7_200_000).toISOString() } });
  expect(turned.body.secret).not.toBe(body.secret);
  expect(turned.headers.get('cache-control')).toBe('no-store');
  expect((await call('POST', `/${body.id}/rotate`, { overlapHours: 169 })).status).toBe(400);
  await call('DELETE', `/${body.id}`);
});

it('tells again, as jobs that can be seen', async () => {
  const { body } = await call('POST', '', WANTED);
  const ledger = announcing(bed.store.ledger, world.site.organisation, () => undefined);
  const said = await ledger.append(() => ok([violationDraft('x')]));
  const index = said.ok ? (said.value[0]?.index ?? 0) : 0;
  expect(await call('POST', `/${body.id}/replay`, { from: index, to: index + 1 })).toMatchObject({ status: 200, body: { told: 1 } });
  expect((await bed.store.jobs.desk.list({ org: world.site.organisation, limit: 9 })).map((job) => job.id)).toEqual(['announce', `deliver-${body.id}-${index}-violation-opened`]);
  expect(await call('POST', `/${body.id}/replay`, { from: 3, to: 3 })).toMatchObject({ status: 400 });
});

describe('refuses', () => {
  it.each([
    [{ ...WANTED, url: 'https://evil.example/' }, 'url'],
    [{ ...WANTED, url: 'http://hooks.example.com/' }, 'url'],
    [{ ...WANTED, url: 'https://hooks.example.com:22/' }, 'url'],
    [{ ...WANTED, url: 'https://169.254.169.254/' }, 'url'],
    [{ ...WANTED, events: [] }, 'events'],
    [{ ...WANTED, events: ['change.everything'] }, 'events.0'],
    [{ ...WANTED, secret: 'whsec_mine' }, 'body'],
  ])('%j', async (body, place) => {
    expect(await call('POST', '', body)).toMatchObject({ status: 400, body: { code: 'USAGE', place } });
    expect(JSON.stringify((await call('GET', '')).body)).not.toContain('evil');
  });

  it('whoever did not sign in', async () => {
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '', WANTED],
      ['DELETE', `/${'0'.repeat(16)}`, undefined],
      ['POST', `/${'0'.repeat(16)}/rotate`, {}],
      ['POST', `/${'0'.repeat(16)}/replay`, { from: 0, to: 1 }],
    ] as const)
      expect((await call(method, path, body, { person: null })).status).toBe(401);
  });

  it('names that are none', async () => {
    for (const id of ['x', '0'.repeat(16), '../jobs', '%00'])
      for (const [path, body] of [
        ['/rotate', {}],
        ['/replay', { from: 0, to: 1 }],
      ] as const)
        expect((await call('POST', `/${encodeURIComponent(id)}${path}`, body)).status).toBe(404);
  });

  it('everything, and says why, where the server may call nobody', async () => {
    const asked = strictApp(serverWorld(bed, { entry: ENTRY }));
    expect(await call('POST', '', WANTED, { asked })).toMatchObject({ status: 400, body: { remedy: expect.stringContaining('COUNTERSIGN_WEBHOOK_HOSTS') } });
    expect(await call('GET', '', undefined, { asked })).toMatchObject({ status: 200, body: { items: [] } });
    expect((await call('POST', `/${'0'.repeat(16)}/rotate`, {}, { asked })).status).toBe(404);
  });
});
