import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { serve, sourceHttp, streamedText } from './loopback.ts';

/** A body read whole, after it came in pieces of two bytes from its first byte beyond ASCII on. */
async function ask(bytes: Buffer, type: string, encoding?: string): Promise<unknown> {
  const server = await serve((_, response) => {
    response.setHeader('content-type', type);
    if (encoding !== undefined) response.setHeader('content-encoding', encoding);
    const start = Math.max(
      0,
      bytes.findIndex((byte) => byte > 0x7f),
    );
    response.write(bytes.subarray(0, start));
    for (let at = start; at < bytes.length; at += 2) response.write(bytes.subarray(at, at + 2));
    response.end();
  });
  const http = sourceHttp({ baseUrl: server.origin, limits: { retries: 0 } });
  return (await http.json({ method: 'GET', path: ['jobs'] }, z.unknown(), createCall())).data;
}

const row = { message: 'Größe überschritten: 5 µm, café' };
const json = JSON.stringify(row);
const latin = Buffer.from(json, 'latin1');

test.each([
  'application/json; charset=iso-8859-1',
  'application/json;charset=ISO-8859-1',
  'application/json; charset="latin1"',
  'application/json; foo=1; Charset=windows-1252 ; bar=2',
])('an answer is read in the charset that its header names (%s)', async (type) => {
  expect(await ask(latin, type)).toEqual(row);
  expect(await ask(gzipSync(latin), type, 'gzip')).toEqual(row);
});

test('an answer in UTF-16 is read if its header names that', async () => {
  expect(await ask(Buffer.from(json, 'utf16le'), 'application/json; charset=utf-16le')).toEqual(row);
});

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=us-ascii',
  'application/json; charset=x-unknown',
])('an answer in UTF-8 is read (%s)', async (type) => {
  expect(await ask(Buffer.from(json), type)).toEqual(row);
});

test('an answer in UTF-8 is read as that even if its header names another charset, which servers often set unasked', async () => {
  expect(await ask(Buffer.from(json), 'application/json; charset=iso-8859-1')).toEqual(row);
});

test.each(['one', 'größer', 'größer ab'])('a stream is converted as it comes (%s)', async (text) => {
  const server = await serve((_, response) => {
    response.setHeader('content-type', 'text/csv; charset=iso-8859-1');
    response.write(Buffer.from(text, 'latin1'));
    response.write(Buffer.from(' ü', 'latin1'));
    response.end();
  });
  const http = sourceHttp({ baseUrl: server.origin });
  expect(await streamedText(http, { method: 'GET', path: ['jobs'] })).toBe(`${text} ü`);
});
