import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { createRetryBudget } from '../../src/http/policy/retry-budget.ts';
import { rejection, sendJson, serve, sourceHttp, testClock } from './loopback.ts';

async function attemptsAt(
  server: { readonly received: readonly unknown[] },
  ask: () => Promise<unknown>,
  calls: number,
) {
  const before = server.received.length;
  for (let call = 0; call < calls; call += 1) await rejection(ask());
  return server.received.length - before;
}

test('a source that keeps failing is asked a fifth more than before, and as patiently as ever once that is long ago', async () => {
  const clock = testClock();
  const sleep = () => Promise.resolve();
  const server = await serve((_, response) => {
    sendJson(response, {}, 500);
  });
  const http = sourceHttp({ baseUrl: server.origin, ...clock, sleep });
  // A request that failed a short time ago would not be repeated.
  let job = 0;
  const ask = () => http.json({ method: 'GET', path: ['jobs', String((job += 1))] }, z.unknown(), createCall());
  // Each of the first ten is asked for again, and then a fifth of all.
  expect(await attemptsAt(server, ask, 10)).toBe(20);
  expect(await attemptsAt(server, ask, 100)).toBe(122);
  expect(http.stats()).toMatchObject({ retries: 32, retriesLeftOut: 78 });
  clock.advance(60_000);
  expect(await attemptsAt(server, ask, 10)).toBe(20);
});

test('whenever calls fail, retries are a fifth of them and ten in each ten seconds at most', () => {
  const events = fc.array(
    fc.record({ calls: fc.nat({ max: 20 }), retries: fc.nat({ max: 20 }), pause: fc.nat({ max: 3_000 }) }),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(events, (steps) => {
      const clock = testClock();
      const start = clock.now();
      const budget = createRetryBudget(clock.now);
      let [calls, retries] = [0, 0];
      for (const step of steps) {
        clock.advance(step.pause);
        for (let call = 0; call < step.calls; call += 1) budget.call();
        calls += step.calls;
        for (let retry = 0; retry < step.retries; retry += 1) retries += Number(budget.retry());
        // What has faded leaves room for as much again: ten for each ten seconds, and the fifth of each call once.
        expect(retries).toBeLessThanOrEqual(10 + 0.2 * calls + (10 * (clock.now() - start)) / 10_000);
      }
    }),
  );
});
