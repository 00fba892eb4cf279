import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { createBreaker } from '../../src/http/policy/breaker.ts';
import { rejection, sendJson, serve, sourceHttp, testClock } from './loopback.ts';
import type { SourceOverrides } from './loopback.ts';

/** A source whose status can be set, left alone for 10 s after three failures in a row. */
async function source(overrides: Partial<SourceOverrides> = {}) {
  const state = { status: 200, hang: false };
  const server = await serve((_, response) => {
    if (!state.hang) sendJson(response, {}, state.status);
  });
  const clock = testClock();
  const breaker = { failures: 3, openMilliseconds: 10_000 };
  const limits = { retries: 0, ...overrides.limits };
  const http = sourceHttp({ baseUrl: server.origin, ...clock, breaker, ...overrides, limits });
  const ask = (call = createCall()) => http.json({ method: 'GET', path: ['jobs'] }, z.unknown(), call);
  async function fail(times: number, status = 503): Promise<void> {
    state.status = status;
    for (let index = 0; index < times; index += 1) await rejection(ask());
  }
  return { state, server, clock, http, ask, fail };
}

describe('a source that keeps failing', () => {
  test('gets no calls for a while, and clients learn for how long', async () => {
    const { server, clock, http, ask, fail } = await source();
    await fail(3);
    expect(http.stats().breaker).toEqual('open');
    clock.advance(4_000);
    expect(await rejection(ask())).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the source kept failing and is not called for a while',
      source: 'sap',
      retryAfterSeconds: 6,
    });
    expect(server.received).toHaveLength(3);
  });

  test('gets a trial call afterwards, and is available again if that succeeds', async () => {
    const { state, clock, http, ask, fail } = await source();
    await fail(3);
    clock.advance(10_000);
    expect(http.stats().breaker).toEqual('half-open');
    state.status = 200;
    await ask();
    expect(http.stats().breaker).toEqual('closed');
    await fail(2);
    expect(http.stats().breaker).toEqual('closed');
  });

  test('that fails the trial gets no calls for twice as long', async () => {
    const { server, clock, http, fail } = await source();
    await fail(3);
    clock.advance(10_000);
    await fail(1);
    clock.advance(19_000);
    expect(http.stats().breaker).toEqual('open');
    clock.advance(1_000);
    expect(http.stats().breaker).toEqual('half-open');
    expect(server.received).toHaveLength(4);
  });

  test('stays available if a call in between succeeds', async () => {
    const { state, http, ask, fail } = await source();
    await fail(2);
    state.status = 200;
    await ask();
    await fail(2);
    expect(http.stats().breaker).toEqual('closed');
  });

  test.each([400, 401, 403, 404, 408, 409, 422, 429, 500])(
    'with %i still gets calls, because it is up',
    async (status) => {
      const { http, fail } = await source();
      await fail(6, status);
      expect(http.stats().breaker).toEqual('closed');
    },
  );

  test.each([502, 503, 504])('with %i gets no calls for a while', async (status) => {
    const { http, fail } = await source();
    await fail(3, status);
    expect(http.stats().breaker).toEqual('open');
  });

  test('in a way that its vendor calls permanent, or a rate limit, still gets calls', async () => {
    const permanent = await source({ classifyError: () => ({ retryable: false }) });
    await permanent.fail(6);
    expect(permanent.http.stats().breaker).toEqual('closed');
    const limited = await source({ classifyError: () => ({ code: 'SOURCE_RATE_LIMITED' }) });
    await limited.fail(6);
    expect(limited.http.stats().breaker).toEqual('closed');
  });

  test('by refusing connections gets no calls for a while', async () => {
    const { server, http, ask } = await source();
    await server.close();
    for (let index = 0; index < 3; index += 1) await rejection(ask());
    expect(http.stats().breaker).toEqual('open');
  });

  test('by hanging gets no calls for a while', async () => {
    const { state, http, ask } = await source({ limits: { timeoutMilliseconds: 40 } });
    state.hang = true;
    for (let index = 0; index < 3; index += 1) await rejection(ask());
    expect(http.stats().breaker).toEqual('open');
  });

  test('is not retried by a call whose own failure opened the breaker', async () => {
    const { server, ask, state } = await source({ limits: { retries: 5 } });
    state.status = 503;
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 503 });
    expect(server.received).toHaveLength(3);
  });

  test('does not count calls whose callers left', async () => {
    const { state, server, http, ask } = await source();
    state.hang = true;
    for (let index = 1; index <= 4; index += 1) {
      const leaving = new AbortController();
      const left = rejection(ask(createCall({ signal: leaving.signal })));
      await server.arrived(index);
      leaving.abort();
      await left;
    }
    expect(http.stats().breaker).toEqual('closed');
  });
});

describe('a trial', () => {
  function opened() {
    const clock = testClock();
    const breaker = createBreaker('sap', clock.now, { failures: 1, openMilliseconds: 10_000 });
    breaker.admit()('failure');
    clock.advance(10_000);
    return { clock, breaker };
  }

  test('is one at a time', () => {
    const { breaker } = opened();
    breaker.admit();
    expect(() => breaker.admit()).toThrow(
      expect.objectContaining({ code: 'SOURCE_UNAVAILABLE', retryAfterSeconds: 1 }),
    );
  });

  test('whose caller left decides nothing, so the next call is the trial', () => {
    const { breaker } = opened();
    breaker.admit()('abandoned');
    expect(breaker.state()).toEqual('half-open');
    breaker.admit()('success');
    expect(breaker.state()).toEqual('closed');
  });

  test('waits at most 30 s for the next', () => {
    const { breaker, clock } = opened();
    for (let index = 0; index < 5; index += 1) {
      breaker.admit()('failure');
      clock.advance(30_000);
    }
    expect(breaker.state()).toEqual('half-open');
  });

  test('is not decided by attempts that began before it', () => {
    const clock = testClock();
    const breaker = createBreaker('sap', clock.now, { failures: 1, openMilliseconds: 10_000 });
    const early = [breaker.admit(), breaker.admit()];
    early[0]!('failure');
    early[1]!('success');
    expect(breaker.state()).toEqual('open');
  });
});
