import { expect, test } from 'vitest';
import { HAS_REDIS } from '../redis/redis-server.ts';
import { complaints, figures } from './report.ts';
import { soak } from './soak.ts';

/** `npm run soak` takes ten minutes. This is the same for a short time, so that it is known to work. */
test.skipIf(!HAS_REDIS)(
  'no line is lost, and memory and handles are flat, while vendors fail, a replica is killed and Redis is restarted',
  { timeout: 300_000 },
  async () => {
    const report = await soak({ milliseconds: 15_000, listeners: 200, seed: 20_261_129 });
    expect(complaints(report), figures(report)).toEqual([]);
  },
);
