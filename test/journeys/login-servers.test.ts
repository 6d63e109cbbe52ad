/**
 * Two servers of one log on one real PostgreSQL, in production: the log is founded there, a sign-in begun at one ends at the other, what is
 * ended at one is over at both, and a server says that it cannot work while the database is away.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, freePort } from '../../examples/story/stage.ts';
import { publicKeyLine } from '../../src/core/signoff/keys.ts';
import { startPostgres, type TestServer } from '../../src/store/postgresql/test-server.ts';
import { softSshKey } from '../../src/testing/authenticator.ts';
import { type GitRoom, gitRoom } from '../../src/testing/git.ts';
import { POLICY, roster } from '../bed/bed.ts';
import { CLIENT, type Issuer, Jar, realIssuer, signInAt } from '../bed/identity.ts';

let folder: string;
let database: TestServer;
let issuer: Issuer;
let room: GitRoom;
let ports: readonly [number, number];
let env: Record<string, string | undefined>;
const servers: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-servers-'));
  database = await startPostgres();
  ports = [await freePort(), await freePort()];
  env = { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C', NO_PROXY: 'localhost', DATABASE_URL: await database.database() };
  issuer = await realIssuer(`http://localhost:${ports[0]}/api/v1/session/oidc/callback`, { ada: {} });
  room = gitRoom();
  const work = room.init();
  work.commit({ 'countersign.yml': POLICY, '.countersign/roster.yml': roster() }, { author: { name: 'kim', email: 'kim@example.org' } });
  for (const name of ['first', 'second']) {
    mkdirSync(join(folder, name), { mode: 0o700 });
    writeFileSync(join(folder, name, 'oidc.secret'), `${CLIENT.secret}\n`);
    chmodSync(join(folder, name, 'oidc.secret'), 0o600);
    const oidc = `{ issuer: "${issuer.issuer}", client_id: ${CLIENT.id}, secret_file: oidc.secret }`;
    writeFileSync(join(folder, name, 'site.yml'), `version: 1\nrepositories: [{ id: infra, path: ${work.bare().gitDir} }]\nlogin: { oidc: ${oidc} }\n`);
  }
});
afterAll(async () => {
  for (const child of servers) child.kill('SIGKILL');
  await issuer?.close();
  await database?.stop().catch(() => undefined);
  room?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const data = (name: string): string => join(folder, name, 'data');

function serving(name: string, port: number): Promise<void> {
  const args = [CLI, 'serve', '--data', data(name), '--site', join(folder, name, 'site.yml'), '--port', String(port)];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  servers.push(child);
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => {
        said += part.toString();
        if (said.includes('Countersign is listening')) resolve();
      });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

/** At one of the two, under the one name both go by: what stands before them hands that on. */
function ask(at: 0 | 1, path: string, more: { readonly method?: string; readonly jar?: Jar; readonly token?: string; readonly body?: unknown } = {}) {
  const { method = 'GET', jar = new Jar(), token, body } = more;
  const headers = {
    ...{ host: `localhost:${ports[0]}`, 'content-type': 'application/json', 'x-countersign': '1', cookie: jar.header() },
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise<{ readonly status: number; readonly location: string; readonly body: Record<string, unknown> }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: ports[at], path, method, headers }, async (answer: IncomingMessage) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      jar.take(new Headers((answer.headers['set-cookie'] ?? []).map((line): [string, string] => ['set-cookie', line])));
      const text = Buffer.concat(parts).toString();
      resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '', body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

it('a log is founded in the database, and every server with its keys serves it', async () => {
  const founders = ['kim', 'lee'].flatMap((name) => {
    const file = join(folder, `${name}.pub`);
    writeFileSync(file, `${publicKeyLine(softSshKey('sk-ssh-ed25519').blob)} ${name}\n`);
    return ['--founder', `${name}:L7:${file}`];
  });
  const url = `http://localhost:${ports[0]}`;
  const found = () =>
    spawnSync(process.execPath, [CLI, 'authority', 'found', '--organisation', 'Bed', '--url', url, '--data', data('first'), ...founders], { env, encoding: 'utf8' });
  const founded = found();
  expect(`${founded.stdout}${founded.stderr}`).toContain('founded      localhost/log');
  expect(found().stderr).toContain('the log localhost/log is here already');
  mkdirSync(data('second'), { mode: 0o700 });
  cpSync(join(data('first'), 'keys'), join(data('second'), 'keys'), { recursive: true });
  await Promise.all([serving('first', ports[0]), serving('second', ports[1])]);
  for (const at of [0, 1] as const) expect(await ask(at, '/readyz')).toMatchObject({ status: 200, body: { ready: true } });
});

it('a sign-in begun at one ends at the other, and counts at both until it is ended at one', async () => {
  const jar = new Jar();
  const begun = await ask(0, '/api/v1/session/oidc', { jar });
  const back = new URL(await signInAt(begun.location, 'ada'));
  expect(await ask(1, `${back.pathname}${back.search}`, { jar })).toMatchObject({ status: 303 });
  for (const at of [0, 1] as const) expect((await ask(at, '/api/v1/session', { jar })).body).toMatchObject({ person: { id: 'ada' }, via: 'oidc' });
  const made = await ask(1, '/api/v1/tokens', { method: 'POST', jar, body: { name: 'ci', scopes: ['read', 'gate'], days: 1 } });
  const token = String(made.body.secret);
  expect(await ask(0, '/api/v1/changes', { token })).toMatchObject({ status: 200 });
  const question = { subject: { repo: 'infra', target_ref: 'refs/heads/main', base: '0'.repeat(40), head: '1'.repeat(40) }, gate: 'merge' };
  expect(await ask(0, '/api/v1/gate/check', { method: 'POST', token, body: question })).toMatchObject({ status: 200, body: { verdict: 'deny' } });
  expect(await ask(0, '/api/v1/gate/check', { method: 'POST', body: question })).toMatchObject({ status: 401 });
  const kept = new Jar();
  for (const [name, value] of jar.cookies) kept.cookies.set(name, value);
  expect(await ask(0, `/api/v1/tokens/${made.body.id}`, { method: 'DELETE', jar })).toMatchObject({ status: 200 });
  expect(await ask(1, '/api/v1/changes', { token })).toMatchObject({ status: 401 });
  expect(await ask(0, '/api/v1/session', { method: 'DELETE', jar })).toMatchObject({ status: 200 });
  for (const at of [0, 1] as const) expect(await ask(at, '/api/v1/changes', { jar: kept })).toMatchObject({ status: 401 });
});

it('figures are for whoever holds the token, and here nobody does', async () => {
  expect(await ask(0, '/metrics')).toMatchObject({ status: 404 });
});

it('says that it lives and cannot work while the database is away', async () => {
  await database.stop();
  for (const at of [0, 1] as const) {
    await expect
      .poll(() => ask(at, '/readyz'), { timeout: 10_000 })
      .toMatchObject({ status: 503, body: { ready: false, reasons: expect.arrayContaining([expect.objectContaining({ part: 'store' })]) } });
    expect(await ask(at, '/healthz')).toMatchObject({ status: 200 });
    expect(await ask(at, '/api/v1/ledger')).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE', remedy: expect.stringContaining('again') } });
  }
});
