/** Names in a case that the policy has to know: a rule or a level written wrongly would make a test that proves nothing. */
import { REASON_CODES } from '../base/codes.ts';
import type { Case } from './case.ts';
import type { Policy } from './document.ts';
import type { Complain } from './file-shape.ts';
import { hint } from './suggest.ts';

export type Named = Pick<Policy, 'ladder' | 'domains'> & { readonly rules: readonly { readonly id: string }[] };

export const BUILT_IN_RULES = ['countersign.protected-files', 'countersign.target-missing'] as const;

/** True where every name is one of the policy's; the rest goes to `complain`. */
export function namesKnown({ people, signoffs, expect }: Case, policy: Named, complain: Complain): boolean {
  let known = true;
  const among = (path: readonly PropertyKey[], name: string, what: string, names: readonly string[]): void => {
    if (names.includes(name)) return;
    known = false;
    complain(path, `there is no ${what} ${name}`, { remedy: () => hint(name, names) });
  };
  const levels = policy.ladder.values;
  for (const [i, person] of (people ?? []).entries()) {
    among(['people', i, 'level'], person.level, 'level', levels);
    for (const [j, domain] of person.domains.entries()) if (policy.domains !== null) among(['people', i, 'domains', j], domain, 'domain', policy.domains);
  }
  for (const [i, { level }] of signoffs.entries()) if (level !== null) among(['signoffs', i, 'level'], level, 'level', levels);
  const rules = [...policy.rules.map((r) => r.id), ...BUILT_IN_RULES];
  const codes = Object.keys(REASON_CODES);
  for (const [i, { rule }] of (expect?.missing ?? []).entries()) among(['expect', 'missing', i, 'rule'], rule, 'rule', rules);
  for (const [i, rule] of (expect?.rules ?? []).entries()) among(['expect', 'rules', i], rule, 'rule', rules);
  for (const [i, { reason }] of (expect?.ignored ?? []).entries()) among(['expect', 'ignored', i, 'reason'], reason, 'reason code', codes);
  for (const [i, code] of (expect?.codes ?? []).entries()) among(['expect', 'codes', i], code, 'reason code', codes);
  return known;
}
