/** SQL as PostgreSQL's own parser sees it. What does not parse stays in the answer as a statement with an error. */
import type { Parsed, SqlStatement } from '../../core/risk/evidence.ts';
import { executableComments, lineCounter, splitSql } from './split.ts';
import { readBlock } from './sql-blocks.ts';
import { loadLibPgQuery } from './wasm.ts';

const MAX_TEXT = 2_000;
type Node = SqlStatement['node'];
type Parse = (sql: string) => readonly { readonly node: Node; readonly from: number; readonly length: number }[];

let loaded: Promise<Parse> | undefined;

/** The parser itself is loaded with the first SQL file of a process. */
export async function parseSql(text: string): Promise<Parsed> {
  loaded ??= load();
  const parse = await loaded;
  const statements = [...withBodies(statementsOf(rendered(text), parse), parse), ...executed(text, parse)].sort((a, b) => a.line - b.line);
  return { kind: 'sql', statements, text };
}

/** SQL that stands in a string of another language. What does not parse there is left out: it may be put together at run time. */
export async function parsePieces(text: string): Promise<readonly SqlStatement[]> {
  loaded ??= load();
  const parse = await loaded;
  return withBodies(statementsOf(text, parse), parse).filter((s) => s.node !== null);
}

/** Statements of blocks that are parsed for one file; blocks behind them are left unread. */
const MOST_INNER = 3_000;

/** Every DO block, and behind it the statements of its body. */
function withBodies(statements: readonly SqlStatement[], parse: Parse): readonly SqlStatement[] {
  let left = MOST_INNER;
  const inner = (sql: string): Node | undefined => {
    if (left-- <= 0) return undefined;
    try {
      const [first, ...more] = parse(sql);
      return more.length > 0 ? undefined : (first?.node ?? undefined);
    } catch {
      return undefined;
    }
  };
  return statements.flatMap((s) => {
    const body = bodyOf(s.node);
    if (body === undefined) return [s];
    const { whole, statements: found } = readBlock(body, s.line, inner);
    return [{ ...s, ...(whole ? { read: true as const } : {}) }, ...found.map((b) => ({ line: b.line, text: b.text.slice(0, MAX_TEXT), node: b.node }))];
  });
}

function bodyOf(node: Node): string | undefined {
  const args = isNode(node?.DoStmt) && 'args' in node.DoStmt && Array.isArray(node.DoStmt.args) ? node.DoStmt.args : [];
  const said = (name: string): unknown =>
    args.map((a: unknown) => (isNode(a) && isNode(a.DefElem) && a.DefElem.defname === name ? a.DefElem.arg : undefined)).find((a) => a !== undefined);
  const text = (a: unknown): string | undefined => (isNode(a) && isNode(a.String) && typeof a.String.sval === 'string' ? a.String.sval : undefined);
  const language = text(said('language'));
  return language === undefined || language === 'plpgsql' ? text(said('as')) : undefined;
}

/**
 * What a template puts in is some name that nobody knows, as long as the rest parses around it; where it puts in more than a
 * name, the statement does not parse and says so.
 */
const rendered = (text: string): string => (text.includes('{{') ? text.replace(/\{\{[^{}\n]{1,200}\}\}/g, (all) => `x_${all.replace(/\W+/g, '_').slice(0, 50)}`) : text);

/**
 * PostgreSQL skips these comments; MySQL and MariaDB run what is inside, and the file does not say who reads it. What reads as
 * SQL is judged as SQL; the settings that every dump begins and ends with are known; anything else is said.
 */
const executed = (text: string, parse: Parse): readonly SqlStatement[] =>
  executableComments(text).flatMap((c) => {
    const inner = c.text
      .replace(/^\/\*M?!\d{0,6}\s?/, '')
      .replace(/\*\/$/, '')
      .trim();
    if (SETTINGS.test(inner)) return [];
    try {
      return parse(inner).map(({ node }) => ({ line: c.line, text: c.text.slice(0, MAX_TEXT), node }));
    } catch {
      return [{ line: c.line, text: c.text.slice(0, MAX_TEXT), node: null, error: 'a comment that MySQL runs as a statement' }];
    }
  });

const SETTINGS =
  /^(?:SET\s+(?:NAMES\s+\w+|(?:@OLD_\w+\s*=\s*@@(?:SESSION\.)?\w+|@saved_cs_client\s*=\s*@@character_set_client|(?:SESSION\s+)?(?:TIME_ZONE|SQL_MODE|SQL_NOTES|character_set_client|character_set_results|collation_connection)\s*=\s*(?:@OLD_\w+|@saved_\w+|'[^']*'|\d+|\w+))(?:,\s*SQL_MODE\s*=\s*'[^']*')?)|ALTER\s+TABLE\s+`?\w+`?\s+(?:DISABLE|ENABLE)\s+KEYS)\s*;?$/i;

async function load(): Promise<Parse> {
  const pg = loadLibPgQuery();
  await pg.loadModule();
  return (sql) => {
    const stmts = (pg.parseSync(sql) as { stmts?: readonly { stmt?: unknown; stmt_location?: number; stmt_len?: number }[] }).stmts ?? [];
    return stmts.map((s) => ({ node: isNode(s.stmt) ? s.stmt : null, from: s.stmt_location ?? 0, length: s.stmt_len ?? 0 }));
  };
}

const isNode = (value: unknown): value is NonNullable<Node> => typeof value === 'object' && value !== null;

function statementsOf(text: string, parse: Parse): readonly SqlStatement[] {
  if (text.trim() === '') return [];
  try {
    return whole(text, parse);
  } catch {
    return splitSql(text, (sql) => readsData(sql, parse)).flatMap((piece) =>
      piece.meta ? [{ line: piece.line, text: piece.text.slice(0, MAX_TEXT), node: null, error: 'a psql command: what it runs is not visible here' }] : one(piece, parse),
    );
  }
}

/** Locations are UTF-8 byte offsets and include the comments before a statement. */
function whole(text: string, parse: Parse): readonly SqlStatement[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const stmts = parse(text);
  const ascii = bytes.length === text.length;
  const lineOf = lineCounter(text);
  // counted from statement to statement: from the start of the file each time, the work goes by the square of them
  let [seen, chars] = [0, 0];
  return stmts.map(({ node, from, length }) => {
    if (!ascii) chars += decoder.decode(bytes.subarray(seen, from)).length;
    seen = from;
    const start = ascii ? from : chars;
    const raw = decoder.decode(bytes.subarray(from, length === 0 ? bytes.length : from + length));
    const lead = leadingNoise(raw);
    return { line: lineOf(start + lead), text: raw.slice(lead).trim().slice(0, MAX_TEXT), node };
  });
}

function one(piece: { text: string; line: number }, parse: Parse): readonly SqlStatement[] {
  const text = piece.text.slice(0, MAX_TEXT);
  try {
    return parse(piece.text).map(({ node }) => ({ line: piece.line, text, node }));
  } catch (error) {
    return [{ line: piece.line, text, node: null, error: error instanceof Error ? error.message : 'it does not parse' }];
  }
}

/** Length of the white space and comments a statement begins with. */
function leadingNoise(raw: string): number {
  const first = splitSql(raw, () => false)[0];
  return first === undefined ? 0 : Math.max(0, raw.indexOf(first.text.slice(0, 40)));
}

function readsData(sql: string, parse: Parse): boolean {
  try {
    const copy = parse(sql)[0]?.node?.CopyStmt;
    return typeof copy === 'object' && copy !== null && 'is_from' in copy && !('filename' in copy) && !('is_program' in copy);
  } catch {
    return false;
  }
}
