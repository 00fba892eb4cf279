import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { sourceHttp } from './loopback.ts';

/** Every header of an answer that our client reads, or that the library below it does. */
const NAMES = [
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'keep-alive',
  'location',
  'ratelimit-reset',
  'retry-after',
  'retry-after-ms',
  'transfer-encoding',
  'trailer',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];

const WORDS = [
  'gzip',
  'deflate, br',
  'chunked',
  '7',
  '-7',
  '1e9',
  '99999999999999999999',
  'timeout=99999999999',
  'timeout=-1',
  'close',
  'Thu, 01 Jan 9999 00:00:00 GMT',
  'secret-of-the-vendor',
  '\u00ff\u00fe',
];

test('whatever headers a vendor sends, a call ends with a value or an error of ours that quotes nothing', async () => {
  let text = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text, 'latin1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const http = sourceHttp({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    limits: { retries: 0, timeoutMilliseconds: 3_000 },
    breaker: { failures: Infinity, openMilliseconds: 1 },
  });
  const value = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.string({ maxLength: 40 }).map((word) => word.replaceAll(/[\r\n]/g, '')),
  );
  const headers = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 6 });
  const status = fc.constantFrom(200, 200, 200, 204, 206, 301, 304, 401, 403, 404, 429, 500, 503);
  await fc.assert(
    fc.asyncProperty(status, headers, async (code, given) => {
      const lines = given.map(([name, word]) => `${name}: ${word}\r\n`).join('');
      text = `HTTP/1.1 ${code} X\r\n${lines}\r\n{"a":1}`;
      try {
        await http.json({ method: 'GET', path: ['jobs'] }, z.unknown(), createCall());
      } catch (error) {
        expect(error).toBeInstanceOf(TributaryError);
        const { code: ours, message, retryAfterSeconds = 0 } = error as TributaryError;
        expect(ours).toMatch(/^SOURCE_|^NOT_FOUND$/);
        expect(message).not.toContain('secret-of-the-vendor');
        expect(retryAfterSeconds >= 0 && retryAfterSeconds <= 86_400).toBe(true);
      }
      expect(http.stats().inFlight).toBe(0);
    }),
    { numRuns: 300 },
  );
});
