import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { StreamReader } from '../../src/http/client.ts';
import type { RequestObservation } from '../../src/http/stats.ts';
import { rejection, sendJson, serve, sourceHttp, streamedText, textReader, timeByHand } from './loopback.ts';

const logs = { method: 'GET', path: ['logs'] } as const;

describe('a stream', () => {
  test('gives the items as they arrive', async () => {
    let finish: (() => void) | undefined;
    const server = await serve((_, response) => {
      response.write('first');
      finish = () => response.end('second');
    });
    const taken: string[] = [];
    const begin = () => (chunk: string) => {
      taken.push(chunk);
      finish?.();
    };
    await sourceHttp({ baseUrl: server.origin }).stream(logs, textReader, begin, createCall());
    expect(taken).toEqual(['first', 'second']);
  });

  test('may be larger than a decoded body', async () => {
    const server = await serve((_, response) => {
      response.end('x'.repeat(300_000));
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { maxResponseBytes: 1_000 } });
    expect(await streamedText(http, logs)).toHaveLength(300_000);
  });

  test('is decompressed', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('abc'.repeat(10_000)));
    });
    expect(await streamedText(sourceHttp({ baseUrl: server.origin }), logs)).toEqual('abc'.repeat(10_000));
  });

  test('rejects on a cut body, after what had come', async () => {
    let cut: (() => void) | undefined;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begin');
      cut = () => response.socket?.destroy();
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { retries: 0 } });
    const taken: string[] = [];
    const begin = () => (chunk: string) => {
      taken.push(chunk);
      cut?.();
    };
    expect(await rejection(http.stream(logs, textReader, begin, createCall()))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the answer was cut off',
      source: 'sap',
    });
    expect(taken).toEqual(['begin']);
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: { code: 'SOURCE_UNAVAILABLE' } });
  });

  test('may take longer than one answer may, as long as it goes on', async () => {
    const pass = timeByHand();
    let send = (): void => undefined;
    const server = await serve((_, response) => {
      let sent = 0;
      send = () => {
        sent += 1;
        if (sent < 12) response.write('x');
        else response.end('x');
      };
      send();
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 200 } });
    let text = '';
    // Each piece takes nearly as long as one answer may.
    const begin = () => (chunk: string) => {
      text += chunk;
      pass(150);
      send();
    };
    await http.stream(logs, textReader, begin, createCall());
    expect(text).toEqual('x'.repeat(12));
  });

  test('that stops in the middle is a timeout, and is not asked for again', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('begin');
    });
    // The time between two chunks is measured by undici's own clock, which no fake timers reach.
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 3_000 } });
    const begin = () => () => undefined;
    expect(await rejection(http.stream(logs, textReader, begin, createCall()))).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'sap: the answer stopped for 3 s',
    });
    expect(server.received).toHaveLength(1);
  });

  test('hangs up and frees its place when its reader stops', async () => {
    const enough = new Error('enough');
    let hungUp: Promise<void> | undefined;
    const server = await serve((_, response, index) => {
      if (index > 0) {
        sendJson(response, {});
        return;
      }
      hungUp = new Promise((resolve) => response.once('close', resolve));
      response.write('first');
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { concurrency: 1 } });
    const begin = () => (): never => {
      expect(http.stats().inFlight).toEqual(1);
      throw enough;
    };
    expect(await rejection(http.stream(logs, textReader, begin, createCall()))).toBe(enough);
    await hungUp;
    expect(await streamedText(http, logs)).toEqual('{}');
    expect(http.stats().lastError).toEqual(null);
  });

  test('hangs up on what its reader leaves unread', async () => {
    let hungUp: Promise<void> | undefined;
    const server = await serve((_, response) => {
      hungUp = new Promise((resolve) => response.once('close', resolve));
      response.write('first');
    });
    const nothing: StreamReader<never> = () => Promise.resolve();
    const http = sourceHttp({ baseUrl: server.origin });
    await http.stream(logs, nothing, () => () => undefined, createCall());
    await hungUp;
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: null });
  });

  test('is closed when the caller leaves', async () => {
    let hungUp: Promise<void> | undefined;
    const observed: RequestObservation[] = [];
    const server = await serve((_, response) => {
      hungUp = new Promise((resolve) => response.once('close', resolve));
      response.write('first');
    });
    const http = sourceHttp({ baseUrl: server.origin, onRequest: (observation) => observed.push(observation) });
    const leaving = new AbortController();
    const begin = () => () => {
      leaving.abort();
    };
    const left = rejection(http.stream(logs, textReader, begin, createCall({ signal: leaving.signal })));
    expect(await left).toBe(leaving.signal.reason);
    await hungUp;
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: null });
    expect(observed).toMatchObject([{ outcome: 'aborted', status: 200 }]);
  });
});
