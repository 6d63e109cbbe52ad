/** The published facts as types of the CEL library, so that its checker and ours must both accept a condition. */
import { Environment } from '@marcbachmann/cel-js';
import { FACT_TYPES, type Type, type Word } from './fact-types.ts';

const LIMITS = { maxAstNodes: 500, maxDepth: 40, maxListElements: 200, maxMapEntries: 0, maxCallArguments: 4 };
const WORD_TYPES = { 'provenance level': 'ProvenanceWord', tier: 'TierWord', level: 'LadderWord' } as const;

/** A parser and checker that knows the facts and these ordered words. */
export function libraryOf(words: ReadonlyMap<string, Word>): Environment {
  const library = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS });
  for (const name of Object.values(WORD_TYPES)) orderedType(library, name);
  for (const [root, type] of Object.entries(FACT_TYPES)) library.registerVariable(root, named(library, type));
  for (const [word, { kind }] of words) library.registerVariable(word, WORD_TYPES[kind]);
  library.registerFunction('glob(string, string): bool', () => false);
  library.registerFunction('regex(string, string): bool', () => false);
  return library;
}

function orderedType(library: Environment, name: string): void {
  library.registerType(name, { ctor: class {}, fields: {} });
  // The library derives != from ==, and refuses to be told both.
  for (const op of ['<', '<=', '>', '>=', '==']) library.registerOperator(`${name} ${op} ${name}`, () => false);
}

/** The library's name of a type; records are registered on the way. */
function named(library: Environment, type: Type): string {
  if (type.is === 'word') return WORD_TYPES[type.kind];
  if (type.is === 'list') return `list<${named(library, type.of)}>`;
  if (type.is !== 'record') return type.is;
  const name = `${type.name.charAt(0).toUpperCase()}${type.name.slice(1)}Facts`;
  library.registerType(name, { fields: Object.fromEntries(Object.entries(type.fields).map(([field, t]) => [field, named(library, t)])) });
  return name;
}
