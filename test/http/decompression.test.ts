import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { SourceOverrides } from './loopback.ts';
import { rejection, serve, sourceHttp, streamedText } from './loopback.ts';

const jobs = { method: 'GET', path: ['jobs'] } as const;
type Encoding = string | readonly string[];

async function connect(bytes: Buffer, encoding: Encoding, limits: SourceOverrides['limits'] = {}) {
  const server = await serve((_, response) => {
    response.setHeader('content-encoding', encoding);
    response.end(bytes);
  });
  return sourceHttp({ baseUrl: server.origin, limits: { retries: 0, ...limits } });
}

/** A body read whole. */
async function ask(bytes: Buffer, encoding: Encoding, limits: SourceOverrides['limits'] = {}): Promise<unknown> {
  return (await (await connect(bytes, encoding, limits)).json(jobs, z.unknown(), createCall())).data;
}

async function stream(bytes: Buffer, encoding: Encoding): Promise<string> {
  return streamedText(await connect(bytes, encoding), jobs);
}

const text = JSON.stringify({ a: 'abc '.repeat(20_000) });
const value = JSON.parse(text) as unknown;

describe('a compressed body', () => {
  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP ', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateSync(text, { level: 0 })],
    ['deflate', deflateRawSync(text)],
    ['deflate', deflateRawSync(text, { level: 0 })],
    ['deflate', deflateRawSync(text, { level: 1 })],
    ['br', brotliCompressSync(text)],
    ['gzip, gzip', gzipSync(gzipSync(text))],
    [['gzip', 'gzip'], gzipSync(gzipSync(text))],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['deflate, identity, x-gzip', gzipSync(deflateRawSync(text))],
    ['identity', Buffer.from(text)],
    ['utf-8', Buffer.from(text)],
    ['none', Buffer.from(text)],
    ['', Buffer.from(text)],
  ] as const)('in %j is read (%#)', async (encoding, bytes) => {
    expect(await ask(bytes, encoding)).toEqual(value);
    expect(await stream(bytes, encoding)).toBe(text);
  });

  test.each(['gzip', 'deflate', 'br', 'gzip, gzip'])('in %s that is empty is an empty body', async (encoding) => {
    expect(await stream(Buffer.alloc(0), encoding)).toBe('');
    expect(await rejection(ask(Buffer.alloc(0), encoding))).toMatchObject({
      message: 'sap: expected JSON, got an empty body',
    });
  });

  test.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, gzip', gzipSync(gzipSync(text))],
  ])('in %s that was cut is an unavailable source', async (encoding, bytes) => {
    const expected = { code: 'SOURCE_UNAVAILABLE', message: 'sap: the answer was cut off' };
    const cut = bytes.subarray(0, bytes.length - 20);
    expect(await rejection(ask(cut, encoding))).toMatchObject(expected);
    expect(await rejection(stream(cut, encoding))).toMatchObject(expected);
  });

  test.each(['gzip', 'deflate', 'br', 'gzip, br'])('in %s that is invalid is a bad response', async (encoding) => {
    const expected = { code: 'SOURCE_BAD_RESPONSE', message: 'sap: the answer could not be decompressed' };
    const bytes = Buffer.from('\u007f{"a":1}');
    expect(await rejection(ask(bytes, encoding))).toMatchObject(expected);
    expect(await rejection(stream(bytes, encoding))).toMatchObject(expected);
  });

  test.each(['zstd', 'compress', 'gzip, zstd', 'gzip, gzip, gzip, gzip, gzip'])(
    'in %s, which was not asked for, is a bad response that says so',
    async (encoding) => {
      expect(await rejection(ask(Buffer.from('abc'), encoding))).toMatchObject({
        code: 'SOURCE_BAD_RESPONSE',
        message: 'sap: the answer is compressed in a way that was not asked for',
      });
    },
  );
});

describe('a body that grows without measure', () => {
  const zeros = Buffer.alloc(16 * 1024 * 1024);
  const message = 'sap: the answer grows to more than 1100 times its size';

  test.each([
    ['br', brotliCompressSync(zeros)],
    ['gzip, gzip', gzipSync(gzipSync(zeros))],
  ])('(%s) is given up, whole or as a stream', async (encoding, bytes) => {
    expect(await rejection(ask(bytes, encoding))).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', message });
    expect(await rejection(stream(bytes, encoding))).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', message });
  });

  test('(gzip) is bounded by the size of an answer', async () => {
    expect(await rejection(ask(gzipSync(zeros), 'gzip', { maxResponseBytes: 100_000 }))).toMatchObject({
      message: 'sap: the answer is larger than maxResponseBytes allows (100000 bytes)',
    });
  });
});

test('whatever is in a body and its encoding, it ends with a value or an error of ours', async () => {
  const encodings = fc.array(fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'zstd', 'x-gzip', '', 'x'), {
    maxLength: 6,
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.uint8Array({ maxLength: 200 }).map((array) => gzipSync(array)),
    fc.uint8Array({ maxLength: 200 }).map((array) => deflateRawSync(array)),
  );
  let body: { bytes: Buffer; encoding: string } = { bytes: Buffer.alloc(0), encoding: '' };
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': body.encoding });
    response.end(body.bytes);
  });
  const http = sourceHttp({ baseUrl: server.origin, limits: { retries: 0, timeoutMilliseconds: 5_000 } });
  await fc.assert(
    fc.asyncProperty(encodings, bytes, async (words, sent) => {
      body = { bytes: sent, encoding: words.join(', ') };
      const outcome = await http.json(jobs, z.unknown(), createCall()).then(
        () => 'value',
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(['value', 'SOURCE_BAD_RESPONSE', 'SOURCE_UNAVAILABLE']).toContain(outcome);
      expect(http.stats().inFlight).toBe(0);
    }),
    { numRuns: 150 },
  );
});
