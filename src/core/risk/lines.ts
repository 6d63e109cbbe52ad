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

export function newLines(file: FileEvidence): readonly NewLine[] {
  const before = new Set(logical(textOf(file.base)).map((l) => l.text));
  return logical(textOf(file.head)).filter((l) => l.text !== '' && !before.has(l.text));
}

/** Lines of a side, new or not. */
export const linesOf = (side: Parsed | undefined): readonly NewLine[] => logical(textOf(side));

export function goneLines(file: FileEvidence): readonly NewLine[] {
  const after = new Set(logical(textOf(file.head)).map((l) => l.text));
  return logical(textOf(file.base)).filter((l) => l.text !== '' && !after.has(l.text));
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
    const continued = /(?:^|[^\\])[\\`]\s*$/.test(line);
    const part = (continued ? line.replace(/[\\`]\s*$/, ' ') : line).trim();
    open = open === undefined ? { line: i + 1, text: part } : { line: open.line, text: `${open.text} ${part}` };
    if (continued) continue;
    out.push(open);
    open = undefined;
  }
  return open === undefined ? out : [...out, open];
}
