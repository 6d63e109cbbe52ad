/** What the page of a change carries beside the decision: what signers said, and the commits it comes as. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../../test/bed/bed.ts';
import { ask, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { SENTENCES } from '../../core/signoff/build.ts';
import type { ServerWorld } from '../world.ts';

let bed: Bed;
let world: ServerWorld;

beforeAll(async () => {
  bed = await openBed();
  world = serverWorld(bed);
});
afterAll(() => bed?.close());

const get = async (path: string, of = world, person = 'ada') => (await (await ask(strictApp(of), of, path, person)).json()) as { readonly [member: string]: unknown };

describe('what a signer said', () => {
  let id: string;
  beforeAll(async () => {
    id = (await bed.judged(bed.commit({ 'db/said.sql': 'drop table orders;\n' }))).id ?? '';
    await bed.sign('noor', id);
    await bed.sign('noor', id, { decision: 'changes', conditions: ['keep the table'], assumptions: [{ text: 'nobody reads it', holds: 'unknown' }] });
  });

  it('is on the page, oldest first, word for word', async () => {
    const first = { signer: { id: 'noor' }, decision: 'approve', said: { sentence: SENTENCES.approve, notChecked: 'the replica', filesViewed: 1, filesTotal: 1 } };
    const second = { decision: 'changes', said: { sentence: SENTENCES.changes, conditions: ['keep the table'], assumptions: [{ text: 'nobody reads it', holds: 'unknown' }] } };
    const page = await get(`/changes/${id}`);
    expect(page).toMatchObject({ signoffs: [first, second] });
    expect(JSON.stringify(page.signoffs)).toContain('"disposition":"accepted","note":"planned"');
  });

  it('is in the queue as the latest word of each person', async () => {
    const { items } = await get('/changes?state=all');
    expect(items).toMatchObject([{ id, words: [{ signer: { id: 'noor' }, decision: 'changes', conditions: ['keep the table'] }] }]);
  });

  it.each([null, utf8('{'), utf8('{"payloadType":"x","payload":"e30=","signatures":[{"sig":"e30="}]}')])('is left out where the envelope cannot be read', async (body) => {
    const broken = { ...world, ledger: { ...world.ledger, body: async () => body, bodies: async (asked: readonly unknown[]) => asked.map(() => body) } };
    expect(await get(`/changes/${id}`, broken)).toMatchObject({
      signoffs: [
        { decision: 'approve', said: null },
        { decision: 'changes', said: null },
      ],
    });
    expect(await get('/changes?state=all', broken)).toMatchObject({ items: [{ words: [{ decision: 'changes', conditions: [] }] }] });
  });
});

it('names the commits, oldest first, and no more of a message than a page can hold', async () => {
  const first = bed.commit({ 'db/one.sql': 'drop table a;\n' }, { message: 'First' });
  const second = bed.commit({ 'db/two.sql': 'drop table b;\n' }, { on: first, message: `Second\n\n${'x'.repeat(5_000)}` });
  const { id } = await bed.judged(second);
  const { commits } = await get(`/changes/${id}`);
  expect(commits).toEqual([
    { id: first, author: 'ada', message: 'First\n' },
    { id: second, author: 'ada', message: `Second\n\n${'x'.repeat(1_992)}` },
  ]);
});

describe('what the gate says of a landing', () => {
  it('is the envelope to the byte, or a Sigstore bundle of it, and nothing before it landed', async () => {
    const app = strictApp(world);
    const head = bed.commit({ 'docs/vsa.md': 'x\n' });
    const { id } = await bed.judged(head);
    expect((await ask(app, world, `/changes/${id}/vsa`)).status).toBe(404);
    await bed.land(head);
    const dsse = await ask(app, world, `/changes/${id}/vsa`);
    const entries = await bed.world.ledger.entries(0, 10_000);
    expect(sha256Hex(new Uint8Array(await dsse.arrayBuffer()))).toBe(entries.at(-1)?.body);
    const sigstore = await ask(app, world, `/changes/${id}/vsa?as=sigstore`);
    expect(sigstore.headers.get('content-type')).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect(await sigstore.json()).toMatchObject({ dsseEnvelope: { payloadType: 'application/vnd.in-toto+json' } });
    expect((await ask(app, world, `/changes/${id}/vsa?as=jws`)).status).toBe(400);
    expect((await ask(app, world, '/changes/0123456789abcdef/vsa')).status).toBe(404);
  });
});

describe('an earlier form', () => {
  it('is spoken of to whoever signed it, and to nobody else', async () => {
    const { id: first } = await bed.judged(bed.commit({ 'db/moved.sql': 'drop table orders;\n', 'docs/moved.md': 'x\n' }));
    await bed.sign('noor', first ?? '');
    const { id } = await bed.judged(bed.commit({ 'db/moved.sql': 'drop table orders; -- and more\n', 'docs/moved.md': 'x\n' }));
    const since = 'db/moved.sql was reworked; docs/moved.md is unchanged';
    expect(await get(`/changes/${id}`, world, 'noor')).toMatchObject({ mine: { canSign: true, since } });
    expect(await get(`/changes/${id}`, world, 'mara')).toMatchObject({ mine: { canSign: true, since: null } });
    expect(await get(`/changes/${first}`, world, 'noor')).toMatchObject({ mine: { since: null } });
    expect(JSON.stringify(await get(`/changes/${id}`, world, 'mara'))).not.toContain(since);
  });
});

describe('the queue, page by page', () => {
  beforeAll(async () => {
    for (let n = 0; n < 5; n++) await bed.sign('noor', (await bed.judged(bed.commit({ [`pair/page${n}.md`]: 'x\n' }))).id ?? '');
  });
  const status = async (query: string) => (await ask(strictApp(world), world, `/changes?${query}`)).status;

  it('is whole, each change once, and ends', async () => {
    const whole = await get('/changes?state=all&limit=200');
    expect(whole).toMatchObject({ next: null });
    const read: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await get(`/changes?state=all&limit=2${cursor}`);
      read.push(...(page.items as readonly unknown[]));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(read).toEqual(whole.items);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=', 'cursor=', 'cursor=1', 'cursor=ffffffffffffffff', "cursor=000000000000000'", 'cursor=null'])(
    'refuses %s',
    async (query) => {
      expect(await status(query)).toBe(400);
    },
  );

  it('asks as many questions for many changes as for two', async () => {
    const counts: number[] = [];
    for (const limit of [2, 5]) {
      let asked = 0;
      const counted = <T extends object>(port: T): T =>
        new Proxy(port, {
          get: (target, name) => {
            const value: unknown = Reflect.get(target, name);
            if (typeof value !== 'function') return value;
            return (...args: unknown[]) => {
              asked += 1;
              return Reflect.apply(value, target, args);
            };
          },
        });
      const { items } = await get(`/changes?state=open&limit=${limit}`, { ...world, projections: counted(world.projections), ledger: counted(world.ledger) });
      expect((items as readonly { words: unknown[] }[]).map((i) => i.words.length)).toEqual(Array.from({ length: limit }, () => 1));
      counts.push(asked);
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[1]).toBe(counts[0]);
  });
});
