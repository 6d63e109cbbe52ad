/** Words of the shell grammar: quotes and escapes undone as a shell does it, what only a run can know kept as an open part. */
import type { Node } from 'web-tree-sitter';
import { type Open, type Part, type Word, wordOf } from '../../core/risk/shell/script.ts';

/** Text as it is written, with expressions of pipelines put back; offsets are those of the parsed text. */
export interface Source {
  readonly text: string;
  readonly masked: string;
}

/**
 * `${{ ... }}` is no shell: each becomes letters of the private use area, as many as it was long, and is looked up again by
 * its place. Templates that are rendered before a shell sees them (`{{ x }}`, `<%= x %>`) are masked alike.
 */
export function mask(text: string): Source {
  const masked = text.replace(/\$\{\{[^}]*\}\}|(?<!\$)\{\{[^}\n]{0,400}\}\}|<%=?[^%\n]{0,400}%>/g, (all) => OPENS + GOES_ON.repeat(all.length - 1));
  return { text, masked };
}
const OPENS = '\ue000';
const GOES_ON = '\ue001';
const MASKED = /\ue000\ue001*/g;

/** A literal of the masked text, with what was masked as open parts. */
function literals(source: Source, from: number, to: number, quoted: boolean, undo: (text: string) => string): Part[] {
  const text = source.masked.slice(from, to);
  if (!text.includes(OPENS)) return text === '' ? [] : [{ text: undo(text), quoted }];
  const out: Part[] = [];
  let at = 0;
  for (const m of text.matchAll(MASKED)) {
    if (m.index > at) out.push({ text: undo(text.slice(at, m.index)), quoted });
    at = m.index + m[0].length;
    const was = source.text.slice(from + m.index, from + at);
    out.push({ text: was, quoted, open: { by: 'expression', name: was.replace(/^(?:\$?\{\{|<%=?)|(?:\}\}|%>)$/g, '').trim(), guarded: false } });
  }
  if (at < text.length) out.push({ text: undo(text.slice(at)), quoted });
  return out;
}

/** `te\rraform` is terraform to a shell, and a `\` before the end of a line is nothing. */
const unescaped = (text: string): string => text.replace(/\\(\r?\n|[\s\S])/g, (_, c: string) => (/^\r?\n$/.test(c) ? '' : c));
const unescapeQuoted = (text: string): string => text.replace(/\\(\r?\n|[$`"\\])/g, (_, c: string) => (/^\r?\n$/.test(c) ? '' : c));
const same = (text: string): string => text;

const ANSI: { readonly [letter: string]: string } = { n: '\n', t: '\t', r: '\r', a: '', b: '', e: '', f: '', v: '' };
const unescapeAnsi = (text: string): string =>
  text.replace(/\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|([0-7]{1,3})|([\s\S]))/gi, (_, hex?: string, unicode?: string, octal?: string, letter = '') =>
    hex !== undefined || unicode !== undefined
      ? String.fromCharCode(Number.parseInt(hex ?? unicode ?? '0', 16))
      : octal !== undefined
        ? String.fromCharCode(Number.parseInt(octal, 8))
        : (ANSI[letter] ?? letter),
  );

export const word = (node: Node, source: Source): Word => wordOf(parts(node, source, false));

export function parts(node: Node, source: Source, quoted: boolean): Part[] {
  const { type, startIndex, endIndex } = node;
  switch (type) {
    case 'command_name':
    case 'concatenation':
      return children(node, source, quoted, quoted ? unescapeQuoted : unescaped);
    case 'string':
    case 'translated_string':
      return atLeast(children(node, source, true, unescapeQuoted, /^(?:\$?"|\$)$/));
    case 'raw_string':
      return atLeast(literals(source, startIndex + 1, endIndex - 1, true, same));
    case 'ansi_c_string':
      return atLeast(literals(source, startIndex + 2, endIndex - 1, true, unescapeAnsi));
    case 'simple_expansion':
      return [{ text: node.text, quoted, open: { by: 'variable', name: node.text.slice(1), guarded: false } }];
    case 'expansion':
      return [{ text: cut(node.text), quoted, open: expansion(node.text) }];
    case 'command_substitution':
      return [{ text: cut(original(source, node)), quoted, open: { by: 'command', name: inside(original(source, node)), guarded: false } }];
    case 'process_substitution':
      return [{ text: cut(original(source, node)), quoted, open: { by: 'command', name: inside(original(source, node)), guarded: true } }];
    case 'arithmetic_expansion':
      return [{ text: cut(node.text), quoted, open: { by: 'command', name: '', guarded: true } }];
    default:
      return literals(source, startIndex, endIndex, quoted, quoted ? unescapeQuoted : unescaped);
  }
}

const original = (source: Source, node: Node): string => source.text.slice(node.startIndex, node.endIndex);
const atLeast = (found: Part[]): Part[] => (found.length > 0 ? found : [{ text: '', quoted: true }]);
const cut = (text: string): string => text.slice(0, 2_000);
const inside = (text: string): string => cut(text.replace(/^(?:\$\(|`|[<>]\()|(?:\)|`)$/g, '').trim());

/** Text between children counts too: the grammar gives white space before an expansion to nobody. */
function children(node: Node, source: Source, quoted: boolean, undo: (text: string) => string, skip = /^$/): Part[] {
  const out: Part[] = [];
  let at = node.startIndex;
  for (const child of node.children) {
    if (child.startIndex > at) out.push(...literals(source, at, child.startIndex, quoted, undo));
    if (!skip.test(child.type)) out.push(...parts(child, source, quoted));
    at = child.endIndex;
  }
  if (node.childCount === 0) return literals(source, node.startIndex, node.endIndex, quoted, undo);
  return out;
}

/** `${X}`, `${X:?why}`, `${X:-else}`, `${X%%/*}`. */
function expansion(text: string): Open {
  const [, name = '', operator = '', rest = ''] = /^\$\{[!#]?([A-Za-z_]\w*|[@*#?$!0-9-])(?:\[[^\]]{0,200}\])?(:?[-=?+]|[^}]?)([\s\S]*)\}$/.exec(text) ?? [];
  const base = { by: 'variable', name: /^\$\{\w+\[[@*]\]\}$/.test(text) ? `${name}[@]` : name, guarded: operator.endsWith('?') || text.startsWith('${#') } as const;
  return /^:?[-=]$/.test(operator) ? { ...base, fallback: rest.replace(/^(["'])([\s\S]*)\1$/, '$2') } : base;
}
