import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Under vitest our `import 'graphql'` would load index.mjs while dependencies load index.js: two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/no-unhandled-errors.ts', 'test/support/seeds.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for ends the wait; how long that takes is not what a test is about.
    expect: { poll: { timeout: 20_000 } },
    // On two cores Vitest would run one file at a time, and many of them wait more than they compute.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
