/**
 * Destructive SQL. Walks the statements that are new, in deploy order within a folder, so that a table created by the
 * change itself may be dropped by it, and one that is dropped and created again still counts as lost.
 */
import type { FileEvidence, SqlStatement } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { createdBy, identity, reordered, statements } from './context.ts';
import { judgeBodies } from './routines.ts';
import type { Statement } from './rules.ts';
import { judgeSql } from './rules.ts';
import type { SqlState } from './state.ts';
import { absorb, forget, freshState, learn, nextSession } from './state.ts';
import { alwaysTrue, get, list, str } from './tree.ts';

const META001 = rule('META001', 'parse-failed', 'high', 'exact', ['write it so that PostgreSQL itself can parse it']);
const SQL310 = rule('SQL310', 'history-edited', 'high', 'exact', ['a new migration instead of an edit']);

export const sql: Detector = {
  id: 'sql',
  detect: ({ files }) => {
    const states = new Map<string, SqlState>();
    const inOrder = files.filter((f) => f.head?.kind === 'sql').sort((a, b) => order(a.path, b.path));
    // what another file of this change held before was made then, wherever it is written now
    const moved = new Set(files.flatMap((f) => [...createdBy(statements(f.base))]).map(last));
    return [...inOrder.flatMap((f) => ofFile(f, stateOf(states, f.path), moved)), ...files.flatMap(historyEdited)];
  },
};

/** Down scripts run after what they undo, and V10 after V2. */
function order(a: string, b: string): number {
  const [x, y] = [natural(a), natural(b)];
  return Number(isDown(a)) - Number(isDown(b)) || (x < y ? -1 : x > y ? 1 : 0) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Each number behind how many digits it has, so that text compares as the numbers do. */
const natural = (path: string): string => path.replace(/\d+/g, (digits) => `${String(digits.replace(/^0+/, '').length).padStart(5, '0')}${digits.replace(/^0+/, '')}`);
const isDown = (path: string): boolean => /(?:[._-]down\.sql|\/down\.sql|(?:^|\/)U\d[^/]*\.sql)$/i.test(path);

function stateOf(states: Map<string, SqlState>, path: string): SqlState {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const state = states.get(folder) ?? freshState();
  states.set(folder, state);
  nextSession(state);
  return state;
}

function ofFile(file: FileEvidence, state: SqlState, moved: ReadonlySet<string>): readonly Finding[] {
  const before = new Set(reordered(file) ? [] : statements(file.base).map(identity));
  const failed: SqlStatement[] = [];
  const findings: Finding[] = [];
  const head = statements(file.head);
  const remade = new Map(head.flatMap((s, i) => policyOf(s).map((name) => [name, i] as const)));
  for (const [i, s] of head.entries()) {
    const known = before.has(identity(s));
    if (s.node === null && !known) failed.push(s);
    const later = { has: (name: string) => (remade.get(name) ?? -1) > i };
    if (s.node !== null && !known) findings.push(...judge({ node: s.node, text: s.text, state, remade: later, place: { path: file.path, side: 'head', line: s.line } }));
    // only a file that is new proves that what it creates did not exist
    if (s.node !== null) learn(state, s.node);
    if (s.node !== null && file.base === undefined && !(makes(s) && [...createdBy([s])].some((n) => moved.has(last(n))))) absorb(state, s.node);
    // a psql command may connect elsewhere, or go on after what failed
    if (s.node === null && s.text.startsWith('\\')) forget(state);
  }
  return [...findings, ...unparsed(file, failed)];
}

/** Of a name, what no search path and no rewriting of the statement changes. */
const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** What is only explained does not run. */
const judge = (s: Statement): readonly Finding[] => (isExplained(s.node) ? [] : [...judgeSql(s), ...judgeBodies(s)]);
const isExplained = (node: unknown): boolean =>
  get(node, 'ExplainStmt') !== undefined && !list(node, 'ExplainStmt', 'options').some((o) => str(o, 'DefElem', 'defname') === 'analyze');

function policyOf(s: SqlStatement): readonly string[] {
  const made = get(s.node, 'CreatePolicyStmt');
  if (made === undefined) return [];
  const conditions = [get(made, 'qual'), get(made, 'with_check')].filter((c) => c !== undefined);
  // one that lets every row through protects as little as none
  if (conditions.length === 0 || conditions.some(alwaysTrue)) return [];
  return [`${str(made, 'table', 'schemaname')}.${str(made, 'table', 'relname')}.${str(made, 'policy_name')}`];
}

const makes = (s: SqlStatement): boolean => ['CreateStmt', 'CreateTableAsStmt', 'CreateSchemaStmt'].some((kind) => get(s.node, kind) !== undefined);

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
