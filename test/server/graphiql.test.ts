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

async function page(url: string, headers: Record<string, string>): Promise<{ answer: IncomingMessage; body: Buffer }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/graphql`, { headers: { accept: 'text/html', ...headers } }, resolve)
      .on('error', reject)
      .end();
  });
  return { answer, body: await buffer(answer) };
}

describe('GraphiQL', () => {
  test('comes compressed, is the same page in each form, and is not sent again while it is unchanged', async () => {
    const server = await start();
    const plain = await page(server.url, {});
    expect(plain.answer.headers['content-type']).toBe('text/html; charset=utf-8');
    const gzip = await page(server.url, { 'accept-encoding': 'gzip' });
    const brotli = await page(server.url, { 'accept-encoding': 'gzip, br' });
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    expect(gzip.body.byteLength).toBeLessThan(plain.body.byteLength / 3);
    const again = await page(server.url, {
      'accept-encoding': 'br',
      'if-none-match': brotli.answer.headers.etag ?? '',
    });
    expect([again.answer.statusCode, again.body.byteLength]).toEqual([304, 0]);
  });

  test('opens with examples about jobs that are there', async () => {
    const server = await start();
    const { body } = await page(server.url, {});
    expect(body.includes(encodeNodeId('Job', 'up', 'a'))).toBe(true);
    expect(body.includes('subscription Tail')).toBe(true);
  });

  test('is not there when it is switched off', async () => {
    const server = await start(undefined, { graphiql: false });
    const { answer } = await page(server.url, {});
    expect(answer.headers['content-type'] ?? '').not.toContain('text/html');
  });

  test('has examples that are valid', () => {
    const errors = exampleTabs(['a']).flatMap(({ query }) => validate(schema, parse(query)));
    expect(errors).toEqual([]);
  });
});
