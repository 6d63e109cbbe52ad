/**
 * Writes down what a scan found, once. A finding is known again by what the log says, which the scan has read whole, and what two scans
 * find at the same time by its bytes: the same finding has the same, whoever finds it.
 */
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, type Result } from '../core/base/result.ts';
import { scanBytes, WHY } from '../core/gate/violation-words.ts';
import { violationDraft } from './bypass.ts';
import { titleOf } from './gather.ts';
import type { EntryDraft, Ledger, Projections } from './ports.ts';
import { PUSH_CAPS } from './push-record.ts';
import type { Scan } from './scan.ts';
import type { Weighed } from './scan-weigh.ts';
import { contentsOf } from './weigh.ts';

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
  const { change, decision, pushersBefore } = considered;
  const body = utf8(JSON.stringify({ v: 1, title: titleOf(change), pusher: null, behind: pushersBefore, contents: contentsOf(change), decision }));
  return body.length > PUSH_CAPS.body ? null : { type: 'decision', fields: { change: id, tier: decision.tier, outcome: decision.outcome }, body };
}

type Found = Pick<Scan, 'repo' | 'findings' | 'returned' | 'log'>;

/**
 * Appends a `violation` for each, and a word for each ref that is back, all or none. Answers the entries of violations that are new. Problems: those of the ledger.
 * @param kept whose objects our own store holds, so that a page can show them: those are decided about, where nobody did.
 */
export async function recordFindings(ledger: Pick<Ledger, 'append' | 'proven'>, found: Found, kept: ReadonlySet<Weighed> = new Set()): Promise<Result<readonly number[]>> {
  if (found.findings.length + found.returned.length === 0) return ok([]);
  let told: readonly boolean[] = [];
  const appended = await ledger.append(async (state) => {
    const known = await toldSince(ledger, state, found);
    if (!known.ok) return known;
    const drafts: EntryDraft[] = [];
    for (const one of found.findings) {
      const draft = draftOf(one);
      if (await known.value(sha256Hex(draft.body))) continue;
      const decision = kept.has(one) ? decisionOf(one) : null;
      if (decision !== null && (await state.changes({ id: one.change ?? '', limit: 1 })).length === 0) drafts.push(decision);
      drafts.push(draft);
    }
    told = drafts.map((d) => d.type === 'violation');
    for (const { ref, from, to } of found.returned) {
      const draft = violationDraft(found.repo, ref, from, to, WHY.back);
      if (!(await known.value(sha256Hex(draft.body)))) drafts.push(draft);
    }
    return ok(drafts);
  });
  return appended.ok ? ok(appended.value.flatMap((e, i) => (told[i] === true ? [e.index] : []))) : appended;
}

/**
 * What another scan told since the log was read, by the digest of its body. By the entries: a row that says so would keep a violation from
 * being told at all. Only of what is not signed yet, which comes in this very moment, a row is asked.
 */
async function toldSince(ledger: Pick<Ledger, 'proven'>, state: Projections, { repo, log }: Found): Promise<Result<(body: string) => Promise<boolean>>> {
  const places = (await state.memory.violations({ repo })).filter((place) => place >= log.size);
  const entries = await ledger.proven(places);
  const known = new Set<string>();
  for (const entry of entries) {
    if (entry?.ok === false) return entry;
    if (entry !== null) known.add(entry.value.body);
  }
  const unsigned = entries.some((entry) => entry === null);
  return ok(async (body) => known.has(body) || (unsigned && (await state.memory.violation({ body }))));
}
