/** `countersign verify --break-glass`: what a bundle proves of a change that no sign-off stands behind. */
import { examineGlass, type GlassReport } from '../core/gate/offline-glass.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import type { Roster } from '../core/roster/roster.ts';
import type { Bundle } from '../core/signoff/bundle.ts';
import { byReplaced, snapshotIn, startProving } from '../core/signoff/offline.ts';
import type { Landed, Required } from '../core/signoff/offline-terms.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { type Answer, EXIT } from './exit.ts';
import { visibleLines } from './terminal.ts';

interface Given {
  readonly bundle: Bundle;
  readonly trust: TrustBundle;
  readonly landed: Landed;
  readonly required: Required;
}

interface Governing {
  readonly decision: Decision;
  readonly policy: Policy;
  readonly roster: Roster;
}

/** @param governing what stood at the first parent of what landed. */
export function glassReport({ bundle, trust, landed, required }: Given, { decision, policy, roster }: Governing): GlassReport {
  const { proving, problems } = startProving(bundle, trust, landed, required);
  const asked = {
    rules: { terms: policy.breakGlass, ladder: policy.ladder.values },
    ...{ change: decision, roster, tier: decision.tier, allowDemo: required.allowDemo === true },
    ...(decision.authenticators === undefined ? {} : { authenticators: decision.authenticators }),
  };
  const report = examineGlass(bundle, proving, asked, asOf(bundle, trust));
  return { ...report, problems: [...problems, ...report.problems.filter((p) => !problems.some((q) => q.code === p.code && q.place === p.place))] };
}

/** The log's own word of the time: until then it had no other review. */
function asOf({ snapshot }: Bundle, trust: TrustBundle): number | null {
  const opened = snapshot === undefined ? undefined : snapshotIn(snapshot.note, trust);
  return opened?.ok === true && byReplaced(opened.value, trust).length === 0 ? opened.value.at : null;
}

/** Of one that holds. It is never called verified: no sign-off stands behind it. */
export function glassAnswer({ act, uses }: GlassReport, what: string, json: boolean): Answer {
  const due = new Date(act?.due ?? 0).toISOString();
  const reviews = act?.reviews ?? [];
  if (json) return { code: EXIT.ok, stdout: `${JSON.stringify({ code: 'BREAK_GLASS', step: 12, detail: what, landed: true, uses, due, reviews })}\n`, stderr: '' };
  const passed = uses.map((u) => `  let pass by ${u.person} (${u.level}), for ${u.incident}: ${u.reason}; key ${u.keyid}\n`);
  const after = reviews.map((r) => `  reviewed by ${r.person}, ${r.outcome}: ${r.note}\n`);
  const owed = reviews.length > 0 ? [] : [`  not reviewed: due by ${due}\n`];
  const unasked = '  not asked: whether break-glass was used too often, or while a review was overdue (a clone does not show it)\n';
  return { code: EXIT.ok, stdout: visibleLines(`landed by break-glass: ${what}\n${[...passed, ...after, ...owed].join('')}${unasked}`), stderr: '' };
}
