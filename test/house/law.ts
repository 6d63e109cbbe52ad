/**
 * The import law of the house: which room may import which. Reads every import a file makes, type imports, re-exports,
 * dynamic imports, `import()` types and `require` included, and answers with the ones that break the law.
 */
import { dirname, join, normalize } from 'node:path/posix';
import { parseSync, Visitor } from 'oxc-parser';

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly why: string;
}

/** Core rooms in the order a change walks through them; a room imports itself and rooms before it. */
const CORE_ROOMS = ['base', 'log', 'change', 'system', 'incident', 'provenance', 'risk', 'roster', 'policy', 'signoff', 'queue', 'gate', 'dossier', 'simulate'] as const;

const POLICY_LIBRARIES = ['zod', 'yaml', '@marcbachmann/cel-js', 're2js'];

/** Every module a source names, whatever the syntax. A specifier that is not a literal is reported as `*`. */
export function importsOf(file: string, source: string): readonly Import[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) return [{ specifier: '!unparsable', line: 1 }];
  const found: Import[] = [];
  const lineOf = (offset: number): number => source.slice(0, offset).split('\n').length;
  const add = (node: { start: number }, target: unknown): void => {
    found.push({ specifier: literal(target) ?? '*', line: lineOf(node.start) });
  };
  new Visitor({
    ImportDeclaration: (n) => add(n, n.source),
    ExportAllDeclaration: (n) => add(n, n.source),
    ExportNamedDeclaration: (n) => {
      if (n.source) add(n, n.source);
    },
    ImportExpression: (n) => add(n, n.source),
    TSImportType: (n) => add(n, n.source),
    TSImportEqualsDeclaration: (n) => {
      if (n.moduleReference.type === 'TSExternalModuleReference') add(n, n.moduleReference.expression);
    },
    CallExpression: (n) => {
      const callee = n.callee;
      const required = callee.type === 'Identifier' && callee.name === 'require';
      const resolved = callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'require';
      if (required || resolved) add(n, n.arguments[0]);
    },
  }).visit(program);
  return found;
}

function literal(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { type, value, literal: inner } = node as { type?: string; value?: unknown; literal?: unknown };
  if (type === 'TSLiteralType') return literal(inner);
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
}

/** @param file path from the root of the repository, with `/`. */
export function violations(file: string, source: string): readonly Violation[] {
  if (isTest(file)) return [];
  return importsOf(file, source).flatMap(({ specifier, line }) => {
    const why = forbidden(file, specifier);
    return why === undefined ? [] : [{ file, line, specifier, why }];
  });
}

/** Tests may build whatever they test, with real parts. */
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);

function forbidden(file: string, specifier: string): string | undefined {
  if (specifier === '!unparsable') return 'cannot be parsed, so its imports are unknown';
  if (specifier === '*') return 'names a module by an expression, so the law cannot see it';
  const from = room(file);
  if (isTest(specifier)) return 'a test is imported by nobody';
  if (!specifier.startsWith('.')) return library(file, from, specifier);
  const to = room(normalize(join(dirname(file), specifier)));
  return from === to ? undefined : LAW[kind(from)]?.(from, to);
}

/** `core/risk`, `adapters/git`, `flows`, `world`, `web`, or `outside`. */
export function room(path: string): string {
  if (path.startsWith('web/')) return 'web';
  const core = /^src\/(core|adapters)\/([^/]+)/.exec(path);
  if (core) return `${core[1]}/${core[2]}`;
  if (/^src\/world(?:-\w+)?\.[jt]s$/.test(path)) return 'world';
  if (/^src\/flows\/ports(?:-\w+)?\.ts$/.test(path)) return 'ports';
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? 'outside';
}

const kind = (name: string): string => name.split('/')[0] ?? name;
const isCore = (name: string): boolean => kind(name) === 'core';
const only =
  (allowed: (to: string) => boolean, words: string) =>
  (from: string, to: string): string | undefined =>
    allowed(to) ? undefined : `${from} may import only ${words}, not ${to}`;

const LAW: Readonly<Record<string, (from: string, to: string) => string | undefined>> = {
  core: (from, to) => {
    const order = (name: string): number => CORE_ROOMS.findIndex((r) => name === `core/${r}`);
    if (!isCore(to)) return `core may not import ${to}`;
    if (order(from) < 0) return `${from} is not a room of core`;
    return order(to) >= 0 && order(to) < order(from) ? undefined : `${from} comes before ${to}`;
  },
  flows: only((to) => isCore(to) || to === 'ports', 'core and flows'),
  ports: only((to) => isCore(to), 'core'),
  adapters: only((to) => isCore(to) || to === 'ports' || to === 'adapters/http', 'core, flows/ports, its own folder and adapters/http'),
  store: only((to) => isCore(to) || to === 'ports', 'core and flows/ports'),
  server: only((to) => isCore(to) || to === 'flows' || to === 'ports', 'core and flows'),
  cli: only((to) => isCore(to) || ['flows', 'ports', 'server', 'world'].includes(to), 'core, flows, server and world'),
  testing: only((to) => isCore(to) || to === 'ports', 'core and flows/ports'),
  verify: only((to) => isCore(to), 'core'),
  web: only(() => false, 'itself'),
  world: () => undefined,
  outside: () => 'stands in no room',
};

function library(file: string, from: string, specifier: string): string | undefined {
  if (from === 'flows' || from === 'ports') return `flows import no library: ${specifier}`;
  if (from === 'verify') return file.startsWith('src/verify/browser/') && specifier.startsWith('@noble/') ? undefined : `verify imports no library: ${specifier}`;
  if (!isCore(from)) return from === 'web' && specifier.startsWith('node:') ? 'the web client has no node modules' : undefined;
  if (file === 'src/core/base/crypto.ts' && specifier === 'node:crypto') return undefined;
  if (from === 'core/policy' && POLICY_LIBRARIES.includes(specifier)) return undefined;
  return `core imports no library: ${specifier}`;
}
