import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { createPools } from '../../src/http/request/pools.ts';
import type { RequestObservation } from '../../src/http/stats.ts';
import { rejection, sendJson, serve, sourceHttp, testClock } from './loopback.ts';

const jobs = { method: 'GET', path: ['jobs'] } as const;

describe('the health of a source', () => {
  test('counts what was sent again', async () => {
    let answers = 0;
    const server = await serve((_, response) => {
      sendJson(response, {}, (answers += 1) < 3 ? 503 : 200);
    });
    const http = sourceHttp({ baseUrl: server.origin, ...testClock() });
    await http.json(jobs, z.unknown(), createCall());
    expect(http.stats().retries).toBe(2);
  });

  test('counts calls that were not needed', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const call = createCall();
    const ask = (by: typeof call) => http.json(jobs, decoder, by);
    const decoder = z.unknown();
    await Promise.all([ask(call), ask(call), ask(createCall())]);
    await ask(call);
    expect(http.stats().saved).toEqual({ shared: 2, remembered: 1 });
    expect(server.received).toHaveLength(1);
  });

  test('is unknown at first', async () => {
    const server = await serve(() => undefined);
    expect(sourceHttp({ baseUrl: server.origin }).stats()).toEqual({
      inFlight: 0,
      queued: 0,
      turnedAway: 0,
      breaker: 'closed',
      retries: 0,
      retriesLeftOut: 0,
      saved: { shared: 0, remembered: 0 },
      lastLatencyMilliseconds: null,
      lastError: null,
      lastSuccessAt: null,
    });
  });

  test('remembers the last success, its latency and the last error until the next success', async () => {
    const clock = testClock();
    let status = 200;
    const server = await serve((_, response) => {
      sendJson(response, {}, status);
    });
    const http = sourceHttp({ baseUrl: server.origin, ...clock });
    await http.json(jobs, z.unknown(), createCall());
    const at = clock.now();
    expect(http.stats()).toMatchObject({ lastError: null, lastSuccessAt: at });
    expect(http.stats().lastLatencyMilliseconds).toBeGreaterThan(0);
    clock.advance(1_000);
    status = 403;
    const error = await rejection(http.json(jobs, z.unknown(), createCall()));
    expect(http.stats().lastError).toBe(error);
    expect(http.stats().lastSuccessAt).toEqual(at);
    clock.advance(1_000);
    status = 200;
    await http.json(jobs, z.unknown(), createCall());
    expect(http.stats()).toMatchObject({ lastError: null, lastSuccessAt: at + 2_000 });
  });

  test('is good when a job is not there, and bad when its answer cannot be read', async () => {
    let status = 404;
    const server = await serve((_, response) => {
      sendJson(response, {}, status);
    });
    const http = sourceHttp({ baseUrl: server.origin });
    await rejection(http.json(jobs, z.unknown(), createCall()));
    expect(http.stats().lastError).toEqual(null);
    expect(http.stats().lastSuccessAt).not.toEqual(null);
    status = 200;
    await rejection(http.json(jobs, z.string(), createCall()));
    expect(http.stats().lastError).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  });
});

describe('the observations for metrics', () => {
  test('are one for each question at a token endpoint, too, and hold no address and no secret', async () => {
    const observed: RequestObservation[] = [];
    const server = await serve(({ url }, response, index) => {
      if (url === '/token') sendJson(response, { access_token: 'made', expires_in: 600 }, index === 0 ? 401 : 200);
      else sendJson(response, {});
    });
    const http = sourceHttp({
      baseUrl: server.origin,
      auth: {
        type: 'oauth2-client-credentials',
        tokenUrl: `${server.origin}/token`,
        clientId: 'id',
        clientSecret: 'a secret',
      },
      ...testClock(),
      onRequest: (observation) => observed.push(observation),
    });
    await rejection(http.json(jobs, z.unknown(), createCall()));
    expect(observed.map(({ route, status, outcome }) => [route, status, outcome])).toEqual([
      ['token endpoint', 401, 'SOURCE_UNAUTHENTICATED'],
    ]);
    expect(JSON.stringify(observed)).not.toMatch(/secret|127\.0\.0\.1/);
  });

  test('are one for each attempt, and reveal nothing of the request', async () => {
    const observed: RequestObservation[] = [];
    const server = await serve((_, response, index) => {
      sendJson(response, {}, index === 0 ? 503 : 200);
    });
    const http = sourceHttp({
      baseUrl: server.origin,
      ...testClock(),
      onRequest: (observation) => observed.push(observation),
    });
    await http.json(jobs, z.unknown(), createCall());
    await server.close();
    await rejection(http.json({ ...jobs, idempotent: false }, z.unknown(), createCall()));
    expect(observed).toEqual([
      {
        source: 'sap',
        route: null,
        method: 'GET',
        status: 503,
        outcome: 'SOURCE_UNAVAILABLE',
        queuedMilliseconds: 0,
        durationMilliseconds: expect.any(Number) as number,
      },
      {
        source: 'sap',
        route: null,
        method: 'GET',
        status: 200,
        outcome: 'ok',
        queuedMilliseconds: 0,
        durationMilliseconds: expect.any(Number) as number,
      },
      {
        source: 'sap',
        route: null,
        method: 'GET',
        status: null,
        outcome: 'SOURCE_UNAVAILABLE',
        queuedMilliseconds: 0,
        durationMilliseconds: expect.any(Number) as number,
      },
    ]);
  });
});

describe('sources of one origin', () => {
  test('share its connections, which stay when one of them is closed', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const pools = createPools();
    const first = sourceHttp({ source: 'one', baseUrl: `${server.origin}/a`, pools });
    const second = sourceHttp({ source: 'two', baseUrl: `${server.origin}/b`, pools });
    for (let index = 0; index < 4; index += 1) {
      await first.json(jobs, z.unknown(), createCall());
      await second.json(jobs, z.unknown(), createCall());
    }
    await first.close();
    await second.json(jobs, z.unknown(), createCall());
    expect(server.received).toHaveLength(9);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('do not share limits, credentials or flights', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const pools = createPools();
    const sources = ['a', 'b'].map((token) =>
      sourceHttp({ baseUrl: server.origin, pools, auth: { type: 'bearer', token } }),
    );
    await Promise.all(sources.map((http) => http.json(jobs, z.unknown(), createCall())));
    expect(server.received.map(({ headers }) => headers.authorization).sort()).toEqual(['Bearer a', 'Bearer b']);
  });
});
