import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import babel from '@babel/core';
import relay from 'babel-plugin-relay';
import { build } from 'esbuild';
import compiler from 'relay-compiler';

const folder = fileURLToPath(new URL('.', import.meta.url));
process.chdir(folder);

// relay-compiler checks every operation against the schema, and writes what is sent.
await mkdir('__generated__', { recursive: true });
execFileSync(compiler, ['relay.config.json'], { stdio: ['ignore', 'ignore', 'inherit'] });

/** Turns each `graphql` text into an import of what relay-compiler has made of it. Your bundler has a plug-in for this. */
const relayTexts = {
  name: 'relay',
  setup({ onLoad }) {
    onLoad({ filter: /app\.jsx$/ }, async ({ path }) => {
      const { code } = await babel.transformAsync(await readFile(path, 'utf8'), {
        filename: path,
        configFile: false,
        parserOpts: { plugins: ['jsx'] },
        plugins: [[relay, { eagerEsModules: true }]],
      });
      return { contents: code, loader: 'jsx' };
    });
  },
};

await build({
  absWorkingDir: folder,
  entryPoints: ['run.jsx'],
  outfile: '__generated__/bundle.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  jsx: 'automatic',
  plugins: [relayTexts],
});
