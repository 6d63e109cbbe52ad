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
    if (Date.now() > end || server.exitCode !== null) throw new Error(`it does not come: ${said}\n${JSON.stringify(double.wrong)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('answers a delivery with a check, serves no git of it, and counts it ready', async () => {
  await until(() => double.seen.some((s) => s.operation === 'GET /repos/{owner}/{repo}/pulls'));
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
  const push = { ref: 'refs/heads/fix', before: '0'.repeat(40), after: head };
  for (const [event, what] of [['push', push] as const, ['pull_request', body] as const]) {
    const { bytes, headers } = delivered(event, what, SECRET, `d-${event.length}`);
    const answer = await fetch(`${url}/forges/github`, { method: 'POST', headers, body: bytes });
    expect([answer.status, await answer.json()]).toEqual([202, { said: 'kept' }]);
  }
  await until(() => [...checks.values()].some((c) => c.head_sha === head && c.conclusion === 'success'));
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/git/infra.git/info/refs?service=git-upload-pack`)).status).toBe(401);
  expect(double.wrong).toEqual([]);
}, 120_000);
