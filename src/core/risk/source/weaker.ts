/**
 * Two states of a guard written as data: does the later one ask for less? Adding is not weakening, except under words that let
 * things through (`bypass`, `exclude`, `ignore`). What cannot be told is weaker: the author chooses how it is written.
 */
import { canonical, type DataNode, entries, entry, items, text } from '../data.ts';

export interface Weakening {
  /** Keys from the top, for example `rules.0.enforcement`. */
  readonly at: string;
  readonly line: number;
  readonly why: string;
}

const LOOSE = /bypass|exclu|exempt|ignore|skip|except|allow|permit|disable|suppress|unless|optional|off$/i;
/** From strict to lax; a step to the right asks less. */
const SCALES: readonly (readonly string[])[] = [
  ['error', 'warn', 'info', 'off'],
  ['error', 'warning', 'off'],
  ['2', '1', '0'],
  ['enforce', 'audit'],
  ['deny', 'warn', 'dryrun'],
  ['active', 'evaluate', 'disabled'],
  ['fail', 'ignore'],
  ['critical', 'high', 'medium', 'low'],
];
const MOST = 50;

/** At most 50 of them. Documents are compared by their order. */
export function weakenings(base: readonly DataNode[], head: readonly DataNode[]): readonly Weakening[] {
  const found: Weakening[] = [];
  for (const [i, before] of base.entries()) compare(before, head[i], '', before.line, false, found);
  return found.slice(0, MOST);
}

function compare(before: DataNode, after: DataNode | undefined, at: string, line: number, loose: boolean, out: Weakening[]): void {
  if (out.length >= MOST) return;
  if (after === undefined) {
    if (!loose) out.push({ at, line, why: 'is gone' });
    return;
  }
  if (before.is === 'map' && after.is === 'map') maps(before, after, at, loose, out);
  else if (before.is === 'list' && after.is === 'list') lists(before, after, at, loose, out);
  else values(before, after, at, loose, out);
}

function values(before: DataNode, after: DataNode, at: string, loose: boolean, out: Weakening[]): void {
  if (canonical(before) === canonical(after)) return;
  if (before.is === 'scalar' && after.is === 'scalar' && !laxer(text(before) ?? '', text(after) ?? '', loose)) return;
  out.push({ at, line: after.line, why: before.is === after.is ? `goes from ${short(before)} to ${short(after)}` : 'is written otherwise' });
}

function maps(before: DataNode, after: DataNode, at: string, loose: boolean, out: Weakening[]): void {
  for (const { key, value, line } of entries(before)) compare(value, entry(after, key)?.value, join(at, key), line, loose || LOOSE.test(key), out);
  for (const { key, value, line } of entries(after)) {
    if (entry(before, key) !== undefined) continue;
    const off = text(value)?.toLowerCase();
    if ((loose || LOOSE.test(key)) && off !== 'false' && canonical(value) !== '[]') out.push({ at: join(at, key), line, why: 'is new and lets things through' });
    else if (off === 'off' || off === 'false' || off === '0') out.push({ at: join(at, key), line, why: `is new and ${off}` });
  }
}

/** Items are known by what names them, else by being equal. */
function lists(before: DataNode, after: DataNode, at: string, loose: boolean, out: Weakening[]): void {
  const [old, now] = [byName(items(before)), byName(items(after))];
  for (const [name, item] of old) compare(item, now.get(name), join(at, name), item.line, loose, out);
  if (!loose) return;
  for (const [name, item] of now) if (!old.has(name)) out.push({ at: join(at, name), line: item.line, why: 'is new and lets things through' });
}

const NAMES = ['id', 'name', 'key', 'pattern', 'repo', 'rule', 'alert', 'type', 'actor_id', 'context'];
function byName(nodes: readonly DataNode[]): ReadonlyMap<string, DataNode> {
  const named = new Map<string, DataNode>();
  for (const node of nodes) {
    const name = NAMES.map((n) => text(entry(node, n)?.value)).find((n) => n !== undefined) ?? canonical(node).slice(0, 200);
    let free = name;
    for (let n = 2; named.has(free) && n < 1_000; n++) free = `${name} (${n})`;
    named.set(free, node);
  }
  return named;
}

function laxer(before: string, after: string, loose: boolean): boolean {
  const [was, is] = [before.toLowerCase(), after.toLowerCase()];
  const scale = SCALES.find((s) => s.includes(was) && s.includes(is));
  if (scale !== undefined) return scale.indexOf(is) > scale.indexOf(was);
  if (/^(?:true|false)$/.test(was) && /^(?:true|false)$/.test(is)) return loose ? is === 'true' : is === 'false';
  const [a, b] = [Number(was), Number(is)];
  return Number.isNaN(a) || Number.isNaN(b) || (loose ? b > a : b < a);
}

const join = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`).slice(0, 200);
const short = (node: DataNode): string => (text(node) ?? canonical(node)).slice(0, 60);
