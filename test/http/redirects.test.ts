import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { Handler, SourceOverrides } from './loopback.ts';
import { rejection, sendJson, serve, sourceHttp, streamedText, testClock } from './loopback.ts';

const logs = { method: 'GET', path: ['logs'], redirectsTo: ['127.0.0.1'] } as const;
const auth = { type: 'bearer', token: 'a-token' } as const;

/** A source that redirects to a text at another host. `location` gives another place, from the address of that host. */
async function redirecting(
  answer: Handler,
  location = (elsewhere: string): string => `${elsewhere}/signed?sig=a%2Fb`,
  overrides: Partial<SourceOverrides> = {},
) {
  const elsewhere = await serve(answer);
  const server = await serve((_, response) => {
    response.writeHead(302, { location: location(elsewhere.origin) }).end();
  });
  const http = sourceHttp({ baseUrl: server.origin, auth, ...testClock(), ...overrides });
  return { elsewhere, server, http };
}

const text: Handler = (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('the lines');

describe('a request that may be redirected', () => {
  test('goes to the other host once, without credentials and headers of its own', async () => {
    const { http, elsewhere, server } = await redirecting(text);
    const headers = { accept: 'text/plain', 'x-api-key': 'a-key' };
    expect(await streamedText(http, { ...logs, headers })).toBe('the lines');
    expect(server.received[0]!.headers).toMatchObject({ authorization: 'Bearer a-token', 'x-api-key': 'a-key' });
    const [{ url, headers: sent }] = elsewhere.received as [(typeof elsewhere.received)[0]];
    expect(url).toBe('/signed?sig=a%2Fb');
    expect(Object.keys(sent).toSorted()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(sent.accept).toBe('text/plain');
  });

  test('is read as JSON, too, and asks for a new link each time', async () => {
    const { http, elsewhere, server } = await redirecting((_, response) => {
      sendJson(response, { lines: 3 });
    });
    for (let index = 1; index <= 3; index += 1) {
      const { data } = await http.json(logs, z.object({ lines: z.number() }), createCall());
      expect(data).toEqual({ lines: 3 });
      expect([server.received.length, elsewhere.received.length]).toEqual([index, index]);
    }
  });

  test.each([
    ['to a host that is not named', () => 'http://localhost:1/'],
    ['to a user', (host: string) => host.replace('//', '//ann:secret@')],
    ['to another protocol', () => 'file:///etc/passwd'],
    ['to nowhere', () => 'http://'],
  ])('%s is not followed', async (_what, location) => {
    const { http, elsewhere } = await redirecting(text, location);
    expect(await rejection(streamedText(http, logs))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message: 'sap: the source answered 302, a redirect to a place that is not allowed for it',
    });
    expect(elsewhere.received).toHaveLength(0);
  });

  test.each([
    [['*'], true],
    [['*.0.0.1'], true],
    [['LOCALHOST', '127.0.0.1'], true],
    [['*.example.com', 'localhost', '0.0.1'], false],
    [[], false],
  ])('may go to hosts of %j', async (redirectsTo, isAllowed) => {
    const { http } = await redirecting(text);
    const asked = streamedText(http, { ...logs, redirectsTo });
    if (isAllowed) expect(await asked).toBe('the lines');
    else expect(await rejection(asked)).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  });

  test('is not redirected twice', async () => {
    const { http, elsewhere, server } = await redirecting((_, response) => {
      response.writeHead(302, { location: '/further' }).end();
    });
    expect(await rejection(streamedText(http, logs))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the host that the source redirected to answered 302',
    });
    // A link may have expired, so one more is asked for.
    expect([server.received.length, elsewhere.received.length]).toEqual([2, 2]);
  });

  test('fails with nothing of the link or of the answer, and does not count against the source', async () => {
    const { http } = await redirecting((_, response) => {
      sendJson(response, { secret: 'words' }, 503);
    });
    for (let index = 0; index < 20; index += 1) {
      const error = await rejection(streamedText(http, { ...logs, query: { index } }));
      expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      expect(JSON.stringify([(error as Error).message, error])).not.toMatch(/signed|sig|words|127/);
    }
    expect(http.stats().breaker).toBe('closed');
  });

  test('is bounded in time and size', async () => {
    const silent = await redirecting(() => undefined, undefined, { limits: { timeoutMilliseconds: 50, retries: 0 } });
    expect(await rejection(streamedText(silent.http, logs))).toMatchObject({ code: 'SOURCE_TIMEOUT' });
    const long = await redirecting(
      (_, response) => {
        sendJson(response, 'x'.repeat(5_000));
      },
      undefined,
      { limits: { maxResponseBytes: 1_000 } },
    );
    expect(await rejection(long.http.json(logs, z.unknown(), createCall()))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
    });
  });

  test('ends when its caller leaves', async () => {
    const { http, elsewhere } = await redirecting(() => undefined);
    const controller = new AbortController();
    const asked = rejection(streamedText(http, logs, createCall({ signal: controller.signal })));
    await elsewhere.arrived(1);
    controller.abort(new Error('left'));
    expect(await asked).toMatchObject({ message: 'left' });
  });
});

test('a request that may not be redirected fails, as before', async () => {
  const { http, elsewhere } = await redirecting(text);
  expect(await rejection(streamedText(http, { method: 'GET', path: ['logs'] }))).toMatchObject({
    code: 'SOURCE_BAD_RESPONSE',
    message: 'sap: the source answered 302, a redirect, and redirects are not followed',
  });
  expect(elsewhere.received).toHaveLength(0);
});
