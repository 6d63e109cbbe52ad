/** The answer of `gate` as Markdown, which a forge shows among its own words. Titles, names and reasons are chosen by whoever commits and signs. */
import type { Reason } from '../core/base/reasons.ts';
import type { Problem } from '../core/base/result.ts';
import { inert } from '../core/gate/markdown.ts';
import { neededBy } from '../core/gate/verdict.ts';
import { seatText } from '../core/policy/seats.ts';
import type { CloneGateAnswer } from '../flows/gate-clone.ts';
import { HEADLINES } from './gate-text.ts';

/** Forges cut off a summary above a megabyte, and nobody reads the hundredth line. */
const LINES = 60;

export function gateMarkdown(answer: CloneGateAnswer): string {
  const { decision, verdict, changeId, title, base, head, notes, names } = answer;
  const would = verdict.would === answer.answer ? '' : `, ${verdict.mode}: it would be denied`;
  const seats = neededBy(answer).map(
    (s) => `- ${inert(seatText(s))} for rule ${inert(s.rule)}: ${s.candidates.map((c) => inert(names.get(c) ?? c)).join(', ') || 'nobody on the roster can'}`,
  );
  const rows = [
    ['change', `${inert(changeId)} for ${inert(decision.change.targetRef)} of ${inert(decision.change.repo)}`],
    ['range', inert(`${base.slice(0, 12)}..${head.slice(0, 12)}`)],
    ['manifest', inert(decision.change.manifest)],
    ['risk', inert(decision.tier)],
    ['codes', verdict.codes.map(inert).join(' ')],
  ];
  return page(`${HEADLINES[answer.answer]}${would}`, [
    inert(title),
    ['| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)].join('\n'),
    seats.length === 0 ? '' : `Who is asked:\n\n${shortened(seats)}`,
    notes.length === 0 ? '' : `Noted:\n\n${shortened(notes.map((n) => `- ${inert(n)}`))}`,
    `Why:\n\n${shortened(reasonsOf(verdict.reasons))}`,
  ]);
}

export const refusedMarkdown = (problems: readonly Problem[]): string =>
  page('cannot be decided, so it may not land', [
    shortened(
      problems.map(
        (p) => `- ${p.place === undefined ? '' : `${inert(p.place)}: `}${inert(p.message)} ${inert(p.code)}${p.remedy === undefined ? '' : `, remedy: ${inert(p.remedy)}`}`,
      ),
    ),
  ]);

const page = (headline: string, blocks: readonly string[]): string => `### Countersign: ${headline}\n\n${blocks.filter((b) => b !== '').join('\n\n')}\n\n`;

const MARKS = { yes: 'yes', no: 'no', unknown: 'unknown', note: 'note' } as const;

const reasonsOf = (r: Reason, depth = 0): readonly string[] => [
  `${'  '.repeat(Math.min(depth, 6))}- ${MARKS[r.state]}: ${inert(r.text)} ${inert(r.code)}`,
  ...r.children.flatMap((c) => reasonsOf(c, depth + 1)),
];

const shortened = (lines: readonly string[]): string => [...lines.slice(0, LINES), ...(lines.length > LINES ? [`- and ${lines.length - LINES} more`] : [])].join('\n');
