/** Builds dist/: the command line and server as bundled JavaScript, the WASM parsers beside it, and the web client. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build as buildWeb } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });

await bundle({
  entryPoints: { cli: join(root, 'src/cli/main.ts') },
  outdir: dist,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.18',
  format: 'esm',
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
  logLevel: 'warning',
  // CommonJS packages inside an ES module ask for require.
});

mkdirSync(join(dist, 'wasm'));
const wasm = [
  ['web-tree-sitter', 'web-tree-sitter.wasm'],
  ['@tree-sitter-grammars/tree-sitter-hcl', 'tree-sitter-hcl.wasm'],
  ['libpg-query', 'wasm/libpg-query.wasm'],
];
for (const [name, file] of wasm) {
  cpSync(join(root, 'node_modules', name, file), join(dist, 'wasm', file.split('/').pop()));
}
cpSync(join(root, 'src/server/hooks'), join(dist, 'hooks'), { recursive: true });

await buildWeb({ root: join(root, 'web'), configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' });
writeFileSync(join(dist, '.built'), '');
