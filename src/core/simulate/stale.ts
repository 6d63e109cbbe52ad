/**
 * Whether a sign-off still holds for a rule after its content moved. An approval covers the paths of the rules it answers:
 * rework in a file voids what covers that file, and nothing else. At the top tier everybody signs what lands.
 */
import type { ReasonCode } from '../base/codes.ts';
import { matches } from '../change/glob.ts';
import type { CaseSignoff } from '../policy/case.ts';
import type { Decision } from '../policy/decision.ts';
import { decidesItself, type OnChangeTerms, type Policy } from '../policy/document.ts';
import { CARRY_WORDS, type CarryWord, CHANGE_CLASS_NAMES, type ChangeClassName } from '../policy/words.ts';

export interface Stale {
  readonly code: ReasonCode;
  readonly paths: readonly string[];
}

/** What becomes of a sign-off where neither rule nor tier says. */
const DEFAULT: { readonly [name in ChangeClassName]: CarryWord } = { 'no-change': 'keep', message: 'keep', 'trivial-rebase': 'keep', 'context-moved': 'recheck', rework: 'revoke' };

const rank = (name: ChangeClassName): number => CHANGE_CLASS_NAMES.indexOf(name);
const MOVED = rank('context-moved');

/** Which paths of this rule moved too far for the sign-off; undefined: it holds. A sign-off to be confirmed does not hold until it is. */
export function staleFor(policy: Policy, decision: Decision, { moved }: CaseSignoff, rule: string): Stale | undefined {
  if (moved === null) return undefined;
  const classOf = (path: string): ChangeClassName => (typeof moved === 'string' ? moved : Object.hasOwn(moved, path) ? (moved[path] ?? 'rework') : 'no-change');
  const paths = [...new Set([...decision.change.paths, ...(typeof moved === 'string' ? [] : Object.keys(moved))])].sort();
  const whole = decision.tier === 'critical' ? paths.filter((p) => rank(classOf(p)) >= MOVED) : [];
  const terms = termsOf(policy, decision, rule);
  const own = paths.filter((p) => covers(policy, rule, p) && carried(terms, classOf(p)) !== 'keep');
  const found = own.length > 0 ? own : whole;
  if (found.length === 0) return undefined;
  const reworked = found.filter((p) => classOf(p) === 'rework');
  return reworked.length > 0 ? { code: 'STALE_REWORK', paths: reworked } : { code: 'STALE_CONTEXT', paths: found };
}

const termsOf = (policy: Policy, decision: Decision, rule: string): OnChangeTerms => decision.rules.find((r) => r.id === rule)?.onChange ?? policy.tiers[decision.tier].onChange;

function covers(policy: Policy, rule: string, path: string): boolean {
  const own = policy.rules.find((r) => r.id === rule);
  if (own !== undefined) return matches(own.paths, path);
  return rule !== 'countersign.protected-files' || decidesItself(path);
}

/** A heavier class is never let off lighter than one below it. */
function carried(terms: OnChangeTerms, name: ChangeClassName): CarryWord {
  const below = CHANGE_CLASS_NAMES.slice(0, rank(name) + 1).map((c) => CARRY_WORDS.indexOf(terms[c] ?? DEFAULT[c]));
  return CARRY_WORDS[Math.max(...below)] ?? 'revoke';
}
