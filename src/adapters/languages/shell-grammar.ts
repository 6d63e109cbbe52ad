/** tree-sitter-bash. It recovers after errors, so that a script is read around what is wrong in it. */
import type { Node, Parser, Tree } from 'web-tree-sitter';
import { wasmPath } from './wasm.ts';

/** UTF-16 units of one script; longer ones are read by patterns alone. */
export const SHELL_CAP = 256 * 1024;
/** Steps of the parser's own count between two questions whether to go on: an author cannot make it work without end. */
const MAX_ASKED = 4_000;

let loaded: Promise<Parser> | undefined;

export type Grammar = <T>(text: string, read: (root: Node) => T) => T | undefined;

/** Loaded once. The grammar answers undefined where a text takes too long. */
export async function shellGrammar(): Promise<Grammar> {
  loaded ??= load();
  const parser = await loaded;
  return (text, read) => {
    let asked = 0;
    let tree: Tree | null = null;
    try {
      tree = parser.parse(text, null, { progressCallback: () => ++asked > MAX_ASKED + text.length });
      return tree === null ? undefined : read(tree.rootNode);
    } finally {
      if (tree === null) parser.reset();
      tree?.delete();
    }
  };
}

async function load(): Promise<Parser> {
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init({ locateFile: () => wasmPath('web-tree-sitter.wasm') });
  const parser = new Parser();
  parser.setLanguage(await Language.load(wasmPath('tree-sitter-bash.wasm')));
  return parser;
}
