import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { STREAM_BOUNDS } from '../../../src/http/settings.ts';
import type { StreamBounds } from '../../../src/http/settings.ts';
import { readLogStream } from '../../../src/vendors/bytenite/logs/body/stream.ts';
import { rejection, serve, sourceHttp } from '../../http/loopback.ts';

const MEBIBYTE = 1024 * 1024;
const LINE = '{"timestamp":"2025-06-24T16:19:03Z","log":"again and again"},';

/** A vendor that sends a beginning and then the same for ever, with a pause after each piece. */
async function endless(
  beginning: string,
  piece: (index: number) => string,
  pauseMilliseconds = 0,
  bounds: Partial<StreamBounds> = {},
  timeoutMilliseconds = 60_000,
) {
  const server = await serve((_, response) => {
    response.write(beginning);
    let index = 0;
    const send = (): void => {
      if (response.destroyed) return;
      const goesOn = response.write(piece((index += 1)));
      if (pauseMilliseconds > 0) setTimeout(send, pauseMilliseconds);
      else if (goesOn) setImmediate(send);
      else response.once('drain', send);
    };
    send();
  });
  const stream = { ...STREAM_BOUNDS, milliseconds: 60_000, bytes: 400 * MEBIBYTE, ...bounds };
  const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds, stream } });
  const request = { method: 'POST', path: ['logs'], body: {}, idempotent: true } as const;
  const started = performance.now();
  const error = await rejection(http.stream(request, readLogStream, () => () => undefined, createCall()));
  return { error, milliseconds: performance.now() - started, calls: server.received.length };
}

describe('an answer of POST /logs that has no end', () => {
  test.each([
    ['a string', '{"partitioner":[{"log":"', () => 'x'.repeat(MEBIBYTE), 'one value does not end'],
    ['levels', '{"partitioner":[', () => '['.repeat(65_536), 'a value has over 10000 levels'],
    ['a key', '{"', () => 'k'.repeat(65_536), 'a key is too long'],
    ['tasks', '{"taskrunner":{', keys, 'an object has over 100000 members'],
    ['members', '{', keys, 'an object has over 100000 members'],
  ])('is given up for its %s', async (_, beginning, piece, what) => {
    const before = process.memoryUsage();
    const { error, calls } = await endless(beginning, piece);
    const after = process.memoryUsage();
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', message: `sap: ${what}` });
    expect(calls).toBe(1);
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(128 * MEBIBYTE);
  });

  test('is given up when its time is over, although lines come', async () => {
    const { error, milliseconds, calls } = await endless('{"partitioner":[', () => LINE, 20, { milliseconds: 1_500 });
    expect(error).toMatchObject({ code: 'SOURCE_TIMEOUT', message: 'sap: no whole answer within 1.5 s' });
    expect(milliseconds).toBeGreaterThan(1_400);
    expect(calls).toBe(1);
  });

  test.each([
    ['a string', '{"partitioner":[{"log":"', () => 'x'.repeat(2_048), 'one value does not end', { lineBytes: 1_024 }],
    ['levels', '{"partitioner":[', () => '['.repeat(20), 'a value has over 10 levels', { levels: 10 }],
    ['a key', '{"', () => 'k'.repeat(200), 'a key is too long', { keyBytes: 256 }],
    ['members', '{', keys, 'an object has over 100 members', { members: 100 }],
    ['bytes', '{"partitioner":[', () => LINE, 'the answer is longer than 900 bytes', { bytes: 900 }],
  ])('is given up for its %s at the configured limit', async (_, beginning, piece, what, bounds) => {
    const { error } = await endless(beginning, piece, 0, bounds);
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    expect(String(error)).toContain(`sap: ${what}`);
  });

  test('is given up if it comes byte by byte', async () => {
    // The speed is looked at after each time that one answer may take.
    const { error, calls } = await endless('{"partitioner":[', () => ' ', 150, {}, 1_500);
    expect(error).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'sap: the answer comes more slowly than 16 bytes per second',
    });
    expect(calls).toBe(1);
  });
});

function keys(index: number): string {
  return Array.from({ length: 1_000 }, (_, key) => `"${index}-${key}":null,`).join('');
}
