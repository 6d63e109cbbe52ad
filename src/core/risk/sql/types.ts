/**
 * What a change of a column's type costs, from the old type to the new: nothing but the catalogue, a rewrite of the table, or
 * values. The old type is known only where the prior schema is. Source: PostgreSQL's ALTER TABLE and its casts.
 */
import type { Column } from './catalog.ts';
import { get, list, names } from './tree.ts';

export type Cost = 'free' | 'rewrite' | 'lossy';
type Type = Pick<Column, 'type' | 'mods' | 'array'>;

const ALIAS: { readonly [type: string]: string } = {
  decimal: 'numeric',
  bpchar: 'char',
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
  smallserial: 'int2',
  serial2: 'int2',
};
const canonical = (type: string): string => ALIAS[type] ?? type;
const WIDTH: { readonly [type: string]: number } = { int2: 1, int4: 2, int8: 3, float4: 4, numeric: 5, float8: 5 };
const TEXT = new Set(['text', 'varchar', 'char', 'citext', 'name']);
const CLOCK = new Set(['timestamp', 'timestamptz', 'time', 'timetz', 'interval']);

export function costOf(from: Type, to: Type, indexed: boolean): Cost {
  const [a, b] = [
    { ...from, type: canonical(from.type) },
    { ...to, type: canonical(to.type) },
  ];
  if (a.array !== b.array) return b.array ? 'rewrite' : 'lossy';
  if (a.type === b.type) return sameType(a, b);
  if (TEXT.has(a.type) && TEXT.has(b.type)) return textual(a, b, indexed);
  if (a.type === 'cidr' && b.type === 'inet') return 'free';
  if (a.type === 'xml' && /^(?:text|varchar)$/.test(b.type)) return b.mods.length === 0 ? 'free' : 'lossy';
  if (a.type === 'bit' && b.type === 'varbit') return length({ ...a, type: 'varbit', mods: [a.mods[0] ?? 1] }, b);
  const clocks = [a.type, b.type].sort().join(' ');
  if (clocks === 'timestamp timestamptz') return precision(a, b) === 'free' ? 'free' : 'lossy';
  if (/^(?:timestamp|timestamptz)$/.test(a.type) && /^(?:date|time|timetz)$/.test(b.type)) return 'lossy';
  const [wide, wider] = [WIDTH[a.type], WIDTH[b.type]];
  if (wide !== undefined && wider !== undefined) return wider < wide || (b.type === 'numeric' && b.mods.length > 0 && a.type.startsWith('float')) ? 'lossy' : 'rewrite';
  return b.type === 'bool' && wide !== undefined ? 'lossy' : 'rewrite';
}

function sameType(a: Type, b: Type): Cost {
  if (CLOCK.has(a.type)) return precision(a, b);
  if (a.type === 'numeric') return numeric(a, b);
  if (TEXT.has(a.type) || a.type === 'varbit' || a.type === 'bit') return length(a, b);
  return a.mods.join() === b.mods.join() ? 'free' : 'rewrite';
}

/** `varchar` and `text` without a limit hold any length; `char` pads, so it is written anew. */
function length(a: Type, b: Type): Cost {
  const [was, is] = [a.mods[0], b.mods[0]];
  if (a.type === 'char' || b.type === 'char' || a.type === 'bit') return was === is ? 'free' : (is ?? 1) < (was ?? 1) ? 'lossy' : 'rewrite';
  if (is === undefined) return 'free';
  return was === undefined || is < was ? 'lossy' : 'free';
}

function textual(a: Type, b: Type, indexed: boolean): Cost {
  if (a.type === 'citext' || b.type === 'citext') return b.mods.length > 0 ? 'lossy' : indexed ? 'rewrite' : 'free';
  if (a.type === 'name' || b.type === 'name' || a.type === 'char') return b.mods.length > 0 || b.type === 'name' ? 'lossy' : 'rewrite';
  if (b.type === 'char') return 'lossy';
  return length({ ...a, mods: a.type === 'text' ? [] : a.mods }, { ...b, mods: b.type === 'text' ? [] : b.mods });
}

/** Fewer digits of a second round the values. */
function precision(a: Type, b: Type): Cost {
  const digits = (t: Type): number => t.mods.at(-1) ?? 6;
  return digits(b) >= digits(a) ? 'free' : 'lossy';
}

function numeric(a: Type, b: Type): Cost {
  const [[p, s = 0], [q, r = 0]] = [a.mods, b.mods];
  if (q === undefined) return 'free';
  if (p === undefined) return 'lossy';
  if (r < s || q - r < p - s) return 'lossy';
  return r === s ? 'free' : 'rewrite';
}

/** A USING that only casts the column itself says no more than the type does. */
export function isPlainCast(using: unknown, column: string): boolean {
  let at = using;
  for (let depth = 0; depth < 8 && get(at, 'TypeCast') !== undefined; depth++) at = get(at, 'TypeCast', 'arg');
  return names(list(at, 'ColumnRef', 'fields')).at(-1) === column;
}

/** Functions whose result is one for all rows of a statement, so that a default made of them is stored once. */
const STEADY = new Set(
  (
    'now transaction_timestamp statement_timestamp timezone current_setting current_user current_schema current_database lower upper initcap trim btrim ltrim rtrim replace concat concat_ws format ' +
    'length char_length abs ceil ceiling floor round trunc mod power sqrt greatest least coalesce nullif date_trunc date_part extract age make_date make_time make_timestamp make_timestamptz make_interval ' +
    'to_char to_date to_timestamp to_number to_json to_jsonb to_tsvector json_build_object json_build_array jsonb_build_object jsonb_build_array json_object jsonb_object array_fill array_append array_cat ' +
    'string_to_array md5 sha256 encode decode int4range int8range numrange tsrange tstzrange daterange point box inet_server_addr uuid_nil like_escape substring substr position repeat lpad rpad left right'
  ).split(' '),
);

/** Names of functions that are computed row by row, or may be: what is not known may be. */
export function volatileIn(calls: readonly unknown[]): readonly string[] {
  return calls.flatMap((call) => {
    const name = names(list(call, 'funcname')).at(-1) ?? '?';
    const odd = name === 'now' && list(call, 'args').length > 0;
    return STEADY.has(name) && !odd ? [] : [name];
  });
}

export const sayType = (node: unknown): string => {
  const name = names(list(node, 'names')).at(-1) ?? '?';
  const mods = list(node, 'typmods').map((m) => String(get(m, 'A_Const', 'ival', 'ival') ?? 0));
  return `${name}${mods.length > 0 ? `(${mods.join(',')})` : ''}${list(node, 'arrayBounds').length > 0 ? '[]' : ''}`;
};
