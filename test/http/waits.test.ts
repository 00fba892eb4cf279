import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { LONGEST_WAIT_SECONDS, secondsToWait } from '../../src/http/policy/retry-after.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';

const now = Date.parse('2026-01-01T00:00:00.500Z');

function wait(headers: Record<string, string | string[]>, status = 503): number | undefined {
  return secondsToWait({ status, headers }, now);
}

describe('Retry-After', () => {
  test.each([
    ['7', 7],
    [' 0 ', 0],
    ['1.5', 1.5],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10],
    ['Thu, 01 Jan 2025 00:00:10 GMT', 0],
    ['Thursday, 01-Jan-26 00:00:10 GMT', 10],
    ['Thu Jan  1 00:00:10 2026', 10],
    ['2026-01-01T00:00:10Z', 10],
    ['2026-01-01T00:00:10', 10],
    ['2026-01-01 00:00:10.250', 10],
    ['2026-01-01T01:00:10+01:00', 10],
    ['1767225610', 10],
    ['1767225610000', 10],
    ['999999999', LONGEST_WAIT_SECONDS],
    ['99999999999999999999', LONGEST_WAIT_SECONDS],
    ['Thu, 01 Jan 9999 00:00:00 GMT', LONGEST_WAIT_SECONDS],
    ['-5', undefined],
    ['soon', undefined],
    ['Monday', undefined],
    ['', undefined],
    ['9'.repeat(1_000), undefined],
  ])('%j is %s seconds', (header, seconds) => {
    expect(wait({ 'retry-after': header })).toEqual(seconds);
    expect(wait({ 'retry-after': [header, '3'] })).toEqual(seconds);
  });

  test('is read in any time zone of the machine', () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      expect(wait({ 'retry-after': 'Thu Jan  1 00:00:10 2026' })).toBe(10);
      expect(wait({ 'retry-after': '2026-01-01T00:00:10' })).toBe(10);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});

describe('other headers that say when to come back', () => {
  test('are Retry-After-Ms, which goes first', () => {
    expect(wait({ 'retry-after-ms': '1500', 'retry-after': '9' })).toBe(1.5);
    expect(wait({ 'retry-after-ms': 'soon', 'retry-after': '9' })).toBe(9);
  });

  test.each(['ratelimit-reset', 'x-ratelimit-reset', 'x-ratelimit-reset-after', 'x-rate-limit-reset'])(
    'are %s, from now or since 1970, where the quota is what was refused',
    (name) => {
      for (const value of ['10', '1767225610', '1767225610000', '2026-01-01T00:00:10Z']) {
        expect(wait({ [name]: value }, 429)).toBe(10);
        expect(wait({ [name]: value, 'x-ratelimit-remaining': '0' }, 403)).toBe(10);
        expect(wait({ [name]: value, 'x-ratelimit-remaining': '12' }, 500)).toBeUndefined();
        expect(wait({ [name]: value }, 503)).toBeUndefined();
        expect(wait({ [name]: value, 'retry-after': '3' }, 429)).toBe(3);
      }
    },
  );

  test.each<[string | string[], number | undefined, number | undefined]>([
    ['"default";r=0;t=30', 30, 30],
    ['"default"; t=30; r=0', 30, 30],
    ['"minute";r=12;t=30, "day";r=0;t=3600', 3_600, 3_600],
    [['"minute";r=0;t=30', '"hour;r=0;t=99";r=0;t=60'], 60, 60],
    ['limit=100, remaining=0, reset=30', 30, 30],
    ['"default";r=0;t=99999999', LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS],
    ['"default";t=30', 30, undefined],
    ['"default";r=12;t=30', undefined, undefined],
    ['limit=100, remaining=7, reset=30', undefined, undefined],
    ['"default";r=0;t=-3', undefined, undefined],
    ['"default";r=0;t=1.5', undefined, undefined],
    ['30', undefined, undefined],
  ])('are RateLimit: %s, after 429 and after 503', (ratelimit, afterRefusal, afterFailure) => {
    expect(wait({ ratelimit }, 429)).toBe(afterRefusal);
    expect(wait({ ratelimit }, 503)).toBe(afterFailure);
    expect(wait({ ratelimit, 'retry-after': '3' }, 429)).toBe(3);
  });

  test('reach the client', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 429, { 'retry-after-ms': '90000' });
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const error = await rejection(http.json({ method: 'GET', path: ['a'] }, z.unknown(), createCall()));
    expect(error).toMatchObject({ code: 'SOURCE_RATE_LIMITED', retryAfterSeconds: 90 });
  });

  test('are bounded also where the vendor counts them itself', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {}, 429);
    });
    for (const [said, told] of [
      [1e300, LONGEST_WAIT_SECONDS],
      [-7, 0],
    ] as const) {
      const classifyError = () => ({ retryAfterSeconds: said, retryable: false });
      const http = sourceHttp({ baseUrl: server.origin, classifyError });
      const error = await rejection(http.json({ method: 'GET', path: ['a'] }, z.unknown(), createCall()));
      expect(error).toMatchObject({ retryAfterSeconds: told });
    }
  });
});

test('whatever the headers hold, a wait is absent or within its bounds', () => {
  const quotas = ['x-ratelimit-reset', 'x-ratelimit-remaining', 'ratelimit-reset', 'ratelimit'];
  const names = ['retry-after', 'retry-after-ms', ...quotas];
  const text = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.stringMatching(/^("a";r=0;t=\d{0,20}|limit=1, remaining=0, reset=\d{0,20})$/),
    fc.stringMatching(/^(Mon|Thursday),? [\d :A-Za-z+-]{0,40}$/),
  );
  const headers = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.array(text)));
  fc.assert(
    fc.property(headers, fc.constantFrom(403, 429, 503), (given, status) => {
      const seconds = wait(given, status);
      expect(seconds === undefined || (seconds >= 0 && seconds <= LONGEST_WAIT_SECONDS)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
