import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCall } from '../../src/domain/call.ts';
import { rejection, sendJson, serve, sourceHttp, streamedText, timeByHand } from './loopback.ts';

const jobs = { method: 'GET', path: ['jobs'] } as const;

describe('a source that hangs', () => {
  test('before its headers is a timeout, without a retry', async () => {
    const server = await serve(() => undefined);
    const pass = timeByHand();
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 500 } });
    const failed = rejection(http.json(jobs, z.unknown(), createCall()));
    await server.arrived(1);
    pass(501);
    expect(await failed).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'sap: no whole answer within 500 ms',
      source: 'sap',
    });
    expect(server.received).toHaveLength(1);
    expect(http.stats().inFlight).toEqual(0);
  });

  test('in the middle of its body is a timeout', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"a":');
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 60 } });
    expect(await rejection(http.json(jobs, z.unknown(), createCall()))).toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  test('in the body of an error is reported by the status of that error', async () => {
    const server = await serve((_, response) => {
      response.writeHead(403);
      response.write('<html>');
    });
    // Long enough for the status to come on a busy machine.
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 1_500 } });
    expect(await rejection(http.json(jobs, z.unknown(), createCall()))).toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  test('at its token endpoint is a timeout', async () => {
    const server = await serve(() => undefined);
    const http = sourceHttp({
      baseUrl: server.origin,
      auth: { type: 'api-key-exchange', tokenUrl: `${server.origin}/token`, apiKey: 'k' },
      limits: { timeoutMilliseconds: 60 },
    });
    expect(await rejection(http.json(jobs, z.unknown(), createCall()))).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'sap: token endpoint: no whole answer within 60 ms',
    });
  });
});

describe('a caller that leaves', () => {
  test('aborts the request on the wire and gets its own reason back', async () => {
    let hungUp: Promise<void> | undefined;
    const server = await serve((_, response) => {
      hungUp = new Promise((resolve) => response.once('close', resolve));
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const leaving = new AbortController();
    const answer = rejection(http.json(jobs, z.unknown(), createCall({ signal: leaving.signal })));
    await server.arrived(1);
    leaving.abort();
    expect(await answer).toBe(leaving.signal.reason);
    await hungUp;
  });

  test.each([
    ['GET', 'json'],
    ['POST', 'json'],
    ['GET', 'stream'],
  ] as const)('before the call (%s, %s) causes no request', async (method, how) => {
    const server = await serve((_, response) => {
      sendJson(response, {});
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const call = createCall({ signal: AbortSignal.abort() });
    const request = { method, path: ['jobs'] };
    const answer: Promise<unknown> =
      how === 'json' ? http.json(request, z.unknown(), call) : streamedText(http, request, call);
    expect(await rejection(answer)).toMatchObject({ name: 'AbortError' });
    expect(server.received).toEqual([]);
  });

  test('of a POST that is not shared aborts it too', async () => {
    const server = await serve(() => undefined);
    const http = sourceHttp({ baseUrl: server.origin });
    const leaving = new AbortController();
    const call = createCall({ signal: leaving.signal });
    const answer = rejection(http.json({ method: 'POST', path: ['a'] }, z.unknown(), call));
    await server.arrived(1);
    leaving.abort();
    expect(await answer).toBe(leaving.signal.reason);
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: null });
  });

  test('gives the reason that it was given', async () => {
    const server = await serve(() => undefined);
    const http = sourceHttp({ baseUrl: server.origin });
    const leaving = new AbortController();
    const answer = rejection(http.json(jobs, z.unknown(), createCall({ signal: leaving.signal })));
    await server.arrived(1);
    const reason = new Error('The operation took too long');
    leaving.abort(reason);
    expect(await answer).toBe(reason);
  });
});

describe('one client request', () => {
  test('may have many calls under way: no warning, and one abort ends them all', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const server = await serve(() => undefined);
    const http = sourceHttp({ baseUrl: server.origin, limits: { concurrency: 15 } });
    const leaving = new AbortController();
    const call = createCall({ signal: leaving.signal });
    const answers = Array.from({ length: 40 }, (_, page) =>
      rejection(http.json({ ...jobs, query: { page } }, z.unknown(), call)),
    );
    // While no call has ended, one place is kept for others.
    await server.arrived(14);
    leaving.abort();
    expect(new Set(await Promise.all(answers))).toEqual(new Set([leaving.signal.reason]));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(http.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  });
});

describe('a closed client', () => {
  test('refuses new calls, and aborts running ones', async () => {
    const server = await serve(() => undefined);
    const http = sourceHttp({ baseUrl: server.origin });
    const answer = rejection(http.json(jobs, z.unknown(), createCall()));
    await server.arrived(1);
    await http.close();
    expect(await answer).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(await rejection(http.json(jobs, z.unknown(), createCall()))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the client is closed',
    });
    expect(server.received).toHaveLength(1);
  });
});
