/** What `countersign detect` says to people: levels, tools, and the newest commits an AI had a hand in. */
import type { DetectSummary } from '../flows/detect-summary.ts';
import { ink, visible } from './terminal.ts';
import { clip } from './text-rows.ts';

const MOST_TOOLS = 20;

/** @param notSeen what of the history was not seen, in words. */
export function detectText(summary: DetectSummary, notSeen: readonly string[], colour: boolean): string {
  const paint = ink(colour);
  const { commits, levels, tools, newest, unreadable } = summary;
  const count = (n: number): string => n.toLocaleString('en');
  const share = (n: number): string => `${commits === 0 ? '0.0' : ((100 * n) / commits).toFixed(1)} %`;
  const level = ([name, n]: readonly [string, number]): string =>
    `  ${name.padEnd(14)}${count(n).padStart(9)}${share(n).padStart(10)}${name === 'unattributed' ? paint.dim('  no mark: nothing is known, which is not "no AI"') : ''}`;
  const tool = (of: DetectSummary['tools'][number]): string => `  ${clip(visible(of.tool), 24).padEnd(26)}${count(of.commits).padStart(9)}  ${day(of.first)} to ${day(of.last)}`;
  const rest = tools.length - MOST_TOOLS;
  const commit = (of: DetectSummary['newest'][number]): string =>
    `  ${of.sha.slice(0, 12)}  ${day(of.at)}  ${of.level.padEnd(11)}${clip(visible(of.tools.join(', ')), 18).padEnd(20)}${clip(visible(of.title), 56)}`;
  return [
    paint.bold(`${count(commits)} ${commits === 1 ? 'commit' : 'commits'}`),
    ...Object.entries(levels)
      .filter(([name, n]) => n > 0 || name !== 'human')
      .map(level),
    ...(unreadable > 0 ? [paint.yellow(`  of ${count(unreadable)} not all evidence could be read`)] : []),
    ...(tools.length > 0 ? ['', paint.bold('by tool'), ...tools.slice(0, MOST_TOOLS).map(tool), ...(rest > 0 ? [`  and ${rest} more: --json names them`] : [])] : []),
    ...(newest.length > 0 ? ['', paint.bold('newest with a mark'), ...newest.map(commit)] : []),
    ...(notSeen.length > 0 ? ['', ...notSeen.map((words) => paint.yellow(visible(words)))] : []),
    '',
  ].join('\n');
}

/** A commit claims its date: one that is none is shown so. */
export const day = (at: number): string => (at > 0 && at < 8.64e15 ? new Date(at).toISOString().slice(0, 10) : '----------');
