/**
 * Walks the tree of a shell script in the order it is written: commands with their words, what has to hold for each to run, and
 * what variables are set to. A test that leaves the script (`[ "$1" = yes ] || exit`) is a condition of everything behind it.
 */
import type { Node } from 'web-tree-sitter';
import type { Assigned, Command, Read, Word } from '../../core/risk/shell/script.ts';
import { isOpen, toolName } from '../../core/risk/shell/script.ts';
import { conditionText, isAsking, LEAVES } from './shell-conditions.ts';
import { type Source, word } from './shell-words.ts';

const MAX_DEPTH = 200;

interface Around {
  readonly conditions: readonly string[];
  readonly within?: string;
  readonly via: readonly string[];
  readonly ignored: boolean;
  readonly input?: string;
  readonly redirects: Command['redirects'];
  readonly depth: number;
}

/** Throws where it is nested deeper than any script. `line`: of the first line of the text, 1-based. */
export function walk(root: Node, source: Source, line: number): Read {
  const w = new Walk(source, line);
  w.block(root.children, { conditions: [], via: [], ignored: false, redirects: [], depth: 0 });
  return { commands: w.commands, assigned: w.assigned, unread: w.unread };
}

/** Stages of a pipeline, and commands of a stage, that a command is told of: their product is bounded. */
const NEAR = 8;
const near = (stages: readonly (readonly Command[])[]): readonly (readonly Word[])[] => stages.flatMap((s) => s.slice(0, NEAR).map((c) => c.words));

/** What always succeeds, or ends the script as if all were well: whatever failed before it did not. */
const HARMLESS = /^\s*(?:(?:\/\w+)*\/)?(?:true|:|exit\s+0|return\s+0|(?:echo|printf)\b[^;&|`$]*)\s*$/;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class Walk {
  readonly commands: Mutable<Command>[] = [];
  readonly assigned: Assigned[] = [];
  readonly unread: { line: number; text: string }[] = [];
  private options: readonly string[] = [];
  private lines: readonly string[] | undefined;
  private brokenTo = 0;
  private readonly source: Source;
  private readonly first: number;
  constructor(source: Source, first: number) {
    this.source = source;
    this.first = first;
  }

  /** Statements one after another; each may put a condition on those behind it. */
  block(nodes: readonly Node[], around: Around): void {
    let at = around;
    for (const node of nodes) {
      this.visit(node, at);
      const asked = this.leavesUnless(node);
      if (asked !== undefined) at = { ...at, conditions: [...at.conditions, asked] };
    }
  }

  private visit(node: Node, around: Around): void {
    if (around.depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
    const inner = { ...around, depth: around.depth + 1 };
    switch (node.type) {
      case 'command':
        this.command(node, inner);
        return;
      case 'list':
        this.list(node, inner);
        return;
      case 'pipeline':
        this.pipeline(node.namedChildren, inner);
        return;
      case 'redirected_statement':
        this.redirected(node, inner);
        return;
      case 'if_statement':
      case 'elif_clause':
        this.branches(node, inner);
        return;
      case 'while_statement':
      case 'for_statement':
      case 'c_style_for_statement':
        this.loop(node, inner);
        return;
      case 'case_statement':
        this.cases(node, inner);
        return;
      case 'function_definition':
        this.defined(node, inner);
        return;
      case 'subshell':
        this.apart(node, inner);
        return;
      case 'declaration_command':
      case 'variable_assignment':
      case 'variable_assignments':
        this.assignments(node, inner);
        return;
      case 'ERROR':
        this.broken(node);
        this.block(node.children, inner);
        return;
      case 'comment':
        return;
      case 'compound_statement':
      case 'do_group':
      case 'program':
        this.block(node.children, inner);
        return;
      default:
        if (node.isMissing) this.broken(node);
        for (const child of node.namedChildren) this.visit(child, inner);
    }
  }

  private command(node: Node, around: Around): void {
    const words: Word[] = [];
    const redirects = [...around.redirects];
    const given: string[] = [];
    let input = around.input;
    for (const child of node.namedChildren) {
      if (child.type === 'variable_assignment') given.push(word(child, this.source).text.replace(/["']/g, ''));
      else if (child.type === 'file_redirect') redirects.push(this.redirect(child));
      else if (child.type === 'herestring_redirect') input = this.hereString(child);
      else if (child.type !== 'comment') words.push(word(child, this.source));
    }
    if (words.length > 0) {
      this.set(words);
      this.said(words, around);
      this.commands.push({ ...this.common(node, around), words, given, redirects, ...(input === undefined ? {} : { input }) });
    }
    for (const child of node.namedChildren) this.inside(child, around);
  }

  private common(node: Node, around: Around): Omit<Command, 'words' | 'given'> {
    const { conditions, via, ignored, within, redirects } = around;
    return { line: this.line(node), from: [], into: [], redirects, conditions, options: this.options, ignored, via, ...(within === undefined ? {} : { within }) };
  }

  /** Substitutions run too, wherever they stand in a word. */
  private inside(node: Node, around: Around): void {
    if (around.depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
    const at = { ...around, depth: around.depth + 1, redirects: [], ignored: false };
    delete (at as { input?: string }).input;
    if (/^(?:command|process)_substitution$/.test(node.type)) this.block(node.namedChildren, { ...at, via: [...around.via, '$()'] });
    else if (node.childCount > 0) for (const child of node.namedChildren) this.inside(child, at);
  }

  private list(node: Node, around: Around): void {
    const [left, right] = node.namedChildren.filter((n) => n.type !== 'comment');
    const or = node.children.some((n) => n.type === '||');
    if (left === undefined) return;
    this.visit(left, { ...around, ignored: around.ignored || (or && right !== undefined && HARMLESS.test(right.text)) });
    if (right === undefined) return;
    const asked = isAsking(left) ? conditionText(left, or) : undefined;
    this.visit(right, asked === undefined ? around : { ...around, conditions: [...around.conditions, asked] });
  }

  private pipeline(nodes: readonly Node[], around: Around): void {
    const stages = nodes.map((stage) => {
      const start = this.commands.length;
      this.visit(stage, around);
      return this.commands.slice(start).filter((c) => c.via.length === around.via.length);
    });
    for (const [i, stage] of stages.entries()) {
      for (const command of stage) {
        command.from = [...command.from, ...near(stages.slice(Math.max(0, i - NEAR), i))];
        command.into = [...command.into, ...near(stages.slice(i + 1, i + 1 + NEAR))];
        const before = stages[i - 1]?.at(-1)?.input;
        if (command.input === undefined && before !== undefined && toolName(stages[i - 1]?.at(-1)?.words[0]) === 'cat') command.input = before;
      }
    }
  }

  private redirected(node: Node, around: Around): void {
    const heredocs = node.namedChildren.filter((n) => n.type === 'heredoc_redirect');
    const redirects = node.namedChildren.filter((n) => n.type === 'file_redirect').map((n) => this.redirect(n));
    const more = heredocs.flatMap((h) => h.namedChildren.filter((n) => n.type === 'file_redirect').map((n) => this.redirect(n)));
    const [first] = heredocs;
    const here = node.namedChildren.find((n) => n.type === 'herestring_redirect');
    const input = first === undefined ? here && this.hereString(here) : this.heredoc(first);
    const at = { ...around, redirects: [...around.redirects, ...redirects, ...more], ...(input === undefined ? {} : { input }) };
    // what follows a heredoc on its first line hangs in the tree below it
    const behind = heredocs.flatMap((h) => h.namedChildren.filter((n) => /^(?:pipeline|list|command|redirected_statement)$/.test(n.type)));
    const body = node.namedChildren.filter((n) => !n.type.endsWith('_redirect'));
    if (behind.length > 0) this.pipeline([...body, ...behind], at);
    else for (const n of body) this.visit(n, at);
    for (const h of heredocs) for (const n of h.namedChildren.filter((c) => c.type === 'heredoc_body')) this.inside(n, around);
  }

  private redirect(node: Node): Command['redirects'][number] {
    const target = node.namedChildren.at(-1);
    return { operator: node.children.find((n) => /^[<>&|]+$/.test(n.type))?.type ?? '>', target: target === undefined ? '' : word(target, this.source).text };
  }

  private heredoc(node: Node): string {
    const body = node.namedChildren.find((n) => n.type === 'heredoc_body');
    return body === undefined ? '' : this.source.text.slice(body.startIndex, body.endIndex);
  }

  private hereString(node: Node): string | undefined {
    const text = node.namedChildren[0];
    return text === undefined ? undefined : word(text, this.source).text;
  }

  private branches(node: Node, around: Around): void {
    const then = node.children.findIndex((n) => n.type === 'then');
    const tests = node.children.slice(1, then).filter((n) => n.isNamed && n.type !== 'comment');
    for (const test of tests) this.visit(test, around);
    const asked = tests.map((t) => conditionText(t)).filter((c) => c !== undefined);
    const not = tests.map((t) => conditionText(t, true)).filter((c) => c !== undefined);
    const rest = node.children.slice(then + 1);
    const orElse = rest.findIndex((n) => /^(?:elif|else)_clause$/.test(n.type));
    const end = orElse < 0 ? rest.length : orElse;
    this.block(rest.slice(0, end), { ...around, conditions: [...around.conditions, ...asked] });
    const otherwise = { ...around, conditions: [...around.conditions, ...not] };
    for (const clause of rest.slice(end)) {
      if (clause.type === 'else_clause') this.block(clause.namedChildren, otherwise);
      else this.visit(clause, otherwise);
    }
  }

  private loop(node: Node, around: Around): void {
    const body = node.namedChildren.find((n) => /^(?:do_group|compound_statement)$/.test(n.type));
    const head = node.namedChildren.filter((n) => n !== body && n.id !== body?.id && n.type !== 'comment');
    const [name, ...values] = head;
    if (node.type === 'for_statement' && name !== undefined)
      this.assign(
        name.text,
        values.map((v) => word(v, this.source)),
        true,
        node,
        around,
      );
    for (const n of head)
      if (node.type === 'while_statement') this.visit(n, around);
      else this.inside(n, around);
    const asked =
      node.type === 'while_statement' ? head.map((t) => (isAsking(t) ? conditionText(t, node.children[0]?.type === 'until') : undefined)).filter((c) => c !== undefined) : [];
    if (body !== undefined) this.block(body.children, { ...around, conditions: [...around.conditions, ...asked] });
  }

  private cases(node: Node, around: Around): void {
    const value = node.namedChildren[0];
    if (value !== undefined) this.inside(value, around);
    for (const item of node.namedChildren.filter((n) => n.type === 'case_item')) {
      const end = item.children.findIndex((n) => n.type === ')');
      const pattern = item.children
        .slice(0, end)
        .map((n) => n.text)
        .join('');
      const asked = `case ${value?.text ?? ''} in ${pattern}`.replace(/["'{}]/g, '');
      this.block(item.children.slice(end + 1), { ...around, conditions: [...around.conditions, asked] });
    }
  }

  private defined(node: Node, around: Around): void {
    const name = node.namedChildren[0]?.text ?? '';
    const options = this.options;
    this.block(node.namedChildren.slice(1), { ...around, within: name, conditions: [...around.conditions, `call of ${name}`] });
    this.options = options;
  }

  private apart(node: Node, around: Around): void {
    const options = this.options;
    this.block(node.children, around);
    this.options = options;
  }

  private assignments(node: Node, around: Around): void {
    // `export AWS_PROFILE=prod` is a command too
    if (node.type === 'declaration_command') this.commands.push({ ...this.common(node, around), given: [], words: node.children.map((n) => word(n, this.source)) });
    for (const child of node.type === 'variable_assignment' ? [node] : node.namedChildren) {
      if (child.type !== 'variable_assignment') {
        this.inside(child, around);
        continue;
      }
      const [name, value] = child.namedChildren;
      const array = value?.type === 'array';
      const values = array ? value.namedChildren.map((n) => word(n, this.source)) : [value === undefined ? undefined : word(value, this.source)];
      if (name !== undefined) this.assign(name.text, child.children.some((n) => n.type === '+=') ? [undefined] : values, array, child, around);
      this.inside(child, around);
    }
  }

  private assign(name: string, values: Assigned['values'], list: boolean, node: Node, around: Around): void {
    const { conditions, within } = around;
    this.assigned.push({ name, values, list, line: this.line(node), conditions, ...(within === undefined ? {} : { within }) });
  }

  /** Commands that set variables to what only a run knows. */
  private said(words: readonly Word[], around: Around): void {
    const name = words[0]?.text ?? '';
    const names = /^(?:read|mapfile|readarray|getopts|unset)$/.test(name) ? words.slice(1) : name === 'printf' && words[1]?.text === '-v' ? words.slice(2, 3) : [];
    const { conditions, within } = around;
    for (const w of names) {
      if (/^[A-Za-z_]\w*$/.test(w.text)) this.assigned.push({ name: w.text, values: [undefined], list: false, line: 0, conditions, ...(within === undefined ? {} : { within }) });
    }
  }

  /** `set -euo pipefail`, `set +e`. */
  private set(words: readonly Word[]): void {
    if (words[0]?.text !== 'set' || words.some(isOpen)) return;
    const now = new Set(this.options);
    for (const [i, { text }] of words.entries()) {
      const sign = text[0];
      if (i === 0 || (sign !== '-' && sign !== '+') || text === '--') continue;
      const named = text.endsWith('o') ? [words[i + 1]?.text ?? ''].map((o) => ({ errexit: 'e', nounset: 'u' })[o] ?? o) : [];
      for (const o of [...text.slice(1).replace(/o$/, ''), ...named])
        if (sign === '-') now.add(o);
        else now.delete(o);
    }
    this.options = [...now].sort();
  }

  /** What holds behind a statement that leaves the script otherwise. */
  private leavesUnless(node: Node): string | undefined {
    if (node.type === 'command' && this.leaves(node)) return 'never reached';
    if (node.type === 'list') {
      const [left, right] = node.namedChildren;
      if (left === undefined || right === undefined || !this.leaves(right)) return undefined;
      return conditionText(left, !node.children.some((n) => n.type === '||'));
    }
    if (node.type !== 'if_statement' || node.namedChildren.some((n) => /^(?:elif|else)_clause$/.test(n.type))) return undefined;
    const last = node.namedChildren.findLast((n) => n.type !== 'comment');
    const test = node.namedChildren[0];
    return last !== undefined && test !== undefined && this.leaves(last) ? conditionText(test, true) : undefined;
  }

  private leaves(node: Node): boolean {
    if (node.type === 'command') return LEAVES.test(node.namedChildren[0]?.text ?? '');
    if (!/^(?:compound_statement|subshell|list)$/.test(node.type)) return false;
    const last = node.namedChildren.findLast((n) => n.type !== 'comment');
    return last !== undefined && this.leaves(last);
  }

  /** Each line once, however many errors touch it. */
  private broken(node: Node): void {
    this.lines ??= this.source.text.split('\n');
    for (let row = Math.max(node.startPosition.row, this.brokenTo); row <= node.endPosition.row; row++) {
      this.unread.push({ line: this.first + row, text: this.lines[row] ?? '' });
      this.brokenTo = row + 1;
    }
  }

  private line = (node: Node): number => this.first + node.startPosition.row;
}
