/** From a decision about the past to what is kept of it. Millions of names stay small: equal lists are one list. */
import type { Change, Oid } from '../core/change/change.ts';
import type { Decision, Seat } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import { effectiveLevel } from '../core/policy/facts.ts';
import type { FileEvidence } from '../core/risk/evidence.ts';
import { TIERS, type Tier } from '../core/risk/risk.ts';
import type { PersonId, Roster } from '../core/roster/roster.ts';
import { BOT_OWNER } from '../core/simulate/inferred-roster.ts';
import { type Landing, makerOf, subjectOf } from '../core/simulate/landings.ts';
import type { Links } from '../core/simulate/links.ts';
import type { Replayed, ReplayedSeat } from '../core/simulate/replay.ts';
import { personOf } from './simulate-facts.ts';

export interface Judged {
  readonly landing: Landing;
  readonly change: Change;
  readonly files: readonly FileEvidence[];
  readonly decision: Decision;
  readonly roster: Roster;
}

/** Writes down what one policy says. */
export class Recorder {
  readonly replayed: Replayed[] = [];
  readonly #links: Links;
  readonly #policy: Policy;
  readonly #shared = new Map<string, readonly PersonId[]>();

  constructor(policy: Policy, links: Links) {
    this.#links = links;
    this.#policy = policy;
  }

  record({ landing, change, files, decision, roster }: Judged): void {
    const { reverts, revertedBy, incidents } = this.#links;
    this.replayed.push({
      id: landing.id,
      title: subjectOf(landing.commits.at(-1)?.message ?? '') || '(no message)',
      at: landing.at,
      author: personOf(roster, makerOf(landing)?.author.email ?? ''),
      commits: landing.commits.length,
      files: change.records.length,
      outcome: decision.outcome,
      tier: decision.tier,
      provenance: levelOf(this.#policy, decision),
      seats: decision.seats.map((seat) => this.#seat(seat)),
      rules: asked(decision),
      findings: found(decision),
      refusals: [...new Set(decision.refusals.map((r) => r.code))],
      notSeen: [...change.unseen, ...unread(files)],
      revertedBy: of(revertedBy, landing.id),
      reverts: of(reverts, landing.id),
      incidents: incidents.get(landing.id) ?? [],
    });
  }

  #seat({ rule, humans, level, candidates }: Seat): ReplayedSeat {
    const real = candidates.includes(BOT_OWNER) ? candidates.filter((c) => c !== BOT_OWNER) : candidates;
    const key = real.join(' ');
    const shared = this.#shared.get(key) ?? real;
    this.#shared.set(key, shared);
    return { rule, humans, level, candidates: shared };
  }
}

const of = (links: ReadonlyMap<Oid, Oid>, id: Oid): Oid | null => links.get(id) ?? null;

/** Silence as the policy read it when it decided: what headers alone add is found after that. */
function levelOf(policy: Policy, { provenance, findings, systems }: Decision): Replayed['provenance'] {
  const sensitive = findings.some((f) => !f.rule.startsWith('SOD')) || systems.some((s) => s.criticality <= 2);
  return effectiveLevel(policy.unattributed, provenance, sensitive);
}

/** Rules of the policy whether or not a seat carries their name; what is built in goes by the name of its seat. */
const asked = ({ rules, seats }: Decision): readonly string[] =>
  [...new Set([...rules.filter((r) => r.state === 'asks' || r.state === 'may-ask').map((r) => r.id), ...seats.map((s) => s.rule)])].sort();

/** Each rule once, with the worst it said. */
function found({ findings }: Decision): Replayed['findings'] {
  const worst = new Map<string, Tier>();
  for (const { rule, severity } of findings) worst.set(rule, TIERS.max(severity, worst.get(rule) ?? severity));
  return [...worst].map(([rule, severity]) => ({ rule, severity }));
}

/** Covered files whose content is not here or over the cap, counted by why. What does not parse was seen. */
function unread(files: readonly FileEvidence[]): readonly string[] {
  const whys = files.flatMap(({ base, head }) => {
    const why = head?.kind === 'unreadable' ? head.why : base?.kind === 'unreadable' ? base.why : '';
    return /^(?:too large|the object is missing)/.test(why) ? [why] : [];
  });
  return [...Map.groupBy(whys, (why) => why)].map(([why, all]) => `${all.length} ${all.length === 1 ? 'file' : 'files'} not read: ${why}`);
}
