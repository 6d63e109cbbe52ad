/** Says a decision in words: one sentence for the top of a page, and the tree of reasons below it. */
import { type Reason, reason } from '../base/reasons.ts';
import type { Finding, Tier } from '../risk/risk.ts';
import type { Score } from '../risk/score/score.ts';
import type { OwnershipAsked, Refusal, Seat, Terms } from './decision.ts';
import type { Findings } from './facts.ts';
import { ownershipWords } from './ownership.ts';
import { seatText } from './seats.ts';
import { lengthText } from './time.ts';
import type { Mode } from './words.ts';

/** Files without analysis that are named one by one. */
const SHOWN = 5;

export type Outcome = 'pass' | 'signoff' | 'refused';

export interface Said {
  readonly outcome: Outcome;
  readonly seats: readonly Seat[];
  readonly refusals: readonly Refusal[];
  /** One for each rule. */
  readonly reasons: readonly Reason[];
  readonly findings: readonly Finding[];
  readonly tier: Tier;
  readonly score: Score | null;
  /** What would happen, from risk. */
  readonly happens: string;
  readonly found: Findings;
  readonly mode: Mode;
  readonly sampled: boolean;
  readonly solo: number | null;
  readonly terms: Terms;
  readonly ownership: OwnershipAsked | null;
}

/** What would happen, and what is asked. */
export const summaryOf = (said: Said): string => said.happens.trim().replace(/[.;]$/, '');

export function askedOf({ outcome, seats, refusals, ownership }: Said): string {
  if (outcome === 'pass') return 'nobody is asked to sign';
  if (outcome === 'signoff') return `needs ${ownership === null ? '' : 'the ownership statement of its author first, and '}${seats.map(seatText).join(', and ')}`;
  const [first, ...rest] = refusals;
  return `refused: ${first?.text ?? 'it could not be decided'}${rest.length === 0 ? '' : ` (and ${rest.length} more)`}`;
}

export function reasonTree(said: Said): Reason {
  const { outcome, refusals } = said;
  const children = [
    ...refusals.map((r) => reason('no', r.code, r.text, r.remedy === undefined ? [] : [reason('note', r.code, r.remedy)])),
    ...(said.ownership === null ? [] : [reason('no', 'OWNERSHIP_MISSING', ownershipWords(said.ownership))]),
    ...said.seats.map(seatReason),
    ...termReasons(said),
    ...provenanceReasons(said.found),
    ...riskReasons(said),
    ...said.reasons,
  ];
  if (outcome === 'pass') return reason('yes', 'PASS', 'this change may land without a sign-off', children);
  if (outcome === 'signoff') return reason('no', 'SIGNOFF_MISSING', `this change needs ${said.seats.map(seatText).join(', and ')}`, children);
  return reason('no', refusals[0]?.code ?? 'INTERNAL', 'this change is refused, whoever signs', children);
}

function seatReason(seat: Seat): Reason {
  const who = seat.candidates.length === 0 ? 'nobody on the roster can' : `can sign: ${seat.candidates.join(', ')}`;
  return reason('no', 'SIGNOFF_MISSING', `${seat.rule}: ${seatText(seat)}`, [reason('note', 'SIGNOFF_MISSING', who)]);
}

/** What holds beside the seats: how long, how a gate takes it, and what follows. */
function termReasons({ outcome, mode, sampled, solo, terms }: Said): readonly Reason[] {
  const { ttl, sla } = terms;
  const times = [ttl === null ? '' : `a signature holds ${lengthText(ttl)}`, sla === null ? '' : `somebody should sign within ${lengthText(sla)}`].filter(Boolean);
  return [
    ...(outcome === 'signoff' && times.length > 0 ? [reason('note', 'SIGNOFF_MISSING', times.join('; '))] : []),
    ...(solo === null ? [] : [reason('note', 'SOLO', `the only person on the roster may sign their own change, ${lengthText(solo)} after it was first seen`)]),
    ...(mode === 'enforce' ? [] : [reason('note', 'MODE', `mode ${mode}: a gate lets it pass and counts what it would have denied`)]),
    ...(sampled ? [reason('note', 'SAMPLED', 'drawn for a review after landing')] : []),
  ];
}

function provenanceReasons({ provenance, level, graph }: Findings): readonly Reason[] {
  const seen = provenance.evidence.map((e) => reason('note', e.slot === 'sticky' ? 'PROVENANCE_STICKY' : 'PROVENANCE', `${e.tool}: ${e.matched} (${e.slot})`));
  const denied = provenance.contradictions.map((c) => reason('note', 'PROVENANCE_CONTRADICTION', c));
  const counts = level === provenance.level ? '' : `, which counts as ${level} here`;
  const people = [...graph.excluded].map(([person, roles]) => reason('note', 'SOD_AUTHOR', `${person} may not sign: ${roles.join(', ')}`));
  return [reason('note', 'PROVENANCE', `AI assistance: ${provenance.level}${counts}`, [...seen, ...denied]), ...people];
}

function riskReasons({ findings, found, tier, score }: Said): readonly Reason[] {
  const seen = findings.map((f) => reason('note', f.rule.startsWith('SOD') ? 'EXCLUSION_BY_HEADER' : 'FINDING', `${f.severity}: ${f.what} (${f.rule}, ${f.place.path})`));
  const { notAnalysed } = found.risk;
  const blind = notAnalysed.slice(0, SHOWN).map((n) => reason('unknown', 'NOT_ANALYSED', `${n.path}: ${n.why}`));
  if (notAnalysed.length > SHOWN) blind.push(reason('unknown', 'NOT_ANALYSED', `and ${notAnalysed.length - SHOWN} more files`));
  const systems = found.systems.map((s) => reason('note', 'SYSTEM_TOUCHED', `touches ${s.name}, criticality ${s.criticality}`));
  return [reason('note', 'FINDING', `risk: ${tier}`, [...seen, ...blind]), ...scoreReasons(score), ...systems];
}

const scoreReasons = (score: Score | null): readonly Reason[] =>
  score === null
    ? []
    : [
        reason(
          'note',
          'RISK_SCORE',
          `history: riskier than ${score.percentile} of 100 changes here`,
          score.reasons.map((r) => reason('note', 'RISK_SCORE', r.text)),
        ),
      ];
