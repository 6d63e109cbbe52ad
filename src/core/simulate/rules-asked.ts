/**
 * Which rules asked for somebody, out of the reasons of a decision: seats alone do not tell, because a stricter seat answers a
 * weaker one and keeps only its own rule's name.
 */
import type { Reason } from '../base/reasons.ts';
import type { Decision } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';

/** Answers ids sorted, each once; what is built in goes by the names its seats have. */
export function rulesAsked(policy: Policy): (decision: Pick<Decision, 'reasons'>) => readonly string[] {
  const ids = new Map(policy.rules.map((r) => [r.description === '' ? `rule ${r.id}` : `rule ${r.id}: ${r.description}`, r.id]));
  const idOf = (r: Reason): string | undefined => (r.children.some(asks) ? ids.get(r.text) : r.state === 'yes' ? BUILT_IN[r.code] : undefined);
  return ({ reasons }) => [...new Set(reasons.children.flatMap((r) => idOf(r) ?? []))].sort();
}

const asks = (r: Reason): boolean => r.code === 'SIGNOFF_MISSING' && r.state === 'yes';

const BUILT_IN: { readonly [code: string]: string | undefined } = { PROTECTED_FILES: 'countersign.protected-files', TARGET_MISSING: 'countersign.target-missing' };
