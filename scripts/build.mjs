/** Builds dist/: the command line and server as bundled JavaScript, the WASM parsers beside it, the web client, and what verifies alone. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build as buildWeb } from 'vite';
import { buildVerify } from './build-verify.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Built beside and renamed into place: whoever runs the old build meanwhile finds it whole.
const dist = join(root, 'dist.next');

rmSync(dist, { recursive: true, force: true });

const version = JSON.stringify(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);

// What an agent runs twice for every tool call, and git for every commit, is one file: resolving a dozen would take longer than all it does.
const ALONE = ['hook-agent', 'hook-git'];
const alone = {
  name: 'alone',
  setup: (build) => build.onResolve({ filter: new RegExp(`/(${ALONE.join('|')})\\.ts$`) }, ({ path }) => ({ path: path.replace(/\.ts$/, '.cjs'), external: true })),
};
for (const name of ALONE) {
  await bundle({
    entryPoints: [join(root, `src/cli/${name}.ts`)],
    outfile: join(dist, `${name}.cjs`),
    bundle: true,
    platform: 'node',
    target: 'node22.18',
    format: 'cjs',
    define: { COUNTERSIGN_VERSION: version, 'import.meta.url': '""' },
    logLevel: 'warning',
  });
}

await bundle({
  // The thread of the parsers stands beside the program, which starts it by name; so does what a hook starts where no server lives.
  entryPoints: {
    cli: join(root, 'src/cli/main.ts'),
    'unattended-gate': join(root, 'src/cli/unattended-gate.ts'),
    'parse-worker': join(root, 'src/adapters/languages/parse-worker.ts'),
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.18',
  format: 'esm',
  // Beside the entry, so that every chunk finds ./wasm, ./hooks and ./web at the same place.
  chunkNames: '[name]-[hash]',
  define: { COUNTERSIGN_VERSION: version },
  // its CommonJS form finds its parts by a name only it knows
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [alone],
  legalComments: 'linked',
  logLevel: 'warning',
  // CommonJS packages inside an ES module ask for require.
  banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
});

const modules = (path) => join(root, 'node_modules', path);
mkdirSync(join(dist, 'wasm'));
for (const file of [
  'web-tree-sitter/web-tree-sitter.wasm',
  '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm',
  'tree-sitter-bash/tree-sitter-bash.wasm',
  'libpg-query/wasm/libpg-query.wasm',
]) {
  cpSync(modules(file), join(dist, 'wasm', file.split('/').pop()));
}
// It finds its .wasm through __dirname, so it stays CommonJS and lies beside it.
await bundle({
  entryPoints: [modules('libpg-query/wasm/index.cjs')],
  outfile: join(dist, 'wasm/libpg-query.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'warning',
});

mkdirSync(join(dist, 'hooks'));
cpSync(join(root, 'src/server/hooks/gate.sh'), join(dist, 'hooks/gate.sh'));

await buildWeb({ root: join(root, 'web'), configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn', build: { outDir: join(dist, 'web') } });
await buildVerify(root, dist);
// Types alone: whoever writes a client imports nothing that runs.
mkdirSync(join(dist, 'api'));
cpSync(join(root, 'web/api/generated.ts'), join(dist, 'api/index.d.ts'));
writeFileSync(join(dist, '.built'), '');
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(dist, join(root, 'dist'));
