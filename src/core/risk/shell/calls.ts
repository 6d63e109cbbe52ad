/**
 * What programs hand to a shell or start: `subprocess.run([...])`, `os.system("...")`, `execSync("...")`, backticks. Read in one
 * walk over strings and brackets, without a grammar of the language; comments and what stands inside other strings is no call.
 */

import type { ProgramLanguage } from './script.ts';
import { sdkCalls } from './sdk.ts';

/** A line for a shell. Words of a list are quoted as a shell needs it. `line`: 1-based. */
export interface Call {
  readonly text: string;
  readonly line: number;
}

const CALLS: { readonly [language in ProgramLanguage]: RegExp } = {
  python:
    /\b(?:os\.(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?)|subprocess\.\w+|sp\.\w+|Popen|check_(?:call|output)|getoutput|run|sudo|local|shell|execute|call|sh|c\.run|ctx\.run|conn\.run|system|pexpect\.\w+|run_command|cmd|run_cmd|invoke|exec_command)\s*\($/,
  javascript: /(?:\b(?:execSync|exec|spawn|spawnSync|execFile|execFileSync|execa\w*|fork|shell|run|runCommand|sh|cp\.\w+|execaCommand\w*|execAsync)\s*\(|\$)$/,
  ruby: /\b(?:system|exec|spawn|sh|popen\w*|capture\w*|run|execute|shell_out!?|`)\s*\(?\s*$/,
  perl: /\b(?:system|exec|qx)\s*\(?\s*$/,
  php: /\b(?:exec|system|shell_exec|passthru|proc_open|popen)\s*\($/,
  go: /\b(?:exec\.Command|exec\.CommandContext|Command|sh\.Run\w*|RunCommand|Run\w*)\s*\($/,
  groovy: /\b(?:sh|bat|powershell|script|execute)\s*\(?\s*$/,
};
const BACKTICKS = new Set<ProgramLanguage>(['ruby', 'perl', 'php']);
const HASH_COMMENT = new Set<ProgramLanguage>(['python', 'ruby', 'perl', 'php']);
const MAX_CALL = 8_000;

interface Text {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly mark: string;
}

/** Never throws; linear in the text. */
export function callsIn(text: string, language: ProgramLanguage): readonly Call[] {
  const { found, code } = strings(text, language);
  const lineAt = lines(text);
  const out: Call[] = [];
  for (let i = 0; i < found.length; i++) {
    const first = found[i];
    if (first === undefined) break;
    const before = text
      .slice(Math.max(0, found[i - 1]?.end ?? 0), first.start)
      .slice(-200)
      .replace(/(?<![\w.])[bfruBFRU]{1,2}$/, '');
    if (first.mark === '`' && BACKTICKS.has(language)) {
      out.push({ text: first.value, line: lineAt(first.start) });
      continue;
    }
    if (!CALLS[language].test(opening(before))) continue;
    const last = together(text, found, i);
    const parts = found.slice(i, last + 1);
    out.push({ text: parts.length === 1 ? first.value : parts.map((p) => shellQuoted(p.value)).join(' '), line: lineAt(first.start) });
    i = last;
  }
  const sdk = sdkCalls(code, language);
  const placed = lines(text);
  return [...out, ...sdk.map(({ at, text: t }) => ({ text: t, line: placed(at) }))];
}

/** What stands before the first string of a call, its list bracket and first argument gone. */
const opening = (before: string): string =>
  before
    .replace(/f$|r$/, '')
    .replace(/(?:\(\s*)(?:args\s*=\s*|\w+\s*,\s*)?\[?\s*$/, '(')
    .replace(/\s+$/, (s) => s.slice(0, 1));

/** Strings parted by nothing but commas, brackets and plus signs belong to one call. */
function together(text: string, found: readonly Text[], from: number): number {
  let at = from;
  for (let next = from + 1; next < found.length; next++) {
    const [a, b, first] = [found[at], found[next], found[from]];
    if (a === undefined || b === undefined || first === undefined || b.start - first.start > MAX_CALL) break;
    if (!/^\s*,\s*\[?\s*(?:f|r)?$|^\s*\[\s*$/.test(text.slice(a.end, b.start))) break;
    at = next;
  }
  return at;
}

const shellQuoted = (value: string): string => (/^[\w./:=@%+,${}-]+$/.test(value) ? value : `'${value.replace(/'/g, `'\\''`)}'`);

/** Strings in order; comments are stepped over. A quote that never ends takes the rest of its line only. */
function strings(text: string, language: ProgramLanguage): { readonly found: readonly Text[]; readonly code: string } {
  const found: Text[] = [];
  const code: string[] = [];
  let kept = 0;
  const blank = (from: number, to: number): void => {
    code.push(text.slice(kept, from), ' '.repeat(Math.max(0, to - from)));
    kept = Math.max(kept, to);
  };
  const token = /"""|'''|["'`]|#|\/\/|\/\*/g;
  for (let m = token.exec(text); m !== null; m = token.exec(text)) {
    const [mark] = m;
    if (mark === '#' || mark === '//') {
      if ((mark === '#') !== HASH_COMMENT.has(language) || /[:\w$]/.test(text[m.index - 1] ?? '')) continue;
      token.lastIndex = endOf(text, '\n', m.index);
      blank(m.index, token.lastIndex);
      continue;
    }
    if (mark === '/*') {
      if (HASH_COMMENT.has(language)) continue;
      token.lastIndex = endOf(text, '*/', m.index + 2);
      blank(m.index, token.lastIndex);
      continue;
    }
    const long = mark.length === 3 && (language === 'python' || language === 'groovy');
    const quote = long ? mark : (mark[0] ?? '"');
    const end = closing(text, m.index + quote.length, quote, long || quote === '`');
    found.push({ value: undo(text.slice(m.index + quote.length, end)), start: m.index, end: Math.min(text.length, end + quote.length), mark: quote });
    token.lastIndex = Math.min(text.length, end + quote.length);
    blank(m.index, token.lastIndex);
  }
  return { found, code: code.join('') + text.slice(kept) };
}

function endOf(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at + what.length;
}

function closing(text: string, from: number, quote: string, manyLines: boolean): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith(quote, i)) return i;
    else if (text[i] === '\n' && !manyLines) return i;
  }
  return text.length;
}

const undo = (value: string): string => value.replace(/\\([nt"'`\\])/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c);

function lines(text: string): (offset: number) => number {
  let [at, line] = [0, 1];
  return (offset) => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) [at, line] = [next + 1, line + 1];
    return line;
  };
}
