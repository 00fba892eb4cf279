import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { offsetNative } from '../pagination/fake-natives.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';
import type { ServerOptions } from '../../src/server/server.ts';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';
const SOURCE = 'a-source-of-ours';
const JOB = encodeNodeId('Job', SOURCE, 'job');

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** As a client of node sends it: `fetch` would not let a test name `Host` and `Sec-Fetch-Site`. */
async function send(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  const outgoing = request(url, { method, headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

async function serve(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const source = fakeSource(SOURCE, {
    job: [offsetNative([], { limit: 10, timeFilter: true, total: true, tieOrdered: true })],
  });
  return start(createFederation([source]), { mcp: true, ...options });
}

/** A good request for data at each path, so that what is refused is not refused for another reason. */
const ASKED: Readonly<Record<string, string>> = {
  '/mcp': '/mcp',
  '/graphql': `/graphql?query=${encodeURIComponent('{ sources { name } }')}`,
  '/export': `/export?jobs=${JOB}`,
  '/metrics': '/metrics',
};

describe('every path of the service', () => {
  test('is known to these tests', async () => {
    const { paths } = await serve();
    expect([...paths.data].sort()).toEqual(Object.keys(ASKED).sort());
    for (const path of paths.pages) expect(path).toMatch(/^\/(?:$|health\/|assets\/|[a-z-]+\.(?:svg|js|css)$)/);
  });

  test('reveals nothing about sources unless it passes the gate', async () => {
    const { url, paths } = await serve();
    for (const path of paths.pages) {
      const { status, body } = await send(`${url}${path}`, 'GET', {});
      expect([path, status < 400, body.includes(SOURCE)]).toEqual([path, true, false]);
    }
  });

  test('that reads data answers a good request', async () => {
    const { url, paths } = await serve();
    for (const path of paths.data) {
      const { status } = await send(`${url}${ASKED[path]}`, 'GET', {});
      // What is there takes messages by POST alone.
      expect([path, status]).toEqual([path, path === '/mcp' ? 405 : 200]);
    }
  });

  test.each([
    ['a link of another site', 403, 'GET', { 'sec-fetch-site': 'cross-site', 'user-agent': CHROME }],
    [
      'a form of another site',
      403,
      'POST',
      { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['a preflight of another site', 403, 'OPTIONS', { origin: 'https://evil.example' }],
    ['a compressed body', 415, 'POST', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['a long body', 413, 'POST', { 'content-type': 'application/json', 'content-length': '2000' }],
    ['a strange name', 421, 'GET', { host: 'evil.example' }],
  ])('that reads data refuses %s with %d', async (_what, expected, method, headers) => {
    const { url, paths } = await serve({ allowedHosts: [], limits: { bodyBytes: 1_000 } });
    for (const path of paths.data) {
      const body = 'content-length' in headers ? 'x'.repeat(2_000) : '';
      const answer = await send(`${url}${ASKED[path]}`, method, headers, body);
      expect([path, answer.status]).toEqual([path, expected]);
      expect(answer.body).not.toContain(SOURCE);
    }
  });

  test('that reads data counts requests of one caller together', async () => {
    const { url, paths } = await serve({ trustProxy: ['127.0.0.1'], clientLimits: { requestsPerSecond: 1 } });
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    for (let sent = 0; sent < 5; sent += 1) {
      expect((await send(`${url}${ASKED['/graphql']}`, 'GET', headers)).status).toBe(200);
    }
    for (const path of paths.data) {
      const answer = await send(`${url}${ASKED[path]}`, 'GET', headers);
      expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 429, '1']);
    }
    for (const path of paths.pages) expect((await send(`${url}${path}`, 'GET', headers)).status).toBeLessThan(400);
  });
});
