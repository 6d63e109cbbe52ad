/** META002: new lines too long for the patterns that read commands. What stands behind the cut is unknown, and said to be. */
import type { FileEvidence } from './evidence.ts';
import { rule } from './finding.ts';
import type { NewLine } from './lines.ts';
import type { Finding } from './risk.ts';

/** Characters of one line that patterns are tried on: longer than any sane command, short enough to bound their work. */
export const MAX_LINE = 4_000;

const META002 = rule('META002', 'too-big-or-unreadable', 'high', 'exact', ['the line is broken up so that it can be read']);

/** Copies of what others wrote and packed: whether they changed is asked of the file as a whole, not of its lines. */
const VENDORED = /(?:^|\/)(?:node_modules|vendor|vendored|third[_-]party|\.yarn\/releases|\.yarn\/plugins)\/|\.min\.(?:js|css)$/;

/** One finding a file, at the first such line: whoever reads one of them reads the file. */
export function cutLines(file: FileEvidence, lines: readonly NewLine[]): readonly Finding[] {
  if (VENDORED.test(file.path)) return [];
  const long = lines.filter((l) => l.text.length > MAX_LINE);
  const [first] = long;
  if (first === undefined) return [];
  return [
    META002({
      place: { path: file.path, side: 'head', line: first.line, object: 'long lines' },
      because: [['lines', long.map((l) => l.line).join(', ')]],
      what: `line ${first.line} of ${file.path} is too long to be read: what it does behind its first ${MAX_LINE} characters is unknown`,
    }),
  ];
}
