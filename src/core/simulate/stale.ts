/** Whether a sign-off of a case still holds for a rule after its content moved: `carryOver` decides, by the classes the case states. */
import type { ReasonCode } from '../base/codes.ts';
import { matches } from '../change/glob.ts';
import { carryOver, onChangeOf } from '../policy/carry.ts';
import type { CaseSignoff } from '../policy/case.ts';
import type { Decision } from '../policy/decision.ts';
import { decidesItself, type OnChangeTerms, type Policy } from '../policy/document.ts';
import type { ChangeClassName } from '../policy/words.ts';

export interface Stale {
  readonly code: ReasonCode;
  readonly paths: readonly string[];
}

/** Which paths moved too far; undefined: it holds. A sign-off that is to be confirmed does not hold until it is. */
export function staleFor(policy: Policy, decision: Decision, { moved }: CaseSignoff, rule: string): Stale | undefined {
  if (moved === null) return undefined;
  const classOf = (path: string): ChangeClassName => (typeof moved === 'string' ? moved : Object.hasOwn(moved, path) ? (moved[path] ?? 'rework') : 'no-change');
  const paths = [...new Set([...decision.change.paths, ...(typeof moved === 'string' ? [] : Object.keys(moved))])].sort();
  const classes = new Map(paths.map((path) => [path, classOf(path)]));
  const sameManifest = [...classes.values()].every((c) => c !== 'rework' && c !== 'context-moved');
  const covered = { rule, paths: paths.filter((p) => covers(policy, rule, p)), onChange: onChangeOf(termsOf(policy, decision, rule)) };
  const [carried] = carryOver({ classes, tier: decision.tier, sameManifest }, [covered], [{ id: rule, rules: [rule] }]);
  if (carried === undefined || carried.whole === 'keep') return undefined;
  const found = [...carried.revoked, ...carried.recheck].flatMap((r) => r.paths);
  const reworked = found.filter((p) => classOf(p) === 'rework');
  return reworked.length > 0 ? { code: 'STALE_REWORK', paths: reworked } : { code: 'STALE_CONTEXT', paths: found };
}

const termsOf = (policy: Policy, decision: Decision, rule: string): OnChangeTerms => decision.rules.find((r) => r.id === rule)?.onChange ?? policy.tiers[decision.tier].onChange;

function covers(policy: Policy, rule: string, path: string): boolean {
  const own = policy.rules.find((r) => r.id === rule);
  if (own !== undefined) return matches(own.paths, path);
  return rule !== 'countersign.protected-files' || decidesItself(path);
}
