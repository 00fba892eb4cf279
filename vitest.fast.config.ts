import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** `npm run test:fast`: what tells in a minute whether a change is on the right way. No browser, no Redis, no long laws. */
export default mergeConfig(config, {
  test: {
    include: [
      'test/architecture.test.ts',
      'test/{config,docs,domain,http,pagination,resolvers,schema}/**/*.test.ts',
      'test/federation/{tail,calls}/**/*.test.ts',
    ],
    exclude: ['test/pagination/side-by-side.test.ts', 'test/pagination/growth-between-calls.test.ts'],
  },
});
