import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/**
 * `npm run test:fast`: tells in a minute whether a change is on the right way. No browser, no Redis, no process of its own,
 * and of the laws only those that are quick. (`mergeConfig` would add these patterns to those for all tests.)
 */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: [
      'test/architecture.test.ts',
      'test/{config,docs,domain,export,http,pagination,resolvers,schema}/**/*.test.ts',
      'test/federation/tail/**/*.test.ts',
    ],
    exclude: [
      'test/http/{proxy,decompression,stream}.test.ts',
      'test/pagination/{partition-laws,side-by-side,growth-between-calls}.test.ts',
      'test/resolvers/orphans.test.ts',
    ],
  },
});
