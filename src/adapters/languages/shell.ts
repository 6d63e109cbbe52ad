/** Shell scripts as commands: mask, parse, walk, follow. What the grammar cannot read is handed on as lines of text. */
import { resolve } from '../../core/risk/shell/resolve.ts';
import type { Assigned, Command, Read, Runner, Script } from '../../core/risk/shell/script.ts';
import { type Grammar, SHELL_CAP } from './shell-grammar.ts';
import { walk } from './shell-walk.ts';
import { mask } from './shell-words.ts';

/** A script where a file holds it. */
export interface Found {
  readonly text: string;
  /** 1-based line of its first line. */
  readonly line: number;
  readonly runner: Runner;
  readonly name?: string;
  readonly scratch?: boolean;
  /** What has to hold for it to run, in words of the file: `if:` of a step. */
  readonly conditions?: readonly string[];
  /** Variables set around it. */
  readonly given?: readonly Assigned[];
  /** `set` options its runner begins with. */
  readonly options?: readonly string[];
}

/** Never throws. */
export function readScript(found: Found, grammar: Grammar): Script {
  const base = { runner: found.runner, name: found.name ?? '', scratch: found.scratch === true };
  try {
    const read = parse(found.text, found.line, grammar);
    if (read === undefined) return { ...base, commands: [], unread: all(found) };
    const { commands, unread } = resolve(read, (text, line) => parse(text, line, grammar), found.given);
    return { ...base, commands: commands.map((c) => framed(c, found)), unread };
  } catch {
    // too deep or too many: patterns read it instead
    return { ...base, commands: [], unread: all(found) };
  }
}

function parse(text: string, line: number, grammar: Grammar): Read | undefined {
  if (text.length > SHELL_CAP) return undefined;
  const source = mask(text.replace(/\r\n/g, ' \n'));
  return grammar(source.masked, (root) => walk(root, source, line));
}

const framed = (command: Command, { conditions, options }: Found): Command =>
  conditions === undefined && options === undefined
    ? command
    : { ...command, conditions: [...(conditions ?? []), ...command.conditions], options: [...new Set([...(options ?? []), ...command.options])] };

const all = ({ text, line }: Found): Script['unread'] => text.split('\n').map((t, i) => ({ line: line + i, text: t }));
