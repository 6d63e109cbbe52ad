/**
 * The published schema of facts: every name an expression may use, its type and its bound. `docs/spec/policy.md` has the
 * same table in words. Three kinds of ordered words exist; each compares with its own kind only, by rank.
 */
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { TIERS } from '../risk/risk.ts';

export type Kind = 'provenance level' | 'tier' | 'level';

export type Type =
  | { readonly is: 'bool' | 'int' | 'string' }
  | { readonly is: 'word'; readonly kind: Kind }
  /** `most`: the longest list a condition is run over; a longer one is unknown. */
  | { readonly is: 'list'; readonly of: Type; readonly most: number }
  | { readonly is: 'record'; readonly name: string; readonly fields: { readonly [name: string]: Type } };

const bool: Type = { is: 'bool' };
const int: Type = { is: 'int' };
const string: Type = { is: 'string' };
const word = (kind: Kind): Type => ({ is: 'word', kind });
const list = (of: Type, most: number): Type => ({ is: 'list', of, most });
const record = (name: string, fields: { readonly [name: string]: Type }): Type => ({ is: 'record', name, fields });

const FINDING = record('finding', { rule: string, severity: word('tier') });
const RESOURCE = record('resource', { type: string, address: string });
const INCIDENT = record('occurrence', { id: string, severity: int, class: string, days: int });

export const FACT_TYPES: { readonly [root: string]: Type } = {
  provenance: record('provenance', { level: word('provenance level'), tools: list(string, 100), declared_none: bool, lines: int, share: int }),
  risk: record('risk', { tier: word('tier'), findings: list(FINDING, 5_000), not_analysed: int, percentile: int }),
  plan: record('plan', { present: bool, missing: bool, destroys: list(RESOURCE, 5_000), creates: int, updates: int }),
  change: record('change', { paths: list(string, 50_000), files: int, commits: int, messages: list(string, 1_000), target: string, repo: string }),
  system: record('system', { criticality: int, ids: list(string, 200) }),
  incident: record('incident', { open: list(INCIDENT, 200) }),
  author: record('author', { level: word('level'), senior: bool }),
  people: record('people', { unresolved: int }),
  lane: record('lane', { open: bool }),
};

export const FUNCTIONS = ['glob', 'regex', 'size'] as const;
export const METHODS = ['all', 'contains', 'endsWith', 'exists', 'matches', 'size', 'startsWith'] as const;

export interface Word {
  readonly kind: Kind;
  readonly rank: number;
}

/** Every ordered word of a policy with this ladder (lowest first). The loader has refused a ladder that clashes. */
export function wordsOf(ladder: readonly string[]): ReadonlyMap<string, Word> {
  const ranked = (kind: Kind, values: readonly string[]) => values.map((v, rank) => [v, { kind, rank }] as const);
  return new Map([...ranked('level', ladder), ...ranked('tier', TIERS.values), ...ranked('provenance level', PROVENANCE_LEVELS.values)]);
}

const CEL_WORDS = [
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
];

/** Names a ladder, and the variable of `exists` and `all`, may not take. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...Object.keys(FACT_TYPES),
  ...FUNCTIONS,
  ...METHODS,
  ...TIERS.values,
  ...PROVENANCE_LEVELS.values,
  ...CEL_WORDS,
  'cel',
  'has',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'dyn',
  'type',
  'matches',
  'optional',
  'duration',
  'timestamp',
]);

export function typeName(type: Type): string {
  if (type.is === 'word') return `a ${type.kind}`;
  if (type.is === 'list') return `a list of ${type.of.is === 'record' ? `${type.of.name}s` : type.of.is === 'word' ? `${type.of.kind}s` : `${type.of.is}s`}`;
  return type.is === 'record' ? `the record ${type.name}` : { bool: 'true or false', int: 'a number', string: 'a string' }[type.is];
}

export function sameType(a: Type, b: Type): boolean {
  if (a.is === 'word' && b.is === 'word') return a.kind === b.kind;
  return a.is === b.is && a.is !== 'record' && a.is !== 'list';
}
