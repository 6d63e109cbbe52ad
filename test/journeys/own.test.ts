/**
 * The author speaks first: a real push is refused until they have, a reviewer's page offers nothing before, and in a real Chromium
 * author and reviewer sign with passkeys, after eight words that are the same as those of the bytes. What both keep proves it offline.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type Visitor } from '../../examples/story/browser.ts';
import { arrive, review } from '../../examples/story/review.ts';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { JONAS, TRAILER } from '../../examples/story/story.ts';
import { base64, fromBase64 } from '../../src/core/base/bytes.ts';
import { pae } from '../../src/core/signoff/dsse.ts';
import { fingerprintOf } from '../../src/core/signoff/fingerprint.ts';
import { NAMES } from '../../src/core/signoff/statement.ts';
import { STORY_MESSAGE, STORY_TF } from '../../src/testing/sample/infra.ts';

let stage: Stage;
/** One for each visit: the Chromium of npm runs as one process, in which all windows share their cookies. */
let browser: Browser | undefined;
let folder: string;
let clone: string;
let id: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-own-'));
  const floor = join(folder, 'floor.yml');
  // A floor that is silent about break-glass would forbid the sample's own.
  writeFileSync(floor, 'version: 1\nownership: {from_tier: elevated}\nbreak_glass: {humans: 1}\n');
  stage = await openStage('--floor', floor);
  clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', `${STORY_MESSAGE}\n${TRAILER}`);
});
afterAll(async () => {
  await browser?.close();
  await stage?.end();
  rmSync(folder, { recursive: true, force: true });
});

async function at(person: string): Promise<Visitor> {
  await browser?.close();
  browser = await openBrowser();
  const visitor = await arrive(browser, stage.url, person);
  await visitor.page.goto(`/changes/${id}`);
  return visitor;
}
const push = () => stage.git(clone, 'push', 'origin', 'main');

/** The page saves a file; the stock command proves it. */
async function keptProof(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-receipt').click()]);
  const file = join(folder, name);
  await download.saveAs(file);
  writeFileSync(join(folder, 'trust.json'), await (await fetch(`${stage.url}/api/v1/trust`)).text());
  return stage.countersign('receipt', 'verify', file, '--trust', join(folder, 'trust.json'), '--demo').text;
}

/** The words on the screen, before any key is used, and those of the bytes the server prepared. */
async function wordsBefore(page: Page, open: () => Promise<void>): Promise<{ shown: readonly string[]; signed: readonly string[] }> {
  const [answer] = await Promise.all([page.waitForResponse((r) => r.url().endsWith('/ownership/prepare')), open()]);
  const { statement } = (await answer.json()) as { statement: string };
  const shown = (await page.getByTestId('fingerprint').innerText()).split(/\s+/).filter((w) => /^[a-z]+$/.test(w));
  return { shown, signed: fingerprintOf(pae(NAMES.payloadType, fromBase64(statement) ?? new Uint8Array(0))) };
}

it('refuses the push and says in the terminal what the author has to do', () => {
  const { code, text } = push();
  expect(code).not.toBe(0);
  expect(text).toContain('[OWNERSHIP_MISSING SIGNOFF_MISSING');
  expect(text).toMatch(/first {4}Jonas Keller \(L\d\).* says first what they read, ran and do not understand \(ownership from elevated\)/);
  id = /changes\/([0-9a-f]{16})/.exec(text)?.[1] ?? '';
  expect(text).toContain(`countersign own ${stage.url}/changes/${id}`);
});

it('shows the reviewer that the author has not spoken, and nothing to sign', async () => {
  const { page } = await at('mara');
  expect(await page.getByTestId('own-waiting').innerText()).toContain('Jonas Keller has to sign what they read');
  expect(await page.getByTestId('sign-button').count()).toBe(0);
  expect(await page.locator('.why-not').innerText()).toContain('before its author has spoken');
  expect(await page.getByTestId('own-button').count()).toBe(0);
});

it('lets the author say it and sign it, after the words of exactly those bytes', async () => {
  const { page } = await at('jonas');
  await page.getByTestId('own-asked').waitFor();
  const button = page.getByTestId('own-button');
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  await page.locator('#own-files').fill('1');
  await page.locator('#own-ran').fill('terraform plan: 1 to destroy\n\n');
  expect(await page.locator('#ownership .hint').last().innerText()).toBe('Still missing: what you do not understand.');
  await page.locator('#own-unclear').fill('whether the warehouse retries');
  expect(await button.getAttribute('aria-disabled')).toBe('false');
  const { shown, signed } = await wordsBefore(page, () => button.click());
  expect(shown).toHaveLength(8);
  expect(shown).toEqual(signed);
  await page.getByTestId('confirm-own').click();
  await page.getByTestId('own-receipt').waitFor();
  expect(await page.getByTestId('owned').innerText()).toContain('terraform plan: 1 to destroy');
  const proof = await keptProof(page, 'own.json');
  expect(proof).toContain('verified: ownership statement of jonas');
  expect(proof).toContain(`fingerprint  ${signed.join(' ')}`);
});

it('asks for the seats then, and shows the reviewer what the author said', async () => {
  const { code, text } = push();
  expect(code).not.toBe(0);
  expect(text).toContain('[SIGNOFF_MISSING');
  expect(text).not.toMatch(/OWNERSHIP_MISSING|says first/);
  const mara = await at('mara');
  const { page } = mara;
  const said = await page.getByTestId('owned').innerText();
  for (const words of ['Jonas Keller', '1 of 1 file', 'terraform plan: 1 to destroy', 'whether the warehouse retries', 'I stand behind this exact change'])
    expect(said).toContain(words);
  await review(mara, id);
  expect(await keptProof(page, 'signed.json')).toContain('verified: sign-off of mara');
  expect(push()).toMatchObject({ code: 0 });
});

it('finds out a log that changed what was signed', () => {
  const receipt = JSON.parse(readFileSync(join(folder, 'own.json'), 'utf8'));
  const entry = Buffer.from(receipt.entry, 'base64').toString('utf8').replace(id, '0'.repeat(16));
  writeFileSync(join(folder, 'changed.json'), JSON.stringify({ ...receipt, entry: base64(new TextEncoder().encode(entry)) }));
  const { code, text } = stage.countersign('receipt', 'verify', join(folder, 'changed.json'), '--trust', join(folder, 'trust.json'), '--demo');
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('LOG_INCLUSION') });
});
