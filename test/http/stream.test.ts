import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { RequestObservation } from '../../src/http/stats.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';

const logs = { method: 'GET', path: ['logs'] } as const;

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

describe('a stream', () => {
  it('gives the bytes as they arrive', async () => {
    let finish: (() => void) | undefined;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'x-total': '2' });
      response.write('first');
      finish = () => response.end('second');
    });
    const reply = await sourceHttp({ baseUrl: server.origin }).stream(logs, createCall());
    expect([reply.status, reply.headers['x-total']]).toEqual([200, '2']);
    const chunks = reply.data[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toEqual('first');
    finish?.();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toEqual('second');
    expect(await chunks.next()).toMatchObject({ done: true });
  });

  it('may be larger than a decoded body', async () => {
    const server = await serve((_, response) => {
      response.end('x'.repeat(300_000));
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { maxResponseBytes: 1_000 } });
    expect(await textOf((await http.stream(logs, createCall())).data)).toHaveLength(300_000);
  });

  it('is decompressed', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('abc'.repeat(10_000)));
    });
    const reply = await sourceHttp({ baseUrl: server.origin }).stream(logs, createCall());
    expect(await textOf(reply.data)).toEqual('abc'.repeat(10_000));
  });

  it('rejects on a cut body, after what had come', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begin');
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const chunks = (await http.stream(logs, createCall())).data[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toEqual('begin');
    const rest = rejection(chunks.next());
    await server.close();
    expect(await rest).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: 'sap: the answer was cut off',
      source: 'sap',
    });
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: { code: 'SOURCE_UNAVAILABLE' } });
  });

  it('may take longer than one answer may, as long as it goes on', async () => {
    let sent = 0;
    const server = await serve((_, response) => {
      const timer = setInterval(() => {
        sent += 1;
        response.write('x');
        if (sent < 12) return;
        clearInterval(timer);
        response.end();
      }, 25);
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 200 } });
    expect(await textOf((await http.stream(logs, createCall())).data)).toEqual('x'.repeat(12));
  });

  it('that stops in the middle is a timeout', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('begin');
    });
    const http = sourceHttp({ baseUrl: server.origin, limits: { timeoutMilliseconds: 60 } });
    const { data } = await http.stream(logs, createCall());
    expect(await rejection(textOf(data))).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'sap: the answer stopped for 60 ms',
    });
  });

  it('hangs up and frees its place when it is left', async () => {
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
    for await (const chunk of (await http.stream(logs, createCall())).data) {
      expect(Buffer.from(chunk).toString()).toEqual('first');
      expect(http.stats().inFlight).toEqual(1);
      break;
    }
    await hungUp;
    expect(await textOf((await http.stream(logs, createCall())).data)).toEqual('{}');
    expect(http.stats().lastError).toEqual(null);
  });

  it('hangs up when it is left before its first chunk is read', async () => {
    let hungUp: Promise<void> | undefined;
    const server = await serve((_, response) => {
      hungUp = new Promise((resolve) => response.once('close', resolve));
      response.write('first');
    });
    const http = sourceHttp({ baseUrl: server.origin });
    await (await http.stream(logs, createCall())).data[Symbol.asyncIterator]().return?.();
    await hungUp;
  });

  it('that nobody reads is closed when the caller leaves', async () => {
    let hungUp: Promise<void> | undefined;
    const observed: RequestObservation[] = [];
    const server = await serve((_, response) => {
      hungUp = new Promise((resolve) => response.once('close', resolve));
      response.write('first');
    });
    const http = sourceHttp({ baseUrl: server.origin, onRequest: (observation) => observed.push(observation) });
    const leaving = new AbortController();
    const { data } = await http.stream(logs, createCall({ signal: leaving.signal }));
    leaving.abort();
    await hungUp;
    expect(await rejection(textOf(data))).toBe(leaving.signal.reason);
    expect(http.stats()).toMatchObject({ inFlight: 0, lastError: null });
    expect(observed).toMatchObject([{ outcome: 'aborted', status: 200 }]);
  });

  it('is not shared: each caller reads its own', async () => {
    const server = await serve((_, response) => {
      response.end('abc');
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const replies = await Promise.all([http.stream(logs, createCall()), http.stream(logs, createCall())]);
    expect(await Promise.all(replies.map(({ data }) => textOf(data)))).toEqual(['abc', 'abc']);
    expect(server.received).toHaveLength(2);
  });
});
