/** Lists of proposals: what moves while they are read, what did not, and whose they are. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closed, type Doubled, doubled, PLACE } from './test-app.ts';

const LISTED = 'GET /repos/{owner}/{repo}/pulls';

let bed: Doubled;
beforeEach(async () => {
  bed = await doubled();
});
afterEach(() => closed(bed));

const example = () => (bed.double.exampleOf(LISTED).body as [{ readonly base: { readonly repo: object } }])[0];
const pulls = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ ...example(), number: from + i }));

it('asks only whether anything moved, where one page is all there is', async () => {
  bed.double.on(LISTED, ({ headers }) => (headers['if-none-match'] === 'W/"a"' ? { status: 304, fault: true } : { status: 200, headers: { etag: 'W/"a"' }, body: pulls(1, 2) }));
  expect(await bed.github.pulls(PLACE, null)).toMatchObject({ value: { unchanged: false, tag: 'W/"a"' } });
  expect(await bed.github.pulls(PLACE, 'W/"a"')).toEqual({ ok: true, value: { unchanged: true } });
  // A page that is full says nothing of the one behind it.
  bed.double.on(LISTED, () => ({ status: 200, headers: { etag: 'W/"b"' }, body: pulls(1, 101) }));
  expect(await bed.github.pulls(PLACE, 'W/"a"')).toMatchObject({ value: { unchanged: false, tag: null } });
});

it('misses none of a list that moves while it is read', async () => {
  // 1 is closed once the first page was read: 101 moves up to it, and stands on no page that is read afterwards.
  let asked = 0;
  bed.double.on(LISTED, ({ query, headers }) => {
    const isClosed = asked++ > 0;
    const page = Number(query.page);
    const etag = `"${page}-${isClosed}"`;
    if (headers['if-none-match'] === etag) return { status: 304, fault: true };
    const link: Record<string, string> = page === 1 ? { link: '<https://x/?page=2>; rel="next"' } : {};
    return { status: 200, headers: { etag, ...link }, body: pulls(isClosed ? 2 : 1, 121).slice((page - 1) * 100, page * 100) };
  });
  const listed = await bed.github.pulls(PLACE, null);
  if (!listed.ok || listed.value.unchanged) throw new Error('nothing was listed');
  expect(listed.value.tag).toBeNull();
  expect(listed.value.pulls.map((p) => p.number)).toEqual(expect.arrayContaining(Array.from({ length: 119 }, (_, i) => i + 2)));
  // Two pages, the first of them anew, and a last look at both that finds nothing.
  expect(asked).toBe(6);
});

it('does not go on where the list does not end', async () => {
  bed.double.on(LISTED, () => ({ status: 200, headers: { link: '<https://x/?page=2>; rel="next"' }, body: [] }));
  expect(await bed.github.pulls(PLACE, null)).toMatchObject({ ok: false, gone: false, error: { code: 'FORGE_UNAVAILABLE', message: expect.stringContaining('more than 10000') } });
});

it('takes nothing of another repository that has the name now', async () => {
  const known = example();
  bed.double.on(LISTED, () => ({ status: 200, body: [{ ...known, base: { ...known.base, repo: { ...known.base.repo, id: 99 } } }] }));
  const named = bed.double.exampleOf('GET /repos/{owner}/{repo}').body as object;
  bed.double.on('GET /repos/{owner}/{repo}', () => ({ status: 200, body: { ...named, id: 99 } }));
  const { github } = bed;
  const all = [github.pulls(PLACE, null), github.remote(PLACE), github.required(PLACE, 'refs/heads/main', 'x'), github.environment(PLACE, 'x'), github.environments(PLACE)];
  for (const asked of all) expect(await asked).toMatchObject({ ok: false, gone: true, error: { message: expect.stringContaining('another repository') } });
});
