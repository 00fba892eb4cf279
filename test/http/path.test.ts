import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { pathOf, queryOf, targetOf } from '../../src/http/request/path.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';
import { anyCharacter } from '../support/any-character.ts';

const NASTY = [
  'a b',
  'a/b',
  '../x',
  'a?b#c',
  '"quoted"',
  "it's",
  '100%',
  '%2e%2e',
  '%2F',
  'ü—日本',
  '😀',
  '\\',
  '\u0000',
  '...',
  ';a=b',
  'a+b',
  '*',
];

/** Names that can be addressed. */
const names = fc
  .oneof(fc.string({ unit: anyCharacter, minLength: 1 }), fc.constantFrom(...NASTY))
  .filter((name) => name !== '.' && name !== '..');

describe('the path of a request', () => {
  test('keeps every name whole, whatever stands in it', () => {
    expect(pathOf('/v1', ['jobs', 'a b/../c?d#e', '%2e%2e'])).toEqual('/v1/jobs/a%20b%2F..%2Fc%3Fd%23e/%252e%252e');
  });

  test('keeps the base path with and without its slash', () => {
    expect(targetOf('https://host.example/v1/customer/')).toEqual({
      origin: 'https://host.example',
      basePath: '/v1/customer',
    });
    expect(targetOf('https://host.example/v1/customer')).toEqual(targetOf('https://host.example/v1/customer/'));
    expect(targetOf('https://host.example:8443')).toEqual({ origin: 'https://host.example:8443', basePath: '' });
  });

  test('is the base path, or the root, without segments', () => {
    expect(pathOf('/v1', [])).toEqual('/v1');
    expect(pathOf('', [])).toEqual('/');
  });

  test.each(['', '.', '..', '\ud800', 'a\udfffb'])('finds nothing under the name %j', (name) => {
    expect(() => pathOf('/v1', ['jobs', name], 'sap')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', source: 'sap', message: 'sap: there is nothing under that name' }),
    );
  });

  test('decodes back to the same names and never leaves the base path', () => {
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = pathOf('/base/path', segments);
        expect(path.startsWith('/base/path/')).toEqual(true);
        expect(path.slice('/base/path/'.length).split('/').map(decodeURIComponent)).toEqual(segments);
        // A proxy that normalises dot segments, encoded ones too, changes nothing.
        expect(new URL(path, 'http://host.example').pathname).toEqual(path);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the query of a request', () => {
  test('encodes names and values, writes spaces as %20 and leaves absent values out', () => {
    expect(queryOf({ 'a b': 'c+d &e=f', n: 0, no: false, left: undefined, out: null })).toEqual(
      '?a%20b=c%2Bd%20%26e%3Df&n=0&no=false',
    );
    expect(queryOf({ left: undefined })).toEqual('');
    expect(queryOf({})).toEqual('');
    expect(queryOf(undefined)).toEqual('');
  });

  test('takes a written query as it is', () => {
    expect(queryOf('eq(status,%22Failed%22)&limit=10')).toEqual('?eq(status,%22Failed%22)&limit=10');
    expect(queryOf('')).toEqual('');
  });

  test('says that a text without an encoding is the user’s mistake', () => {
    expect(() => queryOf({ contains: '\ud800' })).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  test('reads back as the same values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter })), (query) => {
        const text = queryOf(query);
        expect(text).not.toContain('+');
        expect(Object.fromEntries(new URLSearchParams(text))).toEqual({ ...query });
      }),
    );
  });
});

describe('names on the wire', () => {
  test('arrive as they are, below the base path', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: `${server.origin}/apis/v2/` });
    const call = createCall();
    await fc.assert(
      fc.asyncProperty(fc.array(names, { minLength: 1, maxLength: 3 }), async (segments) => {
        await http.json({ method: 'GET', path: ['jobs', ...segments], query: { page: 2 } }, z.object({}), call);
        const [path, query] = server.received.at(-1)!.url.split('?');
        expect(path!.split('/').slice(1).map(decodeURIComponent)).toEqual(['apis', 'v2', 'jobs', ...segments]);
        expect(query).toEqual('page=2');
      }),
      { numRuns: 60, examples: NASTY.map((name) => [[name]]) },
    );
  });

  test('that cannot be addressed are not asked for', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const error = await rejection(http.json({ method: 'GET', path: ['jobs', '..'] }, z.object({}), createCall()));
    expect(error).toMatchObject({ code: 'NOT_FOUND' });
    expect(server.received).toEqual([]);
  });

  test('that no server takes for their length are not asked for: a refusal may break the connection, and others would pay for that', async () => {
    const server = await serve((_, response) => response.socket?.destroy());
    const http = sourceHttp({ baseUrl: server.origin });
    const ask = (path: string, text: string) =>
      rejection(http.json({ method: 'GET', path: ['jobs', path], query: { text } }, z.object({}), createCall()));
    expect(await ask('x'.repeat(20_000), '')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ask('a', 'ü'.repeat(4_000))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'sap: the filter is too long: its address has 24013 characters, and 16384 are allowed',
    });
    expect(server.received).toEqual([]);
    expect(http.stats()).toMatchObject({ breaker: 'closed' });
  });
});
