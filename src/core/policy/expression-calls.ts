/** Functions and methods of conditions. Paths and messages are an attacker's words, so matching is linear in them. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { matches, validGlob } from '../change/glob.ts';
import { BOOL, bind, boolean, type Compiled, type Context, ExpressionError, isList, textOf, truth, type Value } from './expression-parts.ts';
import { FUNCTIONS, METHODS, typeName } from './fact-types.ts';
import { hint } from './suggest.ts';
import { every, some } from './truth.ts';

export function call(name: string, args: readonly ASTNode[], context: Context, node: ASTNode): Compiled {
  const [first, second, third] = args;
  if (name === 'size' && first !== undefined && second === undefined) return size(context.visit(first, context), node);
  if ((name === 'glob' || name === 'regex') && first !== undefined && second !== undefined && third === undefined) {
    return pattern(name, context.visit(first, context), context.visit(second, context), node);
  }
  const known: readonly string[] = FUNCTIONS;
  if (known.includes(name)) throw new ExpressionError(`${name} takes ${name === 'size' ? 'one argument' : 'a string and a pattern'}`, node.start);
  throw new ExpressionError(`there is no function ${name}`, node.start, hint(name, known));
}

function pattern(name: 'glob' | 'regex', subject: Compiled, written: Compiled, node: ASTNode): Compiled {
  if (subject.type.is !== 'string') throw new ExpressionError(`${name} needs a string; ${subject.text} is ${typeName(subject.type)}`, node.start);
  if (typeof written.literal !== 'string') throw new ExpressionError(`the pattern of ${name} must be written out in quotes`, node.start);
  const test = name === 'glob' ? globTest(written.literal, node) : regexTest(written.literal, node);
  const run = (value: Value): Value => (typeof value === 'string' ? test(value) : undefined);
  return { type: BOOL, cost: subject.cost + 4, run: (s) => run(subject.run(s)), text: textOf(node) };
}

function globTest(glob: string, node: ASTNode): (path: string) => boolean {
  const wrong = validGlob(glob);
  if (wrong !== undefined) throw new ExpressionError(`not a path pattern: ${wrong}`, node.start);
  return (path) => matches([glob], path);
}

/** RE2 syntax: no backreference, no look-around, time linear in the text. Finds anywhere; `^` and `$` anchor. */
function regexTest(source: string, node: ASTNode): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.test(text);
  } catch (error) {
    throw new ExpressionError(`not a regular expression: ${error instanceof Error ? error.message : 'refused'}`, node.start, 'RE2 syntax, without backreferences and look-around');
  }
}

export function method(name: string, receiver: ASTNode, args: readonly ASTNode[], context: Context, node: ASTNode): Compiled {
  const known: readonly string[] = METHODS;
  if (!known.includes(name)) throw new ExpressionError(`there is no method ${name}`, node.start, hint(name, known));
  const of = context.visit(receiver, context);
  if (name === 'size' && args.length === 0) return size(of, node);
  // CEL's own spelling of `regex`: it means RE2 there, and here.
  const [only, more] = args;
  if (name === 'matches' && only !== undefined && more === undefined) return pattern('regex', of, context.visit(only, context), node);
  if (name === 'exists' || name === 'all') return quantifier(name, of, args, context, node);
  return stringTest(name, of, args, context, node);
}

function size(of: Compiled, node: ASTNode): Compiled {
  if (of.type.is !== 'list' && of.type.is !== 'string') throw new ExpressionError(`size needs a list or a string; ${of.text} is ${typeName(of.type)}`, node.start);
  const run = (value: Value): Value => (isList(value) ? value.length : typeof value === 'string' ? Array.from(value).length : undefined);
  return { type: { is: 'int' }, cost: of.cost + 1, run: (s) => run(of.run(s)), text: textOf(node) };
}

const STRING_TESTS: { readonly [name: string]: (text: string, part: string) => boolean } = {
  contains: (text, part) => text.includes(part),
  endsWith: (text, part) => text.endsWith(part),
  startsWith: (text, part) => text.startsWith(part),
};

function stringTest(name: string, of: Compiled, args: readonly ASTNode[], context: Context, node: ASTNode): Compiled {
  const [only, more] = args;
  const test = STRING_TESTS[name];
  const part = only === undefined || more !== undefined ? undefined : context.visit(only, context);
  if (test === undefined || of.type.is !== 'string' || part?.type.is !== 'string') throw new ExpressionError(`${name} is asked of a string, with one string`, node.start);
  const run = (text: Value, piece: Value): Value => (typeof text === 'string' && typeof piece === 'string' ? test(text, piece) : undefined);
  return { type: BOOL, cost: of.cost + part.cost + 2, run: (s) => run(of.run(s), part.run(s)), text: textOf(node) };
}

function quantifier(name: 'exists' | 'all', of: Compiled, args: readonly ASTNode[], context: Context, node: ASTNode): Compiled {
  const [variable, test, more] = args;
  if (of.type.is !== 'list') throw new ExpressionError(`${name} is asked of a list; ${of.text} is ${typeName(of.type)}`, node.start);
  if (variable === undefined || test === undefined || more !== undefined) throw new ExpressionError(`write ${of.text}.${name}(x, condition on x)`, node.start);
  const inner = boolean(test, bind(variable, of.type.of, context));
  const depth = context.locals.length;
  const join = name === 'exists' ? some : every;
  return {
    type: BOOL,
    cost: of.cost + of.type.most * (inner.cost + 1),
    text: textOf(node),
    run: (s) => {
      const list = of.run(s);
      if (!isList(list)) return undefined;
      return join(list, (item) => {
        s.locals[depth] = item;
        return truth(inner.run(s));
      });
    },
  };
}
