/** The process that `crash.test.ts` kills: appends without end and says which index was acknowledged. */
import { writeSync } from 'node:fs';
import { ok } from '../core/base/result.ts';
import { decisionDraft, genesisDraft, landedDraft, signoffDraft, verdictDraft, violationDraft } from './sample-drafts.ts';
import { openStore } from './store.ts';

const opened = await openStore({ dir: process.argv[2] ?? '', clock: Date.now });
if (!opened.ok) throw new Error(opened.error.message);
const { ledger, origin } = opened.value;
if (origin === null) await ledger.append(() => ok([genesisDraft()]));
const round = process.argv[3] ?? '0';

/** Synchronous: what is printed was acknowledged before, and what was acknowledged is printed before the next append. */
async function step(i: number): Promise<void> {
  const content = `${round}-${i}`;
  const story = [
    [decisionDraft({ content, level: 'agent' })],
    [signoffDraft(content, { nonce: content })],
    [verdictDraft(content, 'allow', [content]), landedDraft(content, [content])],
  ];
  for (const drafts of [...story, [violationDraft(content)]]) {
    const answer = await ledger.append(() => ok(drafts));
    if (!answer.ok) throw new Error(answer.error.message);
    for (const entry of answer.value) writeSync(1, `${entry.index} ${entry.body}\n`);
  }
}

for (let i = 0; ; i++) await Promise.all([step(2 * i), step(2 * i + 1)]);
