/** One check of one commit, told again and again: it shows the last verdict, and no pass outlives its verdict. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Annotation } from '../../flows/ports-forge.ts';
import { CHECK, closed, type Doubled, doubled } from './test-app.ts';
import type { Answer } from './test-double.ts';

const CREATE = 'POST /repos/{owner}/{repo}/check-runs';
const UPDATE = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}';
const READ = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}';
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
  await bed.github.report({ ...CHECK, run: '9', verdict: 'looking' });
  expect(bed.bodies(CREATE)).toMatchObject([{ status: 'in_progress' }]);
});
