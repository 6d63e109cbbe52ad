/**
 * Characters a reviewer cannot see: direction controls (SRC101), invisible payloads (SRC102), zero-width ones (SRC103), controls,
 * separators and code pushed out of sight (SRC105). A finding writes them out; none of them reaches a page as it is.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { type NewLine, textOf } from '../lines.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { ANY_HIDDEN as ANY, BIDI, balanced, CONTROL, codes, hasPayload, PAYLOAD, visible, withoutProper, ZERO_WIDTH } from './characters.ts';
import { isCode, isTranslation } from './files.ts';
import { newRaw } from './raw-lines.ts';
import { codeOnly } from './tokens.ts';

const SRC101 = rule('SRC101', 'bidi-control', 'critical', 'exact', [
  'the characters are removed, or written as escapes',
  'a translation closes each direction on the line that opens it',
]);
const SRC102 = rule('SRC102', 'invisible-payload', 'critical', 'exact', ['the characters are removed']);
const SRC103 = rule('SRC103', 'zero-width', 'high', 'exact', ['the characters are removed, or written as escapes', 'joiners stand in an emoji or a translation']);
const SRC105 = rule('SRC105', 'control-or-separator', 'high', 'exact', ['the characters are removed, or written as escapes', 'the code stands where a reader looks']);

/** White space of a line that no editor shows whole, and something behind it. */
const FAR = /(?<![ \t])[ \t]{500,}\S/;

export const hidden: Detector = { id: 'hidden', detect: ({ files }) => files.flatMap(ofFile) };

/** One finding a rule and file, at the first such line: a reviewer looks at the file, not at each line. */
function ofFile(file: FileEvidence): readonly Finding[] {
  const text = textOf(file.head);
  if (!ANY.test(text) && !FAR.test(text)) return [];
  const translation = isTranslation(file.path);
  const lines = newRaw(file)
    .filter((l) => ANY.test(l.text) || FAR.test(l.text))
    .map((l) => ({ line: l.line, text: withoutProper(l.line === 1 ? l.text.replace(/^\ufeff/, '') : l.text) }));
  const say = (make: ReturnType<typeof rule>, of: RegExp, test: (text: string) => boolean, what: string, severity?: Tier): readonly Finding[] => {
    const hits = lines.filter((l) => test(l.text));
    const [first] = hits;
    return first === undefined
      ? []
      : [
          make({
            place: { path: file.path, side: 'head', line: first.line },
            ...(severity === undefined ? {} : { severity }),
            because: facts(hits, of),
            what: `line ${first.line} of ${file.path} ${what}`,
          }),
        ];
  };
  // one that is left over of a picture says nothing; in code it makes a name another name
  const left = lines.every((l) => (!isCode(file.path) || !/[\ufe0e\ufe0f]/.test(codeOnly(file.path, l.text))) && !ZERO_WIDTH.test(l.text.replace(/[\ufe0e\ufe0f]/g, '')));
  return [
    ...say(SRC101, BIDI, (t) => BIDI.test(t) && (!translation || !balanced(t)), 'reads differently than it runs: it holds text direction controls'),
    ...say(SRC102, PAYLOAD, hasPayload, 'holds invisible characters that can carry a payload'),
    ...(translation ? [] : say(SRC103, ZERO_WIDTH, (t) => ZERO_WIDTH.test(t), 'holds characters that cannot be seen', left ? 'elevated' : undefined)),
    ...say(SRC105, CONTROL, (t) => CONTROL.test(t) || hardSpace(file.path, t), 'holds control characters or separators that an editor does not show'),
    ...say(SRC105, /\s/, (t) => isCode(file.path) && FAR.test(t), 'goes on behind more white space than a screen is wide'),
  ];
}

/** In strings and prose a space that does not break is typography; between two words of code it is another character. */
const hardSpace = (path: string, text: string): boolean => text.includes('\u00a0') && isCode(path) && codeOnly(path, text).trim().includes('\u00a0');

const facts = (hits: readonly NewLine[], of: RegExp): readonly (readonly [string, string])[] => [
  ['characters', codes(hits.map((h) => h.text).join(''), of)],
  ['lines', hits.map((h) => h.line).join(', ')],
  ['line', visible((hits[0]?.text ?? '').trim())],
];
