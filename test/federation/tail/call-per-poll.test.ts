import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import { tokenNative } from '../../pagination/fake-natives.ts';
import { FAST, fakeSource } from '../fake-sources.ts';

test('each poll makes a new call, so that the cache of one poll hides nothing from the next', async () => {
  const source = fakeSource('s', { job: [tokenNative([], { limit: 5, addressable: true })] });
  source.statuses.set('job', 'RUNNING');
  const { connector } = source;
  const looks: Call[] = [];
  const watched: typeof connector = {
    ...connector,
    getJobs: (keys, call) => {
      looks.push(call);
      return connector.getJobs(keys, call);
    },
  };
  const federation = createFederation([{ ...source, connector: watched }], { tail: FAST });
  const leaving = new AbortController();
  const client = createCall({ signal: leaving.signal });
  const events = federation.tail([{ source: 's', key: 'job' }], {}, client);
  const following = (async () => {
    for await (const _event of events);
  })();
  await expect.poll(() => looks.length).toBeGreaterThan(4);
  leaving.abort();
  await following.catch(() => undefined);
  await federation.close();
  expect(new Set(looks).size).toBe(looks.length);
  expect(looks).not.toContain(client);
});
