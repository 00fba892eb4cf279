import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createServer } from '../../src/server/server.ts';
import { fakeFederation, fakeJob } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';
import type { Answer } from './start.ts';

/** From Node 24.9 on, a server may leave an offer of another protocol alone. */
function hasUpgradeCallback(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 9);
}

describe('the server', () => {
  test('answers queries by POST and GET', async () => {
    const server = await start();
    expect(await server.query('{ sources { name } }')).toEqual({
      status: 200,
      data: { sources: [{ name: 'up' }, { name: 'down' }] },
    });
    const response = await fetch(
      `${server.url}/graphql?query=${encodeURIComponent('{ source(name: "up") { name } }')}`,
    );
    expect(await response.json()).toEqual({ data: { source: { name: 'up' } } });
  });

  test.runIf(hasUpgradeCallback())(
    'answers a client that offers HTTP/2 with its first request, as Java does',
    async () => {
      const { url } = await start();
      const headers = {
        'content-type': 'application/json',
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
      };
      const outgoing = request(`${url}/graphql`, { method: 'POST', headers });
      outgoing.end(JSON.stringify({ query: '{ source(name: "up") { name } }' }));
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect([response.statusCode, await text(response)]).toEqual([200, '{"data":{"source":{"name":"up"}}}']);
    },
  );

  test.runIf(!hasUpgradeCallback())(
    'says what to do to a client that offers HTTP/2, where Node does not let it answer',
    async () => {
      const { url } = await start();
      for (const [method, path] of [
        ['POST', '/graphql'],
        ['GET', '/export'],
      ]) {
        const outgoing = request(`${url}${path}`, { method, headers: { connection: 'Upgrade', upgrade: 'h2c' } });
        outgoing.end();
        const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
        expect([response.statusCode, await text(response)]).toEqual([400, expect.stringContaining('Use HTTP/1.1')]);
      }
    },
  );

  test('runs the operation that is named, each time', async () => {
    const server = await start();
    const query = 'query A { source(name: "up") { name } } query B { source(name: "down") { name } }';
    for (const [operationName, name] of [
      ['A', 'up'],
      ['B', 'down'],
      ['A', 'up'],
    ]) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, operationName }),
      });
      expect(await response.json()).toEqual({ data: { source: { name } } });
    }
  });

  test("passes on the caller's authorization, and a signal that is aborted when the request ends", async () => {
    const seen: { authorization: string | null; signal: AbortSignal }[] = [];
    const waiting = deferred();
    const server = await start(
      fakeFederation({
        job: (_ref, call) => {
          seen.push(call);
          waiting.resolve(null);
          return new Promise((_resolve, reject) => {
            call.signal.addEventListener('abort', () => {
              reject(new DOMException('gone', 'AbortError'));
            });
          });
        },
      }),
    );
    const client = new AbortController();
    const answer = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer me' },
      body: JSON.stringify({ query: '{ job(source: "up", key: "a") { name } }' }),
      signal: client.signal,
    });
    await waiting.promise;
    const aborted = new Promise((resolve) => {
      seen[0]?.signal.addEventListener('abort', resolve);
    });
    client.abort();
    await expect(answer).rejects.toThrow();
    await aborted;
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer me']);
    expect(server.log).toEqual([]);
  });

  test('answers pages of other origins only if they are configured', async () => {
    const origin = 'https://dashboard.example.com';
    const [closed, open] = [await start(), await start(undefined, { allowedOrigins: [origin] })];
    const allowed = async (url: string, from: string) => {
      const response = await fetch(`${url}/graphql?query={__typename}`, { headers: { origin: from } });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await allowed(closed.url, origin)).toBeNull();
    expect(await allowed(open.url, origin)).toBe(origin);
    expect(await allowed(open.url, 'https://evil.example.com')).not.toBe('https://evil.example.com');
  });

  test('is live and ready, and answers 404 on unknown paths', async () => {
    const server = await start();
    const statuses = await Promise.all(
      ['/health/live', '/health/ready', '/graphiql', '/graphql/x', '/constructor'].map(
        async (path) => (await fetch(server.url + path)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 404, 404, 404]);
  });

  test('counts its requests, calls and subscribers', async () => {
    const server = await start();
    await server.query('{ job(source: "down", key: "a") { name } }');
    await fetch(`${server.url}/nothing`);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tributary_http_requests_total{route="/graphql",status="200"} 1');
    expect(metrics).toContain('tributary_http_requests_total{route="other",status="404"} 1');
    expect(metrics).toContain('tributary_graphql_operations_total{type="query"} 1');
    expect(metrics).toContain('tributary_graphql_errors_total{code="SOURCE_UNAVAILABLE"} 1');
  });

  test('is not ready while it shuts down, completes running requests, and closes the federation', async () => {
    const { promise: begun, resolve: begin } = deferred();
    const { promise: released, resolve: release } = deferred();
    const federation = fakeFederation({
      health: async () => {
        begin(null);
        await released;
        return { state: 'UP', code: null, message: null, checkedAt: '2026-03-01T09:00:00Z', latencyMilliseconds: null };
      },
    });
    const server = await start(federation, { graceMilliseconds: 60_000 });
    // Its connection stays open for the next request, and may not keep the server from its end.
    const answer = server.query('{ source(name: "up") { health { state } } }');
    await begun;
    const closed = server.close();
    await pause(20);
    release(null);
    expect((await answer).data).toEqual({ source: { health: { state: 'UP' } } });
    await closed;
    expect(federation.closed).toBe(true);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  test.each(['HTTP', 'WebSocket'])(
    'answers a query that takes longer than it may take to shut down (%s)',
    async (way) => {
      const { promise: begun, resolve: begin } = deferred();
      const federation = fakeFederation({
        job: (ref, { signal }) =>
          ref.key === 'fast'
            ? Promise.resolve(fakeJob(ref.source, ref.key))
            : new Promise((_, reject) => {
                signal.addEventListener('abort', () => {
                  reject(signal.reason as Error);
                });
                begin(null);
              }),
      });
      const server = await start(federation, { graceMilliseconds: 2_000 });
      const query =
        '{ fast: job(source: "up", key: "fast") { key name } slow: job(source: "up", key: "slow") { name } }';
      const client = createClient({
        url: `${server.url}/graphql`.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      const answer =
        way === 'HTTP'
          ? server.query(query)
          : client
              .iterate({ query })
              .next()
              .then(({ value }) => value as Answer);
      await begun;
      const closed = server.close();
      const { data, errors } = await answer;
      expect(data).toEqual({ fast: { key: 'fast', name: 'Job fast' }, slow: null });
      const stopped = { code: 'SOURCE_UNAVAILABLE', retryAfterSeconds: 1 };
      expect(errors).toMatchObject([{ message: 'The service was stopped.', path: ['slow'], extensions: stopped }]);
      await closed;
      await client.dispose();
    },
  );

  test('reports why it cannot start', async () => {
    const server = await start();
    const port = Number(new URL(server.url).port);
    await expect(createServer({ federation: fakeFederation(), host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

function deferred() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
