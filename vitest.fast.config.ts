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
      // Files for other programs, which are read with those programs' own packages.
      'test/docs/{deploy,metrics,snippets}.test.ts',
      'test/schema/{compatibility,gateways,subgraph}.test.ts',
      // Laws over many draws, large answers and long lines.
      'test/export/long-lines.test.ts',
      'test/federation/tail/{cursors,window-bytes}.test.ts',
      'test/http/{proxy,decompression,json-pieces,long-answers,stream}.test.ts',
      'test/http/room/large-answers.test.ts',
      'test/pagination/{empty-middle,growth-between-calls,partition-laws,side-by-side}.test.ts',
      'test/resolvers/orphans.test.ts',
    ],
  },
});
