/** A deployment that waits is answered; one that waits no more is done with, and whoever may not answer tries again. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closed, type Doubled, doubled, PLACE, TOKEN } from './test-app.ts';

const DEPLOY = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule';

let bed: Doubled;
beforeEach(async () => {
  bed = await doubled();
});
afterEach(() => closed(bed));

const answered = () => bed.github.deploy({ place: PLACE, runId: 42, environment: 'production', state: 'approved', comment: 'x' });
const refusing = (operation: string, status: number, message: string): void => bed.double.on(operation, () => ({ status, fault: true, body: { message } }));

it.each([
  [404, 'Not Found'],
  [422, 'This deployment protection rule is not pending'],
])('is done with where GitHub answers %i: it was cancelled, or somebody answered it', async (status, message) => {
  refusing(DEPLOY, status, message);
  expect(await answered()).toMatchObject({ ok: false, gone: true, after: null, error: { code: 'NOT_FOUND', message: expect.stringContaining(`${status}: ${message}`) } });
  expect(bed.calls()).toEqual([DEPLOY]);
});

it.each([
  [403, 'Resource not accessible by integration'],
  [500, 'no'],
  [429, 'no'],
])('is not where it answers %i', async (status, message) => {
  refusing(DEPLOY, status, message);
  expect(await answered()).toMatchObject({ ok: false, gone: false });
});

it('is not where the app may not answer any: 422 is then said of the token', async () => {
  refusing(TOKEN, 422, 'The permissions requested are not granted to this installation.');
  expect(await answered()).toMatchObject({ ok: false, gone: false, error: { code: 'FORGE_REFUSED' } });
});
