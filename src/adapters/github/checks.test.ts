/** One check of one commit, told again and again: it shows the last verdict, and no pass outlives its verdict. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Annotation } from '../../flows/ports-forge.ts';
import { APP, CHECK, closed, type Doubled, doubled, githubAt, HEAD, PLACE } from './test-app.ts';
import type { Answer } from './test-double.ts';

const CREATE = 'POST /repos/{owner}/{repo}/check-runs';
const UPDATE = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}';
const READ = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}';
const FIND = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
const LINE: Annotation = { path: 'db/1.sql', line: 1, severity: 'failure', title: 'critical: sql.drop', message: 'drops a table' };

let bed: Doubled;
beforeEach(async () => {
  bed = await doubled();
});
afterEach(() => closed(bed));

/** A run as GitHub shows it, with these fields. */
function run(more: object, lines = 0): Answer {
  const known = bed.double.exampleOf(READ).body as { readonly output: object };
  return { status: 200, body: { ...known, ...more, output: { ...known.output, annotations_count: lines } } };
}
const PASSED = { status: 'completed', conclusion: 'success' };
const WAITS = { status: 'completed', conclusion: 'action_required' };

it('changes what was reported before', async () => {
  bed.double.on(UPDATE, () => run(PASSED));
  expect(await bed.github.report({ ...CHECK, run: '4', verdict: 'allow' })).toEqual({ ok: true, value: '4' });
  expect(bed.calls()).toEqual([UPDATE]);
});

it('says of a commit what it said before, and adds no line twice', async () => {
  bed.double.on(READ, () => run({}, 1));
  bed.double.on(UPDATE, () => run(WAITS, 1));
  expect(await bed.github.report({ ...CHECK, run: '4', annotations: [LINE] })).toEqual({ ok: true, value: '4' });
  expect(bed.calls()).toEqual([READ, UPDATE]);
  expect(bed.bodies(UPDATE)[0]).not.toHaveProperty('output.annotations');
});

it.each<readonly [string, () => void, readonly Annotation[]]>([
  ['it is gone', () => bed.double.on(UPDATE, () => ({ status: 404, body: { message: 'Not Found' }, fault: true })), []],
  ['its lines are others', () => bed.double.on(READ, () => run({}, 2)), [LINE]],
  ['its lines are no more', () => bed.double.on(UPDATE, () => run(WAITS, 2)), []],
  ['GitHub keeps the end it had', () => bed.double.on(UPDATE, () => run(PASSED)), []],
])('puts a new check in the place of one where %s', async (_, set, annotations) => {
  set();
  expect(await bed.github.report({ ...CHECK, run: '9', annotations })).toEqual({ ok: true, value: '4' });
  expect(bed.calls().at(-1)).toBe(CREATE);
});

it('never leaves a pass where nothing is decided any more', async () => {
  bed.double.on(UPDATE, () => run(PASSED));
  await bed.github.report({ ...CHECK, run: '9', verdict: 'wait' });
  expect(bed.bodies(CREATE)).toMatchObject([{ status: 'completed', conclusion: 'action_required' }]);
});

/** What GitHub lists of this commit. */
const listing = (...runs: readonly object[]): void => bed.double.on(FIND, () => ({ status: 200, body: { total_count: runs.length, check_runs: runs } }));
const ours = (id: number, more: object = {}) => {
  const known = bed.double.exampleOf(READ).body as { readonly app: object };
  return { ...known, id, name: CHECK.name, head_sha: HEAD, app: { ...known.app, id: APP }, ...more };
};
const unanswered = (status = 502): void => bed.double.on(CREATE, () => ({ status, body: { message: 'no' }, fault: true }));

describe('after a try to make one that ended without an answer', () => {
  it('goes on with the one that try made', async () => {
    unanswered();
    expect(await bed.github.report(CHECK)).toMatchObject({ ok: false, after: null });
    listing(ours(77));
    bed.double.on(UPDATE, () => run({ id: 77, ...WAITS }));
    expect(await bed.github.report(CHECK)).toEqual({ ok: true, value: '77' });
    expect(bed.calls()).toEqual([CREATE, FIND, UPDATE]);
    expect(bed.double.seen.find((s) => s.operation === FIND)).toMatchObject({
      params: { ref: HEAD },
      query: { check_name: CHECK.name, app_id: String(APP), filter: 'latest' },
    });
    // Known from then on: nobody looks again.
    await bed.github.report({ ...CHECK, run: '77' });
    expect(bed.calls().slice(3)).toEqual([UPDATE]);
  });

  it.each<readonly [string, () => void]>([
    ['an answer that is none', () => bed.double.on(CREATE, () => ({ status: 201, body: 'made', fault: true }))],
    ['503', () => unanswered(503)],
  ])('looks after %s', async (_, set) => {
    set();
    await bed.github.report(CHECK);
    listing(ours(77));
    await bed.github.report(CHECK);
    expect(bed.calls()).toContain(FIND);
  });

  it('makes one where that try made none, and takes nobody else’s for it', async () => {
    unanswered();
    await bed.github.report(CHECK);
    const { app } = ours(1);
    listing(ours(70, { app: { ...app, id: APP + 1 } }), ours(71, { name: 'countersign/other' }), ours(72, { head_sha: '1'.repeat(40) }));
    bed.double.on(CREATE, () => ({ ...bed.double.exampleOf(CREATE) }));
    expect(await bed.github.report(CHECK)).toEqual({ ok: true, value: '4' });
    expect(bed.calls()).toEqual([CREATE, FIND, CREATE]);
    await bed.github.report(CHECK);
    expect(bed.calls().slice(3)).toEqual([CREATE]);
  });

  it('leaves it to GitHub to say of a commit that is not there', async () => {
    unanswered();
    await bed.github.report(CHECK);
    bed.double.on(FIND, () => ({ status: 422, body: { message: 'No commit found for SHA' }, fault: true }));
    unanswered(422);
    expect(await bed.github.report(CHECK)).toMatchObject({ ok: false, gone: false, error: { code: 'FORGE_REFUSED' } });
    expect(bed.calls()).toEqual([CREATE, FIND, CREATE]);
  });

  it('makes none while it cannot look', async () => {
    unanswered();
    await bed.github.report(CHECK);
    bed.double.on(FIND, () => ({ status: 500, body: {}, fault: true }));
    for (let i = 0; i < 2; i++) expect(await bed.github.report(CHECK)).toMatchObject({ ok: false });
    expect(bed.calls()).toEqual([CREATE, FIND, FIND]);
  });

  it('puts a new one in the place of the one it made where that cannot be changed, and once', async () => {
    unanswered();
    await bed.github.report(CHECK);
    listing(ours(77));
    bed.double.on(UPDATE, () => run(PASSED));
    bed.double.on(CREATE, () => ({ ...bed.double.exampleOf(CREATE) }));
    expect(await bed.github.report(CHECK)).toEqual({ ok: true, value: '4' });
    expect(bed.calls()).toEqual([CREATE, FIND, UPDATE, CREATE]);
  });

  it('of another commit, name or repository nobody looks', async () => {
    unanswered();
    await bed.github.report(CHECK);
    bed.double.on(CREATE, () => ({ ...bed.double.exampleOf(CREATE) }));
    await bed.github.report({ ...CHECK, head: '1'.repeat(40) });
    await bed.github.report({ ...CHECK, name: 'countersign/other' });
    await bed.github.report({ ...CHECK, place: { ...PLACE, forgeId: 7 } });
    expect(bed.calls()).toEqual([CREATE, CREATE, CREATE, CREATE]);
  });

  it('where it was refused, or asked to wait, it made none', async () => {
    let now = Date.now();
    const github = githubAt(bed.double.api, { now: () => now });
    unanswered(422);
    await github.report(CHECK);
    bed.double.on(CREATE, () => ({ status: 429, headers: { 'retry-after': '1' }, body: {}, fault: true }));
    await github.report(CHECK);
    now += 2_000;
    bed.double.on(CREATE, () => ({ ...bed.double.exampleOf(CREATE) }));
    await github.report(CHECK);
    expect(bed.calls()).toEqual([CREATE, CREATE, CREATE]);
  });

  it('does not remember without end', async () => {
    unanswered();
    for (let i = 0; i < 1_001; i++) await bed.github.report({ ...CHECK, name: `countersign/${i}` });
    listing();
    await bed.github.report({ ...CHECK, name: 'countersign/0' });
    await bed.github.report({ ...CHECK, name: 'countersign/1000' });
    expect(bed.calls().slice(1_001)).toEqual([CREATE, FIND, CREATE]);
  });
});
