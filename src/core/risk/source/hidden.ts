/** Characters a reviewer cannot see: direction controls (SRC101), invisible payloads (SRC102), zero-width ones (SRC103). */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { newLines } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';

const SRC101 = rule('SRC101', 'bidi-control', 'critical', 'exact', ['the characters are removed, or written as escapes']);
const SRC102 = rule('SRC102', 'invisible-payload', 'critical', 'exact', ['the characters are removed']);
const SRC103 = rule('SRC103', 'zero-width', 'high', 'exact', ['the characters are removed, or written as escapes']);

const BIDI = /[\u202a-\u202e\u2066-\u2069]/u;
const PAYLOAD = /[\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]|\u115f|\u1160|\u3164|\uffa0|[\u2060-\u2064]/u;
const ZERO_WIDTH = /\u200b|\u200c|\u200e|\u200f|\u061c|\u180e|\u00ad|\ufeff/u;
/** A joiner outside an emoji or a script that needs it. */
const LONE_JOINER = /[ -~]\u200d|\u200d[ -~]/u;
/** Translations hold such characters by right; only an unbalanced direction there can fool a reader. */
const TRANSLATION = /\.(?:po|pot|xlf|xliff|arb|strings|resx|ftl)$/i;

export const hidden: Detector = { id: 'hidden', detect: ({ files }) => files.flatMap(ofFile) };

/** One finding a rule and file, at the first such line: a reviewer looks at the file, not at each line. */
function ofFile(file: FileEvidence): readonly Finding[] {
  const translation = TRANSLATION.test(file.path);
  const lines = newLines(file).map((l) => ({ line: l.line, text: l.line === 1 ? l.text.replace(/^\ufeff/, '') : l.text }));
  const say = (make: ReturnType<typeof rule>, test: (text: string) => boolean, what: string): readonly Finding[] => {
    const hits = lines.filter((l) => test(l.text));
    const [first] = hits;
    if (first === undefined) return [];
    const because = [
      ['characters', codes(hits.map((h) => h.text).join(''))],
      ['lines', hits.map((h) => h.line).join(', ')],
    ] as const;
    return [make({ place: { path: file.path, side: 'head', line: first.line }, because, what: `line ${first.line} of ${file.path} ${what}` })];
  };
  return [
    ...say(SRC101, (t) => BIDI.test(t) && (!translation || !balanced(t)), 'reads differently than it runs: it holds text direction controls'),
    ...(translation ? [] : say(SRC102, (t) => PAYLOAD.test(t), 'holds invisible characters that can carry a payload')),
    ...(translation ? [] : say(SRC103, (t) => ZERO_WIDTH.test(t) || LONE_JOINER.test(t), 'holds characters that cannot be seen')),
  ];
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const ch of text) {
    if (/[\u202a\u202b\u202d\u202e\u2066-\u2068]/u.test(ch)) depth++;
    else if (/[\u202c\u2069]/u.test(ch) && --depth < 0) return false;
  }
  return depth === 0;
}

const codes = (text: string): string =>
  [...new Set([...text].filter((c) => BIDI.test(c) || PAYLOAD.test(c) || ZERO_WIDTH.test(c) || c === '\u200d'))]
    .map((c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .join(' ');
