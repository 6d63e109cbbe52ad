/**
 * What keeps SQL in one room, and to what every engine that speaks PostgreSQL can do. Read from the literals of a source, so that a comment
 * may name what is not used.
 */
import { parseSync, Visitor } from 'oxc-parser';
import { importsOf } from './law.ts';

export interface Strayed {
  readonly line: number;
  readonly what: string;
}

/** What speaks to a database. */
const DRIVERS = /^(?:kysely|pg|node:sqlite)(?:\/|$)/;
/** A whole statement, or its beginning: prose that starts with such a word goes on otherwise. */
const STATEMENT =
  /^\s*(?:select\s[\s\S]*\sfrom\s|select\s+(?:\d|\w+\()|insert\s+(?:or\s+\w+\s+)?into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\(|(?:create|alter|drop)\s+(?:unique\s+)?(?:table|index|view|trigger)\s|pragma\s+\w+|begin\s+(?:immediate|transaction)|truncate\s+table\s)/i;

/** What a managed or distributed engine lacks, or does otherwise. */
const NOT_EVERYWHERE: readonly (readonly [RegExp, string])[] = [
  [/\bpg_(?:try_)?advisory_\w+|\badvisory lock/i, 'an advisory lock'],
  [/^\s*(?:un)?listen\s+["\w*]|;\s*(?:un)?listen\s+["\w*]/i, 'LISTEN'],
  [/^\s*notify\s+["\w]|;\s*notify\s+["\w]|\bpg_notify\b/i, 'NOTIFY'],
  [/\bskip\s+locked\b/i, 'SKIP LOCKED'],
  [/\b(?:small|big)?serial\b|\bautoincrement\b|\bgenerated\s+(?:always|by\s+default)\s+as\s+identity\b|\bnextval\b/i, 'a serial'],
  [/\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+|temp\s+|temporary\s+)?trigger\b/i, 'a trigger'],
  [/(?:^|;)\s*savepoint\s+\w|\b(?:rollback\s+to|release)\s+(?:savepoint\s+)?\w/i, 'a savepoint'],
];
/** What kysely writes for whoever calls these. */
const CALLS = new Map([
  ['skipLocked', 'SKIP LOCKED'],
  ['savepoint', 'a savepoint'],
  ['rollbackToSavepoint', 'a savepoint'],
  ['releaseSavepoint', 'a savepoint'],
  ['autoIncrement', 'a serial'],
  ['generatedAlwaysAsIdentity', 'a serial'],
  ['generatedByDefaultAsIdentity', 'a serial'],
]);

/** Statements, and what runs them, in a file that has no business with either. */
export function statements(file: string, source: string): readonly Strayed[] {
  const drivers = importsOf(file, source).filter(({ specifier }) => DRIVERS.test(specifier));
  return [
    ...drivers.map(({ specifier, line }) => ({ line, what: specifier })),
    ...literals(file, source).flatMap(({ text, line }) => (STATEMENT.test(text) ? [{ line, what: text.trim().slice(0, 40) }] : [])),
  ];
}

/** What a file of the store asks that not every engine has. */
export function notEverywhere(file: string, source: string): readonly Strayed[] {
  const found: Strayed[] = literals(file, source).flatMap(({ text, line }) => NOT_EVERYWHERE.flatMap(([pattern, what]) => (pattern.test(text) ? [{ line, what }] : [])));
  new Visitor({
    MemberExpression: (n) => {
      const name = n.property.type === 'Identifier' ? n.property.name : n.property.type === 'Literal' ? String(n.property.value) : '';
      const what = CALLS.get(name);
      if (what !== undefined) found.push({ line: lineOf(source, n.start), what });
    },
  }).visit(parseSync(file, source).program);
  return found;
}

const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length;

/** Every string, and every template whole, with a word in the place of what is put into it. */
function literals(file: string, source: string): readonly { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  new Visitor({
    Literal: (n) => {
      if (typeof n.value === 'string') found.push({ text: n.value, line: lineOf(source, n.start) });
    },
    TemplateLiteral: (n) => found.push({ text: n.quasis.map((q) => q.value.cooked ?? q.value.raw).join(' x '), line: lineOf(source, n.start) }),
  }).visit(parseSync(file, source).program);
  return found;
}
