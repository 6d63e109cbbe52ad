/**
 * From what the grammar read to what would run: variables that hold commands, aliases, functions called with words, and
 * scripts inside of commands are followed. Where something may be two things, both count.
 */
import { nestedIn } from './nested.ts';
import { type Assigned, type Command, isOpen, type Part, type Read, type Script, type Word, wordOf } from './script.ts';
import { type Scope, scopeOf, variants } from './values.ts';

export type Reparse = (text: string, line: number) => Read | undefined;

const MAX_DEPTH = 4;
/** Commands of one script; more of them are an attack, and the text is read by patterns instead. */
export const MAX_COMMANDS = 20_000;

interface Around {
  readonly scope: Scope;
  readonly functions: ReadonlyMap<string, readonly Command[]>;
  readonly aliases: ReadonlyMap<string, readonly Word[]>;
  readonly depth: number;
}

export interface Resolved {
  readonly commands: readonly Command[];
  readonly unread: Script['unread'];
}

/** Throws where it comes to more commands than a script has. */
export function resolve(read: Read, reparse: Reparse, given: readonly Assigned[] = []): Resolved {
  return new Resolver(reparse).script(read, { scope: scopeOf(given), functions: new Map(), aliases: new Map(), depth: 0 });
}

class Resolver {
  private count = 0;
  private readonly reparse: Reparse;
  constructor(reparse: Reparse) {
    this.reparse = reparse;
  }

  script(read: Read, outer: Around): Resolved {
    const functions = bodies(read.commands, outer.functions);
    const around = { ...outer, scope: scopeOf(read.assigned, outer.scope), functions, aliases: aliasesOf(read.commands, outer.aliases) };
    const called = new Set(read.commands.map((c) => c.words[0]?.text ?? '').filter((name) => functions.has(name)));
    const unread = [...read.unread];
    // what a function does with its words is read where it is called
    const commands = read.commands.filter((c) => c.within === undefined || !called.has(c.within) || !usesArguments(c)).flatMap((c) => this.command(c, around, unread));
    return { commands, unread };
  }

  private command(command: Command, around: Around, unread: Script['unread'][number][]): readonly Command[] {
    if (++this.count > MAX_COMMANDS) throw new Error(`more than ${MAX_COMMANDS} commands`);
    return variants(command, around.scope).flatMap((c) => {
      const plain = unaliased(c, around.aliases);
      const nested = around.depth >= MAX_DEPTH ? [] : nestedIn(plain).flatMap((n) => this.nested(n.text, plain, n.via, n.below, around, unread));
      return [plain, ...this.called(plain, around, unread), ...nested];
    });
  }

  private nested(text: string, at: Command, via: string, below: number, around: Around, unread: Script['unread'][number][]): readonly Command[] {
    const read = this.reparse(text, at.line + below);
    if (read === undefined) {
      unread.push({ line: at.line, text });
      return [];
    }
    const found = this.script(read, { ...around, depth: around.depth + 1 });
    unread.push(...found.unread);
    return found.commands.map((c) => ({ ...c, conditions: [...at.conditions, ...c.conditions], via: [...at.via, via, ...c.via] }));
  }

  private called(call: Command, around: Around, unread: Script['unread'][number][]): readonly Command[] {
    const name = call.words[0]?.text ?? '';
    const body = around.depth >= MAX_DEPTH ? undefined : around.functions.get(name);
    if (body === undefined) return [];
    return body.filter(usesArguments).flatMap((c) => {
      const words = c.words.flatMap((w) => withArguments(w, call.words.slice(1)));
      if (words.length === 0) return [];
      const conditions = [...call.conditions, ...c.conditions.filter((x) => x !== `call of ${name}`)];
      return this.command({ ...c, words, line: call.line, conditions, via: [...call.via, `function ${name}`] }, { ...around, depth: around.depth + 1 }, unread);
    });
  }
}

function bodies(commands: readonly Command[], outer: Around['functions']): Around['functions'] {
  const out = new Map(outer);
  const own = new Map<string, Command[]>();
  for (const c of commands) {
    if (c.within === undefined) continue;
    const body = own.get(c.within) ?? [];
    body.push(c);
    own.set(c.within, body);
  }
  for (const [name, body] of own) out.set(name, body);
  return out;
}

const usesArguments = (c: Command): boolean => c.words.some((w) => w.parts.some((p) => p.open?.by === 'variable' && /^(?:[1-9@*]|\w+\[@\])$/.test(p.open.name)));

/** `"$@"` is every word, `$1` the first. What is not given is nothing. */
function withArguments(word: Word, given: readonly Word[]): readonly Word[] {
  const [only] = word.parts;
  if (word.parts.length === 1 && only?.open?.by === 'variable' && /^[@*]$/.test(only.open.name)) return given;
  const parts = word.parts.flatMap((p): readonly Part[] => {
    if (p.open?.by !== 'variable' || !/^[1-9@*]$/.test(p.open.name)) return [p];
    if (/^[@*]$/.test(p.open.name)) return [{ text: given.map((w) => w.text).join(' '), quoted: true }];
    return given[Number(p.open.name) - 1]?.parts ?? (p.open.fallback === undefined ? [] : [{ text: p.open.fallback, quoted: true }]);
  });
  return parts.length === 0 ? [] : [wordOf(parts)];
}

function aliasesOf(commands: readonly Command[], outer: Around['aliases']): Around['aliases'] {
  const out = new Map(outer);
  for (const { words } of commands) {
    if (words[0]?.text !== 'alias') continue;
    for (const w of words.slice(1)) {
      const [, name, value] = /^([\w.-]+)=([\s\S]+)$/.exec(w.text) ?? [];
      if (name !== undefined && value !== undefined && !isOpen(w))
        out.set(
          name,
          value.split(/\s+/).map((text) => wordOf([{ text, quoted: false }])),
        );
    }
  }
  return out;
}

function unaliased(command: Command, aliases: Around['aliases']): Command {
  const known = aliases.get(command.words[0]?.text ?? '');
  return known === undefined ? command : { ...command, words: [...known, ...command.words.slice(1)], via: [...command.via, 'alias'] };
}
