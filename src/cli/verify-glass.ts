/** `countersign verify --break-glass`: what a bundle proves of a change that no sign-off stands behind. */
import { glassRulesOf } from '../core/gate/break-glass.ts';
import type { GlassAsked, GlassReport } from '../core/gate/offline-glass.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import type { Roster } from '../core/roster/roster.ts';
import { type Answer, EXIT } from './exit.ts';
import { visibleLines } from './terminal.ts';
import { type NotAsked, notAskedText } from './verify-checks.ts';

/** What stood at the first parent of what landed. */
interface Governing {
  readonly decision: Decision;
  readonly policy: Policy;
  readonly roster: Roster;
}

export const glassAsked = ({ decision, policy, roster }: Governing, allowDemo: boolean): GlassAsked => ({
  rules: glassRulesOf(policy),
  ...{ change: decision, roster, tier: decision.tier, allowDemo },
  ...(decision.authenticators === undefined ? {} : { authenticators: decision.authenticators }),
});

/** Of one that holds. It is never called verified: no sign-off stands behind it. */
export function glassAnswer({ act, uses }: GlassReport, what: string, json: boolean, notAsked: readonly NotAsked[]): Answer {
  const due = new Date(act?.due ?? 0).toISOString();
  const reviews = act?.reviews ?? [];
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ code: 'BREAK_GLASS', step: 12, detail: what, landed: true, uses, due, reviews, notAsked })}\n`, stderr: '' };
  const passed = uses.map((u) => `  let pass by ${u.person} (${u.level}), for ${u.incident}: ${u.reason}; key ${u.keyid}\n`);
  const after = reviews.map((r) => `  reviewed by ${r.person}, ${r.outcome}: ${r.note}\n`);
  const owed = reviews.length > 0 ? [] : [`  not reviewed: due by ${due}\n`];
  const open = [...notAsked.map(notAskedText), '  not asked: whether break-glass was used too often, or while a review was overdue (a clone does not show it)\n'];
  return { code: EXIT.ok, stdout: visibleLines(`landed by break-glass: ${what}\n${[...passed, ...after, ...owed, ...open].join('')}`), stderr: '' };
}
