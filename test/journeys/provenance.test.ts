/** An agent edits, its hooks record, git commits, the push is judged, and a reviewer sees whose lines they are. All parts are real. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { arrive } from '../../examples/story/review.ts';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { JONAS } from '../../examples/story/story.ts';
import { STORY_TF } from '../../src/testing/sample/infra.ts';

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([openStage(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await stage?.end();
});

const SESSION = '0123456789abcdef';

it('shows whose lines they are, of a commit whose message says nothing', async () => {
  const clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', 'Bring the orders database in line');
  const at = STORY_TF.split('\n').findIndex((l) => l.includes('larkspur-orders-prod')) + 1;
  const meta = {
    schema_version: 'authorship/3.0.0',
    prompts: { [SESSION]: { agent_id: { tool: 'codex', id: 'one', model: 'gpt-5' }, human_author: 'Jonas Keller <jonas@larkspur.example>' } },
  };
  writeFileSync(join(stage.folder, 'note'), `databases/orders/main.tf\n  ${SESSION} ${at}\n---\n${JSON.stringify(meta)}\n`);
  stage.must(clone, ...JONAS, 'notes', '--ref=ai', 'add', '-F', join(stage.folder, 'note'), 'HEAD');
  const pushed = stage.git(clone, 'push', 'origin', 'main', 'refs/notes/ai');
  const id = /changes\/([0-9a-f]{16})/.exec(pushed.text)?.[1] ?? '';
  expect(pushed.text).toContain('assisted');
  const mara = await arrive(browser, stage.url, 'mara');
  await mara.page.goto(`/changes/${id}`);
  await mara.page.getByText('1 line written by codex, gpt-5').waitFor();
  const file = mara.page.locator('[data-path="databases/orders/main.tf"]');
  await file.scrollIntoViewIfNeeded();
  const striped = file.locator(`[data-column-number="${at}"][data-line-type="change-addition"]`).first();
  await striped.waitFor();
  expect(await striped.evaluate((e) => getComputedStyle(e).boxShadow)).toContain('inset');
  await mara.page.waitForTimeout(500);
  await mara.page.screenshot({ path: '/tmp/marks.png', fullPage: false });
  await mara.page.locator('#provenance').scrollIntoViewIfNeeded();
  await mara.page.screenshot({ path: '/tmp/prov.png', fullPage: false });
  await mara.close();
});
