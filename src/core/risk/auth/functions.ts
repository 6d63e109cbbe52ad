/** Which function each line of source stands in, by indent: a stack, one pass. Code that is not indented is read as one function. */
import type { Parsed } from '../evidence.ts';
import { rawLines } from '../source/raw-lines.ts';

export interface Body {
  readonly name: string;
  readonly line: number;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

const DECLARES =
  /^(?:export\s+|default\s+|pub(?:\([^)]*\))?\s+|public\s+|private\s+|protected\s+|internal\s+|static\s+|final\s+|override\s+|async\s+|virtual\s+|abstract\s+|inline\s+|const\s+fn\b)*(?:(?:def|fn|func|function\*?|fun|sub)\s+(?:\([^)]{0,100}\)\s*)?(?:self\.)?([\w$]+[!?]?)|(?:const|let|var)\s+([\w$]+)\s*(?::[^=]{0,200})?=\s*(?:async\s*)?(?:function\b|\(|[\w$]+\s*=>)|(?:[\w<>[\],.?*&:]+\s+){1,4}([\w$]+)\s*\([^;]{0,400}$|([\w$]+)\s*(?:=\s*(?:async\s*)?\([^)]{0,300}\)\s*=>|:\s*(?:async\s*)?function\b|\([^;=]{0,300}\)\s*(?::[^{;]{0,200})?\{$))/;
const NO_NAME =
  /^(?:if|for|while|switch|catch|return|else|do|try|function|new|await|elsif|elif|unless|with|match|throw|yield|case|typeof|delete|void|and|or|not|super|constructor\s*;)$/;

const read = new WeakMap<Parsed, ReadonlyMap<string, Body>>();

/** By name; two of one name are one, with the lines of both. Comments and blank lines are left out. */
export function functionsOf(side: Parsed | undefined): ReadonlyMap<string, Body> {
  const known = side === undefined ? undefined : read.get(side);
  if (known !== undefined) return known;
  const out = new Map<string, { name: string; line: number; lines: { line: number; text: string }[] }>();
  const open: { readonly indent: number; readonly name: string }[] = [];
  for (const { line, text } of rawLines(side)) {
    const cut = text.slice(0, 1_000);
    const code = cut.trim();
    if (code === '' || /^(?:\/\/|#(?!\[)|\*|\/\*)/.test(code)) continue;
    const indent = cut.length - cut.trimStart().length;
    while ((open.at(-1)?.indent ?? -1) >= indent && !/^[)}\]]/.test(code)) open.pop();
    const found = DECLARES.exec(code);
    const name = found?.slice(1).find((g) => g !== undefined);
    if (name !== undefined && !NO_NAME.test(name)) open.push({ indent, name });
    const at = open.at(-1)?.name ?? '';
    const body = out.get(at) ?? { name: at, line, lines: [] };
    out.set(at, body);
    body.lines.push({ line, text: code });
  }
  if (side !== undefined) read.set(side, out);
  return out;
}
