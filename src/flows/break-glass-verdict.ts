/**
 * The last word of a gate on one update: an overdue review blocks whatever touches the same paths, and a break-glass that holds lets
 * pass what would be denied. It runs inside the append that records the verdict, so what is judged is the ledger as it stands.
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { type Reason, reason } from '../core/base/reasons.ts';
import { problemText } from '../core/base/result.ts';
import { breakGlass } from '../core/gate/break-glass.ts';
import { overduePaths } from '../core/gate/break-glass-review.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import { actsOf, glassRules, presentedGlass } from './break-glass-facts.ts';
import type { Bench } from './presented.ts';
import type { Outcome } from './verdict.ts';

export async function orBreakGlass(bench: Bench, whole: Decision, parts: readonly Decision[], outcome: Outcome): Promise<Outcome> {
  const { repo } = whole.change;
  const history = await actsOf(bench, repo);
  const paths = [whole, ...parts].flatMap((d) => d.change.paths);
  const overdue = overduePaths(history, repo, paths, bench.now).map((p) => reason('no', p.code, problemText(p)));
  if (overdue.length > 0) return { verdict: against(outcome.verdict, 'deny', ['BG_OVERDUE'], 'an overdue review of a break-glass blocks these paths', overdue), nonces: [] };
  if (outcome.verdict.verdict === 'allow') return outcome;
  const presented = await presentedGlass(bench, whole);
  if (presented.uses.length === 0) return outcome;
  const exact = presented.uses.some((u) => u.predicate.change.manifest.sha256 === whole.change.manifest);
  if (parts.length > 0 && !exact) return outcome;
  if (parts.length > 0) return { verdict: against(outcome.verdict, 'deny', ['BG_SCOPE'], 'break-glass is for one commit: squash the push into one', []), nonces: [] };
  const answer = breakGlass(glassRules(bench), whole, presented, bench.now, history);
  if (answer.answer !== 'allowed')
    return {
      verdict: against(outcome.verdict, answer.answer === 'waiting' ? 'wait' : 'deny', answer.codes, 'break-glass does not let this change pass', answer.reasons),
      nonces: [],
    };
  const why = reason('yes', 'BREAK_GLASS', 'passes by break-glass, and a review of it is due', [...answer.reasons, outcome.verdict.reasons]);
  return {
    verdict: { ...outcome.verdict, verdict: 'allow', would: 'allow', codes: ['BREAK_GLASS'], reasons: why, signoffs: [] },
    nonces: answer.uses.map((u) => u.predicate.nonce),
    glass: answer.uses.map((u) => u.digest),
  };
}

function against(before: Verdict, verdict: 'wait' | 'deny', codes: readonly ReasonCode[], text: string, why: readonly Reason[]): Verdict {
  const [first = 'INTERNAL'] = codes;
  const still = before.verdict === 'allow' ? [] : before.codes;
  // Never merely watched: what it answers is what it means.
  return {
    ...before,
    verdict,
    would: verdict,
    mode: 'enforce',
    codes: [...new Set([...codes, ...still])],
    reasons: reason('no', first, text, [...why, before.reasons]),
    signoffs: [],
  };
}
