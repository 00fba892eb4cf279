import { defineConfig } from 'vitest/config';
import { COMMON } from './vitest.config.ts';

/**
 * `npm run test:fast`: tells in a minute whether a change is on the right way. No browser, no Redis, no process of its own,
 * and of the laws only those that are quick.
 */
export default defineConfig({
  ...COMMON,
  test: {
    ...COMMON.test,
    isolate: false,
    include: [
      'test/architecture.test.ts',
      'test/{config,docs,domain,export,http,pagination,resolvers,schema}/**/*.test.ts',
      'test/federation/tail/**/*.test.ts',
    ],
    exclude: [
      'test/export/long-lines.test.ts',
      'test/federation/tail/cursors.test.ts',
      'test/http/{proxy,decompression,json-pieces,stream}.test.ts',
      'test/pagination/{partition-laws,side-by-side,growth-between-calls}.test.ts',
      'test/resolvers/orphans.test.ts',
      'test/schema/subgraph.test.ts',
    ],
  },
});
