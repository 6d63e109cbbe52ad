/**
 * Destructive SQL. Walks the statements that are new, in deploy order within a folder, so that a table created by the
 * change itself may be dropped by it, and one that is dropped and created again still counts as lost.
 */
import type { FileEvidence, Parsed, SqlStatement } from './evidence.ts';
import { rule } from './finding.ts';
import type { Detector, Finding } from './risk.ts';
import { judgeSql } from './sql-rules.ts';
import type { SqlState } from './sql-state.ts';
import { absorb, freshState } from './sql-state.ts';

const META001 = rule('META001', 'parse-failed', 'high', 'exact', ['write it so that PostgreSQL itself can parse it']);
const SQL310 = rule('SQL310', 'history-edited', 'high', 'exact', ['a new migration instead of an edit']);

export const sql: Detector = {
  id: 'sql',
  detect: ({ files }) => {
    const states = new Map<string, SqlState>();
    const inOrder = files.filter((f) => f.head?.kind === 'sql').sort((a, b) => order(a.path, b.path));
    return [...inOrder.flatMap((f) => ofFile(f, stateOf(states, f.path))), ...files.flatMap(historyEdited)];
  },
};

/** Down scripts run after what they undo. */
const order = (a: string, b: string): number => Number(isDown(a)) - Number(isDown(b)) || (a < b ? -1 : a > b ? 1 : 0);
const isDown = (path: string): boolean => /(?:[._-]down\.sql|\/down\.sql|(?:^|\/)U\d[^/]*\.sql)$/i.test(path);

function stateOf(states: Map<string, SqlState>, path: string): SqlState {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const state = states.get(folder) ?? freshState();
  states.set(folder, state);
  state.schema = 'public';
  return state;
}

function ofFile(file: FileEvidence, state: SqlState): readonly Finding[] {
  const before = new Set(statements(file.base).map(identity));
  const failed: SqlStatement[] = [];
  const findings: Finding[] = [];
  for (const s of statements(file.head)) {
    const known = before.has(identity(s));
    if (s.node === null && !known) failed.push(s);
    if (s.node !== null && !known) findings.push(...judgeSql({ node: s.node, text: s.text, state, place: { path: file.path, side: 'head', line: s.line } }));
    // only a file that is new proves that what it creates did not exist
    if (s.node !== null && file.base === undefined) absorb(state, s.node, s.line);
  }
  return [...findings, ...unparsed(file, failed)];
}

const statements = (side: Parsed | undefined): readonly SqlStatement[] => (side?.kind === 'sql' ? side.statements : []);

/** The kept text is cut; a longer statement is told by its tree, and one without a tree is always new. */
const LONG = 2_000;
const identity = (s: SqlStatement): string =>
  s.text.length < LONG ? s.text : s.node === null ? `?${s.line}:${s.error ?? ''}` : JSON.stringify(s.node, (k, v: unknown) => (k.includes('location') ? undefined : v));

/** One finding a file: a dump in another dialect is one thing to look at, not a thousand. */
function unparsed(file: FileEvidence, failed: readonly SqlStatement[]): readonly Finding[] {
  const [first] = failed;
  if (first === undefined) return [];
  const place = { path: file.path, side: 'head' as const, line: first.line };
  const because = failed.slice(0, 5).flatMap((s) => [['statement', `line ${s.line}: ${s.text}`] as const, ['error', s.error ?? 'unknown'] as const]);
  const many = failed.length === 1 ? 'a statement' : `${failed.length} statements`;
  return [META001({ place, because, what: `${many} of ${file.path} could not be understood, so what happens to the data is unknown` })];
}

const MIGRATION = /(?:^|[/_-])(?:migrat\w*|versions|changelog|flyway|liquibase|alembic|schema_changes)(?:\/|-|_)|(?:^|\/)[VUR]?\d+[._-][^/]*\.sql$|(?:^|\/)\d{4}[^/]*\.sql$/i;

function historyEdited(file: FileEvidence): readonly Finding[] {
  if (file.base?.kind !== 'sql' || !MIGRATION.test(file.path)) return [];
  const after = new Set(statements(file.head).map(identity));
  const lost = statements(file.base).filter((s) => !after.has(identity(s)));
  const [first] = lost;
  if (first === undefined && statements(file.head).length === statements(file.base).length) return [];
  const gone = file.head === undefined;
  const what = `the migration ${file.path} is ${gone ? 'deleted' : 'edited'} after it may have run: databases will differ from each other`;
  return [SQL310({ place: { path: file.path, side: gone ? 'base' : 'head' }, what, because: first === undefined ? [] : [['no longer there', first.text]] })];
}
