import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { AnswerTooLarge } from '../../src/domain/errors.ts';
import type { HttpReply } from '../../src/http/client.ts';
import { StringCutter } from '../../src/http/body/string-cutter.ts';
import type { Handler } from './loopback.ts';
import { rejection, serve, sourceHttp } from './loopback.ts';

const LIMIT = 8_192;

async function ask(handler: Handler, cutsStrings: boolean, maxResponseBytes = LIMIT): Promise<HttpReply<unknown>> {
  const server = await serve(handler);
  const http = sourceHttp({ baseUrl: server.origin, limits: { retries: 0, maxResponseBytes } });
  return http.json({ method: 'GET', path: ['log'], cutsStrings }, (data) => data, createCall());
}

const long = JSON.stringify({ id: 7, text: 'x'.repeat(40_000), last: ['end'] });

describe('an answer that is too large', () => {
  test('is refused before its body comes, where its length is announced', async () => {
    const handler: Handler = (_, response) => {
      response.writeHead(200, { 'content-length': '40000' });
      // The rest never comes.
      response.write('{');
    };
    expect(await rejection(ask(handler, false))).toBeInstanceOf(AnswerTooLarge);
  });

  test('is judged by what is in it, not by its compressed length', async () => {
    const noise = JSON.stringify({ id: 7 });
    const handler: Handler = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(noise));
    };
    expect((await ask(handler, false)).data).toEqual({ id: 7 });
  });

  test.each([{}, { 'content-length': String(long.length) }, { 'content-encoding': 'gzip' }])(
    'comes with its strings cut, where nothing smaller can be asked for: %j',
    async (headers: Record<string, string>) => {
      const handler: Handler = (_, response) => {
        response.writeHead(200, headers);
        response.end('content-encoding' in headers ? gzipSync(long) : long);
      };
      expect(await ask(handler, true)).toMatchObject({
        data: { id: 7, text: `${'x'.repeat(512)}…`, last: ['end'] },
        cutTo: 512,
      });
    },
  );

  test('comes with its strings cut shorter and shorter, where many long ones do not fit together', async () => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, text: `${id} ${'\\"é'.repeat(4_000)}` }));
    const handler: Handler = (_, response) => response.end(JSON.stringify({ rows }));
    const { data, cutTo } = await ask(handler, true, 128 * 1_024);
    expect(cutTo).toBe(2_048);
    expect(data).toEqual({ rows: rows.map(({ id, text }) => ({ id, text: cutAll(text, 2_048) })) });
  });

  test('is refused all the same where it is too large without its strings, or without an end', async () => {
    const numbers: Handler = (_, response) => response.end(JSON.stringify(Array.from({ length: 9_000 }, () => 1)));
    expect(await rejection(ask(numbers, true))).toBeInstanceOf(AnswerTooLarge);
    const endless: Handler = (_, response) => {
      response.write('{"text":"');
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(10_000), more);
      };
      more();
    };
    expect(await rejection(ask(endless, true))).toBeInstanceOf(AnswerTooLarge);
  });

  test('comes with the texts of a very large row cut, where it is not too large itself', async () => {
    const rows = [
      { id: 1, text: 'short' },
      { id: 2, text: 'x'.repeat(5_000_000), last: 'y'.repeat(4_000) },
    ];
    const handler: Handler = (_, response) => response.end(JSON.stringify({ rows }));
    const { data, cutTo } = await ask(handler, false, 10_000_000);
    expect(cutTo).toBe(4_000);
    // Before the text stand `{"id":2,"text":"`.
    expect(data).toEqual({ rows: [rows[0], { ...rows[1], text: `${'x'.repeat(4 * 1_024 * 1_024 - 16)}…` }] });
  });

  test('comes as it is where it fits', async () => {
    const handler: Handler = (_, response) => response.end(JSON.stringify('x'.repeat(LIMIT - 2)));
    expect(await ask(handler, true)).toMatchObject({ data: 'x'.repeat(LIMIT - 2), cutTo: null });
  });
});

describe('cutting the strings of JSON', () => {
  const value = fc.jsonValue({
    stringUnit: fc.constantFrom('a', '"', '\\', '\n', '\u0000', 'é', '日', '😀', '\u2028'),
  });
  // Read back: JSON has no negative zero.
  const written = value.map((any) => JSON.stringify(any)).map((text) => ({ any: JSON.parse(text) as unknown, text }));

  test('leaves JSON with the same values, each string as far as it may go, however it comes in pieces', () => {
    fc.assert(
      fc.property(
        written,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        ({ any, text }, most, size) => {
          const cutter = new StringCutter(most);
          const bytes = Buffer.from(text);
          const parts: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size) parts.push(cutter.cut(bytes.subarray(at, at + size)));
          const cut: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
          expect(cut).toEqual(cutAll(any, most));
        },
      ),
    );
  });
});

/** Characters go while the ones before them, as JSON, have fewer bytes than that. */
function cutAll(value: unknown, most: number): unknown {
  if (typeof value === 'string') {
    let kept = '';
    for (const character of value) {
      if (Buffer.byteLength(JSON.stringify(kept)) - 2 >= most) return `${kept}…`;
      kept += character;
    }
    return kept;
  }
  if (Array.isArray(value)) return value.map((member) => cutAll(member, most));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [cutAll(key, most), cutAll(member, most)]));
}
