/** What policy requires of a change, as core/policy/decision.ts types it. */
import * as z from 'zod';
import type { Reason } from '../../core/base/reasons.ts';
import type { Decision, Excluded, OwnershipAsked, Refusal, RuleSaid, Seat, Terms, TouchedSystem } from '../../core/policy/decision.ts';
import type { AuthenticatorTerms, OnChangeTerms } from '../../core/policy/document.ts';
import { CARRY_WORDS, PRESENCES, RELATIONS, STAGES } from '../../core/policy/words.ts';
import type { LineTally } from '../../core/provenance/lines/tally.ts';
import type { Declaration, EvidenceSlot, LineMark, Provenance, ProvenanceEvidence, UnknownAccount } from '../../core/provenance/provenance.ts';
import type { Trust } from '../../core/provenance/trust.ts';
import type { Finding, NotAnalysed, Place } from '../../core/risk/risk.ts';
import type { Score, ScoreReason } from '../../core/risk/score/score.ts';
import { PRINCIPAL_ROLES, type Principal } from '../../core/roster/roster.ts';
import { component, count, hex64, level, list, mode, of, oid, reasonCode, text, tier } from './words.ts';

/** A tree: its type is written out, for it cannot be read off something that holds itself. */
const reason: z.ZodType<Reason> = z
  .strictObject({
    code: reasonCode,
    text,
    state: z.enum(['yes', 'no', 'unknown', 'note']),
    get children() {
      return z.array(reason);
    },
  })
  .meta({ id: 'Reason' });

const place = of<Place>()(z.strictObject({ path: text, side: z.enum(['base', 'head', 'plan']), line: count.optional(), object: text.optional() }));

const finding = component<Finding>()(
  'Finding',
  z.strictObject({
    rule: text.describe('such as `TF102`: stable, never reused'),
    slug: text,
    version: count,
    severity: tier,
    confidence: z.enum(['exact', 'inferred', 'heuristic']),
    place,
    what: text.describe('what happens in production if this lands'),
    because: list(z.tuple([text, text])).describe('facts it rests on, by name'),
    safeIf: list(text),
  }),
  { description: 'What a detector saw', page: 'findings.md' },
);

const trust = of<Trust>()(z.literal([1, 2, 3, 4, 5])).describe('5 sworn by the transport or forge, 4 signed by a managed recorder, 3 an unsigned record, 2 a trailer, 1 a hint');
const slot = of<EvidenceSlot>()(z.enum(['author', 'committer', 'trailer', 'line', 'prose', 'subject', 'ref', 'branch', 'pr-author', 'pr-body', 'note', 'pusher', 'sticky']));
const evidence = component<ProvenanceEvidence>()(
  'ProvenanceEvidence',
  z.strictObject({
    ...{ rule: text, slot, tool: text, model: text.optional(), level, trust, commit: oid.optional(), line: count.optional() },
    matched: text.describe('the matched text, at most 200 characters'),
  }),
);
const mark = component<LineMark>()(
  'LineMark',
  z.strictObject({
    ...{ path: text, side: z.enum(['head', 'base']), start: count, end: count, by: z.enum(['ai', 'human']), tool: text },
    ...{ model: text.optional(), session: text.optional(), trust },
  }),
  { description: 'Lines one hand made, by records; `base`: lines of the old file', page: 'lines.md' },
);
const provenance = component<Provenance>()(
  'Provenance',
  z.strictObject({
    catalogue: count.optional(),
    level,
    evidence: list(evidence),
    declarations: list(of<Declaration>()(z.strictObject({ commit: oid, value: text }))),
    contradictions: list(text),
    unknown: list(of<UnknownAccount>()(z.strictObject({ account: text, slot, commit: oid }))).optional(),
    lines: of<LineTally>()(z.strictObject({ ai: count, added: count, removed: count, proven: z.boolean() })).optional(),
    marks: list(mark).optional(),
  }),
  { description: 'What is known of AI assistance; no marker is `unattributed`, never `human`', page: 'provenance.md' },
);

const seat = component<Seat>()(
  'Seat',
  z.strictObject({
    rule: text,
    answers: list(text).describe('ids of every rule it answers, its own included'),
    humans: count,
    level: text.nullable().describe('the lowest that fills it; null: any'),
    domains: list(text),
    teams: list(text),
    people: list(text),
    distinctTeams: count,
    standsFor: z.record(text, list(text)),
    not: list(z.enum(RELATIONS)),
    stage: z.enum(STAGES),
    presence: z.enum(PRESENCES),
    candidates: list(text).describe('who could fill it now'),
  }),
);

const carry = z.enum(CARRY_WORDS).optional();
const onChange = of<OnChangeTerms>()(z.strictObject({ 'no-change': carry, message: carry, 'trivial-rebase': carry, 'context-moved': carry, rework: carry }));
const rule = component<RuleSaid>()(
  'RuleSaid',
  z.strictObject({
    ...{ id: text, layer: text, state: z.enum(['asks', 'may-ask', 'waived', 'covers', 'silent']), files: count },
    ...{ onChange, queue: text.nullable(), escalate: list(text) },
  }),
);

const score = component<Score>()(
  'Score',
  z.strictObject({
    probability: z.number().min(0).max(1),
    percentile: count.max(100),
    reasons: list(of<ScoreReason>()(z.strictObject({ group: z.enum(['size', 'files', 'author', 'reverts', 'message', 'words', 'time', 'kinds']), text }))),
    model: hex64,
  }),
  { description: 'How likely it is reverted within 30 days, as far as history tells', page: 'risk-score.md' },
);

const refusal = component<Refusal>()('Refusal', z.strictObject({ code: reasonCode, text, remedy: text.optional() }));
const system = component<TouchedSystem>()('TouchedSystem', z.strictObject({ id: text, name: text, criticality: z.number(), dependents: list(text), invariants: list(text) }));
const role = z.enum(PRINCIPAL_ROLES);
export const ownershipAsked = of<OwnershipAsked>()(
  z.strictObject({ by: list(text).describe('rules, and the terms of the whole'), owners: list(text).describe('whose word counts, any one of them') }),
);

export const decision = component<Decision>()(
  'Decision',
  z.strictObject({
    version: z.literal(1),
    change: z.strictObject({
      ...{ repo: text, targetRef: text, base: oid.nullable(), mergeBase: oid.nullable(), head: oid, headTree: oid },
      ...{ alg: text, manifest: hex64, manifest256: hex64, paths: list(text), commits: list(oid) },
    }),
    outcome: z.enum(['pass', 'signoff', 'refused']),
    mode,
    sampled: z.boolean(),
    soloAfter: count.nullable().describe('milliseconds after which one person signs their own change; null: nobody may'),
    terms: of<Terms>()(z.strictObject({ ttl: count.nullable(), sla: count.nullable() })).describe('milliseconds; null: not said'),
    authenticators: of<AuthenticatorTerms>()(
      z.strictObject({ synced: z.enum(['none', 'elevated', 'high']), attestedFrom: tier.nullable(), coolDown: count.nullable() }),
    ).optional(),
    rules: list(rule),
    summary: text.describe('what would happen if this lands'),
    asked: text.describe('what is asked before it may land'),
    tier,
    score: score.nullable(),
    provenance,
    findings: list(finding),
    notAnalysed: list(of<NotAnalysed>()(z.strictObject({ path: text, why: text }))),
    systems: list(system),
    seats: list(seat),
    ownership: ownershipAsked.nullable().describe('null: the author need not speak'),
    excluded: list(of<Excluded>()(z.strictObject({ person: text, roles: list(role) }))),
    unresolved: list(of<Principal>()(z.strictObject({ role, identity: text, person: text.nullable(), agent: text.nullable(), claimed: z.boolean().optional() }))),
    refusals: list(refusal),
    reasons: reason,
    policyDigest: text,
    rosterDigest: text,
    factsDigest: text,
  }),
  { description: 'What policy requires of a change', page: 'policy.md' },
);
