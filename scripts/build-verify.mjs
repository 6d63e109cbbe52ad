/**
 * Builds what verifies alone: `countersign/verify` for Node and for browsers, its types, and verify.html. A browser gets the same core
 * with another crypto port and a stand-in for Buffer; nothing else differs.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';

const port = (root) => ({
  name: 'browser-port',
  setup: (build) =>
    build.onResolve({ filter: /\/crypto\.ts$/ }, async ({ path, resolveDir, importer }) => {
      const replaced = join(root, 'src/core/base/crypto.ts');
      return importer !== '' && join(resolveDir, path) === replaced ? { path: join(root, 'src/verify/browser/crypto.ts') } : undefined;
    }),
});

const forBrowsers = (root) => ({
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  inject: [join(root, 'src/verify/browser/buffer.ts')],
  plugins: [port(root)],
  legalComments: 'inline',
  logLevel: 'warning',
});

/** @param root of the repository. @param dist where `verify/` and `verify.html` are written. */
export async function buildVerify(root, dist) {
  const out = join(dist, 'verify');
  mkdirSync(out, { recursive: true });
  const entry = join(root, 'src/verify/index.ts');
  await bundle({ entryPoints: [entry], outfile: join(out, 'index.js'), bundle: true, platform: 'node', target: 'node22.18', format: 'esm', logLevel: 'warning' });
  await bundle({ ...forBrowsers(root), entryPoints: [entry], outfile: join(out, 'browser.js'), format: 'esm' });
  writeTypes(root, out);
  writeFileSync(join(dist, 'verify.html'), await pageOf(root));
}

/** The declarations of src/verify name nothing outside it: a test of the package compiles against them. */
function writeTypes(root, out) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-types-'));
  try {
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: folder, rootDir: join(root, 'src'), typeRoots: [join(root, 'node_modules/@types')] },
      include: [join(root, 'src/verify/index.ts')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the types of countersign/verify: ${stdout}`);
    for (const file of readdirSync(join(folder, 'verify')).filter((f) => f.endsWith('.d.ts'))) {
      writeFileSync(join(out, file), readFileSync(join(folder, 'verify', file), 'utf8').replace(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One file: style and script inside, allowed by their digests, and nothing else allowed at all. */
async function pageOf(root) {
  const at = (name) => join(root, 'src/verify/browser', name);
  const { outputFiles } = await bundle({ ...forBrowsers(root), entryPoints: [at('page.ts')], format: 'iife', minify: true, write: false });
  const script = outputFiles[0].text.trim().replace(/<\/(?=script)/gi, '<\\/');
  const style = readFileSync(at('page.css'), 'utf8').trim();
  const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const csp = `default-src 'none'; script-src ${digest(script)}; style-src ${digest(style)}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`;
  const parts = [
    ['content="CSP"', `content="${csp}"`],
    ['<link rel="stylesheet" href="page.css">', `<style>${style}</style>`],
    ['<script type="module" src="page.ts"></script>', `<script>${script}</script>`],
  ];
  return parts.reduce(
    (page, [from, to]) => {
      const [before, after, ...more] = page.split(from);
      if (after === undefined || more.length > 0) throw new Error(`page.html holds ${from} other than once`);
      return before + to + after;
    },
    readFileSync(at('page.html'), 'utf8'),
  );
}
