/** Findings and what was not read, for people: the same lines wherever a command prints them. */
import { type Finding, type NotAnalysed, TIERS } from '../core/risk/risk.ts';
import type { Ink } from './terminal.ts';

/** Findings that are listed, and unread files that are named; the rest are counted. */
const LISTED = 8;
const NAMED = 3;

export interface Found {
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
}

/** @param summary what is said already is pointed at, not said again. @param listed how many findings at most. */
export function findingLines({ findings, notAnalysed }: Found, paper: Ink, summary = '', listed = LISTED): readonly string[] {
  const worst = [...findings].sort((a, b) => TIERS.rank(b.severity) - TIERS.rank(a.severity));
  const rest = worst.length - listed;
  const more = rest > 0 ? [`  and ${rest} more finding${rest === 1 ? '' : 's'} (--json has all)`] : [];
  return [...worst.slice(0, listed).flatMap((f) => finding(f, summary, paper)), ...more, ...unread(notAnalysed)];
}

/** One line for each reason: a change of many files mostly has one. */
const unread = (all: readonly NotAnalysed[]): readonly string[] =>
  [...Map.groupBy(all, (n) => n.why)].map(([why, files]) => {
    const named = files.slice(0, NAMED).map((f) => f.path);
    const rest = files.length > NAMED ? ` and ${files.length - NAMED} more` : '';
    return `  ${'not read'.padEnd(9)} ${named.join(', ')}${rest}: ${why}`;
  });

/** What would happen and where. */
function finding(f: Finding, summary: string, paper: Ink): readonly string[] {
  const severity = (f.severity === 'critical' ? paper.red : f.severity === 'routine' ? paper.dim : paper.yellow)(f.severity.padEnd(9));
  const at = `${f.place.path}${f.place.line === undefined ? '' : `:${f.place.line}`}`;
  const safe = f.safeIf.length === 0 ? '' : `  safe if: ${f.safeIf.join('; or ')}`;
  const where = `${at}  ${f.rule}${safe}`;
  const what = summary.startsWith(f.what.replace(/\.$/, '')) ? 'as said above' : f.what;
  return [`  ${severity} ${what}`, `  ${''.padEnd(9)} ${paper.dim(where)}`];
}
