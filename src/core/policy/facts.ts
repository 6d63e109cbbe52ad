/** Everything `consider` reads, and the part of it that conditions see. */
import type { Problem } from '../base/result.ts';
import type { Change, Oid } from '../change/change.ts';
import { matches } from '../change/glob.ts';
import { type Matcher, matcherOf } from '../change/matcher.ts';
import type { Incident } from '../incident/incident.ts';
import type { Seen } from '../provenance/detect.ts';
import { type LineTally, shareOf } from '../provenance/lines/tally.ts';
import { type LineMark, PROVENANCE_LEVELS, type Provenance, type ProvenanceLevel, type StickyMark } from '../provenance/provenance.ts';
import type { Registry } from '../provenance/registry.ts';
import type { RiskEvidence } from '../risk/evidence.ts';
import { plannedWork } from '../risk/planned-work.ts';
import { type Risk, TIERS, type Tier } from '../risk/risk.ts';
import type { Score } from '../risk/score/score.ts';
import { outsideProduction, tierOf } from '../risk/tiers.ts';
import type { Train } from '../risk/train.ts';
import { unplanned } from '../risk/unplanned.ts';
import { named } from '../roster/principals.ts';
import type { PersonId, PrincipalGraph, PrincipalRole, Roster } from '../roster/roster.ts';
import { criticality, type System } from '../system/system.ts';
import type { Policy } from './document.ts';
import type { FactValues } from './expression.ts';

export interface Facts {
  readonly change: Change;
  readonly evidence: RiskEvidence;
  /** The account the transport authenticated; null in a clone. */
  readonly pusher: string | null;
  /** Who pushed this content before, as `remembered`; they stand behind it whoever pushes it now. */
  readonly pushersBefore?: readonly string[];
  /** Limited to the window that counts. */
  readonly sticky: readonly StickyMark[];
  readonly roster: Roster;
  /** False on a first push or a recreated branch: then policy is the organisation's, never the change's. */
  readonly targetExists: boolean;
  /** When this is decided, milliseconds since 1970; null: unknown, so what is time-boxed holds and no exception does. */
  readonly at: number | null;
  /** Who else stands behind it, by records and transports and not by headers: prompters, owners of tokens, starters of deploys. */
  readonly behind?: readonly Behind[];
  /** null: nobody could say, so conditions on incidents are unknown. */
  readonly incidents?: readonly Incident[] | null;
  /** What reviews after landing found of the last changes that passed by themselves; null: nobody could say. */
  readonly lane?: Lane | null;
  /** Problems of the policy and roster files this change would bring in: what lands must be a policy. */
  readonly brings?: readonly Problem[];
  /** Nobody outside can foresee it, so nobody shapes a change that is never sampled; null: nothing is sampled. */
  readonly seed?: string | null;
  /** The organisation's own agents and trailers, as the target ref has them; absent: nobody keeps any. */
  readonly registry?: Registry;
  /** What records of lines say of its commits; undefined: nobody read any. */
  readonly records?: RecordedLines;
  /** What landed on the same files lately; undefined: nothing did. null: it could not be read. */
  readonly train?: Train | null;
  /** What history says of it; null: there is no history or no model to tell. */
  readonly score?: Score | null;
  /** Provenance as it is known already, in place of what headers say: cases of a policy's tests have no headers. */
  readonly assessed?: Provenance;
}

export interface RecordedLines {
  /** By commit: records, what of them could not be read, the lines it changes. */
  readonly seen: ReadonlyMap<Oid, Pick<Seen, 'notes' | 'unreadable' | 'changed'>>;
  /** Of the whole change; null where only its commits were looked at. */
  readonly whole: { readonly lines: LineTally; readonly marks: readonly LineMark[] } | null;
}

export interface Behind {
  readonly role: PrincipalRole;
  /** An account, an e-mail address or a person's id. */
  readonly identity: string;
  /** Only a record nobody signed says so. */
  readonly claimed?: boolean;
}

export interface Lane {
  readonly sampled: number;
  readonly escapes: number;
}

/** What was found out about one change, before any rule is asked. */
export interface Findings {
  readonly provenance: Provenance;
  readonly risk: Risk;
  readonly graph: PrincipalGraph;
  readonly systems: readonly System[];
  /** A path belongs to no system. */
  readonly outside: boolean;
  readonly tier: Tier;
  /** Silence read as the policy says. */
  readonly level: ProvenanceLevel;
  /** Ranks of the ladder; undefined where nobody, or nobody known, stands there. */
  readonly behind: { readonly lowest: number | undefined; readonly highest: number | undefined };
}

export function weigh(policy: Policy, facts: Facts, provenance: Provenance, found: Risk, graph: PrincipalGraph): Findings {
  const risk = outsideProduction(found, productionOf(policy));
  const { systems, outside } = touchedBy(
    policy,
    facts.change.records.map((r) => r.path),
  );
  const sensitive = risk.findings.length > 0 || (criticality(systems) ?? 5) <= 2;
  return {
    provenance,
    risk,
    graph,
    systems,
    outside,
    tier: tierOf(risk, { criticality: criticality(systems), dependents: dependentsOf(systems) }, policy.tierRules, facts.score ?? null),
    level: effectiveLevel(policy.unattributed, provenance, sensitive),
    behind: behindOf(policy, facts.roster, graph),
  };
}

const matchers = new WeakMap<Policy, Matcher>();

/** The systems any of these paths belongs to, in the order of the policy. */
function touchedBy(policy: Policy, paths: readonly string[]): Pick<Findings, 'systems' | 'outside'> {
  const matcher = matchers.get(policy) ?? matcherOf(policy.systems.map((s) => s.paths));
  matchers.set(policy, matcher);
  const ids = paths.map((path) => matcher.selects(path));
  const hit = new Set(ids.flat());
  return { systems: policy.systems.filter((_, i) => hit.has(i)), outside: ids.some((some) => some.length === 0) };
}

/** Of the system most others depend on. */
const dependentsOf = (systems: readonly System[]): number => Math.max(0, ...systems.map((s) => new Set(s.dependents).size));

/** What no file stands for is production too. */
function productionOf({ notProduction }: Policy): (path: string) => boolean {
  if (notProduction.length === 0) return () => true;
  return (path) => path === '' || !notProduction.every((globs) => matches(globs, path));
}

/**
 * Silence is never lighter: without proof, silence and `Assisted-by: none` compare as assisted where it matters and as
 * suggestion elsewhere, and a real mark can only raise that. Evidence that could not be read is read as assisted.
 */
export function effectiveLevel(setting: Policy['unattributed'], provenance: Provenance, sensitive: boolean): ProvenanceLevel {
  const proven = provenance.level === 'human' && provenance.evidence.some((e) => e.level === 'human' && e.trust >= 4);
  if (proven && provenance.contradictions.length === 0) return 'human';
  const unreadable = provenance.evidence.some((e) => e.rule === 'evidence-unreadable');
  const silence = setting === 'default' ? (sensitive ? 'assisted' : 'suggestion') : setting;
  return PROVENANCE_LEVELS.max(provenance.level, unreadable ? 'assisted' : silence);
}

/** Headers can name a senior author or a junior one, so rules see the lowest and `senior_to` the highest of all. */
function behindOf(policy: Policy, roster: Roster, graph: PrincipalGraph): Findings['behind'] {
  const levels = levelsOf(roster);
  const rankOf = (person: PersonId): number => policy.ladder.values.indexOf(levels.get(person) ?? '');
  const ranks = graph.principals.flatMap((p) => (p.person === null || named(p) ? [] : [rankOf(p.person)]));
  const blind = graph.unresolved.some((p) => !named(p)) || ranks.length === 0 || ranks.includes(-1);
  return { lowest: blind ? undefined : Math.min(...ranks), highest: ranks.length === 0 ? undefined : ranks.includes(-1) ? policy.ladder.values.length - 1 : Math.max(...ranks) };
}

const levels = new WeakMap<Roster, ReadonlyMap<PersonId, string>>();

/** Laid once for a roster: a replay of history asks it for every landing. */
function levelsOf(roster: Roster): ReadonlyMap<PersonId, string> {
  const known = levels.get(roster) ?? new Map(roster.people.map((p) => [p.id, p.level]));
  levels.set(roster, known);
  return known;
}

/** The values conditions see, in the shape of FACT_TYPES. */
export function factValues(policy: Policy, facts: Facts, found: Findings): FactValues {
  const { change } = facts;
  const { lowest } = found.behind;
  const senior = policy.ladder.values.indexOf(policy.senior);
  const paths = change.records.map((r) => r.path);
  return {
    provenance: {
      level: PROVENANCE_LEVELS.rank(found.level),
      tools: [...new Set(found.provenance.evidence.map((e) => e.tool))].sort(),
      declared_none: found.provenance.declarations.some((d) => d.value === 'none'),
      ...lineValues(found.provenance.lines),
    },
    risk: {
      tier: TIERS.rank(found.tier),
      findings: found.risk.findings.map((f) => ({ rule: f.rule, severity: TIERS.rank(f.severity) })),
      not_analysed: found.risk.notAnalysed.length,
      ...(facts.score == null ? {} : { percentile: facts.score.percentile }),
    },
    plan: planValues(facts.evidence),
    change: {
      paths,
      files: paths.length,
      commits: change.commits.length,
      messages: change.commits.map((c) => c.message),
      target: change.targetRef,
      repo: change.repo,
    },
    system: { criticality: criticality(found.systems) ?? 5, ids: found.systems.map((s) => s.id) },
    incident: { open: facts.incidents?.filter((i) => i.open).map(({ id, severity, class: kind, days }) => ({ id, severity, class: kind, days })) },
    author: { level: lowest, senior: lowest === undefined || senior < 0 ? undefined : lowest >= senior },
    people: { unresolved: found.graph.unresolved.length },
    lane: { open: laneOpen(policy, facts.lane ?? null) },
  };
}

/** Few lines is a claim for a human: without proof it is unknown, and asks. */
const lineValues = (tally: LineTally | undefined): { readonly lines?: number; readonly share?: number } =>
  tally?.proven === true ? { lines: tally.ai, share: shareOf(tally) } : {};

/**
 * Without a plan nothing is known of what it would do; one that is not complete may destroy more than it says. Destroyed is
 * what is deleted or made anew, by Terraform, CloudFormation or Pulumi alike.
 */
function planValues(evidence: RiskEvidence): FactValues[string] {
  const done = plannedWork(evidence);
  const missing = unplanned(evidence).length > 0;
  if (done === null) return { present: false, missing };
  return { present: true, missing, ...(done.complete ? { destroys: done.destroys, creates: done.creates, updates: done.updates } : {}) };
}

const laneOpen = ({ sample }: Policy, lane: Lane | null): boolean | undefined => (sample === null ? true : lane === null ? undefined : lane.escapes <= sample.closeAfter.escapes);
