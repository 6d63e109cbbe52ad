/**
 * The one decision of the project: what policy requires of a change. A push, a check in a clone, a page and a replay all
 * call this function. Pure and total: bad input becomes a refusal with reasons, and what is unknown asks for more.
 */
import { digest, type Json } from '../base/json.ts';
import { type Reason, reason } from '../base/reasons.ts';
import type { Change } from '../change/change.ts';
import { assess } from '../provenance/assess.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { detect } from '../risk/detect.ts';
import { type Detector, type Finding, type Risk, TIERS } from '../risk/risk.ts';
import { summary as riskSummary } from '../risk/summary.ts';
import { agentOf, principalGraph } from '../roster/principals.ts';
import type { PersonId, PrincipalGraph } from '../roster/roster.ts';
import type { Decision, Excluded, Refusal, Seat } from './decision.ts';
import type { Policy } from './document.ts';
import { type Facts, type Findings, factValues, weigh } from './facts.ts';
import { headerFindings, headerOnly } from './headers.ts';
import { askedOf, type Outcome, reasonTree, summaryOf } from './reason-tree.ts';
import { contentRefusals, identityRefusals, seatRefusals } from './refusals.ts';
import { applyRules } from './rules.ts';
import { fold, seatOf, withDoubt } from './seats.ts';

export type { Facts } from './facts.ts';

export function consider(policy: Policy, detectors: readonly Detector[], facts: Facts): Decision {
  try {
    return decide(policy, detectors, facts);
  } catch (error) {
    return broken(policy, facts, error instanceof Error ? error.message : 'unknown');
  }
}

function decide(policy: Policy, detectors: readonly Detector[], facts: Facts): Decision {
  const { change, roster } = facts;
  const provenance = assess(
    change.commits,
    facts.sticky,
    change.records.map((r) => r.path),
    new Map(roster.agents.flatMap((a) => a.emails.map((e) => [e, a.id]))),
    facts.pusher === null ? null : agentOf(roster, facts.pusher),
  );
  const risk = detect(detectors, facts.evidence);
  const graph = principalGraph(change.commits, facts.pusher, roster, facts.pushersBefore);
  const found = weigh(policy, facts, provenance, risk, graph);
  if (change.records.length === 0 && change.commits.length === 0 && change.unseen.length === 0) return decided(policy, facts, found, NOTHING);
  const ruled = applyRules(policy, facts, found, factValues(policy, facts, found));
  const byHeader = headerOnly(change, facts.pusher, graph);
  const doubtful = graph.unresolved.some((p) => p.role === 'co-author');
  const asks = ruled.asks.map((ask) => withDoubt(policy, roster, ask, byHeader, doubtful));
  const seats = fold(asks).map((ask) => seatOf(policy, roster, ask, new Set(graph.excluded.keys())));
  const refusals = [...contentRefusals(policy, change, facts.evidence.files), ...identityRefusals(graph.unresolved), ...ruled.refusals, ...seatRefusals(seats)];
  const outcome = refusals.length > 0 ? 'refused' : seats.length > 0 ? 'signoff' : 'pass';
  const extra = seats.length === 0 ? [] : headerFindings(change, graph, byHeader, seats, policy, roster);
  return decided(policy, facts, found, { outcome, seats, refusals, reasons: ruled.reasons, extra });
}

interface Made {
  readonly outcome: Outcome;
  readonly seats: readonly Seat[];
  readonly refusals: readonly Refusal[];
  readonly reasons: readonly Reason[];
  /** Findings about the headers of the change, made after the seats were known. */
  readonly extra: readonly Finding[];
}

const NOTHING: Made = { outcome: 'pass', seats: [], refusals: [], reasons: [], extra: [] };

function decided(policy: Policy, facts: Facts, found: Findings, made: Made): Decision {
  const { provenance, graph } = found;
  const findings = [...found.risk.findings, ...made.extra];
  const tier = TIERS.max(found.tier, ...made.extra.map((f) => f.severity));
  const systems = found.systems.map(({ id, name, criticality, dependents, invariants }) => ({ id, name, criticality, dependents, invariants }));
  const said = { ...made, findings, tier, happens: riskSummary(found.risk), found };
  return {
    ...identity(policy, facts),
    outcome: made.outcome,
    summary: summaryOf(said),
    asked: askedOf(said),
    tier,
    provenance,
    findings,
    notAnalysed: found.risk.notAnalysed,
    systems,
    seats: made.seats,
    excluded: excludedOf(graph.excluded),
    unresolved: graph.unresolved,
    refusals: made.refusals,
    reasons: reasonTree(said),
    factsDigest: factsDigest(facts, provenance, found.risk),
  };
}

const excludedOf = (excluded: PrincipalGraph['excluded']): readonly Excluded[] =>
  [...excluded].map(([person, roles]) => ({ person, roles })).sort((a: { person: PersonId }, b) => (a.person < b.person ? -1 : 1));

function identity(policy: Policy, { change, roster }: Facts): Pick<Decision, 'version' | 'change' | 'policyDigest' | 'rosterDigest'> {
  return { version: 1, change: identityOfChange(change), policyDigest: policy.digest, rosterDigest: roster.digest };
}

function identityOfChange(change: Change): Decision['change'] {
  const { repo, targetRef, base, mergeBase, head, headTree, alg, manifest, manifest256, records, commits } = change;
  return { repo, targetRef, base, mergeBase, head, headTree, alg, manifest, manifest256, paths: records.map((r) => r.path), commits: commits.map((c) => c.id) };
}

/** Contents of files are in the manifest, and what detectors made of them in `risk`: parse trees need no digest of their own. */
function factsDigest(facts: Facts, provenance: Provenance, risk: Risk): string {
  const { change, pusher, pushersBefore = [], sticky, targetExists, roster } = facts;
  const read = { change: { ...identityOfChange(change), commits: change.commits, unseen: change.unseen }, pusher, pushersBefore, sticky, targetExists, roster: roster.digest };
  // Through JSON once: numbers a commit made up (NaN, infinite) become null instead of an error.
  return digest(JSON.parse(JSON.stringify({ ...read, plan: facts.evidence.plan?.digest ?? null, provenance, risk })) as Json);
}

/** Our own bug, kept from becoming a pass. */
function broken(policy: Policy, facts: Facts, why: string): Decision {
  const text = `this change could not be judged: ${why}`;
  const refusal: Refusal = { code: 'INTERNAL', text, remedy: 'report this; until then the change cannot land' };
  return {
    ...identity(policy, facts),
    outcome: 'refused',
    summary: text,
    asked: `refused: ${text}`,
    tier: 'critical',
    provenance: { level: 'unattributed', evidence: [], declarations: [], contradictions: [] },
    findings: [],
    notAnalysed: [],
    systems: [],
    seats: [],
    excluded: [],
    unresolved: [],
    refusals: [refusal],
    reasons: reason('no', 'INTERNAL', text),
    factsDigest: '0'.repeat(64),
  };
}
