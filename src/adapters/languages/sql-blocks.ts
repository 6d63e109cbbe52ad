/**
 * The body of a DO block in PL/pgSQL, as the statements that stand in it: what is left of each piece when the words of control
 * flow before it are gone is given to the real parser. A piece that neither parses nor is known to run nothing leaves the
 * block unread. Conditions are not weighed: a statement that may run is one that runs.
 */
import { splitSql } from './split.ts';

export interface Block<N> {
  readonly statements: readonly { readonly text: string; readonly line: number; readonly node: N }[];
  /** Everything in the block is either among the statements or runs none. */
  readonly whole: boolean;
}

const LEADS = [
  /^(?:declare|begin|else|loop)\b\s*/i,
  /^(?:if|elsif|elseif)\b[\s\S]*?\bthen\b\s*/i,
  /^exception\s+when\b[\s\S]*?\bthen\b\s*/i,
  /^when\b[\s\S]*?\bthen\b\s*/i,
  /^(?:while|for|foreach)\b[\s\S]*?\bloop\b\s*/i,
  /^<<\w{1,63}>>\s*/,
];
/** Ends, messages, and what only reads or sets a variable. */
const QUIET =
  /^(?:end\b[\s\w]*|raise\b[\s\S]*|return\b(?!\s+query\s+execute)[\s\S]*|null|exit\b[\s\S]*|continue\b[\s\S]*|get\s+(?:current\s+|stacked\s+)?diagnostics\b[\s\S]*|perform\s+(?:pg_advisory_|pg_sleep|set_config)[\s\S]*|assert\b[\s\S]*)?$/i;
const DECLARES = /^\w{1,63}\s+(?:constant\s+)?[\w.]{1,80}(?:\s*\([\d\s,]{1,20}\))?(?:%\w{1,8})?(?:\[\])?(?:\s*(?::=|=|default)\s*[\s\S]*)?$/i;
const ASSIGNS = /^[\w.[\]]{1,100}\s*:=\s*(?!.*\bexecute\b)[\s\S]*$/i;
const VERBS =
  /^(?:drop|truncate|delete|update|insert|alter|create|merge|copy|call|execute|perform|grant|revoke|select|with|lock|reindex|cluster|vacuum|refresh|do|set|reset|comment|analyze|import|security|reassign|discard|move|fetch|open|close)\b/i;

/** Pieces of one block that are looked at; a block of more is left unread. */
const MOST = 1_000;

/** @param parse the one statement that a text is, or undefined where it is none or more. */
export function readBlock<N>(body: string, line: number, parse: (sql: string) => N | undefined): Block<N> {
  const pieces = splitSql(body, () => false);
  if (pieces.length > MOST || /\$\w*\$|\\'/.test(body)) return { statements: [], whole: false };
  const statements: { text: string; line: number; node: N }[] = [];
  let whole = true;
  for (const piece of pieces) {
    const text = bare(piece.text);
    if (QUIET.test(text)) continue;
    const executed = /^execute\s+(?:format\s*\(\s*)?'((?:[^']|'')*)'\s*\)?\s*$/i.exec(text)?.[1]?.replaceAll("''", "'");
    const sql = executed ?? (VERBS.test(text) && !/^(?:execute|perform)\b/i.test(text) ? text : undefined);
    const node = sql === undefined || piece.meta ? undefined : parse(sql);
    if (node !== undefined && sql !== undefined) statements.push({ text: sql, line: line + piece.line - 1, node });
    else if (piece.meta || VERBS.test(text) || !(DECLARES.test(text) || ASSIGNS.test(text))) whole = false;
  }
  return { statements, whole };
}

function bare(piece: string): string {
  let text = uncommented(piece);
  for (let rounds = 0; rounds < 12; rounds++) {
    const lead = text.length > 100_000 ? null : (LEADS.map((r) => r.exec(text)).find((m) => m !== null) ?? null);
    if (lead === null) break;
    text = uncommented(text.slice(lead[0].length));
  }
  return text;
}

/** Without the comments that a statement begins with. */
function uncommented(text: string): string {
  const [first] = splitSql(text, () => false);
  return first === undefined ? '' : text.slice(Math.max(0, text.indexOf(first.text.slice(0, 40)))).trim();
}
