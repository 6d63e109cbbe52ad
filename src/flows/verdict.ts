/** The verdict on one update: `judge` for every commit and for the whole, each sign-off spent once. */
import type { ReasonCode } from '../core/base/codes.ts';
import { reason } from '../core/base/reasons.ts';
import { changeId } from '../core/change/change-id.ts';
import { judge, ownedBy } from '../core/gate/judge.ts';
import { type GateKind, STANDS, underMode, type Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { strictest } from '../core/policy/terms.ts';
import { MODES } from '../core/policy/words.ts';
import { carryDrafts } from './carry-entry.ts';
import type { EntryDraft } from './ports.ts';
import { type Bench, type Landing, presentedFor } from './presented.ts';
import { ownershipsFor } from './presented-ownership.ts';

export interface Outcome {
  readonly verdict: Verdict;
  readonly nonces: readonly string[];
  /** What has to stand in the log before the verdict: sign-offs of earlier forms that were counted. */
  readonly carries?: readonly EntryDraft[];
  /** Digests of the uses of break-glass it rests on. */
  readonly glass?: readonly string[];
  /** Digests of the ownership statements it rests on. */
  readonly owned?: readonly string[];
  /** Every commit of it was signed by humans, or the whole. */
  readonly signed?: boolean;
}

async function judgeOne(bench: Bench, decision: Decision, landing: Landing, kind: GateKind, spent: ReadonlySet<string>): Promise<Outcome> {
  const presented = await presentedFor(bench, decision, landing, spent);
  const owned = decision.ownership === null ? [] : await ownershipsFor(bench, decision, landing, spent);
  const since = await firstSeen(bench, decision);
  const verdict = judge({ kind, ladder: bench.governance.policy.ladder.values, ...(since === undefined ? {} : { since }) }, decision, presented, owned);
  const counted = presented.filter((p) => verdict.signoffs.includes(p.digest));
  // The author's word is spent with the signatures it came before: landing the same again takes it anew.
  const word = verdict.verdict === 'allow' ? owned.filter((o) => o === ownedBy(decision, owned)) : [];
  return {
    verdict,
    nonces: [...counted, ...word].map((p) => p.nonce),
    carries: carryDrafts(decision, counted),
    owned: word.map((o) => o.digest),
    signed: verdict.signoffs.length > 0,
  };
}

/** When this content was first proposed for this ref. */
export async function firstSeen({ state }: Bench, decision: Decision): Promise<number | undefined> {
  if (decision.soloAfter === null) return undefined;
  const [row] = await state.changes({ id: changeId(decision.change), limit: 1 });
  return row?.createdAt;
}

export function verdictOf(bench: Bench, whole: Decision, parts: readonly Decision[], landing: Landing, kind: GateKind = 'push'): Promise<Outcome> {
  // Nothing is carried to a commit inside a push: what became of signed content was asked of the whole.
  const { moved: _, ...plain } = bench;
  return verdictBy((decision, spent) => judgeOne(decision === whole ? bench : plain, decision, landing, kind, spent), whole, parts);
}

/** Judges one decision. @param spent nonces that earlier commits of the same move took. */
export type JudgeOne = (decision: Decision, spent: ReadonlySet<string>) => Promise<Outcome>;

/** The strict verdict, answered as the strictest mode of the whole and of every commit lets it be. */
export async function verdictBy(judgeOf: JudgeOne, whole: Decision, parts: readonly Decision[]): Promise<Outcome> {
  const strict = await strictVerdict(judgeOf, whole, parts);
  const mode = parts.reduce((most, part) => strictest(MODES, most, part.mode), whole.mode);
  return { ...strict, verdict: underMode(strict.verdict, mode) };
}

/**
 * One commit: its own verdict. Several: each has to be allowed, in order, and a sign-off spent on one is spent for the next;
 * and the whole has to be allowed too, unless every single commit was signed by humans.
 */
async function strictVerdict(judgeOf: JudgeOne, whole: Decision, parts: readonly Decision[]): Promise<Outcome> {
  const total = await judgeOf(whole, new Set());
  if (parts.length === 0 || whole.outcome === 'refused' || total.verdict.codes.some((code) => STANDS.has(code))) return total;
  const each: Outcome[] = [];
  for (const part of parts) each.push(await judgeOf(part, new Set(each.flatMap((e) => e.nonces))));
  const allowed = each.every((e) => e.verdict.verdict === 'allow');
  const signed = allowed && each.every((e) => e.verdict.signoffs.length > 0);
  const nonces = [...new Set([...each.flatMap((e) => e.nonces), ...total.nonces])];
  if (allowed && (signed || total.verdict.verdict === 'allow')) {
    const verdict = total.verdict.verdict === 'allow' ? total.verdict : (each.at(-1)?.verdict ?? total.verdict);
    return {
      verdict: { ...verdict, signoffs: [...new Set([...total.verdict.signoffs, ...each.flatMap((e) => e.verdict.signoffs)])] },
      nonces,
      carries: total.carries ?? [],
      owned: [total, ...each].flatMap((e) => e.owned ?? []),
      signed: signed || total.signed === true,
    };
  }
  return {
    verdict: intermediate(
      total.verdict,
      parts,
      each.map((e) => e.verdict),
    ),
    nonces: [],
  };
}

/** Above routine, every commit of a push needs a sign-off of its own: content that came and went was in production's history. */
function intermediate(total: Verdict, parts: readonly Decision[], each: readonly Verdict[]): Verdict {
  const bare = parts.filter((_, i) => each[i]?.verdict !== 'allow');
  const reasons = bare.map((d) => reason('no', 'INTERMEDIATE_UNSIGNED', `commit ${d.change.head.slice(0, 12)} has no sign-off of its own`));
  const someSigned = total.verdict === 'allow' || each.some((v) => v.signoffs.length > 0);
  const codes: readonly ReasonCode[] = someSigned
    ? ['INTERMEDIATE_UNSIGNED', ...total.codes.filter((c) => c !== 'OK' && c !== 'PASS')]
    : [...total.codes.filter((c) => c !== 'OK' && c !== 'PASS'), 'INTERMEDIATE_UNSIGNED'];
  return {
    ...total,
    verdict: 'deny',
    codes: [...new Set(codes)],
    signoffs: [],
    reasons: reason('no', 'INTERMEDIATE_UNSIGNED', 'squash the push into one commit, or have each commit signed', [...reasons, total.reasons]),
  };
}

export const deny = (code: ReasonCode, text: string, gate: GateKind = 'push'): Verdict => ({
  verdict: 'deny',
  gate,
  mode: 'enforce',
  would: 'deny',
  codes: [code],
  reasons: reason('no', code, text),
  signoffs: [],
});
