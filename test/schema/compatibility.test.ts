import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createYoga } from 'graphql-yoga';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inlineTraces } from '../../src/server/field-traces/inline-traces.ts';
import { hasPackages, ROOT, run } from '../support/folders.ts';
import { productsSchema, productsText } from './products.ts';
import { Supergraph } from './supergraph.ts';

const ready = await hasPackages('test/gateways');
const SUITE = 'node_modules/@apollo/federation-subgraph-compatibility-tests/dist/subgraphs';

const supergraph = new Supergraph();
let urls: Readonly<Record<'products' | 'apollo' | 'hive', string>>;

/** A port that was free a moment ago: the suite's subgraphs choose none themselves. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

beforeAll(async () => {
  if (!ready) return;
  const schema = productsSchema();
  const traces = inlineTraces(
    schema,
    () => true,
    (error) => error,
  );
  const yoga = createYoga({ schema, logging: false, plugins: [traces] });
  const products = await supergraph.listen((request, response) => {
    void yoga(request, response);
  });
  const others = ['users', 'inventory'].map(async (name) => {
    const port = String(await freePort());
    await supergraph.start([`${SUITE}/${name}/index.js`], '', { [`${name.toUpperCase()}_PORT`]: port });
    const sdl = readFileSync(`${ROOT}/test/gateways/${SUITE}/${name}/${name}.graphql`, 'utf8');
    return { name, url: `http://localhost:${port}/`, sdl };
  });
  const subgraphs = [{ name: 'products', url: products, sdl: productsText(schema) }, ...(await Promise.all(others))];
  urls = { products, ...(await supergraph.gateways(subgraphs)) };
});

afterAll(() => supergraph.close());

describe.skipIf(!ready)('a subgraph of products that is built like ours', () => {
  test.each(['apollo', 'hive'] as const)(
    'passes the cases of the compatibility suite behind a gateway (%s)',
    async (name) => {
      const { stdout } = await run('node', ['compatibility.js', urls.products, urls[name]], {
        cwd: `${ROOT}/test/gateways`,
      });
      const found = Object.entries(JSON.parse(stdout) as Record<string, string>);
      expect(found).toHaveLength(23);
      expect(found.filter(([, result]) => result !== 'passed')).toEqual([]);
    },
  );

  test("is traced by Apollo's gateway, which reads how long each field took", async () => {
    const response = await fetch(urls.apollo, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'apollo-federation-include-trace': 'ftv1' },
      body: JSON.stringify({ query: '{ product(id: "apollo-federation") { sku } }' }),
    });
    const sku = { responseName: 'sku', type: 'String', parentType: 'Product', endTime: expect.any(String) as string };
    const product = { responseName: 'product', type: 'Product', parentType: 'Query', child: [sku] };
    expect(await response.json()).toMatchObject({
      data: { product: { sku: 'federation' } },
      extensions: {
        queryPlanTrace: { fetch: { traceParsingFailed: false, trace: { root: { child: [product] } } } },
      },
    });
  });
});
