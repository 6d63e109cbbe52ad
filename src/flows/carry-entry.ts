/**
 * What the log keeps of a carried sign-off: which one, what it signed, what it was counted for and why, so that whoever
 * holds the entry and its body can compute the classes again and find no path of its rules that nobody signed.
 */
import { base64, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { changeId } from '../core/change/change-id.ts';
import type { ClassedChange } from '../core/change/classes.ts';
import { encodeTreeDiff } from '../core/change/manifest.ts';
import type { EarlierForm } from '../core/gate/carried.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { EntryDraft } from './ports.ts';
import type { PresentedWithNonce } from './presented.ts';

/** One for every counted sign-off of an earlier form. */
export const carryDrafts = (decision: Decision, counted: readonly PresentedWithNonce[]): readonly EntryDraft[] =>
  counted.flatMap(({ digest, rules, form }) => (rules === undefined || form === undefined ? [] : [carryDraft(decision, digest, rules, form)]));

function carryDraft(decision: Decision, signoff: string, kept: readonly string[], { decision: before, signed, now, classified, rules }: EarlierForm): EntryDraft {
  const body = {
    v: 1,
    signoff,
    tier: decision.tier,
    policy: decision.policyDigest,
    signed: side(before, signed),
    now: side(decision, now),
    rules: rules.filter((r) => kept.includes(r.rule)).map(({ rule, paths, onChange }) => ({ rule, paths, onChange })),
    classes: [...classified.paths].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
  return { type: 'carry', fields: { change: changeId(decision.change), signoff, from: before.change.manifest, to: decision.change.manifest }, body: utf8(JSON.stringify(body)) };
}

/** One form; `records` are the bytes its manifest is the digest of. */
function side({ change }: Decision, { base, mergeBase, head, records }: ClassedChange) {
  const raw = encodeTreeDiff(records);
  return { base, mergeBase, head, manifest: sha256Hex(raw), manifest256: change.manifest256, records: base64(raw) };
}
