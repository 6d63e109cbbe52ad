/** What both stores are asked to append, and how often: one home, so that their figures can be laid beside each other. */
import { ok } from '../src/core/base/result.ts';
import type { EntryDraft } from '../src/flows/ports.ts';
import { decisionDraft, violationDraft } from '../src/store/sample-drafts.ts';
import type { Store } from '../src/store/store.ts';
import { type Comparison, compare, type Side } from './measure.ts';

export const ONES = 50;
export const GROUP = 100;
export const GROUPS = 10;

/** A violation is the least there is to an entry; a decision is parsed, looked up and kept with its indexes. */
export const KINDS: readonly (readonly [string, (name: string) => EntryDraft])[] = [
  ['violations', violationDraft],
  ['decisions', (content) => decisionDraft({ content })],
];

export async function append({ ledger }: Store, drafts: readonly EntryDraft[]): Promise<void> {
  const answer = await ledger.append(() => ok(drafts));
  if (!answer.ok) throw new Error(answer.error.message);
}

/** `single`: an append each. `groups`: one append of many entries. `together`: many appends that wait together. */
export function appends(store: Store, kind: string, draft: (name: string) => EntryDraft): { readonly [how in 'single' | 'groups' | 'together']: Side } {
  const drafts = (turn: number, count: number, how: string): readonly EntryDraft[] => Array.from({ length: count }, (_, i) => draft(`${kind} ${how} ${turn} ${i}`));
  return {
    single: async (turn) => {
      for (const d of drafts(turn, ONES, 'single')) await append(store, [d]);
    },
    groups: async (turn) => {
      for (let g = 0; g < GROUPS; g++) await append(store, drafts(turn, GROUP, `group ${g}`));
    },
    together: async (turn) => {
      for (let g = 0; g < GROUPS; g++) await Promise.all(drafts(turn, GROUP, `together ${g}`).map((d) => append(store, [d])));
    },
  };
}

/** The name with how many entries a second that was. */
export async function measured(name: string, entries: number, baseline: string, subject: Side, against: Side): Promise<Comparison> {
  const comparison = await compare({ name, baseline, turns: 11, subject, against });
  return { ...comparison, name: `${name} (${rate(entries, comparison.took)})` };
}

export const rate = (entries: number, milliseconds: number): string => `${Math.round((entries / milliseconds) * 1000)}/s`;
