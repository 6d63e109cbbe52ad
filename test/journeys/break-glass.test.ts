/**
 * An emergency from end to end: a real push over HTTP is denied, two people break the glass, the same push passes, and once the
 * review is overdue the next push to the same file and the next break-glass of the same people are refused. The server runs in
 * this process so that the test can move its clock; git, the hook and the signatures are real.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Signer, signer } from '../../examples/story/people.ts';
import { freePort } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { base64, fromBase64 } from '../../src/core/base/bytes.ts';
import type { GlassWords } from '../../src/flows/break-glass.ts';
import { STORY_MESSAGE, STORY_TF } from '../../src/testing/sample/infra.ts';
import { type Served, serve } from '../../src/world.ts';
import { gitBeside } from './server-wire.ts';

const real = Date.now.bind(Date);
let ahead = 0;
let folder: string;
let url: string;
let served: Served;
let clone: string;
let id: string;
let people: Record<'mara' | 'tomasz' | 'ines', Signer>;

beforeAll(async () => {
  vi.spyOn(Date, 'now').mockImplementation(() => real() + ahead);
  folder = mkdtempSync(join(tmpdir(), 'countersign-glass-'));
  const port = await freePort();
  url = `http://localhost:${port}`;
  const opened = await serve({ data: join(folder, 'data'), port, host: '127.0.0.1', demo: true, log: () => undefined });
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  served = opened.value;
  people = { mara: await signer(url, 'mara'), tomasz: await signer(url, 'tomasz'), ines: await signer(url, 'ines') };
  clone = join(folder, 'clone');
  await git(folder, 'clone', '-q', `http://jonas:demo@localhost:${port}/git/infra.git`, clone);
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  await git(clone, ...JONAS, 'commit', '-qam', `${STORY_MESSAGE}\n${TRAILER}`);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const git = (dir: string, ...args: readonly string[]) => gitBeside(dir, folder, ...args);
const push = async (): Promise<string> => {
  const { code, text } = await git(clone, 'push', 'origin', 'main');
  return `${code === 0 ? 'passed' : 'denied'}\n${text}`;
};

async function say(person: keyof typeof people, change: string, words: GlassWords): Promise<{ status: number; body: unknown }> {
  const who = people[person];
  const prepared = await who.call<{ statement: string }>('POST', `/changes/${change}/break-glass/prepare`, words);
  if (prepared.status !== 200) return prepared;
  const envelope = base64(who.seal(fromBase64(prepared.body.statement) ?? new Uint8Array(0)));
  return who.call('POST', `/changes/${change}/break-glass`, { envelope });
}

const USE: GlassWords = { kind: 'use', reason: 'every order fails until the old database is gone', incident: 'INC-2041' };

it('denies the push while nobody has signed anything', async () => {
  const text = await push();
  expect(text).toMatch(/^denied[\s\S]*SIGNOFF_MISSING/);
  id = /changes\/([0-9a-f]{16})/.exec(text)?.[1] ?? '';
  expect((await people.mara.call('GET', `/changes/${id}/break-glass`)).body).toMatchObject({
    terms: { humans: 2 },
    uses: [],
    stands: null,
    act: null,
    mine: { use: { can: true } },
  });
});

it('lets one person alone wait, and says until when', async () => {
  expect(await say('mara', id, USE)).toMatchObject({ status: 201, body: { stands: { answer: 'waiting' } } });
  expect(await push()).toMatch(/^denied[\s\S]*BG_WAITING[\s\S]*one person alone waits until/);
});

it('passes the same push by two people, and says that a review is due', async () => {
  expect(await say('tomasz', id, { ...USE, reason: 'seen on the dashboard' })).toMatchObject({ status: 201, body: { stands: { answer: 'allowed' } } });
  const text = await push();
  expect(text).toMatch(/^passed[\s\S]*\[BREAK_GLASS\]/);
  expect(text).toContain('Mara Lindqvist (L6) broke the glass for INC-2041');
  expect(text).toContain('is due from now on');
  expect((await people.ines.call('GET', `/changes/${id}/break-glass`)).body).toMatchObject({
    act: { people: ['mara', 'tomasz'], overdue: false, reviews: [] },
    mine: { use: { can: false }, review: { can: true } },
  });
  expect((await people.mara.call('GET', `/changes/${id}/break-glass`)).body).toMatchObject({ mine: { review: { can: false, why: expect.stringContaining('had a part') } } });
});

it('blocks the same file and the same people once the review is overdue, until somebody else gives it', async () => {
  ahead = 25 * 3_600_000;
  writeFileSync(join(clone, 'databases/orders/main.tf'), `${STORY_TF}\n# a word more\n`);
  await git(clone, ...JONAS, 'commit', '-qam', `Say a word more\n\n${TRAILER}`);
  const text = await push();
  expect(text).toMatch(/^denied[\s\S]*BG_OVERDUE[\s\S]*its review was due by/);
  const next = /changes\/([0-9a-f]{16})/.exec(text)?.[1] ?? '';
  await Promise.all(Object.values(people).map((p) => p.call('POST', '/session/act-as', { person: p.person })));
  expect(await say('mara', next, USE)).toMatchObject({ status: 422, body: { code: 'BG_OVERDUE' } });
  expect(await say('tomasz', id, { kind: 'review', outcome: 'justified', note: 'I was there' })).toMatchObject({ status: 422, body: { code: 'BG_REVIEWER' } });
  expect(await say('ines', id, { kind: 'review', outcome: 'tighten', note: 'the database had no deletion protection' })).toMatchObject({ status: 201 });
  expect(await push()).not.toContain('BG_OVERDUE');
});
