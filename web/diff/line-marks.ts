/** Which lines an AI wrote, in the margin of the difference and in words. */
import type { LineMark } from '../api/generated.ts';

/** Lines of one file that get a stripe of their own: beyond it the note in words has to do. */
const STRIPED = 2_000;

/** `claude, opus-4`: whose hand it was. */
export const handOf = ({ tool, model }: Pick<LineMark, 'tool' | 'model'>): string => (model === undefined ? tool : `${tool}, ${model}`);

export const linesOf = ({ start, end }: Pick<LineMark, 'start' | 'end'>): string => (start === end ? `line ${start}` : `lines ${start} to ${end}`);

const counted = (marks: readonly LineMark[]): number => marks.reduce((all, m) => all + m.end - m.start + 1, 0);

/** One sentence without a full stop for each hand; empty where no AI wrote here. */
export function markNotes(marks: readonly LineMark[]): readonly string[] {
  const hands = Map.groupBy(
    marks.filter((m) => m.by === 'ai'),
    (m) => `${m.side} ${handOf(m)}`,
  );
  return [...hands.values()].map((some) => {
    const [first] = some;
    const n = counted(some);
    return `${n} ${n === 1 ? 'line' : 'lines'} ${first?.side === 'base' ? 'removed' : 'written'} by ${first === undefined ? '' : handOf(first)}`;
  });
}

/** A stripe beside each of these lines. Only numbers go in: a path or a tool's name is somebody else's text. */
export function stripes(marks: readonly LineMark[]): string {
  const rules: string[] = [];
  for (const { side, start, end } of marks.filter((m) => m.by === 'ai')) {
    for (let line = start; line <= end && rules.length < STRIPED; line++)
      rules.push(`[data-line-type="${side === 'base' ? 'change-deletion' : 'change-addition'}"][data-column-number="${Math.trunc(line)}"]`);
  }
  return rules.length === 0 ? '' : `:is(${rules.join(',')}) { box-shadow: inset -4px 0 0 var(--ai, #7a4fd0); }`;
}
