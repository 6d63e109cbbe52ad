/** What a store keeps of its log outside the database: how far it went, and how much of it was read and found good. */
import { join } from 'node:path';
import { root } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import { type Checked, readChecked, writeChecked } from './checked.ts';
import type { Head } from './head.ts';
import type { Publisher } from './publisher.ts';
import { type Seen, seenFile } from './seen.ts';
import type { Statements } from './statements.ts';

export interface Beside {
  readonly seen: Seen;
  checked(key: NoteKey): Checked | undefined;
  /** Told after what was appended is signed: now and then it is written down, so that a start has no more than this to read. */
  grew(log: { readonly head: Head; readonly statements: Statements }, publisher: Pick<Publisher, 'signer'>): Promise<void>;
}

/** Entries. */
const STEP = 16_384;

export function besideIn(dir: string): Beside {
  const files = { checked: join(dir, 'log.checked'), signed: join(dir, 'log.signed') };
  let size = 0;
  return {
    seen: seenFile(join(dir, 'log.seen')),
    checked: (key) => {
      const checked = readChecked(files, key);
      size = checked?.size ?? 0;
      return checked;
    },
    grew: async ({ head: { tree }, statements }, publisher) => {
      if (tree.size < size + STEP) return;
      await writeChecked(files, publisher.signer(), { size: tree.size, root: root(tree), places: statements.places(), signed: statements.signedAll().records() });
      size = tree.size;
    },
  };
}

/** Of a store without a folder of its own. */
export const NOTHING_BESIDE: Beside = {
  seen: { read: () => [], write: () => undefined, close: () => undefined },
  checked: () => undefined,
  grew: async () => undefined,
};
