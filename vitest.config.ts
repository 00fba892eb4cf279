import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';
import { HangReporter } from './test/support/hang-reporter.ts';
import { LongFilesFirst } from './test/support/long-files-first.ts';

/** What all tests have in common; `npm run test:fast` takes it as well. */
export const COMMON = {
  // Under vitest our `import 'graphql'` would load index.mjs while dependencies load index.js: two realms.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      // The example of a vendor in a module is held to the contract, by our sources.
      { find: /^tributary\/vendor$/, replacement: fileURLToPath(new URL('src/library/vendor.ts', import.meta.url)) },
    ],
  },
  test: {
    setupFiles: ['test/support/no-unhandled-errors.ts', 'test/support/seeds.ts'],
    // A limit of time is no assertion: it ends what hangs. What is waited for ends the wait, however slow the machine is.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    // Where a file blocks its process, no limit works.
    reporters: ['default', new HangReporter()],
    expect: { poll: { timeout: 60_000 } },
    // On two cores Vitest would run one file at a time, and many of them wait more than they compute.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
} satisfies ViteUserConfig;

/** Tests that start programs or browsers, or change their own process, run in a process of their own; so does the longest one. */
const ALONE = [
  'test/{cli,examples,explorer,package,redis,sharing,soak,workers}/**/*.test.ts',
  'test/acceptance/faults/*.test.ts',
];
/** They measure the memory of their process. */
const MEASURE_MEMORY = ['test/federation/calls/memory.test.ts', 'test/vendors/bytenite/memory.test.ts'];

export default defineConfig({
  ...COMMON,
  test: {
    ...COMMON.test,
    globalSetup: 'test/support/build-first.ts',
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        extends: true,
        // Files that share a process load every module once, which saves seconds for each.
        test: {
          name: 'shared',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...ALONE, ...MEASURE_MEMORY],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'memory', include: MEASURE_MEMORY } },
    ],
  },
});
