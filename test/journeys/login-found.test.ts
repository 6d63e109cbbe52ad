/** Founders without a key file: one command waits, each opens a link of their own in a real browser or answers it, and then there is a log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { CLI, freePort } from '../../examples/story/stage.ts';
import { base64url, fromBase64 } from '../../src/core/base/bytes.ts';
import { softAuthenticator } from '../../src/testing/authenticator.ts';

let folder: string;
let port: number;
let url: string;
let browser: Browser | undefined;
let child: ChildProcess | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-found-'));
  port = await freePort();
  url = `http://localhost:${port}`;
});
afterEach(() => child?.kill('SIGKILL'));
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Waiting {
  readonly links: readonly string[];
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

/** Until the links are out. */
function waiting(data: string, ...more: readonly string[]): Promise<Waiting> {
  const args = ['authority', 'found', '--organisation', 'Bed', '--url', url, '--port', String(port), '--data', data, '--founder', 'kim:L7', '--founder', 'lee:L7', ...more];
  const started = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  return new Promise((resolve) => {
    let [out, err] = ['', ''];
    const ended = new Promise<{ code: number | null; out: string; err: string }>((done) => started.on('close', (code) => done({ code, out, err })));
    started.stdout.on('data', (part) => (out += part));
    started.stderr.on('data', (part) => {
      err += part;
      if (err.includes('opens once')) resolve({ links: [...err.matchAll(/http\S+#[\w-]{43}/g)].map(([link]) => link), ended });
    });
    void ended.then(() => resolve({ links: [], ended }));
  });
}

async function post(path: string, body: unknown, headers: Record<string, string> = { 'x-countersign': '1' }) {
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function comes(link: string, key = softAuthenticator({ rpId: 'localhost', origin: url })) {
  const secret = link.slice(link.indexOf('#') + 1);
  const { challenge } = (await post('/founding/begin', { secret })).body as { challenge: string };
  const { authenticatorData, clientDataJSON } = key.create(fromBase64(challenge) ?? new Uint8Array(0));
  const made = {
    credentialId: base64url(key.credentialId),
    clientDataJSON: base64url(clientDataJSON),
    authenticatorData: base64url(authenticatorData),
    attestationObject: '',
    transports: [],
  };
  return { key, said: await post('/founding', { secret, key: made }) };
}

it('lays the log out when the last founder came, and says whose keys are in it', async () => {
  const data = join(folder, 'data');
  const { links, ended } = await waiting(data);
  expect(links).toHaveLength(2);
  const [kim = '', lee = ''] = links;
  // The browser of a test has no authenticator but a virtual one, which any program that drives a browser has.
  browser = await openBrowser();
  const page = await (await browser.newContext()).newPage();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  await page.goto(kim);
  await page.getByTestId('found-passkey').click();
  await page.getByText('KEY_MODEL').waitFor();
  expect(page.url()).toBe(`${url}/found`);
  expect(existsSync(data)).toBe(false);

  const first = await comes(kim);
  expect(first.said).toMatchObject({ status: 201, body: { person: 'kim', left: 1 } });
  expect((await post('/founding/begin', { secret: kim.slice(-43) })).body).toMatchObject({ code: 'LOGIN_REFUSED' });
  expect((await comes(lee, first.key)).said).toMatchObject({ body: { code: 'KEY_MODEL' } });
  for (const path of ['/session', '/changes', '/ledger']) expect((await fetch(`${url}/api/v1${path}`)).status).toBe(404);
  expect(await post('/founding/begin', { secret: lee.slice(-43) }, {})).toMatchObject({ status: 400 });
  const second = await comes(lee);
  expect(second.said).toMatchObject({ status: 201, body: { left: 0 } });
  const done = await ended;
  expect([done.code, done.err.includes('not every founder')]).toEqual([0, false]);
  for (const text of [`kim L7 ${first.key.keyid}`, `lee L7 ${second.key.keyid}`, 'founded      localhost/log']) expect(done.out).toContain(text);
  expect(existsSync(join(data, 'countersign.db'))).toBe(true);
  const again = await (await waiting(data)).ended;
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('holds a log already')]);
});

it('founds nothing where a link was left unused, by its hour or by whoever ends the command', async () => {
  const data = join(folder, 'unused');
  const hour = await waiting(data, '--within', '0.0003');
  const late = await hour.ended;
  expect([late.code, late.err]).toEqual([2, expect.stringContaining('not every founder came')]);
  const stopped = await waiting(data);
  await comes(stopped.links[0] ?? '');
  child?.kill('SIGTERM');
  expect((await stopped.ended).code).toBe(2);
  expect(existsSync(data)).toBe(false);
});
