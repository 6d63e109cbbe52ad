/**
 * What records of lines say of a commit: notes of git-ai, traces, our own. Whoever may push writes them, so for AI they are
 * accepted as they come, and for a human only where a managed recorder signed and every changed line is covered.
 */
import { toolNamed } from './catalogue/catalogue.ts';
import type { Attribution, LineRange } from './lines/attribution.ts';
import type { ChangedLines } from './lines/hunk.ts';
import { cut, type Marked } from './marks.ts';

/** One finding a record and tool. A record that names no line of an AI says nothing. */
export const noteMarks = (notes: readonly Attribution[]): readonly Marked[] => notes.flatMap((note) => [...ofNote(note), ...committed(note)]);

/** The recorder saw an agent run `git commit`. */
function committed({ madeBy, source, trust }: Attribution): readonly Marked[] {
  if (madeBy?.by !== 'ai') return [];
  const tool = toolNamed(madeBy.tool);
  const model = madeBy.model === undefined ? {} : { model: madeBy.model };
  return [{ rule: 'note/commit', slot: 'note', tool, ...model, level: 'agent', trust, matched: cut(`${source}: committed by ${tool}`) }];
}

interface Counted {
  lines: number;
  readonly tool: string;
  readonly model: string | undefined;
}

/** Of one record: the log keeps a decision for good, and whoever pushes a note chooses what it names. */
const MOST_TOOLS = 20;
const short = (name: string): string => name.slice(0, 100);

function ofNote(note: Attribution): readonly Marked[] {
  const tools = new Map<string, Counted>();
  const add = (key: string, lines: number): void => {
    const hand = note.hands.get(key);
    if (hand?.by !== 'ai' || lines <= 0) return;
    const tool = toolNamed(hand.tool);
    const counted = tools.get(tool) ?? { lines: 0, tool, model: hand.model };
    counted.lines += lines;
    tools.set(tool, counted);
  };
  for (const { ranges, removed } of note.files) {
    for (const { hand, start, end } of ranges) add(hand, end - start + 1);
    for (const { hand, count } of removed) add(hand, count);
  }
  const most = [...tools.values()].sort((a, b) => b.lines - a.lines);
  const rest = most.slice(MOST_TOOLS);
  const more: readonly Counted[] = rest.length === 0 ? [] : [{ lines: rest.reduce((n, t) => n + t.lines, 0), tool: 'unknown', model: undefined }];
  return [...most.slice(0, MOST_TOOLS), ...more].map(({ lines, tool, model }, i) => ({
    rule: `note/${note.source}`,
    slot: 'note' as const,
    tool: short(tool),
    ...(model === undefined ? {} : { model: short(model) }),
    level: 'assisted' as const,
    trust: note.trust,
    matched: cut(`${[note.source, note.version].join(' ').trim()}: ${lines} ${lines === 1 ? 'line' : 'lines'} by ${i < MOST_TOOLS ? tool : `${rest.length} more`}`),
  }));
}

/** Every line added and taken away is a person's, as records a managed recorder signed say; null where one is not. */
export function humanMark(notes: readonly Attribution[], changed: readonly ChangedLines[] | undefined): Marked | null {
  const signed = notes.filter((n) => n.trust >= 4 && n.unreadable.length === 0);
  if (changed === undefined || signed.length === 0 || changed.length === 0) return null;
  const human = (note: Attribution, key: string): boolean => note.hands.get(key)?.by === 'human';
  const covered = changed.every(({ path, added, removed, unread }) => {
    if (unread !== undefined) return false;
    const files = signed.flatMap((note) => note.files.filter((f) => f.path === path).map((f) => ({ note, f })));
    const there = files.flatMap(({ note, f }) => f.ranges.filter((r) => human(note, r.hand)));
    const gone = files.flatMap(({ note, f }) => f.removed.filter((r) => human(note, r.hand)).map((r) => ({ start: r.start, end: r.start + r.count - 1 })));
    return added.every((h) => covers(there, spanOf(h))) && removed.every((h) => covers(gone, spanOf(h)));
  });
  if (!covered) return null;
  return { rule: 'note/human', slot: 'note', tool: '', level: 'human', trust: 4, matched: 'a managed recorder saw a person make every line' };
}

const spanOf = ({ start, lines }: { start: number; lines: readonly string[] }): LineRange => ({ start, end: start + lines.length - 1 });

function covers(ranges: readonly LineRange[], whole: LineRange): boolean {
  let next = whole.start;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start > next) break;
    next = Math.max(next, end + 1);
  }
  return next > whole.end;
}
