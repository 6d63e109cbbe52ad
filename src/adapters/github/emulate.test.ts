/** The story of a pull request over a forge that keeps state and holds its own rules (`emulate`): no merge without our check, and one with it. */
import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ForgePlace } from '../../flows/ports-forge.ts';
import type { Github } from './forge.ts';
import { CHECK, githubAt, KEY } from './test-app.ts';

const APP = 4711;
let emulator: Emulator;
let github: Github;
let place: ForgePlace;
let head = '';
let number = 0;

beforeAll(async () => {
  emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { ada: { login: 'ada', scopes: ['repo'] } },
      github: {
        users: [{ login: 'ada' }],
        orgs: [{ login: 'acme' }],
        repos: [{ owner: 'ada', name: 'infra', auto_init: true }],
        apps: [
          {
            ...{ app_id: APP, slug: 'countersign', name: 'Countersign', private_key: KEY.privateKey },
            permissions: { actions: 'read', administration: 'read', checks: 'write', contents: 'read', deployments: 'write', metadata: 'read', pull_requests: 'read' },
            installations: [{ installation_id: 99, account: 'ada', repository_selection: 'all' }],
          },
        ],
      },
    },
  });
  github = githubAt(emulator.url, { appId: APP });
});
afterAll(() => emulator.close());

/** As ada, with her own token. */
async function ada(method: string, path: string, body?: object) {
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as { [name: string]: unknown } };
}
const merge = () => ada('PUT', `/repos/ada/infra/pulls/${number}/merge`, { merge_method: 'squash' });
const check = () => ({ ...CHECK, place, head });

it('finds who we are there, and gives git a token of it', async () => {
  const found = await github.find('infra', 'ada/infra');
  if (!found.ok) throw new Error(found.error.message);
  place = found.value;
  expect(place).toMatchObject({ repo: 'infra', name: 'ada/infra', installation: 99 });
  expect(await github.remote(place)).toMatchObject({ ok: true, value: { url: 'https://github.example/ada/infra.git', password: expect.stringMatching(/^ghs_/) } });
  expect(await github.find('none', 'ada/none')).toMatchObject({ ok: false, gone: true });
});

it('where the branch asks for our check', async () => {
  await ada('PUT', '/repos/ada/infra/branches/main/protection', {
    required_status_checks: { strict: false, contexts: ['countersign/main'] },
    ...{ enforce_admins: true, required_pull_request_reviews: null, restrictions: null },
  });
  expect((await ada('GET', '/repos/ada/infra/branches/main/protection')).status).toBe(200);
});

it('lists a pull request that was opened', async () => {
  const put = await ada('GET', '/repos/ada/infra/git/ref/heads/main');
  const { sha } = put.body.object as { sha: string };
  const base = await ada('GET', `/repos/ada/infra/git/commits/${sha}`);
  const tree = await ada('POST', '/repos/ada/infra/git/trees', {
    base_tree: (base.body.tree as { sha: string }).sha,
    tree: [{ path: 'db/1.sql', mode: '100644', type: 'blob', content: 'drop table orders;\n' }],
  });
  const commit = await ada('POST', '/repos/ada/infra/git/commits', { message: 'Drop it', tree: tree.body.sha, parents: [sha] });
  head = String(commit.body.sha);
  await ada('POST', '/repos/ada/infra/git/refs', { ref: 'refs/heads/drop', sha: head });
  const opened = await ada('POST', '/repos/ada/infra/pulls', { title: 'Drop it', head: 'drop', base: 'main' });
  number = Number(opened.body.number);
  expect(await github.pulls(place, null)).toMatchObject({ ok: true, value: { unchanged: false, pulls: [{ number, head, targetRef: 'refs/heads/main', account: 'github:ada' }] } });
});

let run = '';
it.each(['wait', 'deny'] as const)('is merged by nobody while the check says: %s', async (verdict) => {
  expect((await merge()).status).toBe(422);
  const reported = await github.report({ ...check(), run: run === '' ? null : run, verdict });
  if (!reported.ok) throw new Error(reported.error.message);
  run = reported.value;
  expect(await merge()).toMatchObject({ status: 422, body: { message: expect.stringContaining('Required status check') } });
});

it('waits again where a pass was taken back', async () => {
  const passed = await github.report({ ...check(), run, verdict: 'allow' });
  const back = await github.report({ ...check(), run: passed.ok ? passed.value : '', verdict: 'wait' });
  expect([passed.ok, back.ok, (await merge()).status]).toEqual([true, true, 422]);
  run = back.ok ? back.value : '';
});

it('is merged once the check passes, and is no more among what is proposed', async () => {
  expect(await github.report({ ...check(), run, verdict: 'allow' })).toMatchObject({ ok: true });
  expect(await merge()).toMatchObject({ status: 200, body: { merged: true } });
  expect(await github.pulls(place, null)).toMatchObject({ ok: true, value: { pulls: [] } });
});

it('makes a new check where the one it knew is gone', async () => {
  const reported = await github.report({ ...check(), run: '987654', verdict: 'deny' });
  expect(reported).toMatchObject({ ok: true, value: expect.not.stringMatching(/^987654$/) });
});

it('can do nothing beside its errand with the token of it', async () => {
  const remote = await github.remote(place);
  if (!remote.ok) throw new Error(remote.error.message);
  const response = await fetch(`${emulator.url}/repos/ada/infra/check-runs`, {
    ...{ method: 'POST', headers: { authorization: `Bearer ${remote.value.password}`, 'content-type': 'application/json' } },
    body: JSON.stringify({ name: 'countersign/main', head_sha: head, status: 'completed', conclusion: 'success' }),
  });
  expect(response.status).toBe(403);
});
