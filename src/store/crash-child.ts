/**
 * The process that `crash.test.ts` kills and stops: appends without end, turns the log key and erases now and then, and says
 * which index was acknowledged. Begins when its standard input says so.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok } from '../core/base/result.ts';
import type { EntryDraft } from '../flows/ports.ts';
import { decisionDraft, erasureDraft, genesisDraft, landedDraft, signoffDraft, verdictDraft, violationDraft } from './sample-drafts.ts';
import { openStore } from './store.ts';

// Loaded beforehand, so that a test of many deaths waits for no start.
await once(process.stdin, 'data');
const opened = await openStore({ dir: process.argv[2] ?? '', clock: Date.now });
if (!opened.ok) throw new Error(opened.error.message);
const { ledger, origin, rotateLogKey } = opened.value;
if (origin === null) await ledger.append(() => ok([genesisDraft()]));
const round = process.argv[3] ?? '0';

/** Synchronous: what is printed was acknowledged before, and what was acknowledged is printed before the next append. */
async function append(...drafts: readonly EntryDraft[]): Promise<void> {
  const answer = await ledger.append(() => ok(drafts));
  if (!answer.ok) throw new Error(answer.error.message);
  for (const entry of answer.value) writeSync(1, `${entry.index} ${entry.body}\n`);
}

async function step(i: number): Promise<void> {
  const content = `${round}-${i}`;
  const decision = decisionDraft({ content });
  await append(decision);
  await append(signoffDraft(content, { nonce: content }));
  await append(verdictDraft(content, 'allow', [content]), landedDraft(content, [content]));
  await append(violationDraft(content));
  if (i % 5 === 0) await append(erasureDraft([sha256Hex(decision.body)]));
  if (i % 7 === 0) {
    const turned = await rotateLogKey();
    if (!turned.ok) throw new Error(turned.error.message);
  }
}

for (let i = 0; ; i++) await Promise.all([step(2 * i), step(2 * i + 1)]);
