import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { Call } from '../../src/domain/call.ts';
import { Caller } from '../../src/http/policy/caller.ts';
import type { Clock } from '../../src/http/policy/clock.ts';
import { createLimiter } from '../../src/http/policy/limiter.ts';
import type { LimiterSettings } from '../../src/http/policy/limiter.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import { Cancellation } from '../../src/http/request/abort.ts';
import { createRateWindow } from '../../src/http/policy/rate-window.ts';
import { rejection, sendJson, serve, sourceHttp, testClock } from './loopback.ts';

function waiting(priority: Call['priority'], cancellation = new Cancellation()): Caller {
  return new Caller([{ asker: { caller: null }, priority }], cancellation);
}

function limiterOf(limits: Partial<LimiterSettings>, clock: Clock) {
  return createLimiter('sap', { ...DEFAULT_LIMITS, ...limits }, clock);
}

/** A limiter with one place that is taken, and the order in which the waiting calls get it. */
async function oneTaken(clock = testClock()) {
  const limiter = limiterOf({ concurrency: 1 }, clock);
  const order: string[] = [];
  const release = await limiter.acquire(waiting('interactive'));
  const join = (name: string, who: Caller) =>
    limiter.acquire(who).then((done) => {
      order.push(name);
      done();
    });
  return { limiter, order, release, join, clock };
}

describe('the places of a source', () => {
  test('are never more than its concurrency', async () => {
    let open = 0;
    let most = 0;
    const server = await serve((_, response) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        sendJson(response, {});
      });
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { concurrency: 3 } });
    const calls = Array.from({ length: 20 }, (_, page) =>
      http.json({ method: 'GET', path: ['jobs'], query: { page } }, z.unknown(), createCall()),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(http.stats()).toMatchObject({ inFlight: 3, queued: 17 });
    await Promise.all(calls);
    expect(most).toBeLessThanOrEqual(3);
    expect(http.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  });

  test('go to interactive calls before polls, first come first', async () => {
    const { order, release, join } = await oneTaken();
    const all = [
      join('poll 1', waiting('poll')),
      join('interactive 1', waiting('interactive')),
      join('poll 2', waiting('poll')),
      join('interactive 2', waiting('interactive')),
    ];
    release();
    await Promise.all(all);
    expect(order).toEqual(['interactive 1', 'interactive 2', 'poll 1', 'poll 2']);
  });

  test('go to a poll in its turn when it has waited for five seconds', async () => {
    const { order, release, join, clock } = await oneTaken();
    const all = [join('poll', waiting('poll'))];
    clock.advance(5_000);
    all.push(join('interactive', waiting('interactive')));
    release();
    await Promise.all(all);
    expect(order).toEqual(['poll', 'interactive']);
  });

  test('go to three interactive calls for each poll that has waited for that long', async () => {
    const { order, release, join, clock } = await oneTaken();
    const all = ['1', '2'].map((name) => join(`poll ${name}`, waiting('poll')));
    clock.advance(5_000);
    all.push(...['1', '2', '3', '4'].map((name) => join(name, waiting('interactive'))));
    release();
    await Promise.all(all);
    expect(order).toEqual(['poll 1', '1', '2', '3', 'poll 2', '4']);
  });

  test('go to a shared poll like to an interactive call once an interactive caller joins it', async () => {
    const { order, release, join } = await oneTaken();
    const shared = waiting('poll');
    const all = [join('poll', waiting('poll')), join('shared', shared)];
    shared.join(waiting('interactive'));
    release();
    await Promise.all(all);
    expect(order).toEqual(['shared', 'poll']);
  });

  test('are not taken by callers that left while waiting', async () => {
    const { limiter, order, release, join } = await oneTaken();
    const leaving = new Cancellation();
    const left = rejection(join('left', waiting('interactive', leaving)));
    const stays = join('stays', waiting('interactive'));
    leaving.cancel();
    expect(await left).toBe(leaving.reason);
    release();
    await stays;
    expect(order).toEqual(['stays']);
    expect([limiter.inFlight(), limiter.queued()]).toEqual([0, 0]);
  });

  test('are given back once, however often they are released', async () => {
    const limiter = limiterOf({ concurrency: 1 }, testClock());
    const release = await limiter.acquire(waiting('interactive'));
    release();
    release();
    expect(limiter.inFlight()).toEqual(0);
  });

  test('are not asked for by a call that was aborted before', async () => {
    const limiter = limiterOf({ concurrency: 1 }, testClock());
    const left = new Cancellation();
    left.cancel();
    expect(await rejection(limiter.acquire(waiting('interactive', left)))).toMatchObject({ name: 'AbortError' });
    expect([limiter.inFlight(), limiter.queued()]).toEqual([0, 0]);
  });
});

describe('the rate of a source', () => {
  test('lets as many calls start at once as it allows in a second, and the rest later', async () => {
    const clock = testClock();
    async function sleep(milliseconds: number): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(milliseconds);
    }
    const limiter = limiterOf({ concurrency: 100, requestsPerSecond: 5 }, { ...clock, sleep });
    const start = clock.now();
    const starts: number[] = [];
    await Promise.all(
      Array.from({ length: 12 }, () =>
        limiter.acquire(waiting('interactive')).then((done) => {
          starts.push(clock.now() - start);
          done();
        }),
      ),
    );
    expect(starts).toEqual([0, 0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000, 1_000, 2_000, 2_000]);
  });

  test('falls to the pace that an answer asks for, five seconds at most, and comes back', async () => {
    const clock = testClock();
    async function sleep(milliseconds: number): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(milliseconds);
    }
    const limiter = limiterOf({ concurrency: 100 }, { ...clock, sleep });
    const start = clock.now();
    const starts = async (count: number) =>
      Promise.all(
        Array.from({ length: count }, () => limiter.acquire(waiting('interactive')).then(() => clock.now() - start)),
      );
    expect(await starts(2)).toEqual([0, 0]);
    limiter.pace(300);
    expect(await starts(3)).toEqual([300, 600, 900]);
    limiter.pace(60_000);
    expect(await starts(1)).toEqual([5_900]);
    limiter.pace(0);
    expect(await starts(2)).toEqual([5_900, 5_900]);
  });

  test('stays slow for answers to calls that started before it was slowed down', () => {
    const clock = testClock();
    const limiter = limiterOf({ concurrency: 100 }, clock);
    const isFast = () => {
      const release = limiter.acquireNow(waiting('interactive'));
      release?.();
      return release !== null;
    };
    const sent = clock.now();
    clock.advance(10);
    limiter.pace(500, sent);
    expect(isFast()).toBe(true);
    // Answers to the calls beside it.
    clock.advance(10);
    limiter.pace(0, sent);
    limiter.pace(200, sent);
    expect(isFast()).toBe(false);
    clock.advance(480);
    expect(isFast()).toBe(false);
    clock.advance(10);
    const later = clock.now();
    expect(isFast()).toBe(true);
    clock.advance(10);
    limiter.pace(0, later);
    expect(isFast()).toBe(true);
  });

  test('stays slow when one of several calls at once is told to slow down, and the others are answered after it', async () => {
    const held: (() => void)[] = [];
    const server = await serve((_, response, index) => {
      if (index === 0) sendJson(response, {}, 503);
      else if (index < 4) held.push(sendJson.bind(null, response, {}));
      else sendJson(response, {});
    });
    const http = sourceHttp({
      baseUrl: server.origin,
      limits: { retries: 0 },
      paceAfter: ({ status }) => (status === 503 ? 400 : 0),
    });
    const ask = (page: number) =>
      http.json({ method: 'GET', path: ['jobs'], query: { page } }, z.unknown(), createCall());
    const first = rejection(ask(0));
    const others = [1, 2, 3].map(ask);
    await server.arrived(4);
    await first;
    for (const answer of held) answer();
    await Promise.all(others);
    const begun = performance.now();
    await Promise.all([ask(4), ask(5)]);
    // The first one's wait began with the last call before.
    expect(performance.now() - begun).toBeGreaterThan(400);
  });

  test('holds for an abort while it makes one wait', async () => {
    let wake: (() => void) | undefined;
    const clock = { ...testClock(), sleep: () => new Promise<void>((resolve) => (wake = resolve)) };
    const limiter = limiterOf({ concurrency: 9, requestsPerSecond: 1 }, clock);
    (await limiter.acquire(waiting('interactive')))();
    const leaving = new Cancellation();
    const left = rejection(limiter.acquire(waiting('interactive', leaving)));
    expect(limiter.queued()).toEqual(1);
    leaving.cancel();
    expect(await left).toBe(leaving.reason);
    wake?.();
    expect([limiter.inFlight(), limiter.queued()]).toEqual([0, 0]);
  });

  test('never lets more calls start in any second than it says', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 50, noNaN: true }),
        fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 100 }),
        (rate, pauses) => {
          const window = createRateWindow(rate);
          const starts: number[] = [];
          let now = 0;
          for (const pause of pauses) {
            now += pause;
            now += window.delay(now);
            window.start(now);
            starts.push(now);
          }
          const allowed = Math.max(1, Math.floor(rate));
          const width = (allowed / rate) * 1_000;
          for (const [index, from] of starts.entries()) {
            const after = starts[index + allowed];
            if (after !== undefined) expect(after - from).toBeGreaterThanOrEqual(width - 1e-6);
          }
        },
      ),
    );
  });
});
