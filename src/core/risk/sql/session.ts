/**
 * One run of one file: where its transactions begin and end, and which timeouts hold at each statement. Transactions are
 * numbered through the whole change; 0 is what landed before it.
 */
import type { SqlStatement } from '../evidence.ts';
import { isOn } from './locks.ts';
import type { Mode, Running } from './tools.ts';
import { all, get, list, str } from './tree.ts';

export interface Moment {
  /** Number of the transaction; two statements with one number run in one transaction. */
  readonly tx: number;
  /** `yes`: BEGIN or a tool that is known. `perhaps`: a tool that is not known may. */
  readonly inside: 'yes' | 'perhaps' | 'no';
  /** Milliseconds; 0 is none. Before the statement runs. */
  readonly lockTimeout: number;
  /** What is odd in how the file deals with transactions, said of this statement. */
  readonly odd?: string;
}

interface Clock {
  tx: number;
  open: boolean;
  wrapper: 'yes' | 'perhaps' | 'no';
  session: number;
  local: number | undefined;
  /** What the session value was when the transaction began: a ROLLBACK takes SET back too. */
  before: number;
}

/** Statements that PostgreSQL refuses inside of a transaction. */
export const refusesTransaction = (node: unknown): boolean =>
  all(node, 'IndexStmt').some((i) => get(i, 'concurrent') === true) ||
  get(node, 'VacuumStmt', 'is_vacuumcmd') === true ||
  get(node, 'DropStmt', 'concurrent') === true ||
  isOn(list(node, 'ReindexStmt', 'params'), 'concurrently') ||
  list(node, 'AlterTableStmt', 'cmds').some((c) => get(c, 'AlterTableCmd', 'def', 'PartitionCmd', 'concurrent') === true) ||
  ['CreatedbStmt', 'DropdbStmt', 'AlterSystemStmt'].some((kind) => get(node, kind) !== undefined);

const begins = (node: unknown): boolean => /_(?:BEGIN|START)$/.test(str(node, 'TransactionStmt', 'kind'));
const ends = (node: unknown): boolean => /_(?:COMMIT|ROLLBACK)$/.test(str(node, 'TransactionStmt', 'kind'));

const working = (statements: readonly SqlStatement[]): readonly SqlStatement[] =>
  statements.filter((s) => get(s.node, 'VariableSetStmt') === undefined && get(s.node, 'TransactionStmt') === undefined);

/** A file that begins transactions itself, or cannot run in one, is run by nobody who wraps it, as far as it is not known better. */
function wrapperOf(mode: Mode, statements: readonly SqlStatement[]): Clock['wrapper'] {
  if (mode === 'wrapped') return 'yes';
  if (mode === 'asked') return working(statements).every((s) => refusesTransaction(s.node)) ? 'no' : 'yes';
  if (mode === 'none') return 'no';
  const own = statements.some((s) => begins(s.node));
  if (mode === 'single') return own || working(statements).length < 2 ? 'no' : 'yes';
  return own || statements.some((s) => refusesTransaction(s.node)) ? 'no' : 'perhaps';
}

/** @param running how the file is run, and where its way down begins. @param first number of the first transaction. @returns a moment for each statement, and the number after the last. */
export function moments(statements: readonly SqlStatement[], running: Running, first: number, roleTimeout: number): { readonly moments: readonly Moment[]; readonly next: number } {
  const c: Clock = { tx: first, open: false, wrapper: wrapperOf(running.mode, statements), session: roleTimeout, local: undefined, before: roleTimeout };
  let down = false;
  const out = statements.map((s) => {
    // a tool runs the way down by itself, another day
    if (!down && (s.line >= running.downFrom || s.part === 'down')) {
      down = true;
      Object.assign(c, { tx: c.tx + 1, open: false, wrapper: wrapperOf(running.mode, statements), session: roleTimeout, local: undefined });
    }
    const odd = oddity(c, s.node);
    const before = c.tx;
    if (begins(s.node) && !c.open) {
      c.open = true;
      c.tx++;
      c.before = c.session;
    }
    const inside = c.open ? 'yes' : c.wrapper;
    const moment: Moment = { tx: ends(s.node) ? before : c.tx, inside, lockTimeout: c.local ?? c.session, ...(odd === undefined ? {} : { odd }) };
    settle(c, s.node, inside !== 'no', roleTimeout);
    return moment;
  });
  const last = statements.length - 1;
  const left = out[last];
  if (c.open && left !== undefined) out[last] = { ...left, odd: 'the transaction that it begins is never ended: what it did may be rolled back' };
  return { moments: out, next: c.tx + 1 };
}

function oddity(c: Clock, node: unknown): string | undefined {
  if (begins(node) && c.open) return 'BEGIN stands inside of a transaction: it begins nothing, and the first COMMIT ends all';
  if (begins(node) && c.wrapper === 'yes') return 'BEGIN stands in a file that the migration tool wraps: it begins nothing';
  if (ends(node) && !c.open && c.wrapper === 'yes') return 'it ends the transaction of the migration tool: what follows runs without one';
  return ends(node) && !c.open && c.wrapper === 'no' ? 'it ends a transaction that was never begun' : undefined;
}

function settle(c: Clock, node: unknown, inside: boolean, roleTimeout: number): void {
  const set = get(node, 'VariableSetStmt');
  const called = settings(node);
  if (set !== undefined) setTimeouts(c, set, inside, roleTimeout);
  if (called !== undefined) assign(c, called.value, called.local, inside);
  if (ends(node)) {
    if (/ROLLBACK$/.test(str(node, 'TransactionStmt', 'kind')) && c.open) c.session = c.before;
    c.open = false;
    c.local = undefined;
    c.tx++;
    // what a tool wrapped is over as well
    c.wrapper = 'no';
  } else if (!c.open && c.wrapper === 'no') c.tx++;
}

function setTimeouts(c: Clock, set: unknown, inside: boolean, roleTimeout: number): void {
  const [name, kind, local] = [str(set, 'name'), str(set, 'kind'), get(set, 'is_local') === true];
  if (name !== 'lock_timeout' && kind !== 'VAR_RESET_ALL') return;
  assign(c, kind === 'VAR_SET_VALUE' ? milliseconds(get(set, 'args', 0)) : roleTimeout, local, inside);
}

/** SET LOCAL outside of a transaction has no effect. */
function assign(c: Clock, value: number, local: boolean, inside: boolean): void {
  if (!local) {
    c.session = value;
    c.local = undefined;
  } else if (inside) c.local = value;
}

/** `SELECT set_config('lock_timeout', '2s', true)`. */
function settings(node: unknown): { readonly value: number; readonly local: boolean } | undefined {
  for (const call of all(node, 'FuncCall')) {
    const args = list(call, 'args');
    const isIt = list(call, 'funcname').some((n) => str(n, 'String', 'sval') === 'set_config') && str(args[0], 'A_Const', 'sval', 'sval') === 'lock_timeout';
    if (isIt) return { value: milliseconds(args[1]), local: get(args[2], 'A_Const', 'boolval', 'boolval') === true };
  }
  return undefined;
}

const UNITS: { readonly [unit: string]: number } = { us: 0.001, ms: 1, '': 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `'2s'`, `5000`, `'1 min'`; 0 what cannot be read. */
export function milliseconds(value: unknown): number {
  const whole = get(value, 'A_Const', 'ival', 'ival');
  if (typeof whole === 'number') return whole;
  const said = /^\s*(\d{1,9}(?:\.\d{1,6})?)\s*(us|ms|s|min|h|d)?\s*$/.exec(str(value, 'A_Const', 'sval', 'sval'));
  return said === null ? 0 : Number(said[1]) * (UNITS[said[2] ?? ''] ?? 0);
}

/** In force, and short enough that what queues behind a waiting lock does not pile up. */
export const limits = (timeout: number): boolean => timeout > 0 && timeout <= 10_000;
