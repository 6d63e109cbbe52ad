/** SRC104: names that look like others (CVE-2021-42694): Latin letters beside their Cyrillic, Greek or fullwidth twins. */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { isProse, isTranslation } from './files.ts';
import { newRaw } from './raw-lines.ts';
import { isTwin, skeleton } from './skeleton.ts';
import { codeOnly } from './tokens.ts';

const SRC104 = rule('SRC104', 'homoglyph', 'high', 'exact', ['the name is written in one script', 'the letters are written as escapes']);

export const homoglyph: Detector = { id: 'homoglyph', detect: ({ files }) => files.filter((f) => !isProse(f.path) && !isTranslation(f.path)).flatMap(ofFile) };

const FOREIGN = /[\p{Script=Cyrillic}\p{Script=Greek}\uff01-\uff5e]/u;
const TOKEN = /[\p{L}\p{N}\p{M}_$]+/gu;

interface Hit {
  readonly line: number;
  readonly token: string;
  readonly why: string;
  readonly severity: Tier;
}

function ofFile(file: FileEvidence): readonly Finding[] {
  if (!FOREIGN.test(textOf(file.head))) return [];
  const names = latinNames(file);
  const hits = newRaw(file)
    .filter((l) => FOREIGN.test(l.text))
    .flatMap(({ line, text }) => {
      const code = new Set(codeOnly(file.path, text).match(TOKEN) ?? []);
      return (text.match(TOKEN) ?? []).filter((t) => FOREIGN.test(t)).flatMap((token) => judge(token, line, code.has(token), names));
    });
  const first = hits.find((h) => h.severity === 'high') ?? hits[0];
  if (first === undefined) return [];
  const because = [
    ['token', spelled(first.token)],
    ['lines', [...new Set(hits.map((h) => h.line))].join(', ')],
  ] as const;
  return [SRC104({ place: { path: file.path, side: 'head', line: first.line }, severity: first.severity, because, what: `line ${first.line} of ${file.path} ${first.why}` })];
}

/** In strings and comments people write words of their own language, with Latin beginnings: that is less. */
function judge(token: string, line: number, inCode: boolean, names: ReadonlySet<string>): readonly Hit[] {
  const twins = [...token].some(isTwin);
  const mixed = /[A-Za-z]/.test(token);
  const taken = skeleton(token);
  if (twins && mixed)
    return [
      { line, token, severity: inCode || (taken !== undefined && names.has(taken)) ? 'high' : 'elevated', why: 'holds a name whose letters are of two scripts and look like one' },
    ];
  if (inCode && taken !== undefined && taken.length > 1 && names.has(taken))
    return [{ line, token, severity: 'high', why: `holds a name that looks like ${taken} and is another` }];
  return mixed && inCode ? [{ line, token, severity: 'elevated', why: 'holds a name that mixes Latin with another script' }] : [];
}

const latinNames = (file: FileEvidence): ReadonlySet<string> => new Set(`${textOf(file.base)}\n${textOf(file.head)}`.match(/[A-Za-z_$][\w$]+/g) ?? []);

/** `c\u{043E}nst`: each letter that is not ASCII by its number. */
const spelled = (token: string): string => token.replace(/[^ -~]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`);
