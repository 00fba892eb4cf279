import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { isNetwork } from '../../src/config/addresses.ts';
import { clientAddress, trustedProxies } from '../../src/server/client/address.ts';
import { isAllowedPage } from '../../src/server/client/own-origin.ts';
import { liveFederation } from './live-tail.ts';
import { start } from './start.ts';

/** Opens a WebSocket as a browser would; gives the status of a refusal, or `open`. */
async function open(url: string, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.close();
      resolve('open');
    });
    socket.once('error', (error) => {
      resolve(/\d{3}/.exec(error.message)?.[0] ?? error.message);
    });
  });
}

function bareSocket(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe('a WebSocket of our own page', () => {
  test.each([
    ['https://logs.example', 'logs.example'],
    ['https://logs.example', 'logs.example:443'],
    ['http://logs.example', 'logs.example:80'],
    ['https://logs.example', 'Logs.Example:443'],
    ['https://LOGS.example:443', 'logs.example'],
    ['https://logs.example:8443', 'logs.example:8443'],
    ['http://[::1]:4000', '[::1]:4000'],
  ])('(from %s to %s) is let in', async (origin, host) => {
    expect(await open((await start()).url, { origin, host })).toBe('open');
  });

  test('is let in at the public URL whatever Host says', async () => {
    const { url } = await start(undefined, { publicOrigin: 'https://logs.example' });
    expect(await open(url, { origin: 'https://logs.example', host: 'tributary:4000' })).toBe('open');
    expect(await open(url, { origin: 'https://logs.example:443', host: 'tributary:4000' })).toBe('open');
    expect(await open(url, { origin: 'http://logs.example', host: 'tributary:4000' })).toBe('403');
  });

  test.each([
    ['https://logs.example', 'logs.example:80'],
    ['https://logs.example', 'logs.example:8443'],
    ['https://logs.example', 'other.example@logs.example'],
    ['https://logs.example.evil', 'logs.example'],
    ['null', 'null'],
    ['file://', 'logs.example'],
  ])('(from %s to %s) is refused if the page is not ours, and the log names its origin', async (origin, host) => {
    const server = await start(undefined, { trustProxy: ['127.0.0.1'] });
    expect(await open(server.url, { origin, host, 'x-forwarded-for': '203.0.113.9' })).toBe('403');
    expect(server.log.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ client: '203.0.113.9', origin }]);
  });
});

describe('streams behind a proxy', () => {
  test('ask it to pass them on as they come', async () => {
    const { url } = await start(liveFederation().federation);
    const stop = new AbortController();
    const query = `subscription { logEntries(jobs: ["${encodeNodeId('Job', 'up', 'a')}"]) { __typename } }`;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
      signal: stop.signal,
    });
    const { headers } = response;
    expect([headers.get('content-type'), headers.get('x-accel-buffering')]).toEqual(['text/event-stream', 'no']);
    expect([headers.get('cache-control'), headers.get('content-encoding')]).toEqual(['no-cache, no-transform', null]);
    stop.abort();
  });

  test('are not taken for answers, which the proxy may collect', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/graphql?query={__typename}`);
    expect(response.headers.get('x-accel-buffering')).toBeNull();
  });
});

describe('an idle connection', () => {
  test('is kept for longer than the 60 seconds of a load balancer', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/health/live`)).headers.get('keep-alive')).toBe('timeout=75');
  });

  test('is kept for as long as the configuration says', async () => {
    const { url } = await start(undefined, { keepAliveMilliseconds: 600_000 });
    expect((await fetch(`${url}/health/live`)).headers.get('keep-alive')).toBe('timeout=600');
  });
});

describe('a body that is too long', () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const head = (headers: string): string =>
    `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`;

  /** Writes everything before it reads, as many clients do. */
  async function send(url: string, headers: string, body: readonly (Buffer | string)[]): Promise<string> {
    const socket = bareSocket(url);
    let answer = '';
    let failure = '';
    socket.on('error', (error) => (failure = String(error)));
    await once(socket, 'connect');
    socket.pause();
    socket.write(head(headers));
    for (const part of body) {
      if (!socket.write(part)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    socket.resume();
    await once(socket, 'close');
    return failure === '' ? answer : failure;
  }

  test.each([
    ['says its length', `content-length: ${chunk.length * 200}`, Array<Buffer>(200).fill(chunk)],
    [
      'comes in chunks',
      'transfer-encoding: chunked',
      [...Array<(Buffer | string)[]>(200).fill(['10000\r\n', chunk, '\r\n']).flat(), '0\r\n\r\n'],
    ],
  ])('and %s gets its 413 before the connection is closed', async (_what, headers, body) => {
    const server = await start(undefined, { limits: { bodyBytes: 1_000 } });
    const answer = await send(server.url, headers, body);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("The request's body is over the limit of 1000 bytes.");
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(server.log).toEqual([]);
  });

  test('is refused before it is sent to a client that asks', async () => {
    const { url } = await start(undefined, { limits: { bodyBytes: 1_000 } });
    const ask = async (length: number): Promise<string> => {
      const socket = bareSocket(url);
      socket.write(head(`expect: 100-continue\r\ncontent-length: ${length}`));
      const [data] = (await once(socket, 'data')) as [Buffer];
      return data.toString().slice(0, 12);
    };
    expect(await ask(2_000)).toBe('HTTP/1.1 413');
    expect(await ask(100)).toBe('HTTP/1.1 100');
  });
});

describe("a client's address", () => {
  const trusted = trustedProxies(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32']);

  function addressOf(remoteAddress: string | undefined, forwarded?: string | string[]): string | null {
    const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
    return clientAddress(request as unknown as Parameters<typeof clientAddress>[0], trusted);
  }

  test.each([
    ['203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['127.0.0.1', ['6.6.6.6', '203.0.113.9'], '203.0.113.9'],
    ['127.0.0.1', '203.0.113.9:51234', '203.0.113.9'],
    ['127.0.0.1', '"[2001:db9::1]:443"', '2001:db9::1'],
    ['2001:db8::7', '2001:db9::1', '2001:db9::1'],
    ['127.0.0.1', 'unknown, 10.0.0.9', '10.0.0.9'],
    ['127.0.0.1', '10.0.0.1', '10.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    [undefined, '203.0.113.9', null],
  ])('(connection %s, forwarded %j) is %s', (remote, forwarded, address) => {
    expect(addressOf(remote, forwarded)).toBe(address);
  });

  test('is never made up by a client that no trusted proxy stands behind', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(addressOf('203.0.113.9', text)).toBe('203.0.113.9');
        expect(addressOf('10.0.0.1', `${text}, 203.0.113.9`)).toBe('203.0.113.9');
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(['10.0.0.0/8', '::1', 'fe80::/10', '192.0.2.1'])('may be trusted as %s', (network) => {
    expect(isNetwork(network)).toBe(true);
    expect(() => trustedProxies([network])).not.toThrow();
  });

  test.each(['10.0.0.0/33', '10.0.0', 'proxy', '', '10.0.0.0/8/8', '::1/129', '10.0.0.0/', '/8'])(
    'may not be trusted as %j',
    (network) => {
      expect(isNetwork(network)).toBe(false);
    },
  );
});

test('whatever Origin and Host hold, only our own pages are allowed', () => {
  const word = fc.oneof(fc.string({ maxLength: 40 }), fc.webUrl(), fc.domain(), fc.constantFrom('null', '*', 'a:b@c'));
  fc.assert(
    fc.property(word, word, (origin, host) => {
      const allowedPages = { publicOrigin: null, allowedOrigins: [] };
      if (!isAllowedPage({ headers: { origin, host } }, allowedPages)) return;
      // It was let in, so it names the host that was asked.
      expect(new URL(origin).hostname).toBe(new URL(`${new URL(origin).protocol}//${host}`).hostname);
    }),
    { numRuns: 3_000 },
  );
});
