/**
 * Writes down what a scan found, once. A finding is known again by what the log says, which the scan has read whole, and what two scans
 * find at the same time by its bytes: the same finding has the same, whoever finds it.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, type Result } from '../core/base/result.ts';
import { scanBytes } from '../core/gate/violation-words.ts';
import type { EntryDraft, Ledger } from './ports.ts';
import type { Weighed } from './scan-weigh.ts';

/** A violation names its content: where the ref stands is the business of whoever looks at it when it moves. */
const draftOf = ({ finding, change, body }: Weighed): EntryDraft => ({
  type: 'violation',
  fields: { repo: finding.repo, ref: finding.ref, new: finding.to, change: change ?? UNREAD },
  body: scanBytes(body),
});

/** The id of no change: git could not read the content. */
const UNREAD = '0'.repeat(16);

/** Appends a `violation` for each, all or none. Answers the entries that are new. Problems: those of the ledger. */
export async function recordFindings(ledger: Pick<Ledger, 'append'>, found: readonly Weighed[]): Promise<Result<readonly number[]>> {
  if (found.length === 0) return ok([]);
  const appended = await ledger.append(async (state) => {
    const drafts: EntryDraft[] = [];
    for (const draft of found.map(draftOf)) if (!(await state.memory.violation({ body: sha256Hex(draft.body) }))) drafts.push(draft);
    return ok(drafts);
  });
  return appended.ok ? ok(appended.value.map((e) => e.index)) : appended;
}
