import { gzipSync } from 'node:zlib';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import type { Handler, SourceOverrides } from './loopback.ts';
import { rejection, sendCut, sendJson, serve, sourceHttp } from './loopback.ts';

const jobs = { method: 'GET', path: ['jobs'] } as const;

/** Asks a server that answers in one way only, without retries. */
async function ask(handler: Handler, overrides: Partial<SourceOverrides> = {}, decoder: z.ZodType = z.unknown()) {
  const server = await serve(handler);
  const http = sourceHttp({ baseUrl: server.origin, ...overrides, limits: { retries: 0, ...overrides.limits } });
  return http.json(jobs, decoder, createCall());
}

/** Where a server answers every request with these characters and hangs up. */
async function serveText(text: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a text body with status 200 gives. */
function body(bytes: string | Buffer, headers: Record<string, string> = {}): Handler {
  return (_, response) => {
    response.writeHead(200, headers);
    response.end(bytes);
  };
}

describe('an answer other than 2xx', () => {
  test.each([
    [400, 'SOURCE_BAD_RESPONSE'],
    [401, 'SOURCE_UNAUTHENTICATED'],
    [403, 'SOURCE_FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [408, 'SOURCE_TIMEOUT'],
    [409, 'SOURCE_BAD_RESPONSE'],
    [422, 'SOURCE_BAD_RESPONSE'],
    [429, 'SOURCE_RATE_LIMITED'],
    [500, 'SOURCE_UNAVAILABLE'],
    [501, 'SOURCE_UNAVAILABLE'],
    [502, 'SOURCE_UNAVAILABLE'],
    [503, 'SOURCE_UNAVAILABLE'],
    [504, 'SOURCE_TIMEOUT'],
  ])('with status %i is %s and keeps status and body for the connector', async (status, code) => {
    const error = await rejection(
      ask((_, response) => {
        sendJson(response, { detail: 'secret words' }, status);
      }),
    );
    const said = status === 404 ? 'the source has nothing there (it answered 404)' : `the source answered ${status}`;
    expect(error).toMatchObject({ code, status, source: 'sap', message: `sap: ${said}` });
    expect((error as { body: unknown }).body).toEqual({ detail: 'secret words' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('that redirects is not followed', async () => {
    const server = await serve((_, response) => {
      response.writeHead(302, { location: '/elsewhere' });
      response.end();
    });
    const http = sourceHttp({ baseUrl: server.origin });
    expect(await rejection(http.json(jobs, z.unknown(), createCall()))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message: 'sap: the source answered 302, a redirect, and redirects are not followed',
    });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    [206, 'SOURCE_BAD_RESPONSE', ': a part, though the whole was asked for'],
    [300, 'SOURCE_BAD_RESPONSE', ''],
    [304, 'SOURCE_BAD_RESPONSE', ': nothing has changed, though it was not asked for changes'],
    [308, 'SOURCE_BAD_RESPONSE', ', a redirect, and redirects are not followed'],
  ])('with the odd status %i says what is odd', async (status, code, words) => {
    const error = await rejection(
      ask((_, response) => {
        response.writeHead(status).end();
      }),
    );
    expect(error).toMatchObject({ code, message: `sap: the source answered ${status}${words}` });
  });

  test('keeps an HTML page as text', async () => {
    const error = await rejection(
      ask((_, response) => {
        response.writeHead(500, { 'content-type': 'text/html' });
        response.end('<html>Internal</html>');
      }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: 'sap: the source answered 500' });
    expect((error as { body: unknown }).body).toEqual('<html>Internal</html>');
  });

  test('keeps at most 64 KiB of its body', async () => {
    const error = await rejection(
      ask((_, response) => {
        response.writeHead(500);
        response.end('x'.repeat(1024 * 1024));
      }),
    );
    expect((error as { body: unknown }).body).toEqual('x'.repeat(64 * 1024));
  });

  test('with a cut body still says its status', async () => {
    const error = await rejection(
      ask((_, response) => {
        response.writeHead(403, { 'content-length': 100 });
        response.write('{', () => response.socket?.destroy());
      }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_FORBIDDEN', status: 403 });
    expect((error as { body: unknown }).body).toEqual(undefined);
  });

  test('means what the vendor says it means', async () => {
    const error = await rejection(
      ask(
        (_, response) => {
          sendJson(response, { code: 5, retryAfter: 9 }, 400, { 'x-kind': 'absent' });
        },
        {
          classifyError: ({ status, headers, body: said }) => {
            expect([status, headers['x-kind'], said]).toEqual([400, 'absent', { code: 5, retryAfter: 9 }]);
            return { code: 'NOT_FOUND', retryAfterSeconds: 9 };
          },
        },
      ),
    );
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 400, retryAfterSeconds: 9 });
  });
});

describe('a body that is not the JSON it should be', () => {
  test.each([
    ['', 'expected JSON, got an empty body'],
    ['<!doctype html><html></html>', 'expected JSON, got HTML or XML'],
    ['{"data":[{"', 'expected JSON, got malformed JSON'],
    ['upstream timed out', 'expected JSON, got other text'],
  ])('(%j) is a bad response, asked for once', async (text, message) => {
    const server = await serve(body(text));
    const http = sourceHttp({ baseUrl: server.origin });
    const error = await rejection(http.json(jobs, z.unknown(), createCall()));
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', message: `sap: ${message}`, source: 'sap' });
    expect(server.received).toHaveLength(1);
  });

  test('because it is empty is reported as empty', async () => {
    const error = await rejection(
      ask((_, response) => {
        response.writeHead(204);
        response.end();
      }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', message: 'sap: expected JSON, got an empty body' });
  });

  test('because it was cut is an unavailable source', async () => {
    const error = await rejection(
      ask((_, response) => {
        sendCut(response, '{"data":[');
      }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: 'sap: the answer was cut off' });
  });

  test('because a chunked answer was cut is an unavailable source', async () => {
    const error = await rejection(
      ask((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"a":1}', () => response.socket?.destroy());
      }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: 'sap: the answer was cut off' });
  });

  test('begins with a byte order mark that does not matter', async () => {
    expect((await ask(body('\ufeff{"a":1}'))).data).toEqual({ a: 1 });
  });

  test('holds bytes that are no UTF-8, which are replaced', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff, 0xfe]), Buffer.from('y"}')]);
    expect((await ask(body(bytes))).data).toEqual({ a: 'x\ufffd\ufffdy' });
  });

  test('holds letters that came in two chunks', async () => {
    const bytes = Buffer.from('{"a":"日本"}');
    const reply = await ask((_, response) => {
      response.write(bytes.subarray(0, 7), () => response.end(bytes.subarray(7)));
    });
    expect(reply.data).toEqual({ a: '日本' });
  });
});

describe('the size of a body', () => {
  test('may be the limit and not a byte more', async () => {
    const text = JSON.stringify('x'.repeat(998));
    const limits = { maxResponseBytes: 1000 };
    expect((await ask(body(text), { limits })).data).toEqual('x'.repeat(998));
    expect(await rejection(ask(body(`${text} `), { limits }))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message: 'sap: the answer is larger than maxResponseBytes allows (1000 bytes)',
    });
  });

  test('is counted after decompression', async () => {
    const limits = { maxResponseBytes: 1024 * 1024 };
    const bomb = gzipSync(JSON.stringify('x'.repeat(8 * 1024 * 1024)));
    expect(await rejection(ask(body(bomb, { 'content-encoding': 'gzip' }), { limits }))).toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message: 'sap: the answer is larger than maxResponseBytes allows (1048576 bytes)',
    });
  });

  test('that is too large ends the transfer', async () => {
    let hungUp: Promise<void> | undefined;
    const error = await rejection(
      ask(
        (_, response) => {
          hungUp = new Promise((resolve) => response.once('close', resolve));
          const more = (): void => {
            if (!response.destroyed) response.write('x'.repeat(10_000), more);
          };
          more();
        },
        { limits: { maxResponseBytes: 50_000 } },
      ),
    );
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    await hungUp;
  });
});

const UNCLEAR_LENGTH =
  'the headers of the answer do not say the length of its body clearly: Content-Length is there twice, is too large, or stands beside Transfer-Encoding';

describe('a connection', () => {
  test('that is refused is an unavailable source, without its address', async () => {
    const server = await serve(() => undefined);
    await server.close();
    const http = sourceHttp({ baseUrl: server.origin, limits: { retries: 0 } });
    const error = await rejection(http.json(jobs, z.unknown(), createCall()));
    expect(error).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the connection failed (ECONNREFUSED)',
      source: 'sap',
    });
    expect((error as Error).cause).toEqual(undefined);
  });

  test('that is reset is an unavailable source', async () => {
    const error = await rejection(
      ask((_, response) => {
        response.socket?.destroy();
      }),
    );
    expect(error).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the connection was closed without an answer',
    });
  });

  test.each([
    ['220 mail.example ESMTP\r\n', 'the answer is not HTTP'],
    ['<html></html>', 'the answer is not HTTP'],
    ['HTTP/1.1 200 OK\r\na b: c\r\n\r\n', 'the headers of the answer are malformed (Invalid header token)'],
    [
      'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n',
      'the headers of the answer are malformed (Invalid character in Content-Length)',
    ],
    ['HTTP/1.1 099 No\r\ncontent-length: 2\r\n\r\n{}', 'the status of the answer is below 100'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}', UNCLEAR_LENGTH],
    ['HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{}', UNCLEAR_LENGTH],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n', UNCLEAR_LENGTH],
    ['HTTP/1.1 100 Continue\r\n\r\n', 'the source answered 100 Continue, though it was not asked for that'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
      'the source answered 101: it wants to go on in another protocol',
    ],
    [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n',
      'the body of the answer is malformed (Invalid character in chunk size)',
    ],
    [
      `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(8_000)}\r\n`.repeat(20)}content-length: 2\r\n\r\n{}`,
      'the headers of the answer are larger than 128 KiB',
    ],
  ])('that answers %j is a bad response that says what is wrong', async (text, message) => {
    const http = sourceHttp({ baseUrl: await serveText(text) });
    const error = await rejection(http.json(jobs, z.unknown(), createCall()));
    expect(error).toMatchObject({ code: 'SOURCE_BAD_RESPONSE', message: `sap: ${message}` });
  });

  test('may carry more headers than the 16 KiB that are usual', async () => {
    const text = `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(8_000)}\r\n`.repeat(12)}content-length: 2\r\n\r\n{}`;
    const http = sourceHttp({ baseUrl: await serveText(text) });
    expect((await http.json(jobs, z.unknown(), createCall())).data).toEqual({});
  });

  test('is kept and used again', async () => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin });
    for (let index = 0; index < 10; index += 1) await http.json(jobs, z.unknown(), createCall());
    expect(server.received).toHaveLength(10);
    // undici rests a connection for a turn of the event loop, so calls in a row take turns on two.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});
