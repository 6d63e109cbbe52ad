/** Every call of the room, judged by GitHub's own description of its API: github.com's, and that of an Enterprise Server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Annotation } from '../../flows/ports-forge.ts';
import type { Github } from './forge.ts';
import { convert } from './manifest.ts';
import { APP, CHECK, closed, type Doubled, doubled, HEAD, PLACE, TOKEN } from './test-app.ts';
import { type Double, openDouble } from './test-double.ts';

const CREATE = 'POST /repos/{owner}/{repo}/check-runs';
const DEPLOY_TO = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule';

let bed: Doubled;
let double: Double;
let github: Github;
const bodies = (of: string) => bed.bodies(of);
afterEach(() => closed(bed));

describe.each(['api.github.com', 'ghes-3.17'] as const)('%s', (edition) => {
  beforeEach(async () => {
    bed = await doubled(edition);
    ({ double, github } = bed);
  });

  it('says who we are for a repository', async () => {
    expect(await github.find('hello', 'octocat/Hello-World')).toEqual({ ok: true, value: { ...PLACE } });
    expect(bodies(TOKEN)).toEqual([{ permissions: { metadata: 'read' } }]);
  });

  it('gives git a token that can do nothing but read that repository', async () => {
    expect(await github.remote(PLACE)).toEqual({ ok: true, value: { url: 'https://github.example/octocat/Hello-World.git', user: 'x-access-token', password: 'ghs_1' } });
    expect(bodies(TOKEN)).toEqual([{ repository_ids: [PLACE.forgeId], permissions: { contents: 'read' } }]);
  });

  it.each([
    ['allow', 'completed', 'success'],
    ['wait', 'completed', 'action_required'],
    ['deny', 'completed', 'failure'],
  ] as const)('reports %s as %s %s', async (verdict, status, conclusion) => {
    expect(await github.report({ ...CHECK, verdict })).toEqual({ ok: true, value: '4' });
    expect(bodies(CREATE)).toMatchObject([{ name: 'countersign/main', head_sha: HEAD, status, external_id: CHECK.change, details_url: CHECK.url }]);
    expect((bodies(CREATE)[0] as { conclusion?: string }).conclusion).toBe(conclusion);
    expect(bodies(CREATE)[0]).toMatchObject({ actions: [{ label: 'Look again', identifier: 'look-again' }] });
    expect(bodies(TOKEN)).toEqual([{ repository_ids: [PLACE.forgeId], permissions: { checks: 'write' } }]);
  });

  it('tells of the fifty gravest lines, and how many more there are', async () => {
    const line = (i: number): Annotation => ({ path: `db/${i}.sql`, line: i + 1, severity: i === 119 ? 'failure' : 'notice', title: 'high: sql.drop', message: 'drops a table' });
    await github.report({ ...CHECK, annotations: Array.from({ length: 120 }, (_, i) => line(i)) });
    const [{ output }] = bodies(CREATE) as [{ output: { summary: string; annotations: { path: string; annotation_level: string }[] } }];
    expect([output.annotations.length, output.annotations[0]]).toMatchObject([50, { path: 'db/119.sql', annotation_level: 'failure' }]);
    expect(output.summary).toMatch(/^It drops a table\.\n\n70 more lines/);
  });

  it('cuts what is too long, on a line, and says so', async () => {
    const summary = `${'ünïcode 🎉 line\n'.repeat(8_000)}`;
    await github.report({
      ...CHECK,
      title: '🎉'.repeat(300),
      summary,
      annotations: [{ path: 'a', line: 1, severity: 'notice', title: 't'.repeat(999), message: 'm'.repeat(99_999) }],
    });
    const [{ output }] = bodies(CREATE) as [{ output: { title: string; summary: string; annotations: { title: string; message: string }[] } }];
    expect(Buffer.byteLength(output.summary)).toBeLessThanOrEqual(65_535);
    expect(output.summary.split('\n').slice(0, -2)).toSatisfy((lines: string[]) => lines.every((l) => l === 'ünïcode 🎉 line'));
    expect(output.summary).toMatch(/\n\nThis goes on: all of it is on our page\.$/);
    expect([output.title.length <= 255, output.title.endsWith('🎉…'), output.annotations[0]?.title.length, output.annotations[0]?.message.length]).toEqual([
      true,
      true,
      255,
      4_000,
    ]);
  });

  it.each([
    ['waiting', { environment_name: 'production', comment: 'one senior of data' }],
    ['approved', { environment_name: 'production', comment: 'one senior of data', state: 'approved' }],
    ['rejected', { environment_name: 'production', comment: 'one senior of data', state: 'rejected' }],
  ] as const)('answers a deployment: %s', async (state, body) => {
    expect(await github.deploy({ place: PLACE, runId: 42, environment: 'production', state, comment: 'one senior of data' })).toEqual({ ok: true, value: undefined });
    expect(bodies(DEPLOY_TO)).toEqual([body]);
  });

  it('cuts a comment to what GitHub takes', async () => {
    await github.deploy({ place: PLACE, runId: 42, environment: 'production', state: 'waiting', comment: 'x'.repeat(2_000) });
    expect((bodies(DEPLOY_TO)[0] as { comment: string }).comment.length).toBe(1_024);
  });

  it('lists what is proposed', async () => {
    const listed = await github.pulls(PLACE, null);
    expect(listed).toMatchObject({
      ok: true,
      value: {
        unchanged: false,
        pulls: [{ number: 1347, targetRef: 'refs/heads/master', head: HEAD, account: 'github:octocat', branch: 'new-topic', owner: 'github:octocat', fork: false }],
      },
    });
    expect(bodies(TOKEN)).toEqual([{ repository_ids: [PLACE.forgeId], permissions: { pull_requests: 'read' } }]);
  });

  it('lists who moved a branch', async () => {
    const move = { id: 1, node_id: 'x', timestamp: '2026-01-26T19:06:43Z', activity_type: 'push', before: '1'.repeat(40), after: HEAD, ref: 'refs/heads/a/b' };
    const [pull] = double.exampleOf('GET /repos/{owner}/{repo}/pulls').body as [{ readonly user: object }];
    double.on('GET /repos/{owner}/{repo}/activity', () => ({ status: 200, body: [{ ...move, actor: pull.user }] }));
    expect(await github.moves(PLACE, 'refs/heads/a/b')).toEqual({ ok: true, value: [{ account: 'github:octocat', before: '1'.repeat(40), after: HEAD, kind: 'push' }] });
    expect(double.seen.at(-1)?.query).toEqual({ ref: 'refs/heads/a/b', direction: 'desc', per_page: '100' });
    expect(bodies(TOKEN)).toEqual([{ repository_ids: [PLACE.forgeId], permissions: { contents: 'read' } }]);
  });

  it('lists the branches there are', async () => {
    expect(await github.branches(PLACE)).toEqual({ ok: true, value: ['refs/heads/master'] });
    expect(bodies(TOKEN)).toEqual([{ repository_ids: [PLACE.forgeId], permissions: { contents: 'read' } }]);
  });

  it('asks whether administrators deploy without us; who does not say so, lets them', async () => {
    expect(await github.environment(PLACE, 'staging')).toEqual({ ok: true, value: { bypass: true } });
    const known = double.exampleOf('GET /repos/{owner}/{repo}/environments/{environment_name}').body as object;
    double.on('GET /repos/{owner}/{repo}/environments/{environment_name}', () => ({ status: 200, body: { ...known, can_admins_bypass: false } }));
    expect(await github.environment(PLACE, 'a/b c?')).toEqual({ ok: true, value: { bypass: false } });
    expect(double.seen.at(-1)?.params.environment_name).toBe('a/b c?');
  });

  it('lists where a repository deploys to, and whether it waits for us there', async () => {
    double.on('GET /repos/{owner}/{repo}/environments', () => ({
      status: 200,
      body: { total_count: 1, environments: [double.exampleOf('GET /repos/{owner}/{repo}/environments/{environment_name}').body] },
    }));
    const asks = (id: number) => ({
      status: 200,
      body: {
        total_count: 1,
        custom_deployment_protection_rules: [{ id: 3, node_id: 'x', enabled: true, app: { id, slug: 's', node_id: 'y', integration_url: 'https://api.github.com/apps/s' } }],
      },
    });
    for (const [id, answer] of [
      [APP, true],
      [APP + 1, false],
    ] as const) {
      double.on('GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules', () => asks(id));
      expect(await github.environments(PLACE)).toEqual({ ok: true, value: [{ name: 'staging', asks: answer, bypass: true }] });
    }
  });

  it('asks no environment whose name would be another address', async () => {
    expect(await github.environment(PLACE, '..')).toMatchObject({ ok: false, error: { code: 'FORGE_REFUSED' }, gone: false });
  });

  it('makes an app of a code', async () => {
    expect(await convert({ api: double.api }, 'abc123')).toMatchObject({
      ok: true,
      value: { id: 1, slug: 'octoapp', page: 'https://github.com/apps/octoapp', pem: expect.stringContaining('BEGIN RSA') },
    });
    expect(await convert({ api: double.api }, '../../user')).toMatchObject({ ok: false });
  });
});

it('the double sees what is not as GitHub says it', async () => {
  bed = await doubled();
  const judge = await openDouble();
  const send = (path: string, init: RequestInit = {}) =>
    fetch(`${judge.api}${path}`, { ...init, headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } });
  await send('/repos/o/r/check-runs', {
    method: 'POST',
    body: JSON.stringify({ name: 'x', head_sha: HEAD, conclusion: 'fine', output: { title: 'x', summary: 'x'.repeat(65_536) } }),
  });
  await send('/repos/o/r/pulls?stat=open&state=ajar');
  await send('/repos/o/r/check-runs/x', { method: 'PATCH', body: '{}' });
  await send('/repos/o/r/checks');
  judge.on('GET /repos/{owner}/{repo}/pulls', () => ({ status: 200, body: [{ number: 'one' }] }));
  await send('/repos/o/r/pulls');
  await judge.close();
  const wrong = judge.wrong.join('\n');
  for (const words of ['conclusion', 'NOT have more than 65535', 'it has no stat', 'state may not be ajar', 'check_run_id is no number', '/repos/o/r/checks is no operation'])
    expect(wrong).toContain(words);
  expect(wrong).toContain('the answer to GET /repos/{owner}/{repo}/pulls');
});
