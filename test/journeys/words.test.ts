/**
 * The eight words, compared as two people would: one at the page before the passkey is asked, one in the terminal before the key is
 * touched, over one statement; and those of its bytes, worked out here.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { arrive, review } from '../../examples/story/review.ts';
import { openStage, type Ran, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { fromBase64 } from '../../src/core/base/bytes.ts';
import { pae } from '../../src/core/signoff/dsse.ts';
import { fingerprintOf } from '../../src/core/signoff/fingerprint.ts';
import { publicKeyLine } from '../../src/core/signoff/keys.ts';
import { NAMES } from '../../src/core/signoff/statement.ts';
import { softSshKey } from '../../src/testing/authenticator.ts';
import { STORY_MESSAGE, STORY_TF } from '../../src/testing/sample/infra.ts';
import { countersignOn } from './terminal.ts';

let stage: Stage;
let browser: Browser;
let between: Server;
let clone: string;
let id: string;
/** What the server prepared for the terminal, to the byte. */
let prepared = '';

beforeAll(async () => {
  stage = await openStage();
  browser = await openBrowser();
  between = createServer((request, response) => void passOn(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  mkdirSync(file('bin'));
  // Nobody touches the key: the words are there before that.
  writeFileSync(file('bin/ssh-keygen'), '#!/bin/sh\nexit 1\n');
  chmodSync(file('bin/ssh-keygen'), 0o755);
  writeFileSync(file('id_sk.pub'), `${publicKeyLine(softSshKey('sk-ssh-ed25519').blob)} mara\n`);
  clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', `${STORY_MESSAGE}\n${TRAILER}`);
  id = /changes\/([0-9a-f]{16})/.exec(stage.git(clone, 'push', 'origin', 'main').text)?.[1] ?? '';
});
afterAll(async () => {
  await browser?.close();
  between?.close();
  await stage?.end();
});

const file = (name: string): string => join(stage.folder, name);

/** Between terminal and server, to keep what was prepared. */
async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = { 'content-type': 'application/json', 'x-countersign': '1' };
  const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
  const answer = await fetch(`${stage.url}${request.url}`, { method: request.method ?? 'GET', headers, ...body });
  const said = await answer.text();
  if (request.url?.endsWith('/prepare')) prepared = said;
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(said);
}

const wordsOf = (statement: string): readonly string[] => fingerprintOf(pae(NAMES.payloadType, fromBase64(statement) ?? new Uint8Array(0)));

const countersign = (...args: readonly string[]): Promise<Ran> => countersignOn(stage, ...args);

it('are the same at the page, in the terminal, and out of the bytes, before anything is signed', async () => {
  const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}/changes/${id}`;
  const who = ['--as', 'mara', '--key', file('id_sk')];
  expect(await countersign('enrol', stage.url, ...who)).toMatchObject({ code: 0, text: expect.stringMatching(/; log entry \d+\n/) });
  const form = (await countersign('sign', url, ...who, '--repo', clone)).text;
  const asked = JSON.parse(form.slice(form.indexOf('{\n'), form.lastIndexOf('}') + 1));
  const filled = {
    ...asked,
    decision: 'approve',
    notChecked: 'the warehouse',
    dispositions: asked.dispositions.map((d: object) => ({ ...d, disposition: 'accepted', note: 'announced' })),
    answers: asked.answers.map((a: object) => ({ ...a, answer: 'restore the snapshot' })),
  };
  writeFileSync(file('answers.json'), JSON.stringify(filled));
  const untouched = await countersign('sign', url, ...who, '--answers', file('answers.json'), '--repo', clone);
  expect(untouched.code, untouched.text).not.toBe(0);
  const terminal = (/fingerprint {2}([a-z ]+)\n/.exec(untouched.text)?.[1] ?? '').trim().split(' ');
  const { statement } = JSON.parse(prepared) as { statement: string };
  const bytes = wordsOf(statement);
  expect(bytes).toHaveLength(8);
  expect(terminal).toEqual(bytes);

  const mara = await arrive(browser, stage.url, 'mara');
  const { page } = mara;
  const prepare = '**/api/v1/changes/*/signoffs/prepare';
  let shown: readonly string[] = [];
  const own: Promise<{ statement: string }>[] = [];
  const { words } = await review(mara, id, async () => {
    await page.route(prepare, (route) => route.fulfill({ contentType: 'application/json', body: prepared }));
    await page.getByTestId('sign-button').click();
    shown = (await page.getByTestId('fingerprint').first().innerText()).split(/\s+/).filter((w) => /^[a-z]+$/.test(w));
    expect(await page.locator('.bytes pre').textContent()).toBe(Buffer.from(statement, 'base64').toString('utf8'));
    await page.getByRole('button', { name: 'Go back' }).click();
    await page.unroute(prepare);
    page.on('response', (r) => void (r.url().endsWith('/signoffs/prepare') && own.push(r.json())));
  });
  expect(shown).toEqual(terminal);
  // Another statement, of the same person on the same change: other words, and those of its bytes again.
  expect(words).not.toEqual(shown);
  expect(words).toEqual(wordsOf((await own[0])?.statement ?? ''));
});
