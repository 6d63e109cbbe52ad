/** One of several servers, for `several.test.ts`: appends until it is told to stop or is killed, and says what was acknowledged. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { ok } from '../../core/base/result.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { decisionDraft, landedDraft, signoffDraft, verdictDraft, violationDraft } from '../sample-drafts.ts';
import { openStore } from '../store.ts';

const [dir = '', database = '', name = ''] = process.argv.slice(2);
const opened = await openStore({ dir, database, clock: Date.now });
if (!opened.ok) throw new Error(opened.error.message);
const { ledger, close } = opened.value;
let going = true;
writeSync(1, 'open\n');
once(process.stdin, 'end').then(() => {
  going = false;
});
process.stdin.resume();

/** What fails is said and not tried again: whether it was committed nobody knows. */
async function append(...drafts: readonly EntryDraft[]): Promise<void> {
  const started = performance.now();
  try {
    const answer = await ledger.append(() => ok(drafts));
    if (!answer.ok) throw new Error(answer.error.message);
    for (const entry of answer.value) writeSync(1, `${entry.index} ${entry.body}\n`);
  } catch (cause) {
    writeSync(1, `failed after ${Math.round(performance.now() - started)} ms: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
}

async function flow(lane: number): Promise<void> {
  for (let i = 0; going; i++) {
    const content = `${name}-${lane}-${i}`;
    await append(decisionDraft({ content }));
    await append(signoffDraft(content, { nonce: content }));
    await append(verdictDraft(content, 'allow', [content]), landedDraft(content, [content]));
    await append(violationDraft(content));
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => flow(lane)));
await close();
