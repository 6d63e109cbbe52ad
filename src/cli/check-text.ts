/** The answer of `check`, for people and for programs. */
import type { ReasonCode } from '../core/base/codes.ts';
import { reasonLines } from '../core/base/reasons.ts';
import { problemText } from '../core/base/result.ts';
import type { Decision, Seat } from '../core/policy/decision.ts';
import type { CheckAnswer } from '../flows/check.ts';
import { EXIT } from './exit.ts';

/** Refusals that only say the starter profile knows nobody here. */
const NOBODY_YET: readonly ReasonCode[] = ['SOD_UNRESOLVED', 'SEAT_UNFILLABLE'];

/** 0 passes, 1 needs a sign-off, 2 refused or undecidable. Without a policy nothing is decided. */
export function exitOf({ decision, starter }: CheckAnswer): number {
  if (starter) return decision.outcome === 'pass' && decision.change.paths.length === 0 ? EXIT.ok : EXIT.refused;
  return { pass: EXIT.ok, signoff: EXIT.signoff, refused: EXIT.refused }[decision.outcome];
}

export const checkJson = (answer: CheckAnswer) => ({
  version: 1,
  exit: exitOf(answer),
  starter: answer.starter,
  target: answer.targetRef,
  title: answer.title,
  problems: answer.problems,
  decision: answer.decision,
});

export function checkText(answer: CheckAnswer): string {
  const { decision, starter } = answer;
  const blocks = [headline(answer), facts(decision), findings(decision), requirement(decision, starter), why(decision), starter ? noPolicy(answer) : []];
  return `${blocks
    .filter((b) => b.length > 0)
    .map((b) => b.join('\n'))
    .join('\n\n')}\n`;
}

function headline({ decision, starter, targetRef }: CheckAnswer): readonly string[] {
  const answer = starter ? 'no policy yet: this is what the starter profile would say' : { pass: 'passes', signoff: 'needs a sign-off', refused: 'refused' }[decision.outcome];
  return [`${answer}  (${targetRef}..${decision.change.head.slice(0, 12)})`, decision.summary];
}

function facts(d: Decision): readonly string[] {
  const tools = [...new Set(d.provenance.evidence.map((e) => e.tool))].join(', ');
  return [
    row('change', `${d.change.paths.length} file(s), ${d.change.commits.length} commit(s), manifest ${d.change.manifest.slice(0, 16)}`),
    row('provenance', `${d.provenance.level}${tools === '' ? '' : ` (${tools})`}`),
    row('tier', d.tier),
    ...d.systems.map((s) => row('system', `${s.name}, criticality ${s.criticality}`)),
    ...d.provenance.contradictions.map((c) => row('note', c)),
  ];
}

const findings = (d: Decision): readonly string[] => [
  ...d.findings.flatMap((f) => [
    `${f.severity.padEnd(9)} ${f.rule} ${f.place.path}${f.place.line === undefined ? '' : `:${f.place.line}`}`,
    `          ${f.what}`,
    ...f.safeIf.map((s) => `          safe if: ${s}`),
  ]),
  ...d.notAnalysed.map((n) => `not read  ${n.path}: ${n.why}`),
];

function requirement(d: Decision, starter: boolean): readonly string[] {
  const refusals = d.refusals.filter((r) => !(starter && NOBODY_YET.includes(r.code)));
  return [
    ...d.seats.map((s) => row('needs', seat(s, starter))),
    ...d.excluded.map((e) => row('not', `${e.person}: ${e.roles.join(', ')}`)),
    ...refusals.flatMap((r) => [row('refused', `${r.text} [${r.code}]`), ...(r.remedy ? [row('', `remedy: ${r.remedy}`)] : [])]),
  ];
}

const seat = (s: Seat, starter: boolean): string =>
  `${s.humans} human${s.humans === 1 ? '' : 's'}${s.level === null ? '' : ` at ${s.level} or above`} for ${s.rule}${starter ? '' : `: any of ${s.candidates.join(', ') || 'nobody'}`}`;

const why = (d: Decision): readonly string[] => (d.outcome === 'pass' && d.findings.length === 0 ? [] : ['why', ...reasonLines(d.reasons, 1)]);

const noPolicy = (answer: CheckAnswer): readonly string[] => [...answer.problems.map((p) => problemText({ ...p, remedy: undefined })), 'to add it: countersign init'];

const row = (name: string, text: string): string => `${name.padEnd(10)} ${text}`;
