/**
 * What keeps core pure: every name a file uses without declaring it must be one of the language's own pure names. A list of
 * what is allowed, not of what is forbidden: a way to the clock or the network nobody thought of fails too.
 */
import { parseSync } from 'oxc-parser';

export interface Impurity {
  readonly line: number;
  readonly what: string;
}

const PURE = new Set(
  (
    'undefined NaN Infinity Object Reflect Array Map Set WeakMap WeakSet String Number BigInt Boolean Symbol RegExp JSON Math Promise Iterator Error TypeError RangeError SyntaxError ' +
    'ArrayBuffer DataView Uint8Array Uint16Array Uint32Array Int32Array Float32Array Float64Array TextEncoder TextDecoder URL isNaN isFinite parseInt parseFloat ' +
    'encodeURIComponent decodeURIComponent structuredClone atob btoa'
  ).split(' '),
);
const PURE_OF_DATE = ['UTC', 'parse'];
/** Impure of an object that is: chance, and the language of the machine. */
const IMPURE_MEMBERS = /^(?:random|localeCompare|toLocale\w*|getTimezoneOffset|get(?:FullYear|Month|Date|Day|Hours|Minutes)|constructor|__proto__)$/;
/** Node's own, pure, and nothing a browser has: only where a browser build puts another file. */
const BUFFER = new Set(['src/core/base/bytes.ts', 'src/core/base/crypto.ts']);
/** What the one file that may import `node:crypto` may take from it: functions of their arguments alone. */
const PURE_CRYPTO = new Set(['createPublicKey', 'hash', 'verify', 'X509Certificate']);

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Where a file of core reaches for something other than its arguments. Names are resolved by file, not by scope. */
export function impurities(file: string, source: string): readonly Impurity[] {
  const { program } = parseSync(file, source);
  const used: { readonly name: string; readonly at: Node; readonly parent: Node }[] = [];
  const declared = new Set<string>();
  const found: Impurity[] = [];
  const add = (node: Node, what: string): unknown => found.push({ line: source.slice(0, node.start).split('\n').length, what });

  const walk = (node: Node, parent: Node, key: string): void => {
    if (node.type === 'Identifier') {
      if (isDeclaration(parent, key)) declared.add(node.name as string);
      else if (!isLabelOfMember(parent, key)) used.push({ name: node.name as string, at: node, parent });
      return;
    }
    if (isType(node)) return;
    if (node.type === 'MetaProperty') add(node, source.slice(node.start, node.end as number));
    if (node.type === 'ImportDeclaration') bindImports(node);
    else if (isPattern(node)) for (const name of namesOf(node)) declared.add(name);
    const member = memberOf(node);
    if (member !== undefined && IMPURE_MEMBERS.test(member)) add(node, member);
    for (const [k, child] of childrenOf(node)) if (!(node.type === 'ImportDeclaration')) walk(child, node, k);
  };
  const bindImports = (node: Node): void => {
    for (const specifier of node.specifiers as Node[]) {
      declared.add((specifier.local as Node).name as string);
      const name = (specifier.imported as Node | undefined)?.name as string | undefined;
      const crypto = (node.source as Node).value === 'node:crypto';
      if (crypto && !PURE_CRYPTO.has(name ?? '*')) add(specifier, `node:crypto ${name ?? '*'}`);
    }
  };
  walk(program as unknown as Node, program as unknown as Node, '');
  for (const { name, at, parent } of used) {
    if (declared.has(name) || PURE.has(name) || (name === 'Buffer' && BUFFER.has(file)) || (name === 'Date' && isPureDate(parent))) continue;
    add(at, name);
  }
  return found;
}

/** `new Date(when)` and `Date.UTC(...)`; not `Date()`, `new Date()` or `Date.now`. */
function isPureDate(parent: Node): boolean {
  if (parent.type === 'NewExpression') return (parent.arguments as unknown[]).length > 0;
  return PURE_OF_DATE.includes(memberOf(parent) ?? '');
}

/** The member an expression reads, or the impure one a pattern takes out. */
const memberOf = (node: Node): string | undefined => {
  if (node.type === 'ObjectPattern') return (node.properties as Node[]).map((p) => (p.key as Node | undefined)?.name as string).find((name) => IMPURE_MEMBERS.test(name));
  if (node.type !== 'MemberExpression') return undefined;
  const property = node.property as Node;
  return (node.computed === true ? property.value : property.name) as string | undefined;
};

const isLabelOfMember = (parent: Node, key: string): boolean =>
  (parent.type === 'MemberExpression' && key === 'property' && parent.computed !== true) ||
  (/^(?:Property|PropertyDefinition|MethodDefinition)$/.test(parent.type) && key === 'key' && parent.computed !== true && parent.shorthand !== true) ||
  /^(?:LabeledStatement|BreakStatement|ContinueStatement|ExportSpecifier)$/.test(parent.type);

const isDeclaration = (parent: Node, key: string): boolean =>
  (/^(?:FunctionDeclaration|FunctionExpression|ClassDeclaration|ClassExpression)$/.test(parent.type) && key === 'id') ||
  (parent.type === 'VariableDeclarator' && key === 'id') ||
  (/Function/.test(parent.type) && key === 'params') ||
  (parent.type === 'CatchClause' && key === 'param');

/** Types are erased: they can name the world and not reach it. */
const isType = (node: Node): boolean => node.type.startsWith('TS') && !/^TS(?:AsExpression|NonNullExpression|SatisfiesExpression|ParameterProperty)$/.test(node.type);

const isPattern = (node: Node): boolean => /^(?:ObjectPattern|ArrayPattern|RestElement|AssignmentPattern)$/.test(node.type);

/** The names a destructuring binds, defaults and computed keys left out. */
function namesOf(pattern: unknown): readonly string[] {
  const node = pattern as Node | null;
  if (node === null) return [];
  if (node.type === 'Identifier') return [node.name as string];
  if (node.type === 'ObjectPattern') return (node.properties as Node[]).flatMap((p) => namesOf(p.type === 'RestElement' ? p : p.value));
  if (node.type === 'ArrayPattern') return (node.elements as unknown[]).flatMap(namesOf);
  if (node.type === 'RestElement') return namesOf(node.argument);
  return node.type === 'AssignmentPattern' ? namesOf(node.left) : [];
}

function childrenOf(node: Node): readonly (readonly [string, Node])[] {
  const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
  return Object.entries(node).flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => [key, child] as const));
}
