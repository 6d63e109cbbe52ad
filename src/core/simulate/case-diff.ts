/** What two policies answer to the same cases, where they differ. */
import type { CaseResult } from '../policy/case.ts';
import { RESULTS } from '../policy/case.ts';
import type { PlacedCase } from '../policy/case-file.ts';
import type { Policy } from '../policy/document.ts';
import type { Roster } from '../roster/roster.ts';
import { asking } from './compare-case.ts';
import { runCase } from './run-case.ts';

export interface CaseChange {
  readonly place: string;
  readonly name: string;
  readonly from: CaseResult;
  readonly to: CaseResult;
  /** Held now and not before, or the other way round; the rest differs in who is asked. */
  readonly direction: 'stricter' | 'weaker' | 'different';
  /** What is missing, in words. */
  readonly asked: { readonly from: string; readonly to: string };
  /** Rules that ask now and did not, and those that no longer do. */
  readonly rules: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** One for each case that is answered otherwise. */
export function caseChanges(a: Policy, b: Policy, cases: readonly PlacedCase[], roster: Roster): readonly CaseChange[] {
  return cases.flatMap(({ place, given }): readonly CaseChange[] => {
    const [before, after] = [a, b].map((policy) => runCase(policy, given, roster, { alternatives: false }).answer);
    if (before === undefined || after === undefined) return [];
    const asked = { from: before.summary, to: after.summary };
    const [was, is] = [asking(before), asking(after)];
    const rules = { added: is.filter((r) => !was.includes(r)), removed: was.filter((r) => !is.includes(r)) };
    if (before.result === after.result && asked.from === asked.to && rules.added.length + rules.removed.length === 0) return [];
    const move = RESULTS.indexOf(after.result) - RESULTS.indexOf(before.result);
    return [{ place, name: given.name, from: before.result, to: after.result, direction: move > 0 ? 'stricter' : move < 0 ? 'weaker' : 'different', asked, rules }];
  });
}
