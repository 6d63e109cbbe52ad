/** Adds one hook to a settings file, as one piece of text in one place, and takes it out again. */
import type { Json } from '../../../core/base/json.ts';
import { err, ok, type Result } from '../../../core/base/result.ts';
import { memberOf, type Node, readJsonc } from './jsonc.ts';

/** `text` was put in at `at`, counted in what was there before. */
export interface Piece {
  readonly at: number;
  readonly text: string;
}

export const withPiece = (text: string, { at, text: piece }: Piece): string => text.slice(0, at) + piece + text.slice(at);

/** The inverse; undefined where the piece does not stand there any more. */
export const withoutPiece = (text: string, { at, text: piece }: Piece): string | undefined =>
  text.slice(at, at + piece.length) === piece ? text.slice(0, at) + text.slice(at + piece.length) : undefined;

type Objekt = Extract<Node, { kind: 'object' }>;

/** Sets a member of the top level, unless it is there. Error: why not, in words. */
export function addMember(text: string, key: string, value: Json): Result<Piece | null, string> {
  const root = rootOf(text);
  if (!root.ok) return root;
  if (root.value === null) return ok({ at: text.length, text: blank(text, { [key]: value }) });
  const there = memberOf(root.value, key);
  return there === undefined ? ok(insertion(text, root.value, `${JSON.stringify(key)}: `, value)) : ok(null);
}

/** Adds one element to `hooks.<event>`, making what is missing. Error: why not, in words. */
export function addHook(text: string, event: string, element: Json): Result<Piece, string> {
  const root = rootOf(text);
  if (!root.ok) return root;
  if (root.value === null) return ok({ at: text.length, text: blank(text, { hooks: { [event]: [element] } }) });
  const hooks = memberOf(root.value, 'hooks');
  if (hooks === undefined) return ok(insertion(text, root.value, '"hooks": ', { [event]: [element] }));
  if (hooks === 'twice' || hooks.value.kind !== 'object') return err(hooks === 'twice' ? '"hooks" stands there twice' : '"hooks" is no object');
  const list = memberOf(hooks.value, event);
  if (list === undefined) return ok(insertion(text, hooks.value, `${JSON.stringify(event)}: `, [element]));
  if (list === 'twice' || list.value.kind !== 'array') return err(list === 'twice' ? `"hooks.${event}" stands there twice` : `"hooks.${event}" is no list`);
  return ok(insertion(text, list.value, '', element));
}

export function rootOf(text: string): Result<Objekt | null, string> {
  const root = readJsonc(text);
  if (typeof root === 'number') return err(`it cannot be read as JSON at line ${text.slice(0, root).split('\n').length}`);
  return root === null || root.kind === 'object' ? ok(root) : err('it holds no JSON object');
}

const blank = (text: string, value: Json): string => `${text === '' || /[\n\r]$/.test(text) ? '' : eol(text)}${JSON.stringify(value, null, 2)}\n`;

/** Behind the last that is there; where there is none, behind the opening bracket. */
function insertion(text: string, into: Exclude<Node, { kind: 'scalar' }>, name: string, value: Json): Piece {
  const last = into.kind === 'object' ? into.members.at(-1)?.value : into.items.at(-1);
  const first = into.kind === 'object' ? into.members[0]?.start : into.items[0]?.start;
  if (!text.includes('\n')) {
    const said = `${name}${JSON.stringify(value)}`;
    return last === undefined ? { at: into.start + 1, text: said } : { at: last.end, text: `, ${said}` };
  }
  const outer = indentAt(text, into.start);
  const unit = /^\t/m.test(text) ? '\t' : '  ';
  const inner = (first === undefined ? undefined : aloneAt(text, first)) ?? outer + unit;
  const said = `${eol(text)}${inner}${name}${JSON.stringify(value, null, unit).replaceAll('\n', eol(text) + inner)}`;
  return last === undefined ? { at: into.start + 1, text: `${said}${eol(text)}${outer}` } : { at: last.end, text: `,${said}` };
}

const eol = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
const indentAt = (text: string, at: number): string => /^[ \t]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? '';

/** The indent, where only white space stands before it on its line. */
function aloneAt(text: string, at: number): string | undefined {
  const before = text.slice(lineStart(text, at), at);
  return /^[ \t]*$/.test(before) ? before : undefined;
}

/** Takes out every element of `hooks.*` that is ours alone, and our hook of those that hold others too. Comments stay. */
export function removeHooks(text: string, isOurs: (command: string) => boolean): string {
  for (;;) {
    const root = readJsonc(text);
    const found = root === null || typeof root === 'number' ? undefined : oursIn(root, isOurs);
    if (found === undefined) return text;
    text = withoutItem(text, found.items, found.index);
  }
}

interface Found {
  readonly items: readonly Node[];
  readonly index: number;
}

function oursIn(root: Node, isOurs: (command: string) => boolean): Found | undefined {
  const hooks = root.kind === 'object' ? memberOf(root, 'hooks') : undefined;
  if (hooks === undefined || hooks === 'twice' || hooks.value.kind !== 'object') return undefined;
  const ours = (node: Node): boolean =>
    node.kind === 'object' &&
    node.members.some((m) => ['command', 'bash'].includes(m.key) && m.value.kind === 'scalar' && typeof m.value.value === 'string' && isOurs(m.value.value));
  for (const { value: list } of hooks.value.members) {
    if (list.kind !== 'array') continue;
    for (const [index, item] of list.items.entries()) {
      if (ours(item)) return { items: list.items, index };
      const inner = item.kind === 'object' ? memberOf(item, 'hooks') : undefined;
      if (inner === undefined || inner === 'twice' || inner.value.kind !== 'array') continue;
      const at = inner.value.items.findIndex(ours);
      if (at >= 0) return inner.value.items.length === 1 ? { items: list.items, index } : { items: inner.value.items, index: at };
    }
  }
  return undefined;
}

/** The item, the white space before it, and the comma between it and its neighbour. */
function withoutItem(text: string, items: readonly Node[], index: number): string {
  const [item, before, after] = [items[index], items[index - 1], items[index + 1]];
  if (item === undefined) return text;
  let start = item.start;
  while (start > 0 && /\s/.test(text[start - 1] ?? '')) start -= 1;
  const cut = text.slice(0, start) + text.slice(item.end);
  const shift = item.end - start;
  const comma = before !== undefined ? commaFrom(text, before.end) : after === undefined ? -1 : commaFrom(text, item.end) - shift;
  return comma < 0 ? cut : cut.slice(0, comma) + cut.slice(comma + 1);
}

/** The next comma that stands in no comment. */
function commaFrom(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === ',') return at;
    if (text.startsWith('//', at)) at = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    else if (text.startsWith('/*', at)) at = text.indexOf('*/', at + 2) + 1;
  }
  return -1;
}
