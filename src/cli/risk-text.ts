/** The answer of `countersign risk`, for people and for programs. */
import type { Finding, NotAnalysed, Tier } from '../core/risk/risk.ts';
import { TIERS } from '../core/risk/risk.ts';
import type { Score } from '../core/risk/score/score.ts';
import { type Answer, EXIT } from './exit.ts';
import { findingLines } from './finding-text.ts';
import { type Ink, ink, visibleWithin, wantsColour } from './terminal.ts';

/** docs/spec/risk.schema.json. */
export interface RiskAnswer {
  /** What was looked at: `{base, head, id, title}` of a change, `{files}` of artefacts. */
  readonly change: RiskOf;
  readonly tier: Tier;
  readonly score: Score | null;
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  /** What was assumed, in words. */
  readonly notes: readonly string[];
}

export interface RiskOf {
  readonly id?: string | null;
  readonly base?: string | null;
  readonly head?: string;
  readonly title?: string;
  readonly files?: readonly string[];
}

export interface RiskOptions {
  readonly json?: boolean;
  readonly failOn?: Tier;
}

/** From this tier on a command ends with 1. */
export const FAIL_ON: Tier = 'high';

export function riskAnswer(answer: RiskAnswer, options: RiskOptions): Answer {
  const code = TIERS.atLeast(answer.tier, options.failOn ?? FAIL_ON) ? EXIT.signoff : EXIT.ok;
  const { change, tier, score, findings, notAnalysed, notes } = answer;
  const stdout = options.json
    ? `${JSON.stringify({ version: 1, exit: code, change, tier, score, findings, notAnalysed, notes }, null, 2)}\n`
    : text(visibleWithin(answer), ink(wantsColour(process.stdout, process.env)));
  return { code, stdout, stderr: '' };
}

function text(answer: RiskAnswer, paper: Ink): string {
  const { tier, score, findings, notes } = answer;
  const paint = tier === 'critical' ? paper.red : tier === 'routine' ? paper.green : paper.yellow;
  const nothing = findings.length === 0 ? ['  no detector saw anything dangerous'] : [];
  const history =
    score === null ? [] : [`  ${'history'.padEnd(9)} riskier than ${score.percentile} of 100 changes here`, ...score.reasons.map((r) => `  ${''.padEnd(9)} ${r.text}`)];
  const lines = [
    `${paper.bold(paint(tier))}  ${named(answer.change)}`,
    ...nothing,
    ...findingLines(answer, paper, '', ALL),
    ...history,
    ...notes.map((n) => `  ${'note'.padEnd(9)} ${n}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whoever asks for findings wants them; only a machine's worth is cut. */
const ALL = 50;

function named({ title, base, head, files }: RiskOf): string {
  if (files !== undefined) return files.length === 1 ? (files[0] ?? '') : `${files.length} files`;
  return `${title ?? ''}  ${(base ?? '').slice(0, 12)}..${(head ?? '').slice(0, 12)}`;
}
