/** Text of a changed file by line, and which lines are new: what stood there before is not this change's doing. */
import type { FileEvidence, Parsed } from './evidence.ts';

export interface NewLine {
  /** 1-based. */
  readonly line: number;
  /** Continued lines (`\` at the end) joined into one. */
  readonly text: string;
}

/** Source text of a side, where there is any. */
export const textOf = (side: Parsed | undefined): string => (side !== undefined && 'text' in side ? (side.text ?? '') : '');

/** By file and by side: several detectors read the same lines, and a replay meets a side again as the next one's base. */
const fresh = new WeakMap<FileEvidence, readonly NewLine[]>();
const read = new WeakMap<Parsed, readonly NewLine[]>();

export function newLines(file: FileEvidence): readonly NewLine[] {
  if (textOf(file.head) === '') return [];
  const known = fresh.get(file);
  if (known !== undefined) return known;
  const before = new Set(linesOf(file.base).map((l) => l.text));
  const found = linesOf(file.head).filter((l) => l.text !== '' && !before.has(l.text));
  fresh.set(file, found);
  return found;
}

/** Lines of a side, new or not. */
export function linesOf(side: Parsed | undefined): readonly NewLine[] {
  const known = side === undefined ? undefined : read.get(side);
  if (known !== undefined) return known;
  const lines = logical(textOf(side));
  if (side !== undefined) read.set(side, lines);
  return lines;
}

export function goneLines(file: FileEvidence): readonly NewLine[] {
  if (textOf(file.base) === '') return [];
  const after = new Set(linesOf(file.head).map((l) => l.text));
  return linesOf(file.base).filter((l) => l.text !== '' && !after.has(l.text));
}

/** No shell continues a comment: what stands below `# why \\` runs, and must not be read as part of it. */
const COMMENT = /^\s*(?:#|\/\/(?!\w+\/)|::|@?rem\s)/i;

function logical(text: string): readonly NewLine[] {
  const out: NewLine[] = [];
  let open: NewLine | undefined;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    // within a continued line a Dockerfile reads on behind it, and a shell begins anew: joined, both are seen
    if (COMMENT.test(line)) {
      out.push({ line: i + 1, text: line.trim() });
      continue;
    }
    const end = line.trimEnd();
    const continued = (end.endsWith('\\') || end.endsWith('`')) && end.at(-2) !== '\\';
    const part = (continued ? end.slice(0, -1) : end).trim();
    open = open === undefined ? { line: i + 1, text: part } : { line: open.line, text: `${open.text} ${part}` };
    if (continued) continue;
    out.push(open);
    open = undefined;
  }
  return open === undefined ? out : [...out, open];
}
