/** What GitHub's own rules leave open: who asks for the check of ours, and who gets round it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { APP, closed, type Doubled, doubled, PLACE } from './test-app.ts';
import type { Answer } from './test-double.ts';

const RULES = 'GET /repos/{owner}/{repo}/rules/branches/{branch}';
const RULESET = 'GET /repos/{owner}/{repo}/rulesets/{ruleset_id}';
const GUARD = 'GET /repos/{owner}/{repo}/branches/{branch}/protection';
const ENVIRONMENT = 'GET /repos/{owner}/{repo}/environments/{environment_name}';

let bed: Doubled;
beforeEach(async () => {
  bed = await doubled();
});
afterEach(() => closed(bed));

const requiring = (integration_id: number | undefined, ruleset_id = 42) => ({
  ...{ type: 'required_status_checks', ruleset_source_type: 'Repository', ruleset_source: 'octocat/Hello-World', ruleset_id },
  parameters: {
    strict_required_status_checks_policy: false,
    required_status_checks: [{ context: 'countersign/main', ...(integration_id === undefined ? {} : { integration_id }) }],
  },
});
const rules = (...of: readonly object[]): void => bed.double.on(RULES, () => ({ status: 200, body: of }));
const ruleset = (more: object): Answer => ({ status: 200, body: { ...(bed.double.exampleOf(RULESET).body as object), ...more } });
const asked = () => bed.github.required(PLACE, 'refs/heads/release/1.x', 'countersign/main');

it('knows whether a ruleset asks for the check of ours, and who gets round it', async () => {
  rules(requiring(APP));
  bed.double.on(RULESET, () => ruleset({ bypass_actors: [] }));
  expect(await asked()).toEqual({ ok: true, value: { required: true, pinned: true, bypass: [] } });
  expect(bed.double.seen.find((s) => s.operation === RULES)?.params.branch).toBe('release/1.x');
  const actors = [
    { actor_type: 'RepositoryRole', actor_id: 5, bypass_mode: 'always' },
    { actor_type: 'Team', actor_id: 7, bypass_mode: 'pull_request' },
  ];
  bed.double.on(RULESET, () => ruleset({ bypass_actors: actors }));
  expect(await asked()).toEqual({ ok: true, value: { required: true, pinned: true, bypass: ['RepositoryRole 5', 'Team 7, by a pull request'] } });
  for (const other of [undefined, APP + 1]) {
    rules(requiring(other));
    expect(await asked()).toMatchObject({ value: { required: true, pinned: false } });
  }
});

it('does not take nobody for an answer where GitHub does not show who gets round a ruleset', async () => {
  rules(requiring(APP));
  bed.double.on(RULESET, () => {
    const { bypass_actors: _, ...rest } = bed.double.exampleOf(RULESET).body as { bypass_actors?: unknown };
    return { status: 200, body: rest };
  });
  expect(await asked()).toMatchObject({ value: { bypass: [expect.stringContaining('does not show us')] } });
});

it('of several rulesets, all have to be got round', async () => {
  rules(requiring(undefined, 1), requiring(APP, 42), requiring(APP, 43));
  bed.double.on(RULESET, ({ params }) => ruleset({ bypass_actors: params.ruleset_id === '43' ? [] : [{ actor_type: 'OrganizationAdmin', actor_id: null }] }));
  expect(await asked()).toEqual({ ok: true, value: { required: true, pinned: true, bypass: [] } });
});

it('falls back on the protection of the branch', async () => {
  rules();
  const known = bed.double.exampleOf(GUARD).body as { required_status_checks: object; enforce_admins: object };
  const guard = (app_id: number | null, enabled: boolean): Answer => ({
    status: 200,
    body: {
      ...known,
      required_status_checks: { ...known.required_status_checks, checks: [{ context: 'countersign/main', app_id }] },
      enforce_admins: { ...known.enforce_admins, enabled },
    },
  });
  bed.double.on(GUARD, () => guard(APP, true));
  expect(await asked()).toEqual({ ok: true, value: { required: true, pinned: true, bypass: [] } });
  bed.double.on(GUARD, () => guard(null, false));
  expect(await asked()).toEqual({ ok: true, value: { required: true, pinned: false, bypass: ['administrators'] } });
  bed.double.on(GUARD, () => ({ status: 404, body: { message: 'Branch not protected' } }));
  expect(await asked()).toEqual({ ok: true, value: { required: false, pinned: false, bypass: [] } });
});

it('a thing that is gone is no repository that is gone', async () => {
  bed.double.on(ENVIRONMENT, () => ({ status: 404, fault: true, body: { message: 'Not Found' } }));
  expect(await bed.github.environment(PLACE, 'staging')).toMatchObject({ ok: false, gone: false, error: { code: 'NOT_FOUND' } });
  bed.double.on('GET /repos/{owner}/{repo}', () => ({ status: 404, body: { message: 'Not Found' } }));
  expect(await bed.github.environment(PLACE, 'staging')).toMatchObject({ ok: false, gone: true });
});
