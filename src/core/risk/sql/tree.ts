/** Reading PostgreSQL parse trees without trusting their shape: every step may be missing. */
export type Tree = { readonly [key: string]: unknown };

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

export const get = (node: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), node);
export const list = (node: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const value = get(node, ...path);
  return Array.isArray(value) ? value : [];
};
export const str = (node: unknown, ...path: readonly (string | number)[]): string => {
  const value = get(node, ...path);
  return typeof value === 'string' ? value : '';
};

/** The words of a list of String nodes: `public.orders` as two of them. */
export const names = (items: readonly unknown[]): readonly string[] => items.flatMap((i) => str(i, 'String', 'sval') || []);

/** Every node of that kind anywhere in the tree: a DELETE inside a CTE deletes all the same. */
export function all(node: unknown, kind: string): readonly Tree[] {
  if (typeof node !== 'object' || node === null) return [];
  const known = walked.get(node) ?? walk(node);
  walked.set(node, known);
  return known.get(kind) ?? [];
}

/** Two dozen kinds are asked of each statement, and a file holds statements by the hundred thousand: each is walked once. */
const walked = new WeakMap<object, ReadonlyMap<string, readonly Tree[]>>();

function walk(root: unknown): ReadonlyMap<string, readonly Tree[]> {
  const out = new Map<string, Tree[]>();
  const todo: unknown[] = [root];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const inner = Array.isArray(at) ? at : isTree(at) ? Object.values(at) : [];
    if (isTree(at)) collect(out, at);
    for (let i = inner.length - 1; i >= 0; i--) todo.push(inner[i] ?? null);
  }
  return out;
}

function collect(out: Map<string, Tree[]>, node: Tree): void {
  for (const [kind, value] of Object.entries(node)) {
    if (!isTree(value)) continue;
    const found = out.get(kind);
    if (found === undefined) out.set(kind, [value]);
    else found.push(value);
  }
}

/** `schema.name` of a RangeVar (bare or wrapped). */
export function relation(node: unknown, schema: string): string {
  const range = get(node, 'RangeVar') ?? node;
  return `${str(range, 'schemaname') || schema}.${str(range, 'relname')}`;
}

/** `schema.name` of a dropped object: a list of strings, a string or a type name. */
export function dropped(object: unknown, schema: string): string {
  const parts = [...list(object, 'List', 'items'), ...list(object, 'TypeName', 'names'), ...list(object, 'ObjectWithArgs', 'objname'), object].flatMap(
    (p) => str(p, 'String', 'sval') || [],
  );
  return parts.length > 1 ? parts.slice(-2).join('.') : `${schema}.${parts[0] ?? '?'}`;
}

/** A condition that is true of every row: constants, `x = x`, and their combinations. Absent counts. */
export function alwaysTrue(where: unknown): boolean {
  if (where === undefined || where === null) return true;
  const constant = get(where, 'A_Const');
  if (constant !== undefined) return get(constant, 'boolval', 'boolval') === true;
  const cast = get(where, 'TypeCast', 'arg');
  if (cast !== undefined) return /^(?:t|true|1|on|yes)$/i.test(str(cast, 'A_Const', 'sval', 'sval')) || alwaysTrue(cast);
  const args = list(where, 'BoolExpr', 'args');
  const op = str(where, 'BoolExpr', 'boolop');
  if (op === 'OR_EXPR') return args.some(alwaysTrue) || complementary(args);
  if (op === 'AND_EXPR') return args.every(alwaysTrue);
  if (op === 'NOT_EXPR') return alwaysFalse(args[0]);
  const nulls = get(where, 'NullTest');
  if (nulls !== undefined) return str(nulls, 'nulltesttype') === 'IS_NOT_NULL' && get(nulls, 'arg', 'A_Const') !== undefined;
  return comparesSame(where);
}

function alwaysFalse(node: unknown): boolean {
  const constant = get(node, 'A_Const', 'boolval');
  if (constant !== undefined) return get(constant, 'boolval') !== true;
  const [l, r] = [get(node, 'A_Expr', 'lexpr', 'A_Const'), get(node, 'A_Expr', 'rexpr', 'A_Const')];
  const operator = str(node, 'A_Expr', 'name', 0, 'String', 'sval');
  return l !== undefined && r !== undefined && ((operator === '=' && bare(l) !== bare(r)) || (operator === '<>' && bare(l) === bare(r)));
}

/** `1 = 1`, `id = id`, `1 <> 2`, `1 < 2`. */
function comparesSame(node: unknown): boolean {
  const operator = str(node, 'A_Expr', 'name', 0, 'String', 'sval');
  const [left, right] = [get(node, 'A_Expr', 'lexpr'), get(node, 'A_Expr', 'rexpr')];
  if (left === undefined || right === undefined) return false;
  if (['=', '>=', '<='].includes(operator) && bare(left) === bare(right)) return true;
  const constants = get(left, 'A_Const') !== undefined && get(right, 'A_Const') !== undefined;
  return constants && ['<>', '<', '>', '<=', '>='].includes(operator) && bare(left) !== bare(right);
}

/** `x IS NULL OR x IS NOT NULL`. */
function complementary(args: readonly unknown[]): boolean {
  const tests = args.map((a) => [str(a, 'NullTest', 'nulltesttype'), bare(get(a, 'NullTest', 'arg'))] as const);
  const filled = new Set(tests.flatMap(([test, arg]) => (test === 'IS_NOT_NULL' ? [arg] : [])));
  return tests.some(([test, arg]) => test === 'IS_NULL' && filled.has(arg));
}

/** A subtree without source positions, to compare. */
const bare = (node: unknown): string => JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value)) ?? '';
