import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { Asker } from '../../src/domain/call.ts';
import { Caller } from '../../src/http/policy/caller.ts';
import { createLimiter } from '../../src/http/policy/limiter.ts';
import type { LimiterSettings } from '../../src/http/policy/limiter.ts';
import { Cancellation } from '../../src/http/request/abort.ts';
import { DEFAULT_LIMITS } from '../../src/http/settings.ts';
import { rejection, sendJson, serve, sourceHttp, testClock } from './loopback.ts';

function operationOf(caller: string | null): Asker {
  return { caller };
}

function callOf(asker: Asker, cancellation = new Cancellation()): Caller {
  return new Caller([{ asker, priority: 'interactive' }], cancellation);
}

/**
 * A limiter with one place, which is taken. `serve` gives the place to the next in line, and says which caller that
 * was.
 */
async function oneTaken(limits: Partial<LimiterSettings> = {}) {
  const limiter = createLimiter('sap', { ...DEFAULT_LIMITS, concurrency: 1, ...limits }, testClock());
  const order: string[] = [];
  let release = await limiter.acquire(callOf(operationOf(null)));
  function wait(name: string, caller: Caller): Promise<void> {
    return limiter.acquire(caller).then((next) => {
      order.push(name);
      release = next;
    });
  }
  async function serveNext(): Promise<string | undefined> {
    const before = order.length;
    release();
    await new Promise((resolve) => setImmediate(resolve));
    return order[before];
  }
  async function serveAll(): Promise<readonly (string | undefined)[]> {
    const served: (string | undefined)[] = [];
    while (limiter.queued() > 0) served.push(await serveNext());
    return served;
  }
  return { limiter, wait, serveNext, serveAll };
}

describe('calls that wait for a place at a source', () => {
  test('take turns by caller, and within a caller by operation', async () => {
    const { wait, serveAll } = await oneTaken();
    const [long, short] = [operationOf('a'), operationOf('a')];
    for (const name of ['a long 1', 'a long 2', 'a long 3']) void wait(name, callOf(long));
    void wait('a short', callOf(short));
    void wait('b', callOf(operationOf('b')));
    void wait('nobody in particular', callOf(operationOf(null)));
    expect(await serveAll()).toEqual(['a long 1', 'b', 'nobody in particular', 'a short', 'a long 2', 'a long 3']);
  });

  test('wait no longer for a shared call that another caller began than for a call of their own', async () => {
    const { limiter, wait, serveAll } = await oneTaken();
    const busy = operationOf('a');
    for (const name of ['1', '2', '3']) void wait(name, callOf(busy));
    const shared = callOf(busy);
    void wait('shared', shared);
    shared.join(callOf(operationOf('b')));
    expect(await serveAll()).toEqual(['1', 'shared', '2', '3']);
    expect(limiter.queued()).toBe(0);
  });

  test("are never more than the source's queue holds, and the others get the time to retry if the rate tells it", async () => {
    const { limiter, wait } = await oneTaken({ queue: 2, requestsPerSecond: 0.5 });
    const leaving = new Cancellation();
    const left = ['1', '2'].map((name) => rejection(wait(name, callOf(operationOf(null), leaving))));
    expect(await rejection(limiter.acquire(callOf(operationOf(null))))).toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      source: 'sap',
      message: 'sap: 2 calls wait for this source, and leave no room for another of this caller (limits.queue: 2)',
      retryAfterSeconds: 4,
    });
    leaving.cancel();
    await Promise.all(left);
  });

  test('are never more than one caller may have, and others wait none the less', async () => {
    const { limiter, wait, serveAll } = await oneTaken({ callerQueue: 2 });
    const many = Array.from({ length: 3 }, () => callOf(operationOf('a')));
    const [, , third] = many.map((caller, index) => wait(`a ${index}`, caller));
    void wait('b', callOf(operationOf('b')));
    expect(await rejection(third!)).toMatchObject({
      code: 'SOURCE_RATE_LIMITED',
      message: 'sap: 2 calls of this caller wait for this source, the most that may (limits.callerQueue)',
    });
    expect(limiter.queued()).toBe(3);
    expect(await serveAll()).toEqual(['a 0', 'b', 'a 1']);
  });

  test('always leave room for a call of a caller who has none, however many have many', async () => {
    const { limiter, wait } = await oneTaken({ queue: 12 });
    const leaving = new Cancellation();
    const refused: string[] = [];
    const all = ['a', 'b', 'c', 'd'].flatMap((name) =>
      Array.from({ length: 20 }, () =>
        wait(name, callOf(operationOf(name), leaving)).catch((error: unknown) => {
          if (error !== leaving.reason) refused.push(name);
        }),
      ),
    );
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = (who: string) => 20 - refused.filter((name) => name === who).length;
    expect(['a', 'b', 'c', 'd'].map(waiting)).toEqual([6, 3, 2, 1]);
    expect(limiter.queued()).toBe(12);
    leaving.cancel();
    await Promise.all(all);
  });

  test('leave half of the queue to queries where they are polls', async () => {
    const { limiter, wait } = await oneTaken({ queue: 4 });
    const leaving = new Cancellation();
    const poll = () => new Caller([{ asker: operationOf(null), priority: 'poll' }], leaving);
    const left = Array.from({ length: 2 }, () => rejection(wait('poll', poll())));
    expect(await rejection(limiter.acquire(poll()))).toMatchObject({ code: 'SOURCE_RATE_LIMITED' });
    left.push(rejection(wait('query', callOf(operationOf(null), leaving))));
    expect(limiter.queued()).toBe(3);
    leaving.cancel();
    await Promise.all(left);
  });

  test('leave room for others when they go', async () => {
    const { wait, serveAll } = await oneTaken({ callerQueue: 1 });
    const leaving = new Cancellation();
    const left = rejection(wait('left', callOf(operationOf('a'), leaving)));
    leaving.cancel();
    expect(await left).toBe(leaving.reason);
    void wait('stays', callOf(operationOf('a')));
    expect(await serveAll()).toEqual(['stays']);
  });

  test('fail when they have waited for the longest time', async () => {
    const { limiter, serveAll } = await oneTaken({ queueMilliseconds: 5 });
    expect(await rejection(limiter.acquire(callOf(operationOf('a'))))).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      source: 'sap',
      message: 'sap: the call has waited 0.005 s for its turn, the longest that one may (limits.queueTime)',
    });
    expect(await serveAll()).toEqual([]);
  });
});

/** Two operations each of four callers. */
const ASKERS = ['a', 'a', 'b', 'b', 'c', 'c', null, null].map((caller) => operationOf(caller));

const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant('ask' as const), who: fc.nat({ max: 7 }) }) },
    { weight: 2, arbitrary: fc.constant({ type: 'serve' as const }) },
    fc.record({ type: fc.constant('join' as const), who: fc.nat({ max: 7 }), which: fc.nat() }),
    fc.record({ type: fc.constant('leave' as const), which: fc.nat() }),
  ),
  { minLength: 1, maxLength: 60 },
);

interface Waiting {
  readonly caller: Caller;
  readonly cancellation: Cancellation;
  readonly askers: Asker[];
}

test('no caller waits while as many others are served as there are callers, however calls come, join and leave', async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (steps) => {
      const { limiter, wait, serveNext } = await oneTaken();
      const waiting = new Map<string, Waiting>();
      /**
       * For a caller, or an operation without a caller: how many others were served since it began to wait, or was
       * served.
       */
      const passed = new Map<string | Asker, number>();
      for (const [number, step] of steps.entries()) {
        if (step.type === 'serve') {
          const served = waiting.get((await serveNext()) ?? '');
          if (served === undefined) {
            expect(waiting.size).toBe(0);
            break;
          }
          waiting.delete([...waiting].find(([, each]) => each === served)![0]);
          const still = new Set([...waiting.values()].flatMap(({ askers }) => askers.map(turnOf)));
          for (const turn of still) {
            const isServed = served.askers.map(turnOf).includes(turn);
            passed.set(turn, isServed ? 0 : (passed.get(turn) ?? 0) + 1);
          }
          for (const turn of passed.keys()) if (!still.has(turn)) passed.delete(turn);
          // Callers a, b and c, and two operations without a caller.
          for (const count of passed.values()) expect(count).toBeLessThan(5);
          continue;
        }
        const known = [...waiting.values()];
        if (step.type === 'ask') {
          const cancellation = new Cancellation();
          const caller = callOf(ASKERS[step.who]!, cancellation);
          waiting.set(String(number), { caller, cancellation, askers: [ASKERS[step.who]!] });
          wait(String(number), caller).catch(() => undefined);
        } else if (known.length > 0) {
          const chosen = known[step.which % known.length]!;
          if (step.type === 'join') {
            chosen.caller.join(callOf(ASKERS[step.who]!));
            chosen.askers.push(ASKERS[step.who]!);
          } else {
            chosen.cancellation.cancel();
            waiting.delete([...waiting].find(([, each]) => each === chosen)![0]);
          }
        }
        expect(limiter.queued()).toBe(waiting.size);
      }
      for (const { cancellation } of waiting.values()) cancellation.cancel();
    }),
    { numRuns: 200 },
  );
});

function turnOf(asker: Asker): string | Asker {
  return asker.caller ?? asker;
}

test('200 calls of one caller that are answered slowly leave a place for a call of another', async () => {
  const held: (() => void)[] = [];
  const server = await serve((_, response) => {
    held.push(() => {
      sendJson(response, {});
    });
  });
  const http = sourceHttp({ baseUrl: server.origin, limits: { concurrency: 8 } });
  const leaving = new AbortController();
  const ask = (page: string, caller: string) =>
    http.json(
      { method: 'GET', path: ['jobs'], query: { page } },
      z.unknown(),
      createCall({ asker: { caller }, signal: leaving.signal }),
    );
  const slow = Array.from({ length: 200 }, (_, page) => ask(`slow-${page}`, 'a').catch(() => null));
  await server.arrived(7);
  expect(http.stats()).toMatchObject({ inFlight: 7, queued: 193 });
  const fast = ask('fast', 'b');
  await server.arrived(8);
  expect(server.received.at(-1)?.url).toBe('/jobs?page=fast');
  held.at(-1)?.();
  await fast;
  expect(http.stats()).toMatchObject({ inFlight: 8, queued: 192 });
  leaving.abort();
  await Promise.all(slow);
});
