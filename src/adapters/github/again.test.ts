/** What did not change is asked for by its tag, and counts only where GitHub says so of that tag. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closed, type Doubled, doubled, githubAt, PLACE } from './test-app.ts';
import type { Answer, Seen } from './test-double.ts';

const REPOSITORY = 'GET /repos/{owner}/{repo}';
const INSTALLATION = 'GET /repos/{owner}/{repo}/installation';

let bed: Doubled;
let now = 0;
beforeEach(async () => {
  bed = await doubled();
  now = Date.now();
});
afterEach(() => closed(bed));

/** 304 to whoever names this tag. */
function tagged(operation: string, tag: string, more: object = {}): void {
  const whole = { ...(bed.double.exampleOf(operation).body as object), ...more };
  bed.double.on(operation, ({ headers }: Seen): Answer => (headers['if-none-match'] === tag ? { status: 304, fault: true } : { status: 200, headers: { etag: tag }, body: whole }));
}
const tagsOf = (operation: string) => bed.double.seen.flatMap((s) => (s.operation === operation ? [s.headers['if-none-match']] : []));
const find = () => bed.github.find('hello', PLACE.name);

it('asks who we are, and what it is called, by what was answered before', async () => {
  tagged(INSTALLATION, '"i1"', { suspended_at: null });
  tagged(REPOSITORY, 'W/"r1"');
  for (let i = 0; i < 3; i++) expect(await find()).toEqual({ ok: true, value: PLACE });
  expect([tagsOf(INSTALLATION), tagsOf(REPOSITORY)]).toEqual([
    [undefined, '"i1"', '"i1"'],
    [undefined, 'W/"r1"', 'W/"r1"'],
  ]);
});

it('asks so after the minute a name is taken for granted, and sees what changed', async () => {
  const github = githubAt(bed.double.api, { now: () => now });
  const url = async () => {
    now += 60_000;
    const remote = await github.remote(PLACE);
    return remote.ok ? remote.value.url : remote.gone;
  };
  tagged(REPOSITORY, '"1"');
  expect([await url(), await url()]).toEqual(Array(2).fill('https://github.example/octocat/Hello-World.git'));
  tagged(REPOSITORY, '"2"', { id: 99 });
  expect([await url(), await url()]).toEqual([true, true]);
  tagged(REPOSITORY, '"3"');
  expect(await url()).toBe('https://github.example/octocat/Hello-World.git');
  expect(tagsOf(REPOSITORY)).toEqual([undefined, '"1"', '"1"', '"2"', '"2"']);
});

it('sees that an installation was suspended, and that it no more is', async () => {
  tagged(INSTALLATION, '"1"', { suspended_at: null });
  expect(await find()).toMatchObject({ ok: true });
  tagged(INSTALLATION, '"2"', { suspended_at: '2026-01-01T00:00:00Z' });
  expect([await find(), await find()]).toMatchObject([
    { ok: false, gone: true },
    { ok: false, gone: true },
  ]);
  tagged(INSTALLATION, '"3"', { suspended_at: null });
  expect(await find()).toMatchObject({ ok: true });
});

it('takes nothing for unchanged that it was never told, nor after a no', async () => {
  bed.double.on(INSTALLATION, () => ({ status: 304, fault: true }));
  expect(await find()).toMatchObject({ ok: false });
  tagged(INSTALLATION, '"1"');
  expect(await find()).toMatchObject({ ok: true });
  bed.double.on(INSTALLATION, () => ({ status: 404, body: { message: 'Not Found' } }));
  expect(await find()).toMatchObject({ ok: false, gone: true });
  bed.double.on(INSTALLATION, () => ({ status: 304, fault: true }));
  expect(await find()).toMatchObject({ ok: false });
});

it('keeps nothing of what has no tag', async () => {
  await find();
  await find();
  expect(tagsOf(REPOSITORY)).toEqual([undefined, undefined]);
});
