/**
 * A server that founders began, in production: a person signs in by passkey in a real Chromium, another by a real identity provider, a real push
 * waits for a signature and passes with it, and a cookie that somebody kept is worth nothing after its person left.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { CLI, freePort } from '../../examples/story/stage.ts';
import { base64, base64url } from '../../src/core/base/bytes.ts';
import { formatGenesis } from '../../src/core/signoff/genesis.ts';
import { publicKeyLine } from '../../src/core/signoff/keys.ts';
import { softAuthenticator, softSshKey } from '../../src/testing/authenticator.ts';
import { type GitRoom, gitRoom, type TestRepository } from '../../src/testing/git.ts';
import { testMaker } from '../../src/testing/maker.ts';
import { foundLog } from '../../src/world.ts';
import { POLICY, roster, subjectFor } from '../bed/bed.ts';
import { CLIENT, type Issuer, Jar, realIssuer, signInAt } from '../bed/identity.ts';
import { exchange } from './server-wire.ts';

let folder: string;
let port: number;
let url: string;
let room: GitRoom;
let work: TestRepository;
let server: ChildProcess | undefined;
let issuer: Issuer;
/** One for each visit: the Chromium of npm runs as one process, in which all windows share their cookies. */
let browser: Browser | undefined;
const kim = softSshKey('sk-ssh-ed25519');
let device: Server | undefined;
let touches = 0;
let mara: ReturnType<typeof softAuthenticator>;
/** Of ada, made after signing in with the identity provider. */
let token = '';
let said = '';
/** Of every start. */
let ever = '';
let change = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-login-'));
  port = await freePort();
  url = `http://localhost:${port}`;
  mara = softAuthenticator({ rpId: 'localhost', origin: url });
  const terminal = { kind: 'sk-ssh' as const, credentialId: '', aaguid: '', backupEligible: false, counter: 0 };
  const founders = [
    subjectFor('mara', 'L6', mara),
    { person: 'kim', name: 'kim', level: 'L7', keyid: kim.keyid, blob: base64(kim.blob), ...terminal, attestation: kim.attestation() },
  ];
  const genesis = formatGenesis({ mode: 'production', origin: 'countersign.example/log', rpId: 'localhost', origins: [url], organisation: 'Bed', solo: false, founders });
  if (!genesis.ok) throw new Error(genesis.error.message);
  const laid = await foundLog({ dir: join(folder, 'data') }, 'countersign.example/log', genesis.value);
  if (!laid.ok) throw new Error(laid.error.message);
  room = gitRoom();
  work = room.init();
  work.commit(
    { 'countersign.yml': POLICY, '.countersign/roster.yml': roster(), 'db/000.sql': 'create table orders (id int);\n' },
    { author: { name: 'kim', email: 'kim@example.org' } },
  );
  const bare = work.bare();
  issuer = await realIssuer(`${url}/api/v1/session/oidc/callback`, { ada: {}, eve: {} });
  writeFileSync(join(folder, 'oidc.secret'), `${CLIENT.secret}\n`);
  chmodSync(join(folder, 'oidc.secret'), 0o600);
  writeFileSync(
    join(folder, 'site.yml'),
    `version: 1
repositories: [{ id: infra, path: ${bare.gitDir}, protected: [refs/heads/main] }]
login: { oidc: { issuer: "${issuer.issuer}", client_id: ${CLIENT.id}, secret_file: oidc.secret, name: Bed SSO } }
roles: { people: { eve: [auditor] } }
`,
  );
  writeFileSync(join(folder, 'makers.json'), JSON.stringify({ roots: [testMaker().pin] }));
  server = await serving();
});
afterAll(async () => {
  await browser?.close();
  await stopped();
  await issuer?.close();
  device?.close();
  room?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const ENV = () => ({ PATH: process.env.PATH, HOME: folder, LC_ALL: 'C', NO_PROXY: 'localhost', no_proxy: 'localhost' });

function serving(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [CLI, 'serve', '--data', join(folder, 'data'), '--site', join(folder, 'site.yml'), '--port', String(port), '--authenticators', join(folder, 'makers.json')],
    {
      env: ENV(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return new Promise((resolve, reject) => {
    const hear = (part: Buffer): void => {
      said += part.toString();
      ever += part.toString();
      if (said.includes('Countersign is listening')) resolve(child);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

function stopped(): Promise<void> {
  const child = server;
  if (child === undefined || child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

async function window(): Promise<BrowserContext> {
  await browser?.close();
  browser = await openBrowser();
  return browser.newContext({ baseURL: url, viewport: { width: 1440, height: 1000 } });
}

/** Somebody with a browser, and a passkey in it that trustees enrolled before. */
async function withPasskey(): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
  const context = await window();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const privateKey = mara.privateKey.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  await devtools.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: base64(mara.credentialId),
      isResidentCredential: true,
      rpId: 'localhost',
      privateKey,
      userHandle: base64(new TextEncoder().encode('mara')),
      signCount: 1,
    },
  });
  return { page, context };
}

/** What would let somebody in. */
const secrets = new Set<string>();
const keep = (jar: Jar): void => {
  for (const value of jar.cookies.values()) secrets.add(value);
};

async function call(
  jar: Jar,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-countersign': '1', cookie: jar.header(), ...headers },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  jar.take(answer.headers);
  keep(jar);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Signs in with the identity provider, as a browser would. */
async function bySso(sub: string): Promise<Jar> {
  const jar = new Jar();
  const begun = await fetch(`${url}/api/v1/session/oidc`, { redirect: 'manual' });
  jar.take(begun.headers);
  keep(jar);
  const at = await signInAt(begun.headers.get('location') ?? '', sub);
  for (const name of ['code', 'state']) secrets.add(new URL(at).searchParams.get(name) ?? '');
  const back = await fetch(at, { headers: { cookie: jar.header() }, redirect: 'manual' });
  jar.take(back.headers);
  keep(jar);
  return jar;
}

function pushed(head: string): { readonly code: number | null; readonly text: string } {
  const env = { ...ENV(), GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const done = spawnSync('git', ['push', `http://ada:${token}@localhost:${port}/git/infra.git`, `${head}:refs/heads/main`], { cwd: work.dir, env, encoding: 'utf8' });
  return { code: done.status, text: `${done.stdout}${done.stderr}` };
}

it('serves what founders began, and says so', () => {
  expect(said).toContain('It serves Bed, whose log is countersign.example/log');
  expect(said).not.toMatch(/demo|sample/);
});

it('lets nobody read, push or act as anybody before they signed in', async () => {
  expect(await call(new Jar(), 'GET', '/changes')).toMatchObject({ status: 401 });
  expect(await call(new Jar(), 'POST', '/session/act-as', { person: 'mara' })).toMatchObject({ status: 403, body: { code: 'DEMO_ONLY' } });
  token = 'demo';
  expect(pushed('HEAD').text).toMatch(/Authentication failed|401/);
});

it('lets the author in by the identity provider, and a token of theirs push; the push waits for a signature', async () => {
  const jar = await bySso('ada');
  expect((await call(jar, 'GET', '/session')).body).toMatchObject({ person: { id: 'ada' }, via: 'oidc' });
  token = String((await call(jar, 'POST', '/tokens', { name: 'laptop', scopes: ['push'], days: 1 })).body.secret);
  const head = work.commit({ 'db/001.sql': 'drop table orders;\n' }, { author: { name: 'ada', email: 'ada@example.org' } });
  const refused = pushed(head);
  expect(refused.code).not.toBe(0);
  change = /\/changes\/([0-9a-f]{16})/.exec(refused.text)?.[1] ?? '';
  expect(change, refused.text).not.toBe('');
  expect(await call(new Jar(), 'GET', '/changes', undefined, { authorization: `Bearer ${token}` })).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
});

it('lets a person sign in and sign by passkey in a real browser, and the push passes', async () => {
  const { page, context } = await withPasskey();
  await page.goto(`/changes/${change}`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).first().click();
  await page.getByTestId('sign-button').waitFor();
  expect(await page.locator('.header').innerText()).toContain('mara');
  const [cookie] = await context.cookies();
  secrets.add(cookie?.value ?? '');
  expect(cookie).toMatchObject({ name: 'countersign_session', httpOnly: true, sameSite: 'Strict', secure: false, path: '/' });
  for (const finding of await page.getByTestId('finding-disposition').all()) {
    await finding.locator('input[type=radio][value=accepted]').check({ force: true });
    await finding.getByTestId('finding-note').fill('planned');
  }
  await page.locator('[data-testid=decision] input[value=approve]').check({ force: true });
  for (const question of await page.locator('[data-testid^=question-]').all()) await question.fill('restore the snapshot of last night');
  await page.getByTestId('not-checked').fill('the replica');
  await page.getByTestId('sign-button').click();
  await page.getByTestId('confirm-sign').click();
  await Promise.race([page.getByTestId('receipt').waitFor(), page.getByRole('alert').waitFor()]);
  expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
  const passed = pushed(work.git('rev-parse', 'HEAD'));
  expect(passed.text).toContain('allowed');
  expect(passed.code).toBe(0);

  // What somebody kept of the session is worth nothing once its person left.
  const stolen = new Jar();
  stolen.cookies.set(cookie?.name ?? '', cookie?.value ?? '');
  expect(await call(stolen, 'GET', '/changes')).toMatchObject({ status: 200 });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).first().waitFor();
  expect(await call(stolen, 'GET', '/changes')).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
  await context.close();
});

it('lets a person make a token on its page, which shows it once, and end it', async () => {
  const { page, context } = await withPasskey();
  await page.goto('/tokens');
  await page.getByTestId('sign-in-passkey').click();
  await page.getByTestId('token-name').fill('nightly report');
  expect(await page.getByTestId('token-make').isDisabled()).toBe(true);
  await page.getByTestId('token-scope-read').check();
  await page.getByTestId('token-make').click();
  const secret = await page.getByTestId('token-secret').innerText();
  secrets.add(secret);
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
  const authorization = `Bearer ${secret}`;
  expect(await call(new Jar(), 'GET', '/changes', undefined, { authorization })).toMatchObject({ status: 200 });
  expect(await call(new Jar(), 'POST', `/changes/${change}/signoffs/prepare`, {}, { authorization })).toMatchObject({ status: 403 });
  await page.reload();
  await page.getByTestId('token-row').filter({ hasText: 'nightly report' }).waitFor();
  expect(await page.locator('body').innerText()).not.toContain(secret);
  await page.getByRole('button', { name: 'End nightly report' }).click();
  await page.getByText('You have no tokens.').waitFor();
  expect(await call(new Jar(), 'GET', '/changes', undefined, { authorization })).toMatchObject({ status: 401 });
  await context.close();
});

it('lets a person sign in and sign with a security key in the terminal', async () => {
  const head = work.commit({ 'db/002.sql': 'drop table invoices;\n' }, { author: { name: 'ada', email: 'ada@example.org' } });
  const page = /http\S+\/changes\/[0-9a-f]{16}/.exec(pushed(head).text)?.[0] ?? '';
  await plugIn();
  const form = await terminal('sign', page, '--key', join(folder, 'kim_sk'), '--repo', work.dir);
  expect(form.text).toContain('signing in   to');
  expect(touches, form.text).toBe(1);
  const answers = JSON.parse(form.text.slice(form.text.indexOf('{'), form.text.lastIndexOf('}') + 1)) as { dispositions: { finding: string }[]; answers: { question: string }[] };
  const filled = {
    ...answers,
    decision: 'approve',
    dispositions: answers.dispositions.map(({ finding }) => ({ finding, disposition: 'accepted', note: 'planned' })),
    answers: answers.answers.map(({ question }) => ({ question, answer: 'restore it' })),
    notChecked: 'the replica',
  };
  writeFileSync(join(folder, 'answers.json'), JSON.stringify(filled));
  const signed = await terminal('sign', page, '--key', join(folder, 'kim_sk'), '--repo', work.dir, '--answers', join(folder, 'answers.json'));
  expect(signed.text).toMatch(/signed\s+log entry/);
  expect(pushed(head).code).toBe(0);
});

/** A security key that stands behind a `ssh-keygen` which only carries bytes to it and back. */
async function plugIn(): Promise<void> {
  const plugged = createServer(async (request, response) => {
    touches += 1;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.end(kim.signPae(new Uint8Array(Buffer.concat(parts)), { counter: touches + 10, namespace: String(request.headers['x-namespace']) }));
  });
  device = plugged;
  await new Promise<void>((resolve) => plugged.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(folder, 'kim_sk.pub'), `${publicKeyLine(kim.blob)} kim\n`);
  mkdirSync(join(folder, 'bin'));
  const script = `import { readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const file = args.at(-1);
const headers = { 'x-namespace': args[args.indexOf('-n') + 1] };
const response = await fetch('http://127.0.0.1:${(plugged.address() as AddressInfo).port}', { method: 'POST', headers, body: readFileSync(file) });
writeFileSync(file + '.sig', Buffer.from(await response.arrayBuffer()));
`;
  writeFileSync(join(folder, 'bin/keygen.mjs'), script);
  writeFileSync(join(folder, 'bin/ssh-keygen'), `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'bin/keygen.mjs')}' "$@"\n`);
  chmodSync(join(folder, 'bin/ssh-keygen'), 0o755);
}

/** Not spawnSync: the key lives in this process. */
const terminal = (...args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: folder,
      env: { ...ENV(), PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
    child.on('close', (code) => resolve({ code, text }));
  });

it('lets an auditor read by the identity provider in a real browser, back on the page they came from, and change nothing', async () => {
  const context = await window();
  const page = await context.newPage();
  await page.goto('/people');
  await page.getByTestId('header-oidc').click();
  await page.locator('input[name=login]').fill('eve');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${url}/people`);
  await page.getByText('kim').first().waitFor();
  const jar = new Jar();
  for (const { name, value } of await context.cookies(url)) jar.cookies.set(name, value);
  expect((await call(jar, 'GET', '/session')).body).toMatchObject({ person: { id: 'eve' }, roles: ['auditor'], via: 'oidc' });
  for (const path of [`/changes/${change}/signoffs/prepare`, '/enrolments/begin', '/tokens', '/session/end-all'])
    expect(await call(jar, 'POST', path, {}), path).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
  await context.close();
});

it('a passkey that a page makes is a proposal for trustees, and the virtual one of a browser not even that', async () => {
  const { page, context } = await withPasskey();
  await page.goto('/people');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).first().click();
  await page.getByTestId('enrol-passkey').click();
  // The only authenticator holds a key of hers already: the browser says so. Another one is virtual, and any program that drives a browser has one.
  expect(await page.getByRole('alert').first().innerText()).toContain('already enrolled');
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await page.getByTestId('enrol-passkey').click();
  await page.getByText('KEY_MODEL').waitFor();
  const jar = new Jar();
  for (const { name, value } of await context.cookies(url)) jar.cookies.set(name, value);
  const begun = await call(jar, 'POST', '/enrolments/begin', {});
  const spare = softAuthenticator({ rpId: 'localhost', origin: url });
  const made = spare.create(new Uint8Array(Buffer.from(String(begun.body.challenge), 'base64url')));
  const body = {
    credentialId: base64url(spare.credentialId),
    clientDataJSON: base64url(made.clientDataJSON),
    authenticatorData: base64url(made.authenticatorData),
    attestationObject: '',
    transports: [],
  };
  expect(await call(jar, 'POST', '/enrolments', body)).toMatchObject({ status: 202, body: { person: 'mara', keyid: spare.keyid, proposal: expect.any(String) } });
  await context.close();
});

it('a session lives through a restart, and dies for good when it ends', async () => {
  const jar = await bySso('ada');
  await stopped();
  said = '';
  server = await serving();
  expect(await call(jar, 'GET', '/changes')).toMatchObject({ status: 200 });
  const kept = jar.header();
  await call(jar, 'DELETE', '/session');
  await stopped();
  said = '';
  server = await serving();
  expect((await fetch(`${url}/api/v1/changes`, { headers: { cookie: kept } })).status).toBe(401);
});

it('answers bad input with a no: headers, hosts, sizes', async () => {
  const host = `Host: localhost:${port}\r\nConnection: close\r\n`;
  const callback = await exchange(port, `GET /api/v1/session/oidc?back=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n${host}\r\n`, false);
  expect(callback).toMatch(/^HTTP\/1\.1 303/);
  expect(callback).not.toMatch(/^set-cookie: a=b/im);
  expect(await exchange(port, 'GET /api/v1/session/oidc HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', false)).toMatch(/^HTTP\/1\.1 400/);
  const jar = new Jar();
  expect(await call(jar, 'POST', '/session/passkey/begin', { person: 'x'.repeat(5 << 20) })).toMatchObject({ status: 413 });
  expect(await call(jar, 'POST', '/session/passkey', { credentialId: 'x'.repeat(1 << 20) })).toMatchObject({ status: 413 });
  const long = await fetch(`${url}/api/v1/session/oidc/callback?code=${'x'.repeat(10_000)}`, { redirect: 'manual' });
  expect(long.status).toBe(401);
  expect((await fetch(`${url}/api/v1/changes`, { headers: { cookie: `countersign_session=${'A'.repeat(43)}` } })).status).toBe(401);
});

it('refuses what may not be served, with the commands to run', async () => {
  const run = (...args: readonly string[]): Promise<{ code: number | null; text: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [CLI, 'serve', ...args], { env: ENV(), stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
      child.on('close', (code) => resolve({ code, text }));
    });
  const free = String(await freePort());
  const empty = await run('--data', join(folder, 'nothing'), '--port', free);
  expect(empty.code).toBe(2);
  expect(empty.text).toMatch(/countersign authority found[\s\S]*countersign serve/);
  mkdirSync(join(folder, 'other'), { mode: 0o700 });
  expect((await run('--demo', '--data', join(folder, 'other'), '--host', '0.0.0.0', '--port', free)).text).toContain('DEMO_ONLY');
  await stopped();
  expect((await run('--demo', '--data', join(folder, 'data'), '--port', free)).text).toContain('DEMO_ONLY');
  expect((await run('--data', join(folder, 'data'), '--port', free)).text).toMatch(/no file says which repositories/);
  writeFileSync(join(folder, 'bad.yml'), 'version: 1\nrepositories: [{ id: infra, path: nowhere }]\n');
  expect((await run('--data', join(folder, 'data'), '--site', join(folder, 'bad.yml'), '--port', free)).text).toMatch(/infra is no bare repository/);
});

it('has written every request down, and no cookie, token, code or state', async () => {
  await stopped();
  const lines = ever
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter((line) => line.event === 'request' && line.route === '/api/v1/session/oidc/callback').length).toBeGreaterThan(1);
  expect(lines.filter((line) => line.event === 'request' && line.door === 'git' && line.principal === 'ada').length).toBeGreaterThan(1);
  expect(lines.filter((line) => line.event === 'failure')).toEqual([]);
  secrets.add(token);
  secrets.delete('');
  expect(secrets.size).toBeGreaterThan(8);
  expect([...secrets].filter((secret) => ever.includes(secret))).toEqual([]);
});
