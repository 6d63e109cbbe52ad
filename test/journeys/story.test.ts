/** The first whole path, in one go: real git, a real server, a real browser, a real signature, a real log. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { tellStory } from '../../examples/story/story.ts';
import { silent } from '../../examples/story/teller.ts';

const SCREENSHOT = join(import.meta.dirname, '../../docs/images/sign-off.png');

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([openStage(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await stage?.end();
});

it('stops an AI-assisted change, has a senior sign it, lands it, and proves it offline', async () => {
  const met = await tellStory(stage, browser, silent, {
    // The README's picture is what this test sees; it is rewritten only when asked for, so that a run leaves no change behind.
    look: async (page) => {
      if (process.env.COUNTERSIGN_SCREENSHOT === undefined) return;
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.waitForTimeout(500);
      await page.screenshot({ path: SCREENSHOT });
    },
  });
  expect(met).toEqual([
    'SIGNOFF_MISSING',
    'PROVENANCE_STICKY',
    'PROVENANCE_CONTRADICTION',
    'SOD_AUTHOR',
    'QUAL_LEVEL',
    'KEY_UNKNOWN',
    'SIGNOFF_MISSING',
    'CONTENT_MISMATCH',
    'ST_REF',
    'INTERMEDIATE_UNSIGNED',
    'CONTENT_DUPLICATE',
    'CONTENT_SUBMODULE',
    'REF_NON_FAST_FORWARD',
    'REF_DELETION',
    'GATE_UNAVAILABLE',
    'ST_NONCE',
    'ST_NONCE',
    'TRUST_DEMO',
    'CONTENT_MISMATCH',
  ]);
});
