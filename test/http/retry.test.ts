import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { HttpRequest } from '../../src/http/client.ts';
import { rejection, sendCut, sendJson, serve, sourceHttp, streamedText, testClock } from './loopback.ts';
import type { Handler, SourceOverrides } from './loopback.ts';

const jobs: HttpRequest = { method: 'GET', path: ['jobs'] };
const logs: HttpRequest = { method: 'POST', path: ['logs'], body: {} };

/** A source that fails `failures` times and then answers. */
async function failing(fail: Handler, failures: number, overrides: Partial<SourceOverrides> = {}) {
  const server = await serve((request, response, index) => {
    if (index < failures) fail(request, response, index);
    else sendJson(response, { ok: true });
  });
  const clock = testClock();
  const http = sourceHttp({ baseUrl: server.origin, ...clock, ...overrides });
  const ask = (request = jobs) => http.json(request, z.object({ ok: z.boolean() }), createCall());
  return { server, clock, http, ask };
}

function status(code: number, headers: Record<string, string> = {}): Handler {
  return (_, response) => {
    sendJson(response, {}, code, headers);
  };
}

const reset: Handler = (_, response) => void response.socket?.destroy();
const cut: Handler = (_, response) => {
  sendCut(response, '{"ok":');
};

describe('a failure that may pass', () => {
  test.each([
    ['a reset', reset],
    ['a cut body', cut],
    ['429', status(429)],
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
  ])('(%s) is tried again, twice at most, with growing pauses', async (_name, fail) => {
    const { server, clock, ask } = await failing(fail, 2);
    expect(await ask()).toMatchObject({ data: { ok: true } });
    expect(server.received).toHaveLength(3);
    expect(clock.slept).toEqual([150, 300]);
    const worse = await failing(fail, 3);
    await rejection(worse.ask());
    expect(worse.server.received).toHaveLength(3);
  });

  test('(a refused connection) is tried again', async () => {
    const { server, clock, ask } = await failing(reset, 0);
    await server.close();
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(clock.slept).toEqual([150, 300]);
  });

  test('(500) is tried again once', async () => {
    const { server, ask } = await failing(status(500), 9);
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 500 });
    expect(server.received).toHaveLength(2);
  });

  test('(500) is not tried again for a request that kept failing so a short time ago; others are', async () => {
    const { server, ask } = await failing(status(500), 9);
    await rejection(ask());
    await rejection(ask());
    await rejection(ask());
    expect(server.received).toHaveLength(4);
    await rejection(ask({ ...jobs, path: ['other'] }));
    expect(server.received).toHaveLength(6);
  });

  test('(500) is tried again for a request that has been answered since, or that failed long ago', async () => {
    const answers = [500, 500, 200, 500, 500, 500, 500, 500];
    const { server, clock, ask } = await failing((request, response, index) => {
      sendJson(response, { ok: true }, answers[index] ?? 200);
    }, answers.length);
    await rejection(ask());
    expect(await ask()).toMatchObject({ data: { ok: true } });
    await rejection(ask());
    await rejection(ask());
    expect(server.received).toHaveLength(6);
    clock.advance(60_001);
    await rejection(ask());
    expect(server.received).toHaveLength(8);
  });

  test('(500) of one credential says nothing about the request of another', async () => {
    const { server, http } = await failing(status(500), 9, { forward: 'required' });
    const askAs = (authorization: string) => http.json(jobs, z.unknown(), createCall({ authorization }));
    await rejection(askAs('Bearer a'));
    await rejection(askAs('Bearer b'));
    expect(server.received).toHaveLength(4);
    await rejection(askAs('Bearer b'));
    expect(server.received).toHaveLength(5);
  });

  test('is tried as often as the settings say', async () => {
    const { server, ask } = await failing(status(503), 9, { limits: { retries: 0 } });
    await rejection(ask());
    expect(server.received).toHaveLength(1);
  });

  test('of a POST is tried again only if the request may be repeated', async () => {
    const { server, ask } = await failing(status(503), 1);
    expect(await rejection(ask(logs))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(server.received).toHaveLength(1);
    const idempotent = await failing(status(503), 1);
    expect(await idempotent.ask({ ...logs, idempotent: true })).toMatchObject({ data: { ok: true } });
    expect(idempotent.server.received).toHaveLength(2);
  });

  test('of a GET that must not be repeated is not tried again', async () => {
    const { server, ask } = await failing(status(503), 1);
    await rejection(ask({ ...jobs, idempotent: false }));
    expect(server.received).toHaveLength(1);
  });

  test.each([400, 403, 404, 408, 409, 422, 501])('is not assumed for status %i', async (code) => {
    const { server, ask } = await failing(status(code), 1);
    await rejection(ask());
    expect(server.received).toHaveLength(1);
  });

  test('is what the vendor classifies as one', async () => {
    const permanent = await failing(status(503), 1, { classifyError: () => ({ retryable: false }) });
    await rejection(permanent.ask());
    expect(permanent.server.received).toHaveLength(1);
    const passing = await failing(status(409), 1, { classifyError: () => ({ retryable: true }) });
    expect(await passing.ask()).toMatchObject({ data: { ok: true } });
  });

  test('before a stream has begun is tried again', async () => {
    const { server, http } = await failing(status(503), 1);
    expect(await streamedText(http, jobs)).toEqual('{"ok":true}');
    expect(server.received).toHaveLength(2);
  });

  test('of a stream that has begun is tried again, and what came before is discarded', async () => {
    const { server, http } = await failing(cut, 2);
    expect(await streamedText(http, jobs)).toEqual('{"ok":true}');
    expect(server.received).toHaveLength(3);
  });

  test('of a stream that must not be repeated is not tried again', async () => {
    const { server, http } = await failing(cut, 1);
    expect(await rejection(streamedText(http, { ...jobs, idempotent: false }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the answer was cut off',
    });
    expect(server.received).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  test('is waited for when it is short', async () => {
    const { clock, ask } = await failing(status(429, { 'retry-after': '3' }), 1);
    expect(await ask()).toMatchObject({ data: { ok: true } });
    expect(clock.slept).toEqual([3_000]);
  });

  test('is understood as a date', async () => {
    const clock = testClock();
    const at = new Date(clock.now() + 4_000).toUTCString();
    const { ask } = await failing(status(503, { 'retry-after': at }), 1, clock);
    await ask();
    expect(clock.slept).toEqual([4_000]);
  });

  test('that is shorter than the back-off does not shorten it', async () => {
    const { clock, ask } = await failing(status(503, { 'retry-after': '0' }), 1);
    await ask();
    expect(clock.slept).toEqual([150]);
  });

  test('that is long is told to the client at once', async () => {
    const { server, clock, ask } = await failing(status(429, { 'retry-after': '30' }), 9);
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 30 });
    expect(server.received).toHaveLength(1);
    expect(clock.slept).toEqual([]);
  });

  test('that is long keeps every other call from the source until it is over', async () => {
    const { server, clock, ask } = await failing(status(429, { 'retry-after': '30' }), 1);
    await rejection(ask());
    clock.advance(10_000);
    const error = { code: 'SOURCE_RATE_LIMITED', source: 'sap', retryAfterSeconds: 20 };
    expect(await rejection(ask({ ...jobs, query: { page: 2 } }))).toMatchObject(error);
    expect(server.received).toHaveLength(1);
    clock.advance(20_000);
    expect(await ask()).toMatchObject({ data: { ok: true } });
  });

  test('that is short makes other calls wait as long', async () => {
    const { server, clock, ask } = await failing(status(503, { 'retry-after': '3' }), 1, { limits: { retries: 0 } });
    await rejection(ask());
    expect(await ask({ ...jobs, query: { page: 2 } })).toMatchObject({ data: { ok: true } });
    expect(clock.slept).toEqual([3_000]);
    expect(server.received).toHaveLength(2);
  });

  test('that is longer than a call may wait for its turn refuses the call at once', async () => {
    const limits = { retries: 0, queueMilliseconds: 1_000 };
    const { server, clock, ask } = await failing(status(429, { 'retry-after': '3' }), 1, { limits });
    await rejection(ask());
    expect(await rejection(ask())).toMatchObject({ code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 3 });
    expect([clock.slept, server.received.length]).toEqual([[], 1]);
    clock.advance(2_500);
    expect(await ask()).toMatchObject({ data: { ok: true } });
  });

  test('holds for calls that waited for a place when it came', async () => {
    const { server, clock, ask } = await failing(status(429, { 'retry-after': '60' }), 1, {
      limits: { concurrency: 1, retries: 0 },
    });
    const errors = await Promise.all([1, 2, 3].map(async (page) => rejection(ask({ ...jobs, query: { page } }))));
    expect(errors).toMatchObject(Array(3).fill({ code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 60 }));
    expect(server.received).toHaveLength(1);
    expect(clock.slept).toEqual([]);
  });

  test('of more than an hour keeps calls away for an hour', async () => {
    const { clock, ask } = await failing(status(429, { 'retry-after': '80000' }), 1);
    await rejection(ask());
    expect(await rejection(ask())).toMatchObject({ retryAfterSeconds: 3_600 });
    clock.advance(3_600_000);
    expect(await ask()).toMatchObject({ data: { ok: true } });
  });

  test('in the body counts when the vendor’s classification reads it', async () => {
    const { clock, ask } = await failing(
      (_, response) => {
        sendJson(response, { retryAfter: 2 }, 503);
      },
      1,
      { classifyError: () => ({ code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 2 }) },
    );
    expect(await ask()).toMatchObject({ data: { ok: true } });
    expect(clock.slept).toEqual([2_000]);
  });
});

describe('a pause between attempts', () => {
  test('ends when the caller leaves', async () => {
    const server = await serve(status(503));
    const leaving = new AbortController();
    const http = sourceHttp({
      baseUrl: server.origin,
      sleep: (_, cancellation) =>
        new Promise((_resolve, reject) => {
          cancellation.onAbort(() => {
            reject(cancellation.reason);
          });
          leaving.abort();
        }),
    });
    const error = await rejection(
      http.json({ ...jobs, idempotent: true }, z.unknown(), createCall({ signal: leaving.signal })),
    );
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(server.received).toHaveLength(1);
  });
});
