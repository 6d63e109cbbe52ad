/**
 * Cuts a SQL script into statements the way psql does: quotes, dollar quotes, nested comments, parentheses, COPY data and
 * backslash commands. Only used where the script as a whole does not parse, so one bad statement hides no other.
 */
export interface Piece {
  readonly text: string;
  /** 1-based line of the first character that is neither white space nor comment. */
  readonly line: number;
  /** A psql command: what it runs (a file, a shell, the last result) cannot be seen here. */
  readonly meta: boolean;
}

/** Settings of psql itself; anything else behind a backslash may execute something. */
const HARMLESS_META = /^\\(?:timing|pset(?!\s+pager)|restrict|unrestrict)\b[^`\\]*$|^\\set\s+ON_ERROR_STOP(?:\s+(?:1|on|true|yes))?$/;

interface Cursor {
  readonly text: string;
  at: number;
  /** Start of the statement; -1 before its first significant character. */
  start: number;
  depth: number;
}

/** @param readsData whether a statement is `COPY ... FROM STDIN`: then lines up to `\.` are data. Asked of the real parser. */
export function splitSql(text: string, readsData: (statement: string) => boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  const lineAt = lineCounter(text);
  const endOfData = dataEnds(text);
  const c: Cursor = { text, at: 0, start: -1, depth: 0 };
  const flush = (end: number): string => {
    const statement = c.start < 0 ? '' : text.slice(c.start, end).trim();
    if (statement !== '') pieces.push({ text: statement, line: lineAt(c.start), meta: false });
    c.start = -1;
    c.depth = 0;
    return statement;
  };
  while (c.at < text.length) {
    const ch = text[c.at];
    if (ch === '\\') {
      flush(c.at);
      const end = endOfLine(text, c.at);
      const command = text.slice(c.at, end).trim();
      if (!HARMLESS_META.test(command)) pieces.push({ text: command, line: lineAt(c.at), meta: true });
      c.at = end;
    } else if (ch === ';' && c.depth === 0) {
      const statement = flush(c.at);
      c.at = /^copy\s/i.test(statement) && readsData(statement) ? endOfData(c.at) : c.at + 1;
    } else step(c);
  }
  flush(text.length);
  return pieces;
}

/** Moves over one token or character. */
function step(c: Cursor): void {
  const comment = commentEnd(c.text, c.at);
  if (comment !== undefined) {
    c.at = comment;
    return;
  }
  const ch = c.text[c.at] ?? '';
  if (c.start < 0 && !/\s/.test(ch) && ch !== '\ufeff') c.start = c.at;
  if (ch === '(') c.depth++;
  if (ch === ')') c.depth = Math.max(0, c.depth - 1);
  c.at = quoteEnd(c.text, c.at) ?? c.at + 1;
}

function commentEnd(text: string, at: number): number | undefined {
  if (text.startsWith('--', at)) return endOfComment(text, at);
  if (!text.startsWith('/*', at)) return undefined;
  let depth = 1;
  let i = at + 2;
  while (i < text.length && depth > 0) {
    if (text.startsWith('/*', i)) depth++;
    else if (text.startsWith('*/', i)) depth--;
    else {
      i++;
      continue;
    }
    i += 2;
  }
  return i;
}

/** A carriage return ends a comment for PostgreSQL as well. */
function endOfComment(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
  return end;
}

function quoteEnd(text: string, at: number): number | undefined {
  const ch = text[at];
  if (ch === '"') return closing(text, at, '"', false);
  if (ch === "'") return closing(text, at, "'", /(?:^|[^\w$])e$/i.test(text.slice(Math.max(0, at - 2), at)));
  if (ch !== '$' || /[\w$\u0080-\uffff]/.test(text[at - 1] ?? ' ')) return undefined;
  const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,62})?\$/.exec(text.slice(at, at + 66))?.[0];
  if (tag === undefined) return undefined;
  const end = text.indexOf(tag, at + tag.length);
  return end < 0 ? text.length : end + tag.length;
}

/** A doubled quote closes and opens again, which comes to the same. */
function closing(text: string, at: number, quote: string, escapes: boolean): number {
  for (let i = at + 1; i < text.length; i++) {
    if (escapes && text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Where the data behind an offset ends; offsets are asked in rising order, and an end that is known is not looked for again. */
function dataEnds(text: string): (at: number) => number {
  const mark = /^\\\.\r?$/gm;
  let end = 0;
  return (at) => {
    if (end <= at) {
      mark.lastIndex = at;
      end = mark.exec(text) === null ? Number.POSITIVE_INFINITY : mark.lastIndex;
    }
    // without an end mark what follows is read as statements: data can then be reported, a statement never hidden
    return end === Number.POSITIVE_INFINITY ? at + 1 : end;
  };
}

/** Comments that begin with `!` or `M!`, outside of quotes and other comments. */
export function executableComments(text: string): readonly { readonly line: number; readonly text: string }[] {
  if (!/\/\*M?!/.test(text)) return [];
  const out: { line: number; text: string }[] = [];
  const lineAt = lineCounter(text);
  const c: Cursor = { text, at: 0, start: -1, depth: 0 };
  while (c.at < text.length) {
    const from = c.at;
    step(c);
    if (/^\/\*M?!/.test(text.slice(from, from + 4))) out.push({ line: lineAt(from), text: text.slice(from, c.at) });
  }
  return out;
}

/** Line of a character offset; offsets are asked in rising order. */
export function lineCounter(text: string): (offset: number) => number {
  let seen = 0;
  let line = 1;
  return (offset) => {
    for (; seen < offset; seen++) if (text.charCodeAt(seen) === 10) line++;
    return line;
  };
}
