/** Durable appends to the ledger (entry, tree, projection, signed checkpoint), against a raw loop of write and fsync of the same bytes. */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../src/core/base/result.ts';
import { decisionDraft, genesisDraft } from '../src/store/sample-drafts.ts';
import { openStore } from '../src/store/store.ts';
import { type Comparison, compare } from './measure.ts';

const GROUP = 50;

export async function ledgerBench(folder: string): Promise<readonly Comparison[]> {
  const store = await openStore({ dir: folder, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  const { ledger, close } = store.value;
  const append = async (...drafts: Parameters<typeof decisionDraft>[0][]): Promise<void> => {
    const answer = await ledger.append(() => ok(drafts.map(decisionDraft)));
    if (!answer.ok) throw new Error(answer.error.message);
  };
  await ledger.append(() => ok([genesisDraft()]));
  const raw = openSync(join(folder, 'raw'), 'a');
  const bytes = decisionDraft({ content: 'c0-0' }).body;
  const fsyncs = (count: number) => (): void => {
    for (let i = 0; i < count; i++) {
      writeSync(raw, bytes);
      fsyncSync(raw);
    }
  };
  const one = async (turn: number): Promise<void> => {
    for (let i = 0; i < GROUP; i++) await append({ content: `c${turn}-${i}` });
  };
  const together = (turn: number): Promise<void> => append(...Array.from({ length: GROUP }, (_, i) => ({ content: `t${turn}-${i}` })));
  try {
    return [
      await compare({ name: `ledger: ${GROUP} appends, one after another`, baseline: `${GROUP} writes, each with fsync`, turns: 15, subject: one, against: fsyncs(GROUP) }),
      await compare({ name: `ledger: ${GROUP} entries in one append`, baseline: `${GROUP} writes, each with fsync`, turns: 15, subject: together, against: fsyncs(GROUP) }),
    ];
  } finally {
    await close();
  }
}
