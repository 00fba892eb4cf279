import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Builds the page into dist/explorer. Addresses are relative, so that it works behind any path of a reverse proxy;
 * nothing is put inline, because the Content-Security-Policy forbids it.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../dist/explorer', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    // What is built holds other people's work: their licences go with it.
    license: { fileName: 'licenses.md' },
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // `npm run dev:explorer` beside `npm run dev`.
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
