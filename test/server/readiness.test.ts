import { expect, test } from 'vitest';
import { readinessOf } from '../../src/server/readiness.ts';
import { start } from './start.ts';

const WELL = { isStopping: false, isRedisDown: false, isSourceDown: false, isWorkerMissing: false };

test('a replica without one of its dependencies is ready, and names it', () => {
  expect(readinessOf(WELL)).toEqual({ status: 200, text: 'ready\n' });
  expect(readinessOf({ ...WELL, isSourceDown: true, isRedisDown: true })).toEqual({
    status: 200,
    text: expect.stringMatching(/^ready, degraded: Redis .*; a source keeps failing .*\n$/) as string,
  });
  expect(readinessOf({ ...WELL, isStopping: true, isSourceDown: true }).status).toBe(503);
});

test('a service whose source is down is ready, and the answer names no source', async () => {
  const state = { isDown: false };
  const server = await start(undefined, { isSourceDown: () => state.isDown });
  const ready = async () => {
    const response = await fetch(`${server.url}/health/ready`);
    return [response.status, await response.text()];
  };
  expect(await ready()).toEqual([200, 'ready\n']);
  state.isDown = true;
  expect(await ready()).toEqual([
    200,
    'ready, degraded: a source keeps failing and is not called for a while; the others answer\n',
  ]);
});
