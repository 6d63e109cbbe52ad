/**
 * SQL migrations, walked statement by statement in the order they are deployed, with what went before: a table that the change
 * itself made may be dropped by it, a constraint that was proved may be relied on, and a lock is held as long as its
 * transaction. Statements that stood there before are walked and not judged. `absorb` (state.ts) holds what is this change's
 * own, `note` (catalog.ts) what is known at all.
 */
import type { FileEvidence, SqlStatement } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { TIERS } from '../risk.ts';
import { lookAhead } from './ahead.ts';
import type { Catalog } from './catalog.ts';
import { freshCatalog, lastOf, note } from './catalog.ts';
import { judgeColumns } from './columns.ts';
import { createdBy, identity, reordered, statements } from './context.ts';
import { keysOf, uncovered } from './covering.ts';
import { inDownPart, settle } from './down.ts';
import type { Flow } from './flow.ts';
import { freshFlow, judgeFlow } from './flow.ts';
import { historyEdited } from './history.ts';
import { judgeIntegrity } from './integrity.ts';
import { judgeLoss } from './loss.ts';
import { judgeMaintenance } from './maintenance.ts';
import { stillRead } from './readers.ts';
import { judgeRenames } from './renames.ts';
import { judgeRights } from './rights.ts';
import { judgeBodies } from './routines.ts';
import { moments } from './session.ts';
import type { SqlState } from './state.ts';
import { absorb, apart, forget, freshState, heed, learn, nextSession, suppose } from './state.ts';
import type { Statement } from './statement.ts';
import { order, runningOf } from './tools.ts';
import { get, list, str } from './tree.ts';

const META001 = rule('META001', 'parse-failed', 'high', 'exact', ['write it so that PostgreSQL itself can parse it']);

export const sql: Detector = {
  id: 'sql',
  reads: ({ base, head }) => [base, head].some((side) => side?.kind === 'text' && side.migration !== undefined),
  detect: ({ files }) => {
    const walk: Walk = { states: new Map(), prior: freshCatalog(), tx: 1, moved: new Set(files.flatMap((f) => [...createdBy(statements(f.base))]).map(lastOf)) };
    const inOrder = files.filter((f) => statements(f.head).length > 0 || statements(f.base).length > 0).sort((a, b) => order(a.path, b.path));
    for (const f of inOrder) if (isDump(f)) readDump(walk.prior, f);
    for (const f of inOrder) if (!isDump(f)) remember(walk, f);
    const found = inOrder.flatMap((f) => ofFile(walk, f));
    const keys = [...walk.states.values()].flatMap((state) => uncovered(state.keys, state.catalog));
    return [...found, ...keys, ...stillRead(found, files), ...historyEdited(files)];
  },
};

interface Walk {
  /** By folder. */
  readonly states: Map<string, SqlState>;
  /** From dumps of the schema, as they were at base. */
  readonly prior: Catalog;
  /** The next transaction. */
  tx: number;
  /** What another file of this change held before was made then, wherever it is written now. */
  readonly moved: ReadonlySet<string>;
}

function stateOf(walk: Walk, path: string): SqlState {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const state = walk.states.get(folder) ?? freshState(walk.prior);
  walk.states.set(folder, state);
  return state;
}

/** Written by a tool from the database itself: what stands there is there, in whatever folder the migrations are. */
const isDump = (file: FileEvidence): boolean => /(?:^|\/)(?:structure|schema|dump)\.sql$/i.test(file.path) || (file.base?.kind === 'text' && file.base.migration?.dump === true);

/** A dump leaves the search path empty or never sets it: names without a schema are of `public`. */
function readDump(prior: Catalog, file: FileEvidence): void {
  for (const s of statements(file.base)) note(prior, s.node, 'public', 0);
}

/** The schema as it was: what the base side of a file makes is known in its folder. */
function remember(walk: Walk, file: FileEvidence): void {
  const state = stateOf(walk, file.path);
  nextSession(state);
  for (const s of statements(file.base)) {
    heed(state, s.node);
    note(state.catalog, s.node, state.schema, 0);
  }
  state.claimed.clear();
  state.gone.clear();
  state.renamedTypes.clear();
}

function ofFile(walk: Walk, file: FileEvidence): readonly Finding[] {
  const head = statements(file.head);
  // a schema in Ruby is loaded into empty databases only
  if (head.length === 0 || (file.head?.kind === 'text' && file.head.migration?.dump === true)) return [];
  const forth = stateOf(walk, file.path);
  let back: SqlState | undefined;
  nextSession(forth);
  const running = runningOf(file.path, file.head);
  const run = moments(head, running, walk.tx, forth.roleTimeout);
  walk.tx = run.next;
  const ahead = lookAhead(head, run.moments);
  const old = leftOver(file);
  const [flow, failed, findings]: [Flow, SqlStatement[], Finding[]] = [freshFlow(), [], []];
  for (const [index, s] of head.entries()) {
    const moment = run.moments[index];
    if (moment === undefined) continue;
    const known = old(s);
    const down = inDownPart(s, running);
    if (down) back ??= apart(forth);
    const state = down && back !== undefined ? back : forth;
    if (s.node === null && !known) failed.push(s);
    const statement: Statement = { node: s.node, text: s.text, read: s.read === true, state, moment, index, file: ahead, place: { path: file.path, side: 'head', line: s.line } };
    const found = s.node === null || isExplained(s.node) ? [] : [...judge(statement), ...judgeFlow(statement, flow)];
    if (!known) findings.push(...settle(s.unsure === true ? found.map(doubted) : found, s, statement, running));
    if (!known && !down) state.keys.push(...keysOf(statement));
    take(state, s, file, walk.moved, known ? 0 : moment.tx);
  }
  return [...findings.map((f) => said(f, file)), ...unparsed(file, failed)];
}

/** Calls of another language come to this SQL by what they are named: that is inferred. */
const said = (f: Finding, file: FileEvidence): Finding => (file.head?.kind === 'text' && f.confidence === 'exact' ? { ...f, confidence: 'inferred' } : f);

const doubted = (f: Finding): Finding => ({ ...f, confidence: 'heuristic', severity: TIERS.above(f.severity, 'elevated') ? 'elevated' : f.severity });

const judge = (s: Statement): readonly Finding[] => [
  ...judgeLoss(s),
  ...judgeColumns(s),
  ...judgeIntegrity(s),
  ...judgeMaintenance(s),
  ...judgeRenames(s),
  ...judgeRights(s),
  ...judgeBodies(s),
];

/** As many copies of a statement as stood there before are old; one more is new, whatever it says. */
function leftOver(file: FileEvidence): (s: SqlStatement) => boolean {
  const before = new Map<string, number>();
  if (!reordered(file)) for (const s of statements(file.base)) before.set(identity(s), (before.get(identity(s)) ?? 0) + 1);
  return (s) => {
    const left = before.get(identity(s)) ?? 0;
    if (left > 0) before.set(identity(s), left - 1);
    return left > 0;
  };
}

function take(state: SqlState, s: SqlStatement, file: FileEvidence, moved: ReadonlySet<string>, tx: number): void {
  if (s.node !== null) {
    heed(state, s.node);
    note(state.catalog, s.node, state.schema, tx);
    suppose(state, s.node);
    learn(state, s.node);
    // only a file that is new proves that what it creates did not exist
    if (file.base === undefined && !(makes(s) && [...createdBy([s])].some((n) => moved.has(lastOf(n))))) absorb(state, s.node);
  }
  // a psql command may connect elsewhere, or go on after what failed
  if (s.node === null && s.text.startsWith('\\')) forget(state);
}

/** What is only explained does not run. */
const isExplained = (node: unknown): boolean =>
  get(node, 'ExplainStmt') !== undefined && !list(node, 'ExplainStmt', 'options').some((o) => str(o, 'DefElem', 'defname') === 'analyze');

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
