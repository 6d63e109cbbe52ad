/** Whose hand made which lines, for people and for programs. */
import type { LineMark } from '../core/provenance/provenance.ts';
import type { LinesOfChange } from '../flows/lines.ts';
import { type Ink, visible } from './terminal.ts';

/** Files and ranges that are listed; `--json` has all. */
const FILES = 30;
const RANGES = 12;

/** `lines` of docs/spec/check.schema.json. */
export const linesJson = ({ totals, marks, unreadable, tally }: LinesOfChange) => ({
  ...totals,
  proven: tally.proven,
  files: [...Map.groupBy(marks, (m) => m.path)].map(([path, of]) => ({ path, ranges: of.map(({ path: _, ...mark }) => mark) })),
  unreadable,
});

/** A heading with the totals, then file by file; nothing where no line is known. */
export function linesText({ totals, marks, unreadable, tally }: LinesOfChange, paper: Ink): readonly string[] {
  const { aiLines, addedLines, share, removedByAi, uncovered } = totals;
  const removed = removedByAi === 0 ? '' : `, and removed ${removedByAi}`;
  const files = [...Map.groupBy(marks, (m) => m.path)];
  const more = files.length > FILES ? [`  and ${files.length - FILES} more files (--json has all)`] : [];
  return [
    `${paper.bold(`an AI wrote ${aiLines} of ${addedLines} added lines (${share} %)${removed}`)}; of ${uncovered} nobody is known${tally.proven ? '' : ` (${marks.length === 0 ? 'no record says anything of these lines' : 'records are not all signed by a managed recorder'})`}`,
    ...files.slice(0, FILES).flatMap(([path, of]) => fileText(path, of, paper)),
    ...more,
    ...unreadable.slice(0, RANGES).map((words) => `  ${'not read'.padEnd(9)} ${visible(words)}`),
    ...(unreadable.length > RANGES ? [`  and ${unreadable.length - RANGES} more (--json has all)`] : []),
  ];
}

function fileText(path: string, marks: readonly LineMark[], paper: Ink): readonly string[] {
  const bySource = [...Map.groupBy(marks, (m) => `${m.by === 'human' ? 'a person' : m.tool}${m.model === undefined ? '' : ` ${m.model}`}${m.trust >= 4 ? ', signed' : ''}`)];
  return [`  ${visible(path)}`, ...bySource.map(([who, of]) => `    ${rangesText(of)}  ${paper.dim(visible(who))}`)];
}

function rangesText(marks: readonly LineMark[]): string {
  const shown = marks.slice(0, RANGES).map((m) => `${m.side === 'base' ? '-' : ''}${m.start === m.end ? m.start : `${m.start}-${m.end}`}`);
  return `${shown.join(', ')}${marks.length > RANGES ? ` and ${marks.length - RANGES} more` : ''}`;
}
