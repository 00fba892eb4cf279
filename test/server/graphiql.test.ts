import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { exampleTabs } from '../../src/server/pages/example-tabs.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { start } from './start.ts';

/** Columns of the editor in a window 1,400 pixels wide. Longer lines are cut off. */
const EXAMPLE_COLUMNS = 56;

interface Got {
  readonly answer: IncomingMessage;
  readonly body: Buffer;
}

async function page(url: string, headers: Record<string, string>, search = '', method = 'GET'): Promise<Got> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/graphql${search}`, { method, headers: { accept: 'text/html', ...headers } }, resolve)
      .on('error', reject)
      .end();
  });
  return { answer, body: await buffer(answer) };
}

/** The addresses of the page's files, as the page names them. */
const assetsOf = (html: Buffer): readonly string[] => [
  ...new Set([...html.toString().matchAll(/\?asset=[\w.-]+/g)].map(([address]) => address)),
];

describe('GraphiQL', () => {
  test('is compressed, the same in each encoding, and not sent again while it is unchanged', async () => {
    const server = await start();
    const plain = await page(server.url, {});
    expect(plain.answer.headers['content-type']).toBe('text/html; charset=utf-8');
    const gzip = await page(server.url, { 'accept-encoding': 'gzip' });
    const brotli = await page(server.url, { 'accept-encoding': 'gzip, br' });
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    const again = await page(server.url, {
      'accept-encoding': 'br',
      'if-none-match': brotli.answer.headers.etag ?? '',
    });
    expect([again.answer.statusCode, again.body.byteLength]).toEqual([304, 0]);
  });

  test('answers HEAD with the headers of GET, for its page and its files', async () => {
    const server = await start();
    const { body } = await page(server.url, {});
    for (const search of ['', ...assetsOf(body).slice(0, 1)]) {
      const [got, head] = [await page(server.url, {}, search), await page(server.url, {}, search, 'HEAD')];
      const { date: _, 'x-request-id': __, ...headers } = got.answer.headers;
      expect([head.answer.statusCode, head.body.byteLength]).toEqual([200, 0]);
      expect(head.answer.headers).toMatchObject(headers);
      const etag = head.answer.headers.etag;
      const known = etag === undefined ? null : await page(server.url, { 'if-none-match': etag }, search, 'HEAD');
      if (known !== null) expect(known.answer.statusCode).toBe(304);
    }
  });

  test('is a small page whose large files are compressed and kept for ever', async () => {
    const server = await start();
    const { answer, body } = await page(server.url, {});
    expect(body.byteLength).toBeLessThan(10_000);
    expect(answer.headers['content-security-policy']).toContain("script-src 'self';");
    const assets = assetsOf(body);
    expect(assets.length).toBe(6);
    for (const address of assets) {
      const plain = await page(server.url, { accept: '*/*' }, address);
      const brotli = await page(server.url, { accept: '*/*', 'accept-encoding': 'br' }, address);
      expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
      expect(brotli.answer.headers['cache-control']).toContain('immutable');
      expect(brotli.answer.headers['content-type']).toMatch(/^text\/(?:javascript|css);/);
    }
    const { answer: unknown } = await page(server.url, { accept: '*/*' }, '?asset=other.js');
    expect(unknown.statusCode).toBe(404);
  });

  test('opens with examples about jobs that are there', async () => {
    const server = await start();
    const { body } = await page(server.url, {});
    expect(body.includes(encodeNodeId('Job', 'up', 'a'))).toBe(true);
    expect(body.includes('subscription Tail')).toBe(true);
  });

  test('is 404 if it is switched off', async () => {
    const server = await start(undefined, { graphiql: false });
    const { answer } = await page(server.url, {});
    expect(answer.headers['content-type'] ?? '').not.toContain('text/html');
  });

  test('has examples that are valid, in lines that fit the editor', () => {
    const examples = exampleTabs(['a']);
    expect(examples.flatMap(({ query }) => validate(schema, parse(query)))).toEqual([]);
    const lines = examples.flatMap(({ query }) => query.split('\n'));
    expect(lines.filter((line) => line.length > EXAMPLE_COLUMNS)).toEqual([]);
  });
});
