/**
 * Which rules asked for somebody, out of the reasons of a decision: seats alone do not tell, because a stricter seat answers a
 * weaker one and keeps only its own rule's name.
 */
import type { Reason } from '../base/reasons.ts';
import type { Decision } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';

/** Answers ids sorted, each once; what is built in is named by its seat. */
export function rulesAsked(policy: Policy): (decision: Decision) => readonly string[] {
  const ids = new Map(policy.rules.map((r) => [r.description === '' ? `rule ${r.id}` : `rule ${r.id}: ${r.description}`, r.id]));
  return ({ reasons, seats }) => [...new Set([...asking(reasons).flatMap((r) => ids.get(r.text) ?? []), ...seats.map((s) => s.rule)])].sort();
}

const asking = (r: Reason): readonly Reason[] => [...(r.children.some((c) => c.code === 'SIGNOFF_MISSING' && c.state === 'yes') ? [r] : []), ...r.children.flatMap(asking)];
