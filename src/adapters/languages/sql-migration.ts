/**
 * Migrations that are not written in SQL, turned into the SQL that their calls come to and parsed by PostgreSQL's own parser.
 * Read by the names of calls and their literal arguments: what a helper or a variable hides is not seen, and a migration
 * whose calls none of these readers knows comes to nothing. Whoever writes it controls all of it; nothing here runs it.
 */
import type { MigrationCalls, SqlStatement } from '../../core/risk/evidence.ts';
import { lineCounter } from './split.ts';
import { parsePieces } from './sql.ts';
import { javascript } from './sql-javascript.ts';
import { python } from './sql-python.ts';
import { rails } from './sql-rails.ts';
import type { Language, Reading, Source, Spoken } from './sql-source.ts';
import { sourceOf } from './sql-source.ts';

/** Calls of one file; that there are more is said, and stops a change as anything does that is not read. */
const MOST = 5_000;

const READERS: { readonly [L in Language]: (source: Source) => Reading } = { ruby: rails, python, javascript };

/** Which reader a path has; a file elsewhere is not a migration. */
export function migrationLanguage(path: string): Language | undefined {
  if (/(?:^|\/)db\/(?:\w{1,40}_)?schema\.rb$/.test(path)) return 'ruby';
  if (/(?:^|\/)(?:db|migrate|\w{0,40}_migrate|migrations)\/(?:[\w-]{1,60}\/){0,3}\d{3,}[\w-]*\.rb$/i.test(path)) return 'ruby';
  if (/(?:^|\/)(?:migrations|versions|alembic)\/(?:[\w-]{1,60}\/){0,2}(?!__init__)\w[\w-]*\.py$/i.test(path)) return 'python';
  return /(?:^|\/)migrations?\/(?:[\w.-]{1,80}\/){0,2}[\w.-]+\.(?:[cm]?[jt]s)$/i.test(path) && !/\.(?:d|test|spec)\.[cm]?ts$/i.test(path) ? 'javascript' : undefined;
}

export async function parseMigration(language: Language, text: string): Promise<MigrationCalls> {
  const { wrapped, spoken, dump } = READERS[language](sourceOf(text, language));
  const lineOf = lineCounter(text);
  const statements: SqlStatement[] = [];
  for (const one of spoken.slice(0, MOST)) {
    const line = lineOf(one.at);
    for (const s of await parsePieces(one.sql)) statements.push(placed(s, one, line));
  }
  const next = spoken[MOST];
  if (next !== undefined) statements.push({ line: lineOf(next.at), text: next.as.slice(0, 200), node: null, error: `only the first ${MOST} calls are read` });
  return { wrapped, statements, ...(dump === true ? { dump } : {}) };
}

const placed = (s: SqlStatement, one: Spoken, line: number): SqlStatement => ({
  ...s,
  line,
  text: one.as.slice(0, 1_000),
  ...(one.down ? { part: 'down' as const } : {}),
  ...(one.unsure === true ? { unsure: true as const } : {}),
});
