/**
 * Text of functions, procedures and DO blocks: other languages that the SQL parser does not read. Words are looked for in
 * it, once comments are gone; only what stands there as a statement of its own, with its table named, is called literal.
 */
import { list, str } from './tree.ts';

/** `literal` destroys a named table whenever the body runs, `loud` may, `writes` to some rows, `dynamic` runs what cannot be seen. */
export interface Body {
  readonly kind: 'literal' | 'loud' | 'writes' | 'dynamic' | 'quiet';
  /** Tables that a literal statement empties or drops, as written. */
  readonly tables: readonly string[];
}

/** The body of a DoStmt or CreateFunctionStmt. */
export function bodyOf(node: unknown): Body {
  const options = [...list(node, 'args'), ...list(node, 'options')].filter((o) => str(o, 'DefElem', 'defname') === 'as');
  const sources = options.flatMap((o) => [str(o, 'DefElem', 'arg', 'String', 'sval'), ...list(o, 'DefElem', 'arg', 'List', 'items').map((i) => str(i, 'String', 'sval'))]);
  return readBody(sources.join('\n'));
}

const NAME = '(?:"[^"]{1,63}"|[\\w$]{1,63})';
const LOUD = /\b(?:drop|truncate|alter\s+table)\b/i;
const UNREAD_QUOTES = /\$\w*\$|\\'/;
/** What an upsert writes is one row that its own INSERT names. */
const UPDATE = /(?<!\bdo\s{1,20})\b(?:update\b[^;]{0,200}?\bset|delete\s+from)\b([^;]{0,2000})/gi;
const CREATE = new RegExp(
  `\\bcreate\\s+(?:(?:global\\s+|local\\s+)?temp(?:orary)?\\s+table\\s+(?:if\\s+not\\s+exists\\s+)?|(?:unlogged\\s+)?table\\s+)((?:${NAME}\\.)?${NAME})`,
  'gi',
);
/** At the start of a statement, for a word that begins one may also be a column or stand in a string. */
const LITERAL = new RegExp(
  `(?:^|;|\\bbegin\\b|\\bthen\\b|\\belse\\b|\\bloop\\b)\\s*(?:drop\\s+table\\s+(?:if\\s+exists\\s+)?|truncate\\s+(?:table\\s+)?(?:only\\s+)?|delete\\s+from\\s+(?:only\\s+)?)((?:${NAME}\\.)?${NAME})([^;]{0,2000})`,
  'gi',
);

export function readBody(source: string): Body {
  const { code, strings } = parts(source);
  const tables = [...code.matchAll(LITERAL)].flatMap(([whole, table = '', rest = '']) => (/\bdelete\s+from\b/i.test(whole) && /\b(?:where|using)\b/i.test(rest) ? [] : [table]));
  // a table that the body makes itself, for the time of its run
  const made = new Set([...code.matchAll(CREATE)].map(([, table = '']) => table.toLowerCase()));
  const lost = [...new Set(tables)].filter((table) => !made.has(table.toLowerCase()));
  if (lost.length > 0) return { kind: 'literal', tables: lost };
  // quotes that this reader does not know may make code look like a comment
  return { kind: UNREAD_QUOTES.test(source) && /\b(?:drop|truncate|delete|alter\s+table)\b/i.test(source) ? 'loud' : kindOf(code, strings), tables: [] };
}

function kindOf(code: string, strings: string): Body['kind'] {
  const updates = [...code.matchAll(UPDATE), ...strings.matchAll(UPDATE)].map(([, rest = '']) => /\b(?:where|using)\b/i.test(rest));
  if (LOUD.test(code) || LOUD.test(strings) || updates.includes(false)) return 'loud';
  if (updates.length > 0) return 'writes';
  return /\bexecute\b(?!\s+(?:function|procedure)\b)/i.test(code) ? 'dynamic' : 'quiet';
}

/** Code without comments and with its strings taken out, and the strings: what is run from a string is not literal. */
function parts(source: string): { readonly code: string; readonly strings: string } {
  const [code, strings]: [string[], string[]] = [[], []];
  for (const [token] of source.matchAll(/--[^\n\r]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|'[^']*'?|"[^"]*"?|[^-/'"]+|[-/]/g)) {
    if (token.startsWith('--') || token.startsWith('/*')) code.push(' ');
    else if (token.startsWith("'")) {
      code.push(" '' ");
      strings.push(token);
    } else code.push(token);
  }
  return { code: code.join(''), strings: strings.join(' ') };
}

/** Name of a function as it is made or called, without its schema: a call may leave the schema out. */
export const functionName = (node: unknown): string => str(list(node, 'funcname').at(-1), 'String', 'sval');
