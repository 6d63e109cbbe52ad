/**
 * verify.html as a person has it: one file on a disk, in a real Chromium without a network, given a bundle and a trust file. What it
 * proves it proves by the same core with another crypto port.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { utf8 } from '../../src/core/base/bytes.ts';
import { formatBundle } from '../../src/core/signoff/bundle.ts';
import { credentialFor } from '../../src/core/signoff/credential.ts';
import { pae } from '../../src/core/signoff/dsse.ts';
import { NAMES } from '../../src/core/signoff/statement.ts';
import { envelopeOf, softAuthenticator, softSshKey } from '../../src/testing/authenticator.ts';
import { NOW, RP, signoffBytes, signoffInput, testLog, trustedKey } from '../../src/testing/signoffs.ts';
import { trustFileOf } from '../../src/testing/trust-files.ts';

const PAGE = pathToFileURL(join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist/verify.html')).href;
const folder = mkdtempSync(join(tmpdir(), 'countersign-page-'));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const log = testLog();
const passkey = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const key = softSshKey('sk-ssh-ed25519');
const MARKUP = '<img src=x onerror="document.title=1">';
const MOVE = { change: '0'.repeat(16), repo: 'infra', ref: 'refs/heads/main', old: 'd'.repeat(40), new: 'e'.repeat(40) };
const byNoor = signoffBytes({
  nonce: 'b'.repeat(32),
  signer: { ...signoffInput().signer, person: 'noor', credential: credentialFor([trustedKey(key, { kind: 'sk-ssh', credentialId: 'AQID' })]) },
});
const [noors, maras, landing] = log.recordAll(
  [
    envelopeOf(byNoor, [{ keyid: key.keyid, sig: key.signPae(pae(NAMES.payloadType, byNoor)) }]),
    passkey.signEnvelope(signoffBytes({ nonce: 'a'.repeat(32), notChecked: MARKUP })),
    utf8(JSON.stringify({ v: 1, nonces: ['a'.repeat(32), 'b'.repeat(32)] })),
  ],
  [{}, {}, { type: 'landed', at: NOW + 1, fields: MOVE }],
);
if (noors === undefined || maras === undefined) throw new Error('nothing was logged');
const bundle = utf8(formatBundle([noors, maras], landing));
const trust = trustFileOf(
  [
    { person: 'mara', key: passkey },
    { person: 'noor', key, kind: 'sk-ssh' },
  ],
  log,
);

let browser: Browser;
let page: Page;
let trouble: string[];

beforeAll(async () => {
  browser = await openBrowser();
  const context = await browser.newContext({ offline: true });
  page = await context.newPage();
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => request.url() !== PAGE && trouble.push(request.url()));
});
beforeEach(async () => {
  trouble = [];
  await page.goto(PAGE);
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Fills in what is asked for, by the words a person sees, and presses the button. */
async function verify(given: { bundle?: Uint8Array; manifest?: string; trust?: string; more?: () => Promise<void> } = {}): Promise<string> {
  await page.getByLabel('Bundle', { exact: true }).setInputFiles(file('bundle.json', given.bundle ?? bundle));
  await page.getByLabel('Trust file').setInputFiles(file('trust.json', given.trust ?? trust));
  await page.getByLabel('manifest', { exact: true }).fill(given.manifest ?? '1'.repeat(64));
  await page.getByLabel('manifest256').fill('2'.repeat(64));
  await page.getByLabel('Repository').fill('infra');
  await given.more?.();
  await page.getByRole('button', { name: 'Verify' }).click();
  return (await page.locator('.verdict strong').textContent()) ?? '';
}
const besides = (label: string, value: string) => async (): Promise<void> => {
  await page.getByText('What you know besides').click();
  await page.getByLabel(label).fill(value);
};
const outcome = (code: string): Promise<string | null> => page.locator('tr', { hasText: code }).locator('td.outcome').textContent();
const result = (): Promise<string> => page.getByRole('region', { name: 'Result' }).innerText();

test('a good bundle is proven, every check by name, and nothing goes out', async () => {
  expect(await verify({ more: besides('People to have signed', '2') })).toBe('Proven');
  const text = await result();
  expect(text).toContain('mara (L6) said approve, implementation, tier critical');
  expect(text).toContain('noor (L6) said approve');
  expect(text).toContain(`moving the ref from ${MOVE.old} to ${MOVE.new}`);
  expect(await page.locator('tbody tr').count()).toBeGreaterThan(15);
  expect([await outcome('SIG_INVALID'), await outcome('LOG_SIG'), await outcome('SOD_AUTHOR')]).toEqual(['✓ held', '✓ held', '– not asked']);
  expect(trouble).toEqual([]);
});

test('what the bundle says is shown as text', async () => {
  await verify();
  expect(await result()).toContain(MARKUP);
  expect(await page.locator('main img').count()).toBe(0);
});

test('one flipped bit is refused, wherever it is', async () => {
  for (const at of [10, 200, Math.floor(bundle.length / 3), Math.floor(bundle.length / 2), bundle.length - 400, bundle.length - 1]) {
    const flipped = bundle.map((byte, i) => (i === at ? byte ^ 1 : byte));
    expect(['Not proven', 'Cannot be decided']).toContain(
      await verify({ bundle: flipped, more: async () => void (await page.locator('#humans').evaluate((e: HTMLInputElement) => (e.value = '2'))) }),
    );
    await page.getByLabel('Repository').fill('');
  }
});

test('another content is refused by that check, and a verdict does not outlive what it was about', async () => {
  expect(await verify({ manifest: '9'.repeat(64) })).toBe('Not proven');
  expect(await outcome('CONTENT_MISMATCH')).toBe('✗ failed');
  expect(await result()).toContain('CONTENT_MISMATCH');
  await page.getByLabel('manifest', { exact: true }).fill('1'.repeat(64));
  expect(await result()).toBe('');
});

test('another log, another commit, too few people and a trust file that is none', async () => {
  expect(await verify({ trust: trustFileOf([{ person: 'mara', key: passkey }], testLog()) })).toBe('Not proven');
  expect(await verify({ trust: '{}' })).toBe('Cannot be decided');
  expect(await verify({ more: besides('People to have signed', '3') })).toBe('Not proven');
  await page.getByLabel('People to have signed').fill('1');
  await page.getByLabel('Commit the ref moved to').fill('f'.repeat(40));
  expect(await verify()).toBe('Not proven');
});

test('it asks for all it needs before it says anything', async () => {
  await page.getByRole('button', { name: 'Verify' }).click();
  expect(await result()).toBe('');
  expect(await page.locator('#bundle').evaluate((e: HTMLInputElement) => e.validity.valueMissing)).toBe(true);
});

test('the two lines of countersign manifest are pasted at once', async () => {
  await page.getByLabel('manifest', { exact: true }).focus();
  await page.evaluate(
    (text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    `manifest ${'a'.repeat(64)}\nmanifest256 ${'b'.repeat(64)}\nM 100644 ...`,
  );
  expect([await page.getByLabel('manifest', { exact: true }).inputValue(), await page.getByLabel('manifest256').inputValue()]).toEqual(['a'.repeat(64), 'b'.repeat(64)]);
});

test('nothing but its own script may run or load', async () => {
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    try {
      script.text = 'window.ran = 1';
    } catch {
      return 'refused before it was made';
    }
    document.head.append(script);
    return String((window as unknown as { ran?: number }).ran);
  });
  expect(ran).toBe('refused before it was made');
  expect(
    await page.evaluate(() =>
      fetch('data:text/plain,x').then(
        () => 'loaded',
        () => 'refused',
      ),
    ),
  ).toBe('refused');
});
