/**
 * Where the WASM grammars are: beside the built program in `wasm/`, or in node_modules when running from source. The only
 * file that knows. The build puts there: `web-tree-sitter.wasm`, `tree-sitter-hcl.wasm`, `tree-sitter-bash.wasm`, `libpg-query.wasm`, and
 * `libpg-query.cjs` (its CommonJS entry bundled into one file: it finds its own .wasm through `__dirname`).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as LibPgQuery from 'libpg-query';

const fromHere = createRequire(import.meta.url);

const SOURCES = {
  'web-tree-sitter.wasm': 'web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-hcl.wasm': '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm',
  'tree-sitter-bash.wasm': 'tree-sitter-bash/tree-sitter-bash.wasm',
  'libpg-query.cjs': 'libpg-query',
} as const;

/** Absolute path of a grammar file. Throws where an installation lost it: a broken machine, not bad input. */
export function wasmPath(name: keyof typeof SOURCES): string {
  const built = fileURLToPath(new URL(`./wasm/${name}`, import.meta.url));
  return existsSync(built) ? built : fromHere.resolve(SOURCES[name]);
}

/** Loaded by require at run time, never bundled: the module needs `__dirname` to be its own folder. */
export const loadLibPgQuery = (): typeof LibPgQuery => fromHere(wasmPath('libpg-query.cjs')) as typeof LibPgQuery;
