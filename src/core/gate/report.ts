/**
 * What a forge shows of a verdict: one sentence, then what is asked, who could sign, what was found and why, as Markdown that a tired person
 * reads from the top down. Pure; what it leaves out for length is on our page.
 */
import type { Reason } from '../base/reasons.ts';
import type { Decision } from '../policy/decision.ts';
import { seatText } from '../policy/seats.ts';
import { type Finding, TIERS } from '../risk/risk.ts';
import { inert, plain } from './markdown.ts';
import { neededBy, type Verdict } from './verdict.ts';

export interface Reported {
  readonly title: string;
  readonly summary: string;
  readonly annotations: readonly ReportedLine[];
}

export interface ReportedLine {
  readonly path: string;
  readonly line: number;
  readonly severity: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
}

export interface Reporting {
  readonly verdict: Verdict;
  /** null: none was reached. */
  readonly decision: Decision | null;
  readonly targetRef: string;
  /** How people are called, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Of the change; null where it has none. */
  readonly page: string | null;
}

const MOST = { findings: 20, reasons: 40, depth: 4, people: 10, title: 200 } as const;

export function reportOf(asked: Reporting): Reported {
  return {
    title: plain(titleOf(asked)).slice(0, MOST.title),
    summary: [
      ...lead(asked),
      ...watchedOnly(asked),
      ...section('Who can sign', seatLines(asked)),
      ...section('What to do', remedies(asked)),
      ...section('What was found', found(asked)),
      ...section('Why', tree(asked.verdict.reasons)),
      ...section('Signed', signed(asked)),
      ENDING,
    ].join('\n'),
    annotations: annotated(asked.decision),
  };
}

/** Said every time: people look for the button that is not there. */
const ENDING = '\n---\nApprovals, comments and labels on this site fill no seat. What counts is a signature over exactly this content.';

const section = (head: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [`\n### ${head}`, ...lines]);

/** Plain text: a forge shows it without Markdown. */
function titleOf({ verdict, decision }: Reporting): string {
  if (verdict.verdict === 'allow' && verdict.codes.includes('BREAK_GLASS')) return 'Passes by break-glass; a review of it is due';
  if (verdict.mode !== 'enforce' && verdict.would !== 'allow') return `Only watched: once enforced, this would wait (${decision?.asked ?? verdict.reasons.text})`;
  if (verdict.verdict === 'allow') return verdict.signoffs.length > 0 ? 'Signed by the people policy asks for' : 'Passes: policy asks for nobody';
  if (decision?.outcome === 'signoff' && decision.asked !== '') return sentence(decision.asked);
  return sentence(verdict.reasons.text);
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function lead({ decision, targetRef, page, verdict }: Reporting): readonly string[] {
  const where = `For ${inert(targetRef)}`;
  const open = page === null ? [] : [`\n[Open it to read, judge and sign](${page})`];
  if (decision === null) return [`${where}: ${inert(verdict.reasons.text)}`, ...open];
  const { tier, provenance, change } = decision;
  const files = `${change.paths.length} ${change.paths.length === 1 ? 'file' : 'files'}`;
  return [`**${inert(decision.summary)}**`, `\n${where}: ${files}, ${tier} risk, AI assistance: ${provenance.level}.`, ...open];
}

const watchedOnly = ({ verdict }: Reporting): readonly string[] =>
  verdict.mode === 'enforce' || verdict.would === 'allow' ? [] : [`\nThis gate only watches here (${verdict.mode}): it lets this pass, and counts it.`];

function seatLines(asked: Reporting): readonly string[] {
  const { names } = asked;
  return neededBy(asked).map((seat) => {
    const who = seat.candidates.slice(0, MOST.people).map((p) => inert(names.get(p) ?? p));
    const rest = seat.candidates.length - who.length;
    const people = who.length === 0 ? 'nobody on the roster can' : `${who.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
    return `- ${inert(seatText(seat))}, for ${inert(seat.rule)}: ${people}`;
  });
}

const remedies = ({ verdict, decision }: Reporting): readonly string[] =>
  verdict.would === 'allow' ? [] : [...new Set((decision?.refusals ?? []).flatMap((r) => r.remedy ?? []))].map((r) => `- ${inert(r)}`);

const worst = (a: Finding, b: Finding): number => TIERS.values.indexOf(b.severity) - TIERS.values.indexOf(a.severity);

function found({ decision }: Reporting): readonly string[] {
  const findings = [...(decision?.findings ?? [])].sort(worst);
  const lines = findings.slice(0, MOST.findings).map((f) => `- **${f.severity}** ${inert(f.what)} (${inert(f.rule)}, ${inert(at(f))})`);
  return findings.length > MOST.findings ? [...lines, `- and ${findings.length - MOST.findings} more`] : lines;
}

const at = ({ place }: Finding): string => `${place.path}${place.line === undefined ? '' : `:${place.line}`}`;

/** Cut at a depth and a length: all of it is on the page. */
function tree(root: Reason): readonly string[] {
  const lines: string[] = [];
  const walk = (r: Reason, depth: number): void => {
    if (lines.length >= MOST.reasons || depth > MOST.depth) return;
    lines.push(`${'  '.repeat(depth)}- ${MARK[r.state]} ${inert(r.text)} [${r.code}]`);
    for (const child of r.children) walk(child, depth + 1);
  };
  walk(root, 0);
  return lines.length >= MOST.reasons ? [...lines, '- and more'] : lines;
}

const MARK = { yes: 'yes:', no: 'no:', unknown: 'unknown:', note: 'note:' } as const;

const signed = ({ verdict, names }: Reporting): readonly string[] =>
  verdict.verdict === 'allow'
    ? verdict.reasons.children
        .filter((r) => r.state === 'yes' && (r.code === 'OK' || r.code === 'BREAK_GLASS'))
        .map((r) => `- ${inert(r.text.replace(/^\S+/, (id) => names.get(id) ?? id))}`)
    : [];

const SEVERITY = { routine: 'notice', elevated: 'notice', high: 'warning', critical: 'failure' } as const;

/** Lines of the new side alone: a forge shows no others. */
function annotated(decision: Decision | null): readonly ReportedLine[] {
  return [...(decision?.findings ?? [])].sort(worst).flatMap(({ place, severity, rule, what, safeIf }) =>
    place.side === 'head' && place.line !== undefined && place.line > 0
      ? [
          {
            path: place.path,
            line: place.line,
            severity: SEVERITY[severity],
            title: plain(`${severity}: ${rule}`),
            message: [what, ...safeIf.map((s) => `Safe if ${s}`)].map(plain).join('\n'),
          },
        ]
      : [],
  );
}
