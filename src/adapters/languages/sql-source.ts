/**
 * Source of Ruby, Python and JavaScript, read just far enough to find calls and their literal arguments: strings and comments
 * are masked, so that a name in one is no call and a comma in one divides nothing. Linear in the text: each character is
 * masked once, and arguments are read up to a bound.
 */
export interface Literal {
  /** Offsets of the token. */
  readonly from: number;
  readonly to: number;
  readonly value: string;
}

export interface Source {
  readonly text: string;
  /** As long as the text; strings and comments blanked. A string leaves its first character as `"`. */
  readonly masked: string;
  readonly literals: readonly Literal[];
}

export interface Call {
  readonly name: string;
  readonly at: number;
  readonly end: number;
  readonly args: readonly Argument[];
}

/** Positional, or with a key: `null: false`, `:null => false`, `nullable=False`. */
export interface Argument {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

export type Language = 'ruby' | 'python' | 'javascript';

/** Arguments are looked for within so many characters of a call. */
const REACH = 20_000;

export function sourceOf(text: string, language: Language): Source {
  const literals: Literal[] = [];
  const out: string[] = [];
  let at = 0;
  let heredocs: { tag: string; from: number; to: number }[] = [];
  const blank = (to: number, first = ' '): void => {
    out.push(first, text.slice(at + 1, to).replace(/[^\n]/g, ' '));
    at = to;
  };
  while (at < text.length) {
    const ch = text[at] ?? '';
    if (ch === '\n' && heredocs.length > 0) {
      out.push('\n');
      at++;
      for (const h of heredocs) {
        const end = heredocEnd(text, at, h.tag);
        literals.push({ from: h.from, to: h.to, value: plain(text.slice(at, end.body), language) });
        if (end.line > at) blank(end.line);
      }
      heredocs = [];
      continue;
    }
    const tag = language === 'ruby' && ch === '<' ? /^<<[~-]?(['"`]?)([A-Z_]\w{0,60})\1/.exec(text.slice(at, at + 70)) : null;
    if (tag !== null) {
      heredocs.push({ tag: tag[2] ?? '', from: at, to: at + tag[0].length });
      blank(at + tag[0].length, '"');
      continue;
    }
    const comment = commentEnd(text, at, language);
    if (comment !== undefined) {
      blank(comment);
      continue;
    }
    const string = stringAt(text, at, language);
    if (string === undefined) {
      out.push(ch);
      at++;
      continue;
    }
    literals.push({ from: at, to: string.to, value: plain(string.value, language) });
    blank(string.to, '"');
  }
  return { text, masked: out.join(''), literals: literals.sort((a, b) => a.from - b.from) };
}

function heredocEnd(text: string, from: number, tag: string): { readonly body: number; readonly line: number } {
  const end = new RegExp(`^[ \\t]*${tag}[ \\t]*$`, 'm');
  const found = end.exec(text.slice(from));
  return found === null ? { body: text.length, line: text.length } : { body: from + found.index, line: from + found.index + found[0].length };
}

function commentEnd(text: string, at: number, language: Language): number | undefined {
  const line = language === 'javascript' ? text.startsWith('//', at) : text[at] === '#';
  if (line) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  if (language !== 'javascript' || !text.startsWith('/*', at)) return undefined;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

function stringAt(text: string, at: number, language: Language): { readonly to: number; readonly value: string } | undefined {
  const quote = text[at];
  if (quote !== "'" && quote !== '"' && !(quote === '`' && language === 'javascript')) return undefined;
  const long = language === 'python' && text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  for (let i = at + long.length; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith(long, i)) return { to: i + long.length, value: text.slice(at + long.length, i) };
    else if (long === quote && quote !== '`' && text[i] === '\n' && language !== 'ruby') return { to: i, value: text.slice(at + 1, i) };
  }
  return { to: text.length, value: text.slice(at + long.length) };
}

/** What is put in at run time is some name that nobody knows. */
const plain = (value: string, language: Language): string =>
  (language === 'ruby'
    ? value.replace(/#\{[^}]{0,300}\}/g, 'unknown_here')
    : language === 'javascript'
      ? value.replace(/\$\{[^}]{0,300}\}/g, 'unknown_here')
      : value.replace(/(?<!\{)\{\w[^{}\n]{0,80}\}(?!\})/g, 'unknown_here')
  )
    .replace(/\\n/g, '\n')
    .replace(/\\(['"`\\])/g, '$1');

/** Calls of these names, in order. @param bare whether arguments may stand without parentheses, up to the end of the line. */
export function callsOf(source: Source, names: RegExp, bare: boolean): readonly Call[] {
  const out: Call[] = [];
  let spent = 0;
  for (const found of source.masked.matchAll(names)) {
    // brackets that never close would be looked through again for each call
    const reach = spent > 8 * source.text.length + REACH ? 200 : REACH;
    const name = found[1] ?? found[0];
    const after = found.index + found[0].length;
    const open = /^\s{0,20}\(/.exec(source.masked.slice(after, after + 22));
    const from = open === null ? after : after + open[0].length;
    if (open === null && !bare) continue;
    const to = open === null ? endOfBare(source.masked, from, reach) : closing(source.masked, from, reach);
    spent += to - from;
    out.push({ name, at: found.index, end: to, args: argumentsOf(source, from, to) });
  }
  return out;
}

/** Offset of the bracket that closes one opened before `from`. */
function closing(masked: string, from: number, reach: number): number {
  let depth = 1;
  const limit = Math.min(masked.length, from + reach);
  for (let i = from; i < limit; i++) {
    const ch = masked[i];
    if (ch === '(' || ch === '[' || ch === '{') depth++;
    else if (ch === ')' || ch === ']' || ch === '}') depth--;
    if (depth === 0) return i;
  }
  return limit;
}

/** A line that ends in a comma or inside of brackets goes on. */
function endOfBare(masked: string, from: number, reach: number): number {
  let depth = 0;
  let last = '';
  const limit = Math.min(masked.length, from + reach);
  for (let i = from; i < limit; i++) {
    const ch = masked[i] ?? '';
    if (ch === '(' || ch === '[' || ch === '{') depth++;
    else if (ch === ')' || ch === ']' || ch === '}') depth--;
    if (depth < 0 || (ch === ';' && depth === 0)) return i;
    if (ch === '\n' && depth === 0 && last !== ',' && last !== '\\') return i;
    if (/\S/.test(ch)) last = ch;
    if (depth === 0 && /^\sdo\b/.test(masked.slice(i, i + 4))) return i;
  }
  return limit;
}

function argumentsOf(source: Source, from: number, to: number): readonly Argument[] {
  const out: Argument[] = [];
  let depth = 0;
  let start = from;
  for (let i = from; i <= to; i++) {
    const ch = i === to ? ',' : source.masked[i];
    if (ch === '(' || ch === '[' || ch === '{') depth++;
    else if (ch === ')' || ch === ']' || ch === '}') depth--;
    if (ch !== ',' || (depth > 0 && i < to)) continue;
    if (source.masked.slice(start, i).trim() !== '') out.push(argument(source, start, i));
    start = i + 1;
  }
  return out;
}

function argument(source: Source, from: number, to: number): Argument {
  const key = /^\s*(?::?(\w{1,60})\s*(?:=>|:(?!:)|=(?!=)))\s*/.exec(source.masked.slice(from, Math.min(to, from + 200)));
  return key === null ? { key: '', from, to } : { key: key[1] ?? '', from: from + key[0].length, to };
}

export const rawOf = (source: Source, a: Argument | undefined): string => (a === undefined ? '' : source.text.slice(a.from, a.to).trim());

/** Literals within a span. */
export function literalsIn(source: Source, from: number, to: number): readonly string[] {
  let [low, high] = [0, source.literals.length];
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((source.literals[mid]?.from ?? 0) < from) low = mid + 1;
    else high = mid;
  }
  const out: string[] = [];
  for (let i = low; i < source.literals.length && (source.literals[i]?.from ?? to) < to; i++) out.push(source.literals[i]?.value ?? '');
  return out;
}

export const named = (call: Call, key: string): Argument | undefined => call.args.find((a) => a.key === key);
export const positional = (call: Call, n: number): Argument | undefined => call.args.filter((a) => a.key === '')[n];

/** SQL that is written out, in one string or in several that are put together. */
export const sqlOf = (source: Source, a: Argument | undefined): string => (a === undefined ? '' : literalsIn(source, a.from, a.to).join(''));

/** One name: a symbol or a string. */
export function word(source: Source, a: Argument | undefined): string {
  if (a === undefined) return '';
  const raw = rawOf(source, a);
  return /^:"?(\w+[?!]?)/.exec(raw)?.[1] ?? literalsIn(source, a.from, a.to)[0] ?? '';
}

/** Several: `[:a, :b]`, `%i[a b]`, `['a', 'b']`, or one. */
export function words(source: Source, a: Argument | undefined): readonly string[] {
  if (a === undefined) return [];
  const raw = rawOf(source, a);
  const list = /^%[iw]\[([^\]]*)\]/.exec(raw);
  if (list !== null) return (list[1] ?? '').split(/\s+/).filter((w) => w !== '');
  const symbols = [...source.masked.slice(a.from, a.to).matchAll(/(?<![\w:]):(\w{1,63})/g)].map((m) => m[1] ?? '');
  return symbols.length > 0 ? symbols : literalsIn(source, a.from, a.to);
}

export const flag = (source: Source, a: Argument | undefined): boolean | undefined => {
  const raw = rawOf(source, a);
  return /^true\b/i.test(raw) ? true : /^false\b/i.test(raw) ? false : undefined;
};

/** `"a"."b"` of `a.b`. */
export const quoted = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** What a translator says of one call. */
export interface Spoken {
  readonly at: number;
  readonly sql: string;
  /** The call as it is written, cut. */
  readonly as: string;
  readonly down: boolean;
  /** What the call does is not written in it: what is found there is elevated at most. */
  readonly unsure?: boolean;
}

export interface Reading {
  readonly wrapped: boolean;
  readonly spoken: readonly Spoken[];
  /** The whole schema, as a tool writes it. */
  readonly dump?: true;
}
