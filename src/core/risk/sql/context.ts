/** What a statement of a SQL file means depends on those before it: whether one that stood there before is still the same. */
import type { FileEvidence, Parsed, SqlStatement } from '../evidence.ts';
import { absorb, freshState, setsContext } from './state.ts';

export const statements = (side: Parsed | undefined): readonly SqlStatement[] =>
  side?.kind === 'sql' ? side.statements : side?.kind === 'text' ? (side.migration?.statements ?? []) : [];

/** What a statement says, however it is laid out; one that does not parse is told by its text and its place. */
export function identity(s: SqlStatement): string {
  const known = identities.get(s);
  if (known !== undefined) return known;
  const said = s.node === null ? `?${s.text.length < LONG ? '' : s.line}:${s.text}` : JSON.stringify(s.node, (k, v: unknown) => (k.includes('location') ? undefined : v));
  identities.set(s, said);
  return said;
}

/** The kept text is cut there. */
const LONG = 2_000;
const identities = new WeakMap<SqlStatement, string>();

/**
 * Whether what stood there before may do something else now: a ROLLBACK became a COMMIT, another schema is looked in, a
 * psql condition went, statements changed places, or a table is no longer made by the file that empties it. Then no
 * statement is an old one.
 */
export function reordered(file: FileEvidence): boolean {
  if (file.base === undefined || file.head === undefined) return false;
  const [was, is] = [statements(file.base), statements(file.head)];
  const kept = new Set(is.map(identity));
  const made = createdBy(is);
  return (
    sequence(was.filter(decides)) !== sequence(is.filter(decides)) ||
    sequence(was, kept) !== sequence(is, new Set(was.map(identity))) ||
    was.some((s) => s.text.startsWith('\\') && !kept.has(identity(s))) ||
    [...createdBy(was)].some((name) => !made.has(name))
  );
}

const decides = (s: SqlStatement): boolean => setsContext(s.node);

/** Statements in order, each once unless all of them count, and those alone that the other side has too. */
function sequence(all: readonly SqlStatement[], shared?: ReadonlySet<string>): string {
  const names = all.map(identity);
  return JSON.stringify(shared === undefined ? names : [...new Set(names)].filter((n) => shared.has(n)));
}

export function createdBy(all: readonly SqlStatement[]): ReadonlySet<string> {
  const state = freshState();
  for (const s of all) absorb(state, s.node);
  return state.created;
}
