import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { compress } from '../../src/server/compression.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

const TEXT = JSON.stringify({ data: Array.from({ length: 500 }, (_, index) => `line ${index}`) });
const SCHEMA = '{ __schema { types { name description fields { name description } } } }';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers as it is told, compressed. */
async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((incoming, response) => {
    compress(incoming, response);
    answer(response);
  }).listen(0, '127.0.0.1');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Raw {
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** As it comes over the wire: `fetch` would decompress it. */
async function ask(url: string, encodings: string, body?: string): Promise<Raw> {
  const incoming = await open(url, encodings, body);
  const chunks = (await incoming.toArray()) as Buffer[];
  const { statusCode: status, statusMessage: message, headers } = incoming;
  return { status, message, headers, body: Buffer.concat(chunks) };
}

async function open(url: string, encodings: string, body?: string): Promise<IncomingMessage> {
  const outgoing = request(url, {
    method: body === undefined ? 'GET' : 'POST',
    agent: false,
    headers: { 'accept-encoding': encodings, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  });
  closers.push(() => outgoing.destroy());
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return incoming;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(TEXT) };

test('a long answer is compressed in a way that the client accepts', async () => {
  const { url } = await start();
  const body = JSON.stringify({ query: SCHEMA });
  const plain = await ask(`${url}/graphql`, 'identity', body);
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.headers.vary).toMatch(/accept-encoding/i);
  const zipped = await ask(`${url}/graphql`, 'gzip', body);
  expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip' });
  expect(zipped.headers['content-length']).toBeUndefined();
  expect(gunzipSync(zipped.body)).toEqual(plain.body);
  const brotli = await ask(`${url}/graphql`, 'gzip, deflate, br;q=0.5', body);
  expect(brotli.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(brotli.body)).toEqual(plain.body);
  expect(brotli.body.length).toBeLessThan(plain.body.length / 4);
  const none = await ask(`${url}/graphql`, 'br;q=0, gzip;q=0.0, deflate', body);
  expect(none.body).toEqual(plain.body);
});

test('a short answer is sent as it is, with its length', async () => {
  const { url } = await start();
  const { headers, body } = await ask(`${url}/graphql`, 'br, gzip', JSON.stringify({ query: '{ __typename }' }));
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['content-length']).toBe(String(body.length));
  expect(body.toString()).toBe('{"data":{"__typename":"Query"}}');
});

test('nothing is compressed where that is switched off', async () => {
  const { url } = await start(fakeFederation(), { compression: false });
  const { headers } = await ask(`${url}/graphql`, 'br, gzip', JSON.stringify({ query: SCHEMA }));
  expect(headers['content-encoding']).toBeUndefined();
});

test.each([
  ['a stream of events', { 'content-type': 'text/event-stream' }],
  ['a multipart answer', { 'content-type': 'multipart/mixed; boundary=x' }],
  ['what must not be changed', { ...JSON_HEADERS, 'cache-control': 'no-transform' }],
  ['what is encoded already', { ...JSON_HEADERS, 'content-encoding': 'zstd' }],
])('%s is sent unchanged', async (_what, headers) => {
  const url = await serve((response) => response.writeHead(200, headers).end(TEXT));
  const answer = await ask(url, 'br, gzip');
  expect(answer.body.toString()).toBe(TEXT);
  expect(answer.headers).toMatchObject({ 'content-type': headers['content-type'] });
});

test.each([
  ['an object', (response: ServerResponse) => response.writeHead(201, 'Made', JSON_HEADERS)],
  ['a list', (response: ServerResponse) => response.writeHead(201, 'Made', Object.entries(JSON_HEADERS).flat())],
  [
    'set before',
    (response: ServerResponse) => {
      for (const [name, value] of Object.entries(JSON_HEADERS)) response.setHeader(name, value);
      return response.writeHead(201, 'Made');
    },
  ],
])('status and headers are kept where they are %s', async (_how, head) => {
  const url = await serve((response) => head(response).end(TEXT));
  const { status, message, headers, body } = await ask(url, 'gzip');
  expect([status, message, headers['content-type']]).toEqual([201, 'Made', 'application/json']);
  expect(gunzipSync(body).toString()).toBe(TEXT);
});

test('what is written in pieces arrives in pieces', async () => {
  let more = (): void => undefined;
  const url = await serve((response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"first":1}\n');
    more = () => response.end('{"second":2}\n');
  });
  const incoming = await open(url, 'gzip');
  expect(incoming.headers['content-encoding']).toBe('gzip');
  const lines = incoming.pipe(createGunzip()).setEncoding('utf8').iterator();
  expect(await lines.next()).toEqual({ done: false, value: '{"first":1}\n' });
  more();
  expect(await lines.next()).toEqual({ done: false, value: '{"second":2}\n' });
});

test('a client that reads slowly slows the writer down, and gets everything', async () => {
  const block = Buffer.alloc(64 * 1024, 'not so easy to compress: 0123456789 ').map(
    (byte, index) => (byte * (index | 7)) & 0x7f,
  );
  let written = 0;
  function* blocks(): Generator<Buffer> {
    for (; written < 400; written += 1) yield Buffer.from(block.map((byte) => byte ^ (Math.random() * 128)));
  }
  let done = Promise.resolve();
  const url = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    done = pipeline(Readable.from(blocks()), response);
  });
  const incoming = await open(url, 'gzip');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(written).toBeLessThan(400);
  let bytes = 0;
  for await (const chunk of incoming.pipe(createGunzip())) bytes += (chunk as Buffer).length;
  await done;
  expect(bytes).toBe(400 * block.length);
});

test('a client that leaves ends the writing of its answer', async () => {
  let failed: Promise<unknown> = Promise.resolve();
  const url = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const endless = Readable.from(
      (function* () {
        for (;;) yield `${Math.random()}\n`.repeat(1_000);
      })(),
    );
    failed = pipeline(endless, response).catch((error: unknown) => error);
  });
  const incoming = await open(url, 'gzip');
  await once(incoming, 'data');
  incoming.destroy();
  expect(await failed).toHaveProperty('code', 'ERR_STREAM_PREMATURE_CLOSE');
});
