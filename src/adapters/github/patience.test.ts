/** Whoever runs into a limit runs into it for all who ask after them, and for no longer than was said. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CHECK, closed, type Doubled, doubled, githubAt, PLACE, TOKEN } from './test-app.ts';
import type { Answer } from './test-double.ts';

const CREATE = 'POST /repos/{owner}/{repo}/check-runs';
const INSTALLATION = 'GET /repos/{owner}/{repo}/installation';
const PULLS = 'GET /repos/{owner}/{repo}/pulls';

let bed: Doubled;
let now = 0;
beforeEach(async () => {
  bed = await doubled();
  now = Date.now();
});
afterEach(() => closed(bed));

const github = () => githubAt(bed.double.api, { now: () => now });
const limited = (status: number, headers: Readonly<Record<string, string>>, message = 'no'): Answer => ({ status, headers, body: { message }, fault: true });
const seconds = (ms: number): string => String(Math.floor(ms / 1_000));
const asked = () => bed.double.seen.length;

it.each<readonly [string, () => Answer, number]>([
  ['Retry-After', () => limited(429, { 'retry-after': '17' }), 17_000],
  ['Retry-After of a server that is down', () => limited(503, { 'retry-after': '17' }), 17_000],
  ['a budget that is spent', () => limited(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(now + 600_000), date: new Date(now).toUTCString() }), 600_000],
  ['429 and when the budget begins anew, alone', () => limited(429, { 'x-ratelimit-reset': seconds(now + 600_000), date: new Date(now).toUTCString() }), 600_000],
  ['a secondary limit', () => limited(403, {}, 'You have exceeded a secondary rate limit'), 60_000],
])('after %s nobody of that installation calls until it is over', async (_, answer, ms) => {
  const forge = github();
  bed.double.on(CREATE, answer);
  const first = await forge.report(CHECK);
  if (first.ok) throw new Error('it was let');
  expect([first.after, first.gone]).toEqual([ms, false]);
  const before = asked();
  now += 5_000;
  const second = await forge.pulls(PLACE, null);
  expect(second).toEqual({ ok: false, error: { ...first.error, place: '/repos/octocat/Hello-World/pulls' }, after: ms - 5_000, gone: false });
  // One of its other repositories, and for another errand: no token is asked for either.
  expect(await forge.deploy({ place: { ...PLACE, forgeId: 7 }, runId: 1, environment: 'x', state: 'waiting', comment: '' })).toMatchObject({ ok: false, after: ms - 5_000 });
  expect(asked()).toBe(before);
  now += ms - 5_000;
  expect(await forge.pulls(PLACE, null)).toMatchObject({ ok: true });
});

it('leaves other installations, and the app itself, what is theirs', async () => {
  const forge = github();
  bed.double.on(CREATE, () => limited(429, { 'retry-after': '17' }));
  await forge.report(CHECK);
  expect(await forge.pulls({ ...PLACE, installation: 2 }, null)).toMatchObject({ ok: true });
  const before = asked();
  // Who we are there is asked as the app; what it is called, as the installation.
  expect(await forge.find('hello', PLACE.name)).toMatchObject({ ok: false, after: 17_000 });
  expect(asked()).toBe(before + 1);
});

it('leaves the app alone where the app was told so, and what has its token goes on', async () => {
  const forge = github();
  expect(await forge.report(CHECK)).toMatchObject({ ok: true });
  bed.double.on(INSTALLATION, () => limited(429, { 'retry-after': '17' }));
  await forge.find('hello', PLACE.name);
  const before = asked();
  expect(await forge.find('hello', PLACE.name)).toMatchObject({ ok: false, after: 17_000 });
  // A token is asked for by the app.
  expect(await forge.pulls(PLACE, null)).toMatchObject({ ok: false, after: 17_000 });
  expect(asked()).toBe(before);
  expect(await forge.report(CHECK)).toMatchObject({ ok: true });
});

it.each([true, false])('stops where an answer was the last one there is, whatever it says (%s)', async (ok) => {
  const forge = github();
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': seconds(now + 600_000), date: new Date(now).toUTCString() };
  bed.double.on(PULLS, () => (ok ? { ...bed.double.exampleOf(PULLS), headers } : limited(404, headers)));
  expect(await forge.pulls(PLACE, null)).toMatchObject({ ok });
  const before = asked();
  expect(await forge.pulls(PLACE, null)).toMatchObject({ ok: false, after: 600_000, gone: false, error: { code: 'FORGE_UNAVAILABLE' } });
  expect(asked()).toBe(before);
});

it('lasts no longer than was said where the clock is set back', async () => {
  const forge = github();
  bed.double.on(CREATE, () => limited(429, { 'retry-after': '17' }));
  await forge.report(CHECK);
  now -= 3_600_000;
  expect(await forge.pulls(PLACE, null)).toMatchObject({ ok: true });
});

it('of two that are told at once, the longer counts', async () => {
  const forge = github();
  const said = ['900', '5'];
  bed.double.on(CREATE, () => limited(429, { 'retry-after': said.shift() ?? '1' }));
  await Promise.all([forge.report(CHECK), forge.report(CHECK)]);
  now += 10_000;
  expect(await forge.report(CHECK)).toMatchObject({ ok: false, after: 890_000 });
  expect(bed.calls().filter((operation) => operation === CREATE).length).toBe(2);
});

it('no token is asked for twice where none is given for now', async () => {
  const forge = github();
  bed.double.on(TOKEN, () => limited(403, {}, 'You have exceeded a secondary rate limit'));
  for (let i = 0; i < 3; i++) expect(await forge.report(CHECK)).toMatchObject({ ok: false, after: 60_000 });
  expect(asked()).toBe(1);
});
