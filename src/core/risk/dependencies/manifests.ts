/** What a manifest asks for directly: package.json, go.mod, Cargo.toml, pyproject.toml, requirements, Gemfile, composer.json. */
import type { Parsed } from '../evidence.ts';
import { textOf } from '../lines.ts';
import { baseName } from '../source/files.ts';
import { json, keyLines, object, string } from './lock.ts';

export type Ecosystem = 'npm' | 'go' | 'cargo' | 'python' | 'ruby' | 'php';

export interface Asked {
  readonly name: string;
  /** As written; empty: any. */
  readonly range: string;
  /** Needed where it runs, not only where it is built or tested. */
  readonly runtime: boolean;
  readonly line: number;
}

export interface Manifest {
  readonly ecosystem: Ecosystem;
  readonly asked: readonly Asked[];
  /** Overrides and resolutions: what holds a dependency of a dependency. */
  readonly held: readonly Asked[];
}

export function ecosystemOf(path: string): Ecosystem | undefined {
  const base = baseName(path);
  if (base === 'package.json') return 'npm';
  if (base === 'go.mod') return 'go';
  if (base === 'Cargo.toml') return 'cargo';
  if (base === 'composer.json') return 'php';
  if (/^(?:Gemfile|gems\.rb)$|\.gemspec$/.test(base)) return 'ruby';
  return base === 'pyproject.toml' || /^requirements.*\.(?:txt|in)$/.test(base) || /(?:^|\/)requirements\/[^/]+\.(?:txt|in)$/.test(path) ? 'python' : undefined;
}

/** Never throws; null: it cannot be read. */
export function readManifest(path: string, side: Parsed | undefined): Manifest | null {
  const [ecosystem, text] = [ecosystemOf(path), textOf(side)];
  if (ecosystem === undefined || side === undefined) return null;
  if (ecosystem === 'npm' || ecosystem === 'php') return ofJson(ecosystem, text);
  return { ecosystem, asked: ofLines(ecosystem, path, text), held: [] };
}

function ofJson(ecosystem: 'npm' | 'php', text: string): Manifest | null {
  const root = json(text);
  if (root === null) return null;
  const lineOf = keyLines(text);
  const list = (key: string, runtime: boolean): readonly Asked[] =>
    Object.entries(object(root[key])).flatMap(([name, range]) =>
      /^(?:php$|ext-|lib-)/.test(name) && ecosystem === 'php' ? [] : [{ name, range: string(range), runtime, line: lineOf(name) }],
    );
  if (ecosystem === 'php') return { ecosystem, asked: [...list('require', true), ...list('require-dev', false)], held: [] };
  const pnpm = object(object(root.pnpm).overrides);
  const held = { ...object(root.overrides), ...object(root.resolutions), ...pnpm };
  return {
    ecosystem,
    asked: [...list('dependencies', true), ...list('optionalDependencies', true), ...list('devDependencies', false)],
    held: Object.entries(held).map(([name, range]) => ({ name, range: string(range), runtime: true, line: lineOf(name) })),
  };
}

const ofLines = (ecosystem: Exclude<Ecosystem, 'npm' | 'php'>, path: string, text: string): readonly Asked[] => {
  let table = '';
  return text.split('\n').flatMap((raw, i) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('//')) return [];
    if (/^\[[^[\]=]*\]$/.test(line)) table = line.slice(1, -1);
    else if (/^(?:require|exclude|replace|retract)\s*\($/.test(line)) table = line.split(/\s/)[0] ?? '';
    else if (line === ')') table = '';
    const found = { go: goLine, cargo: cargoLine, python: path.endsWith('.toml') ? pyprojectLine : requirementLine, ruby: gemLine }[ecosystem](line, table);
    return found === undefined ? [] : [{ runtime: true, ...found, line: i + 1 }];
  });
};

type Found = (Pick<Asked, 'name' | 'range'> & Partial<Asked>) | undefined;

const goLine = (line: string, table: string): Found => {
  const [, name, range] = /^(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+(v\S+)(?:\s*$)/.exec(line) ?? [];
  return (table === 'require' || line.startsWith('require ')) && name !== undefined ? { name, range: range ?? '' } : undefined;
};

const cargoLine = (line: string, table: string): Found => {
  if (!/(?:^|\.)(?:dev-|build-)?dependencies$/.test(table)) return undefined;
  const [, name, range, inline] = /^([\w-]+)(?:\.version)?\s*=\s*(?:"([^"]*)"|\{(.*))/.exec(line) ?? [];
  if (name === undefined || /\b(?:path|workspace)\s*=/.test(inline ?? '')) return undefined;
  return { name, range: range ?? /version\s*=\s*"([^"]*)"/.exec(inline ?? '')?.[1] ?? '', runtime: !table.includes('dev-') };
};

const pyprojectLine = (line: string, table: string): Found => {
  if (/^tool\.poetry(?:\.group\.[\w-]+)?\.(?:dev-)?dependencies$/.test(table)) {
    const [, name, range] = /^([\w.-]+)\s*=\s*(?:"([^"]*)"|\{)/.exec(line) ?? [];
    return name === undefined || name === 'python' ? undefined : { name: pep503(name), range: range ?? '', runtime: table === 'tool.poetry.dependencies' };
  }
  const [, name, range] = /^(?:dependencies\s*=\s*\[\s*)?["']([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*([^"';]*)["';]/.exec(line) ?? [];
  return name === undefined || !/^(?:project|dependency-groups|project\.optional-dependencies)$/.test(table) || line.includes('" = ')
    ? undefined
    : { name: pep503(name), range: (range ?? '').trim(), runtime: table === 'project' };
};

const requirementLine = (line: string): Found => {
  const [, name, range] = /^([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*((?:===?|~=|>=|<=|<|>|!=)[^;#\\]*)?(?:[;#\\]|$|\s)/.exec(line) ?? [];
  return name === undefined ? undefined : { name: pep503(name), range: (range ?? '').trim() };
};

const gemLine = (line: string): Found => {
  const [, name, range] = /^(?:\w+\.add_(?:runtime_)?dependency|gem)[\s(]+["']([\w.-]+)["'](?:\s*,\s*["']([^"']*)["'])?/.exec(line) ?? [];
  return name === undefined ? undefined : { name, range: range ?? '' };
};

const pep503 = (name: string): string => name.toLowerCase().replace(/[._]+/g, '-');
