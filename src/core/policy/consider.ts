/**
 * The one decision of the project: what policy requires of a change. A push, a check in a clone, a page and a replay all
 * call this function. Pure and total: bad input becomes a refusal with reasons, and what is unknown asks for more.
 */
import { digestOfAny, type Json } from '../base/json.ts';
import { type Reason, reason } from '../base/reasons.ts';
import type { Change } from '../change/change.ts';
import { assess } from '../provenance/assess.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { detect } from '../risk/detect.ts';
import { planDigests } from '../risk/plan-file.ts';
import { withProvenance } from '../risk/provenance.ts';
import { type Detector, type Finding, type Risk, TIERS } from '../risk/risk.ts';
import { summary as riskSummary } from '../risk/summary.ts';
import { withTrain } from '../risk/train.ts';
import { agentOf, named, principalGraph } from '../roster/principals.ts';
import type { PersonId, PrincipalGraph, Roster } from '../roster/roster.ts';
import type { Decision, Excluded, OwnershipAsked, Refusal, RuleSaid, Seat, Terms } from './decision.ts';
import { declarationRefusals } from './declarations.ts';
import type { Policy } from './document.ts';
import { type Facts, type Findings, factValues, weigh } from './facts.ts';
import { headerFindings, headerOnly } from './headers.ts';
import { modeOf, sampledBy, soloOf } from './lanes.ts';
import { ownershipAskedBy, ownersIn } from './ownership.ts';
import { askedOf, type Outcome, reasonTree, summaryOf } from './reason-tree.ts';
import { broughtRefusals, contentRefusals, identityRefusals, seatRefusals } from './refusals.ts';
import { registered } from './registered.ts';
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
  const provenance = facts.assessed ?? assessed(facts);
  const [first = ''] = change.records.map((r) => r.path);
  const risk = withProvenance(withTrain(detectors, detect(detectors, facts.evidence), facts.train, first), provenance, first);
  const known = registered(roster, change.commits, facts.registry);
  const graph = principalGraph(change.commits, facts.pusher, known.roster, facts.pushersBefore, [...(facts.behind ?? []), ...known.behind]);
  const found = weigh(policy, facts, provenance, risk, graph);
  if (change.records.length === 0 && change.commits.length === 0 && change.unseen.length === 0) return decided(policy, facts, found, NOTHING);
  const values = factValues(policy, facts, found);
  const ruled = applyRules(policy, facts, found, values);
  const byHeader = headerOnly(change, facts.pusher, graph);
  const doubtful = graph.unresolved.some(named);
  const solo = soloOf(policy, roster, graph);
  const asks = ruled.asks.map((ask) => withDoubt(policy, roster, ask, byHeader, doubtful, facts.at));
  const seats = fold(asks).map((ask) => seatOf(policy, roster, ask, solo === null ? new Set(graph.excluded.keys()) : new Set(), facts.at));
  const refusals = [
    ...broughtRefusals(facts.brings ?? []),
    ...contentRefusals(policy, change, facts.evidence.files),
    ...identityRefusals(graph.unresolved),
    ...declarationRefusals(policy, facts, found, values),
    ...ruled.refusals,
    ...seatRefusals(seats),
  ];
  const outcome = refusals.length > 0 ? 'refused' : seats.length > 0 ? 'signoff' : 'pass';
  const extra = seats.length === 0 ? [] : headerFindings(change, graph, byHeader, seats, policy, facts);
  const ownership = seats.length === 0 ? null : ownershipOf(policy, found, extra, ruled.ownership);
  return decided(policy, facts, found, { ...ruled, outcome, seats, refusals, extra, solo, ownership });
}

/** Nobody's minutes are spent where nobody is asked, so the author is asked nothing either. */
function ownershipOf(policy: Policy, { tier, graph }: Findings, extra: readonly Finding[], rules: readonly string[]): OwnershipAsked | null {
  const by = ownershipAskedBy(policy.ownershipFrom, TIERS.max(tier, ...extra.map((f) => f.severity)), rules);
  return by.length === 0 ? null : { by, owners: ownersIn(graph.excluded) };
}

function assessed({ change, sticky, roster, pusher, registry, records }: Facts): Provenance {
  const known = assess({
    commits: change.commits,
    sticky,
    paths: change.records.map((r) => r.path),
    agents: new Map(roster.agents.flatMap((a) => a.emails.map((e) => [e, a.id]))),
    pushedBy: pusher === null ? null : agentOf(roster, pusher),
    ...(registry === undefined ? {} : { registry }),
    ...(records === undefined ? {} : { seen: records.seen }),
  });
  const whole = records?.whole ?? null;
  return whole === null ? known : { ...known, lines: whole.lines, marks: whole.marks.slice(0, MOST_MARKS) };
}

/** Marks of lines a decision shows: the log keeps it for good, and whoever pushes a note chooses how many there are. */
const MOST_MARKS = 1_000;

interface Made {
  readonly outcome: Outcome;
  readonly seats: readonly Seat[];
  readonly refusals: readonly Refusal[];
  readonly reasons: readonly Reason[];
  readonly said: readonly RuleSaid[];
  readonly terms: Terms;
  /** Findings about the headers of the change, made after the seats were known. */
  readonly extra: readonly Finding[];
  readonly solo: number | null;
  readonly ownership: OwnershipAsked | null;
}

const NO_TERMS: Terms = { ttl: null, sla: null };
const NOTHING: Made = { outcome: 'pass', seats: [], refusals: [], reasons: [], said: [], terms: NO_TERMS, extra: [], solo: null, ownership: null };

function decided(policy: Policy, facts: Facts, found: Findings, made: Made): Decision {
  const { provenance, graph } = found;
  const findings = [...found.risk.findings, ...made.extra];
  const tier = TIERS.max(found.tier, ...made.extra.map((f) => f.severity));
  const systems = found.systems.map(({ id, name, criticality, dependents, invariants }) => ({ id, name, criticality, dependents, invariants }));
  const mode = modeOf(policy, facts, found);
  const sampled = made.outcome === 'pass' && made !== NOTHING && sampledBy(policy, facts);
  const said = { ...made, findings, tier, score: facts.score ?? null, happens: riskSummary(found.risk), found, mode, sampled };
  return {
    ...identity(policy, facts),
    outcome: made.outcome,
    mode,
    sampled,
    soloAfter: made.solo,
    terms: made.terms,
    ...(policy.authenticators === null ? {} : { authenticators: policy.authenticators }),
    rules: made.said,
    summary: summaryOf(said),
    asked: askedOf(said),
    tier,
    score: facts.score ?? null,
    provenance,
    findings,
    notAnalysed: found.risk.notAnalysed,
    systems,
    seats: made.seats,
    ownership: made.ownership,
    excluded: made.solo === null ? excludedOf(graph.excluded) : [],
    unresolved: graph.unresolved,
    refusals: made.refusals,
    reasons: reasonTree(said),
    factsDigest: factsDigest(policy, facts, provenance, found.risk),
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

/**
 * Contents of files are in the manifest, and what detectors made of them in `risk`: parse trees need no digest of their own.
 * Of the time, what it decided: the windows that were open then, so that the same facts an hour later are the same facts.
 */
function factsDigest(policy: Policy, facts: Facts, provenance: Provenance, risk: Risk): string {
  const { change, pusher, pushersBefore = [], sticky, targetExists, roster, behind = [], incidents = null, brings = [], registry } = facts;
  const lane = policy.sample === null ? null : (facts.lane ?? null);
  const read = {
    change: { ...identityOfChange(change), commits: change.commits, unseen: change.unseen },
    ...{ pusher, pushersBefore, sticky, targetExists, behind, incidents, lane, brings, roster: roster.digest, times: timesOf(policy, roster, facts.at) },
    ...(registry === undefined ? {} : { agents: registry.digest }),
  };
  // Plain data all of it; numbers a commit made up (NaN, infinite) are no error.
  const [plan = null, ...plans] = planDigests(facts.evidence);
  return digestOfAny({ ...read, plan, ...(plans.length === 0 ? {} : { plans }), score: facts.score ?? null, provenance, risk } as unknown as Json);
}

/** Every moment policy and roster name, and whether it has passed; null: the time is not known. */
function timesOf(policy: Policy, roster: Roster, at: number | null): readonly boolean[] | null {
  if (at === null) return null;
  const windows = [...policy.rules, ...policy.forbid, ...policy.declarations.trailers].flatMap((w) => [w.starts, w.until]);
  const others = [...policy.exceptions.map((e) => e.until), ...policy.modes.map((m) => m.until), ...roster.people.flatMap((p) => (p.qualifications ?? []).map((q) => q.until))];
  return [...windows, ...others].flatMap((moment) => (moment === null ? [] : [at >= moment]));
}

/** Our own bug, kept from becoming a pass. */
function broken(policy: Policy, facts: Facts, why: string): Decision {
  const text = `this change could not be judged: ${why}`;
  const refusal: Refusal = { code: 'INTERNAL', text, remedy: 'report this; until then the change cannot land' };
  return {
    ...identity(policy, facts),
    outcome: 'refused',
    mode: 'enforce',
    sampled: false,
    soloAfter: null,
    terms: NO_TERMS,
    ...(policy.authenticators === null ? {} : { authenticators: policy.authenticators }),
    rules: [],
    summary: text,
    asked: `refused: ${text}`,
    tier: 'critical',
    score: null,
    provenance: { level: 'unattributed', evidence: [], declarations: [], contradictions: [] },
    findings: [],
    notAnalysed: [],
    systems: [],
    seats: [],
    ownership: null,
    excluded: [],
    unresolved: [],
    refusals: [refusal],
    reasons: reason('no', 'INTERNAL', text),
    factsDigest: '0'.repeat(64),
  };
}
