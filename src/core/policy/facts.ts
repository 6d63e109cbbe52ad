/** Everything `consider` reads, and the part of it that conditions see. */
import type { Change } from '../change/change.ts';
import { PROVENANCE_LEVELS, type Provenance, type ProvenanceLevel, type StickyMark } from '../provenance/provenance.ts';
import type { RiskEvidence } from '../risk/evidence.ts';
import { type Risk, TIERS, type Tier } from '../risk/risk.ts';
import type { PersonId, PrincipalGraph, Roster } from '../roster/roster.ts';
import { criticality, type System, touched } from '../system/system.ts';
import type { Policy } from './document.ts';
import type { FactValues } from './expression.ts';

export interface Facts {
  readonly change: Change;
  readonly evidence: RiskEvidence;
  /** The account the transport authenticated; null in a clone. */
  readonly pusher: string | null;
  /** People who pushed this content before; they stand behind it whoever pushes it now. */
  readonly pushersBefore?: readonly PersonId[];
  /** Limited to the window that counts. */
  readonly sticky: readonly StickyMark[];
  readonly roster: Roster;
  /** False on a first push or a recreated branch: then policy is the organisation's, never the change's. */
  readonly targetExists: boolean;
}

/** What was found out about one change, before any rule is asked. */
export interface Findings {
  readonly provenance: Provenance;
  readonly risk: Risk;
  readonly graph: PrincipalGraph;
  readonly systems: readonly System[];
  readonly tier: Tier;
  /** Silence read as the policy says. */
  readonly level: ProvenanceLevel;
  /** Ranks of the ladder; undefined where nobody, or nobody known, stands there. */
  readonly behind: { readonly lowest: number | undefined; readonly highest: number | undefined };
}

export function weigh(policy: Policy, facts: Facts, provenance: Provenance, risk: Risk, graph: PrincipalGraph): Findings {
  const systems = touched(
    policy.systems,
    facts.change.records.map((r) => r.path),
  );
  const sensitive = risk.findings.length > 0 || (criticality(systems) ?? 5) <= 2;
  return {
    provenance,
    risk,
    graph,
    systems,
    tier: tierOf(risk, systems),
    level: effectiveLevel(policy.unattributed, provenance, sensitive),
    behind: behindOf(policy, facts.roster, graph),
  };
}

/** One tier higher than the findings say where a system of criticality 1 is touched and there is a finding at all. */
function tierOf(risk: Risk, systems: readonly System[]): Tier {
  const worst = TIERS.max(risk.tier, ...risk.findings.map((f) => f.severity));
  if (risk.findings.length === 0 || criticality(systems) !== 1) return worst;
  return TIERS.values[TIERS.rank(worst) + 1] ?? worst;
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
  const levels = new Map(roster.people.map((p) => [p.id, policy.ladder.values.indexOf(p.level)]));
  const rankOf = (person: PersonId): number => levels.get(person) ?? -1;
  const ranks = graph.principals.flatMap((p) => (p.person === null || p.role === 'co-author' ? [] : [rankOf(p.person)]));
  const blind = graph.unresolved.some((p) => p.role !== 'co-author') || ranks.length === 0 || ranks.includes(-1);
  return { lowest: blind ? undefined : Math.min(...ranks), highest: ranks.length === 0 ? undefined : ranks.includes(-1) ? policy.ladder.values.length - 1 : Math.max(...ranks) };
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
    },
    risk: {
      tier: TIERS.rank(found.tier),
      findings: found.risk.findings.map((f) => ({ rule: f.rule, severity: TIERS.rank(f.severity) })),
      not_analysed: found.risk.notAnalysed.length,
    },
    change: { paths, files: paths.length, target: change.targetRef, repo: change.repo },
    system: { criticality: criticality(found.systems) ?? 5, ids: found.systems.map((s) => s.id) },
    author: { level: lowest, senior: lowest === undefined || senior < 0 ? undefined : lowest >= senior },
    people: { unresolved: found.graph.unresolved.length },
  };
}
