/**
 * Builds the web client to dist/web. Served under `default-src 'self'; worker-src 'self'`: no inline script, nothing
 * turned into a data: address, no WebAssembly. The aliases replace the diff library's catalogues of every language and
 * theme (15 MB) by the few we show.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string): string => `${import.meta.dirname}/${path}`;
const exactly = (name: string): RegExp => new RegExp(`^${name}$`);

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  resolve: {
    alias: [
      { find: exactly('shiki/langs'), replacement: here('diff/languages.ts') },
      { find: exactly('@pierre/theming/themes'), replacement: here('diff/themes.ts') },
      { find: /^shiki\/(wasm|engine\/oniguruma)$/, replacement: here('diff/absent.ts') },
      { find: /^@pierre\/highlights(\/.*)?$/, replacement: here('diff/absent.ts') },
    ],
  },
  worker: { format: 'es' },
  build: { outDir: here('../dist/web'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 1_200 },
});
