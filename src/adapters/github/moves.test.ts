/** Who moved a branch at GitHub: as far back as is asked, no further than a few pages, and never by another repository's word. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closed, type Doubled, doubled, githubAt, PLACE } from './test-app.ts';
import type { Answer } from './test-double.ts';

const MOVES = 'GET /repos/{owner}/{repo}/activity';
const REPOSITORY = 'GET /repos/{owner}/{repo}';
const REF = 'refs/heads/main';

let bed: Doubled;
beforeEach(async () => {
  bed = await doubled();
});
afterEach(() => closed(bed));

const oid = (n: number): string => String(n).padStart(40, '0');
const actor = (login: string) => ({ ...(bed.double.exampleOf('GET /repos/{owner}/{repo}/pulls').body as [{ readonly user: object }])[0].user, login });
/** From `n - 1` to `n`. */
const move = (n: number, more: object = {}) => ({
  ...{ id: n, node_id: 'x', timestamp: '2026-01-26T19:06:43Z', activity_type: 'push', before: oid(n - 1), after: oid(n), ref: REF, actor: actor('Octocat') },
  ...more,
});
const listing = (...items: readonly object[]): void => bed.double.on(MOVES, () => ({ status: 200, body: items }));
/** Pages of a hundred, newest first, behind cursors. */
function paged(all: readonly object[]): void {
  bed.double.on(MOVES, ({ query }): Answer => {
    const from = Number(query.after ?? 0);
    const link: Record<string, string> =
      from + 100 < all.length ? { link: `<${bed.double.api}/x?before=1>; rel="prev", <${bed.double.api}/x?after=${from + 100}>; rel="next"` } : {};
    return { status: 200, headers: link, body: all.slice(from, from + 100) };
  });
}
const asked = () => bed.calls().filter((operation) => operation === MOVES).length;
const moves = (until?: string) => bed.github.moves(PLACE, REF, until === undefined ? {} : { until });

it('names whoever did it, of whatever kind', async () => {
  const kinds = ['push', 'force_push', 'branch_creation', 'branch_deletion', 'pr_merge', 'merge_queue_merge'];
  listing(
    ...kinds.map((activity_type, i) => move(9 - i, { activity_type })),
    move(3, { actor: null }),
    move(2, { actor: actor('github-merge-queue[bot]') }),
    move(1, { actor: actor('dependabot[bot]') }),
  );
  const listed = await moves();
  expect(listed.ok && listed.value.map((m) => m.kind)).toEqual([...kinds, 'push', 'push', 'push']);
  // An account that is gone is nobody a roster names; the queue's robot is nobody at all.
  expect(listed.ok && listed.value.slice(5).map((m) => m.account)).toEqual(['github:octocat', 'github:ghost', null, 'github:dependabot[bot]']);
});

it('goes on where GitHub has a kind of move nobody knew', async () => {
  bed.double.on(MOVES, () => ({ status: 200, body: [move(1, { activity_type: 'teleport' })], fault: true }));
  expect(await moves()).toMatchObject({ ok: true, value: [{ kind: 'other', account: 'github:octocat' }] });
});

it('says nothing of another branch', async () => {
  listing(move(2, { ref: 'refs/heads/main2' }), move(1));
  expect(await moves()).toMatchObject({ value: [{ after: oid(1) }] });
});

it('goes back page after page to where the branch stood, and not beyond', async () => {
  paged(Array.from({ length: 350 }, (_, i) => move(350 - i)));
  const listed = await moves(oid(180));
  expect(listed.ok && [listed.value.length, listed.value[0]?.after, listed.value.at(-1)?.before]).toEqual([170, oid(350), oid(180)]);
  expect(asked()).toBe(2);
  // It stands there already.
  expect(await moves(oid(350))).toEqual({ ok: true, value: [] });
});

it('does not go on without end', async () => {
  paged(Array.from({ length: 2_000 }, (_, i) => move(2_000 - i)));
  const listed = await moves(oid(1));
  expect(listed.ok && [listed.value.length, listed.value.at(-1)?.before]).toEqual([500, oid(1_500)]);
  expect(asked()).toBe(5);
});

it.each<readonly [string, Answer, boolean]>([
  ['403', { status: 403, body: { message: 'Resource not accessible by integration' }, fault: true }, false],
  ['404', { status: 404, body: { message: 'Not Found' }, fault: true }, false],
  ['422', { status: 422, body: { message: 'Validation Failed', documentation_url: 'https://docs.github.com' } }, false],
  ['no list', { status: 200, body: { moves: [] }, fault: true }, false],
  ['a commit that is none', { status: 200, body: [{ before: 'x' }], fault: true }, false],
])('knows nobody where it is answered with %s', async (_, answer, gone) => {
  bed.double.on(MOVES, () => answer);
  expect(await moves()).toMatchObject({ ok: false, gone });
});

it('takes no word of another repository that has the name now', async () => {
  const known = bed.double.exampleOf(REPOSITORY).body as object;
  bed.double.on(REPOSITORY, () => ({ status: 200, body: { ...known, id: 99 } }));
  expect([await moves(), asked()]).toMatchObject([{ ok: false, gone: true }, 0]);
});

it.each(['main', 'refs/heads/', 'refs/tags/v1', 'refs/heads/a..b'])('asks nothing of %s', async (ref) => {
  expect(await bed.github.moves(PLACE, ref)).toMatchObject({ ok: false, gone: false, error: { code: 'FORGE_REFUSED' } });
  expect(bed.calls()).toEqual([]);
});

/** How often GitHub was asked whose the name is. */
const named = () => bed.calls().filter((operation) => operation === REPOSITORY).length;

it('asks whose the name is once for a burst, and again after a minute', async () => {
  let now = Date.now();
  const github = githubAt(bed.double.api, { now: () => now });
  await Promise.all([...Array.from({ length: 20 }, () => github.remote(PLACE)), github.moves(PLACE, REF)]);
  now += 59_999;
  expect(await github.remote(PLACE)).toMatchObject({ ok: true });
  expect(named()).toBe(1);
  now += 1;
  await github.remote(PLACE);
  expect(named()).toBe(2);
  // A clock that was set back makes nothing last.
  now -= 3_600_000;
  await github.remote(PLACE);
  expect(named()).toBe(3);
  // Neither another installation nor another name was asked.
  await github.remote({ ...PLACE, installation: 2 });
  await github.remote({ ...PLACE, name: 'octocat/Other' });
  expect(named()).toBe(5);
});

const example = () => bed.double.exampleOf(REPOSITORY).body as object;
it.each<readonly [string, () => Answer, boolean]>([
  ['another repository has it', () => ({ status: 200, body: { ...example(), id: 99 } }), false],
  ['nobody has it', () => ({ status: 404, body: { message: 'Not Found' } }), false],
  ['it leads elsewhere', () => ({ status: 200, body: { ...example(), full_name: 'octocat/Renamed' } }), true],
])('keeps nothing where %s', async (_, answer, ok) => {
  bed.double.on(REPOSITORY, answer);
  for (let n = 1; n <= 3; n++) expect([(await bed.github.remote(PLACE)).ok, named()]).toEqual([ok, n]);
  bed.double.on(REPOSITORY, () => ({ status: 200, body: example() }));
  expect(await bed.github.remote(PLACE)).toMatchObject({ ok: true, value: { url: 'https://github.example/octocat/Hello-World.git' } });
});
