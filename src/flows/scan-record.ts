/**
 * Writes down what a scan found, once. A finding is known again by what the log says, which the scan has read whole, and what two scans
 * find at the same time by its bytes: the same finding has the same, whoever finds it.
 */
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, type Result } from '../core/base/result.ts';
import { scanBytes } from '../core/gate/violation-words.ts';
import { titleOf } from './gather.ts';
import type { EntryDraft, Ledger } from './ports.ts';
import { PUSH_CAPS } from './push-record.ts';
import type { Weighed } from './scan-weigh.ts';

/** A violation names its content: where the ref stands is the business of whoever looks at it when it moves. */
const draftOf = ({ finding, change, body }: Weighed): EntryDraft => ({
  type: 'violation',
  fields: { repo: finding.repo, ref: finding.ref, new: finding.to, change: change ?? UNREAD },
  body: scanBytes(body),
});

/** The id of no change: git could not read the content. */
const UNREAD = '0'.repeat(16);

/** What it would have needed, as a push of it would be decided: without it nobody could sign it after the fact. Nobody knows who pushed it. */
function decisionOf({ change: id, considered }: Weighed): EntryDraft | null {
  if (considered === null || id === null) return null;
  const { change, decision } = considered;
  const contents = [change.manifest, ...change.commits.map((c) => c.id)];
  const body = utf8(JSON.stringify({ v: 1, title: titleOf(change), pusher: null, behind: [], contents, decision }));
  return body.length > PUSH_CAPS.body ? null : { type: 'decision', fields: { change: id, tier: decision.tier, outcome: decision.outcome }, body };
}

/**
 * Appends a `violation` for each, all or none. Answers the entries that are new. Problems: those of the ledger.
 * @param kept whose objects our own store holds, so that a page can show them: those are decided about, where nobody did.
 */
export async function recordFindings(ledger: Pick<Ledger, 'append'>, found: readonly Weighed[], kept: ReadonlySet<Weighed> = new Set()): Promise<Result<readonly number[]>> {
  if (found.length === 0) return ok([]);
  let told: readonly boolean[] = [];
  const appended = await ledger.append(async (state) => {
    const drafts: EntryDraft[] = [];
    for (const one of found) {
      const draft = draftOf(one);
      if (await state.memory.violation({ body: sha256Hex(draft.body) })) continue;
      const decision = kept.has(one) ? decisionOf(one) : null;
      if (decision !== null && (await state.changes({ id: one.change ?? '', limit: 1 })).length === 0) drafts.push(decision);
      drafts.push(draft);
    }
    told = drafts.map((d) => d.type === 'violation');
    return ok(drafts);
  });
  return appended.ok ? ok(appended.value.flatMap((e, i) => (told[i] === true ? [e.index] : []))) : appended;
}
