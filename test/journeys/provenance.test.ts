/** An agent edits, its hooks record, git commits, the push is judged, and a reviewer sees whose lines they are. All parts are real. */

import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../examples/story/browser.ts';
import { arrive } from '../../examples/story/review.ts';
import { CLI, openStage, type Stage } from '../../examples/story/stage.ts';
import { JONAS } from '../../examples/story/story.ts';
import type { Provenance } from '../../src/core/provenance/provenance.ts';
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
  // The page draws the line again once its colours are known: one that was taken away in between has no style.
  await expect.poll(() => striped.evaluate((e) => getComputedStyle(e).boxShadow), { timeout: 20_000 }).toContain('inset');
  expect(await mara.page.locator('#provenance').innerText()).toMatch(/1 of 2 added lines written by AI, as unsigned records say[\s\S]*git-ai authorship\/3\.0\.0: 1 line by codex/);
  await mara.close();
});

/** One event of Claude Code, as it hands it to a hook. */
function hooked(clone: string, event: 'PreToolUse' | 'PostToolUse', tool: string, input: object, call: string): void {
  const json = { session_id: 'conversation-1', transcript_path: '/nowhere.jsonl', cwd: clone, hook_event_name: event, tool_name: tool, tool_input: input, tool_use_id: call };
  const done = spawnSync(process.execPath, [CLI, 'hook', 'agent', '--agent', 'claude'], { input: JSON.stringify(json), env: stage.env, encoding: 'utf8' });
  expect([done.status, done.stdout]).toEqual([0, '']);
}

it('declares, records and shows what an agent did, without a word of its own', async () => {
  const clone = stage.clone('infra', 'jonas');
  for (const [key, value] of [
    ['user.name', 'Jonas Keller'],
    ['user.email', 'jonas@larkspur.example'],
  ] as const)
    stage.must(clone, 'config', key, value);
  expect(stage.countersign('hook', 'install', '--repo', clone)).toMatchObject({ code: 0 });
  const file = join(clone, 'databases/orders/main.tf');
  const before = readFileSync(file, 'utf8');
  hooked(clone, 'PreToolUse', 'Edit', { file_path: file, old_string: 'orders-prod"', new_string: 'larkspur-orders-prod"' }, 'call-1');
  writeFileSync(file, before.replace('identifier     = "orders-prod"', 'identifier     = "larkspur-orders-prod"'));
  hooked(clone, 'PostToolUse', 'Edit', { file_path: file, old_string: 'orders-prod"', new_string: 'larkspur-orders-prod"' }, 'call-1');
  // the person does the rest
  appendFileSync(file, '\n# Named by the convention of the platform team since this year.\n');
  stage.must(clone, 'commit', '-qam', 'Bring the orders database in line');
  expect(stage.must(clone, 'log', '-1', '--format=%(trailers)')).toMatch(/^Assisted-by: claude\S*\nAI-Session: urn:countersign:s_[0-9a-f]{14}$/);
  const pushed = stage.git(clone, 'push', 'origin', 'main', 'refs/notes/countersign');
  const id = /changes\/([0-9a-f]{16})/.exec(pushed.text)?.[1] ?? '';
  const answer = (await (await fetch(`${stage.url}/api/v1/changes/${id}`)).json()) as { decision: { provenance: Provenance; excluded: { person: string; roles: string[] }[] } };
  expect(answer.decision.provenance).toMatchObject({ level: 'assisted', lines: { ai: 1, added: 3, removed: 1, proven: false } });
  expect(answer.decision.provenance.marks?.map((m) => [m.side, m.by, m.tool, m.trust])).toEqual([
    ['head', 'ai', 'claude', 3],
    ['base', 'ai', 'claude', 3],
  ]);
  expect(answer.decision.excluded.find((e) => e.person === 'jonas')?.roles).toContain('prompter');
});
