/** `countersign serve` with a repository at GitHub in its site's file: a delivery at its port, until the check is there; and what a wrong file is told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, freePort } from '../../examples/story/stage.ts';
import { APP, KEY } from '../../src/adapters/github/test-app.ts';
import { type Double, openDouble } from '../../src/adapters/github/test-double.ts';
import { formatGenesis } from '../../src/core/signoff/genesis.ts';
import { softAuthenticator } from '../../src/testing/authenticator.ts';
import { type GitRoom, gitRoom, type TestRepository } from '../../src/testing/git.ts';
import { testMaker } from '../../src/testing/maker.ts';
import { foundLog } from '../../src/world.ts';
import { POLICY, roster, subjectFor } from '../bed/bed.ts';
import { answers, delivered, gitServer, type Kept } from '../bed/github.ts';

const SECRET = 'the secret of the app';
const ANSWER = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule';
const INSTALLATION = 'GET /repos/{owner}/{repo}/installation';
const REPOSITORY = 'GET /repos/{owner}/{repo}';
const LISTED = 'GET /repos/{owner}/{repo}/pulls';
const told = (operation: string) => double.seen.filter((s) => s.operation === operation);
let folder: string;
let room: GitRoom;
let work: TestRepository;
let there: TestRepository;
let double: Double;
let git: Server;
let server: ChildProcess;
let url: string;
let said = '';
const checks: Kept['checks'] = new Map();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-served-'));
  const port = await freePort();
  url = `http://localhost:${port}`;
  const people = (['mara', 'kim'] as const).map((p) => subjectFor(p, p === 'kim' ? 'L7' : 'L6', softAuthenticator({ rpId: 'localhost', origin: url })));
  const genesis = formatGenesis({ mode: 'production', origin: 'countersign.example/log', rpId: 'localhost', origins: [url], organisation: 'Bed', solo: false, founders: people });
  if (!genesis.ok) throw new Error(genesis.error.message);
  const laid = await foundLog({ dir: join(folder, 'data') }, 'countersign.example/log', genesis.value);
  if (!laid.ok) throw new Error(laid.error.message);
  room = gitRoom();
  work = room.init();
  const accounts = roster().replaceAll(/accounts: \[(\w+)\]/g, 'accounts: ["github:$1"]');
  work.commit({ 'countersign.yml': POLICY, '.countersign/roster.yml': accounts, 'docs/0.md': '0\n' }, { author: { name: 'kim', email: 'kim@example.org' } });
  there = work.bare();
  [double, git] = await Promise.all([openDouble(), gitServer(folder, there.gitDir)]);
  answers(double, { checks, pulls: new Map() });
  for (const [name, text] of [
    ['app.pem', KEY.privateKey],
    ['hook.secret', SECRET],
  ] as const)
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  writeFileSync(
    join(folder, 'site.yml'),
    `version: 1
forges: { github: { api: "${double.api}", web: "http://127.0.0.1:${(git.address() as AddressInfo).port}", app_id: ${APP}, key_file: app.pem, webhook_secret_file: hook.secret } }
repositories: [{ id: infra, github: acme/infra, protected: [refs/heads/main] }]
`,
  );
  writeFileSync(join(folder, 'makers.json'), JSON.stringify({ roots: [testMaker().pin] }));
  const args = ['--data', join(folder, 'data'), '--site', join(folder, 'site.yml'), '--port', String(port), '--authenticators', join(folder, 'makers.json')];
  server = spawn(process.execPath, [CLI, 'serve', ...args], { env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', hear);
  await until(() => said.includes('Countersign is listening'));
}, 120_000);
afterAll(async () => {
  if (server?.exitCode === null)
    await new Promise((resolve) => {
      server.once('exit', resolve);
      server.kill('SIGTERM');
    });
  git?.closeAllConnections();
  git?.close();
  await double?.close();
  room?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function hear(part: Buffer): void {
  said += part.toString();
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !holds(); ) {
    if (Date.now() > end || server.exitCode !== null) throw new Error(`it does not come: ${said}\n${JSON.stringify({ checks: [...checks.values()], wrong: double.wrong })}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** At the real door. Answers what is said there. */
async function deliver(event: string, payload: object): Promise<unknown> {
  const { bytes, headers } = delivered(event, payload, SECRET, `d-${++deliveries}`);
  const answer = await fetch(`${url}/forges/github`, { method: 'POST', headers, body: bytes });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { said: unknown }).said;
}
let deliveries = 0;

it('answers a delivery with a check, serves no git of it, and counts it ready', async () => {
  await until(() => told(LISTED).length > 0);
  const head = work.commit({ 'docs/a.md': 'a\n' }, { author: { name: 'ada', email: 'ada@example.org' } });
  work.git('push', '-q', there.gitDir, `${head}:refs/pull/1/head`);
  const body = {
    action: 'opened',
    number: 1,
    pull_request: {
      number: 1,
      state: 'open',
      head: { ref: 'fix', sha: head, user: null, repo: { id: 42 } },
      base: { ref: 'main', sha: head, repo: { id: 42, full_name: 'acme/infra' } },
    },
  };
  expect(await deliver('push', { ref: 'refs/heads/fix', before: '0'.repeat(40), after: head })).toBe('kept');
  expect(await deliver('pull_request', body)).toBe('kept');
  await until(() => [...checks.values()].some((c) => c.head_sha === head && c.conclusion === 'success'));
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/git/infra.git/info/refs?service=git-upload-pack`)).status).toBe(401);
  expect(double.wrong).toEqual([]);
}, 120_000);

it('answers a deployment that waits, and the group of a queue', async () => {
  const tip = there.git('rev-parse', 'refs/heads/main').trim();
  const callback = 'https://api.github.com/repos/acme/infra/actions/runs/9007/deployment_protection_rule';
  const asked = { action: 'requested', environment: 'production', event: 'push', sha: tip, ref: 'refs/heads/main', deployment_callback_url: callback };
  expect(await deliver('deployment_protection_rule', asked)).toBe('kept');
  await until(() => told(ANSWER).length > 0);
  expect(told(ANSWER)).toMatchObject([{ params: { run_id: '9007' }, body: { environment_name: 'production', state: 'approved' } }]);

  work.git('checkout', '-q', '--detach', tip);
  const head = work.commit({ 'docs/b.md': 'b\n' }, { author: { name: 'ada', email: 'ada@example.org' } });
  expect(await deliver('push', { ref: 'refs/heads/fix-2', before: '0'.repeat(40), after: head })).toBe('kept');
  const ref = `refs/heads/gh-readonly-queue/main/pr-2-${tip}`;
  work.git('push', '-q', there.gitDir, `${head}:${ref}`);
  const group = { head_sha: head, head_ref: ref, base_sha: tip, base_ref: 'refs/heads/main' };
  expect(await deliver('merge_group', { action: 'checks_requested', merge_group: group })).toBe('kept');
  await until(() => [...checks.values()].some((c) => c.head_sha === head && c.conclusion === 'success'));
  expect(double.wrong).toEqual([]);
}, 120_000);

it('hears that its installation was suspended, goes on when it no more is, and leaves what was taken from it', async () => {
  const installation = (action: string) => deliver('installation', { action, repository: undefined });
  const installed = double.exampleOf(INSTALLATION).body as object;
  const looks = () => told(INSTALLATION).length;
  let before = looks();
  double.on(INSTALLATION, () => ({ status: 200, body: { ...installed, suspended_at: '2026-01-01T00:00:00Z' } }));
  expect(await installation('suspend')).toBe('kept');
  await until(() => looks() > before && /is given up[^\n]*the installation of the app is suspended/.test(said));
  double.on(INSTALLATION, () => ({ status: 200, body: { ...installed, suspended_at: null } }));
  const listed = told(LISTED).length;
  expect(await installation('unsuspend')).toBe('kept');
  await until(() => told(LISTED).length > listed);
  before = looks();
  double.on(INSTALLATION, () => ({ status: 404, body: { message: 'Not Found' } }));
  expect(await installation('deleted')).toBe('kept');
  await until(() => looks() > before && /is given up[^\n]*GitHub answers 404/.test(said));
  expect(await deliver('pull_request_review', { action: 'submitted', review: { state: 'approved' } })).toBe('ignored');
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(double.wrong).toEqual([]);
}, 120_000);

it('follows a repository that keeps its id and gets another owner, and with it another installation', async () => {
  const there42 = { id: 42, full_name: 'umbrella/infra' };
  const renamed = { ...(double.exampleOf(REPOSITORY).body as object), ...there42, name: 'infra' };
  double.on(INSTALLATION, () => ({ status: 200, body: { ...(double.exampleOf(INSTALLATION).body as object), id: 5, suspended_at: null } }));
  double.on(REPOSITORY, () => ({ status: 200, body: renamed }));
  const before = double.seen.length;
  const moved = { repository: there42, installation: { id: 5 } };
  expect(await deliver('repository', { ...moved, action: 'transferred', changes: {} })).toBe('kept');
  const since = () => double.seen.slice(before);
  await until(() => since().some((s) => s.operation === LISTED));
  const head = work.commit({ 'docs/c.md': 'c\n' }, { author: { name: 'ada', email: 'ada@example.org' } });
  work.git('push', '-q', there.gitDir, `${head}:refs/pull/3/head`);
  expect(await deliver('push', { ...moved, ref: 'refs/heads/fix-3', before: '0'.repeat(40), after: head })).toBe('kept');
  const side = { sha: head, user: null, repo: there42 };
  expect(
    await deliver('pull_request', { ...moved, action: 'opened', pull_request: { number: 3, state: 'open', head: { ...side, ref: 'fix-3' }, base: { ...side, ref: 'main' } } }),
  ).toBe('kept');
  await until(() => [...checks.values()].some((c) => c.head_sha === head && c.conclusion === 'success'));
  // Every call since, and every token: nothing of it is where it was.
  const posted = since().filter((s) => s.operation === 'POST /repos/{owner}/{repo}/check-runs');
  expect(posted.map((s) => s.params.owner)).toEqual(['umbrella']);
  expect(new Set(since().flatMap((s) => s.params.installation_id ?? []))).toEqual(new Set(['5']));
  // Another repository that has the old name is nobody's here.
  expect(await deliver('repository', { action: 'renamed', repository: { id: 43, full_name: 'acme/infra' } })).toBe('elsewhere');
  expect(double.wrong).toEqual([]);
}, 120_000);
