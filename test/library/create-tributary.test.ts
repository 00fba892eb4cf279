import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { graphql, parse, subscribe } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createTributary } from '../../src/library/index.ts';
import type { FetchFacts, SourceConfig, Tributary } from '../../src/library/index.ts';

let tributary: Tributary;

beforeAll(async () => {
  tributary = await createTributary({});
});

afterAll(async () => {
  await tributary.close();
});

function ask(query: string, headers: Record<string, string> = {}, facts: FetchFacts = {}): Promise<Response> {
  return tributary.fetch(
    new Request('https://host.example/anywhere', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    }),
    facts,
  );
}

test('a configuration without sources is served by the sandbox, and says so', () => {
  expect(tributary.sandboxed).toBe(true);
  expect(tributary.federation.sources.map(({ name }) => name)).toContain('deepset');
});

test('the fetch handler answers a query at any path, with a Response of the runtime', async () => {
  const response = await ask('{ source(name: "nemo") { vendor } }');
  expect(response).toBeInstanceOf(Response);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ data: { source: { vendor: 'nemo' } } });
});

test('the fetch handler streams a subscription, and cancelling its body ends it', async () => {
  const page = await tributary.federation
    .jobs({ first: 1, filter: { statusIn: ['RUNNING'] } }, tributary.context().call)
    .nodes();
  const { source, key } = page[0]!;
  const id = await graphql({
    schema: tributary.schema,
    source: 'query ($source: String!, $key: String!) { job(source: $source, key: $key) { id } }',
    variableValues: { source, key },
    contextValue: tributary.context(),
  });
  const { job } = id.data as unknown as { job: { id: string } };
  const response = await ask(
    `subscription { logEntries(jobs: ["${job.id}"], tail: 1) { __typename ... on LogBatch { edges { node { message } } } } }`,
    { accept: 'text/event-stream' },
  );
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('LogBatch')) text += decoder.decode((await reader.read()).value, { stream: true });
  expect(tributary.federation.tailStatistics().feeds).toBe(1);
  await reader.cancel();
  await expect.poll(() => tributary.federation.tailStatistics().feeds).toBe(0);
});

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('the fetch handler compresses where the host asks it to and the caller takes %s', async (name, decompress) => {
  const long = '{ __schema { types { name description } } }';
  const plain = await (await ask(long, {})).text();
  const accepting = { 'accept-encoding': `${name}, identity` };
  expect((await ask(long, accepting)).headers.has('content-encoding')).toBe(false);
  const response = await ask(long, accepting, { compress: true });
  expect(response.headers.get('content-encoding')).toBe(name);
  expect(response.headers.get('vary')).toContain('accept-encoding');
  expect(decompress(Buffer.from(await response.arrayBuffer())).toString()).toBe(plain);
});

test('the fetch handler refuses what a page of another site may have sent, and a body over the limit', async () => {
  const forged = await tributary.fetch(
    new Request('https://host.example/graphql', {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
      body: '{}',
    }),
  );
  expect(forged.status).toBe(403);
  const long = await ask(`{ sources { name } } #${'x'.repeat(2 ** 20)}`);
  expect(long.status).toBe(413);
  expect(await long.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test('the fetch handler counts requests of a caller whose address the host says', async () => {
  const strict = await createTributary({ limits: { requestsPerSecond: 1 } });
  const statuses: number[] = [];
  for (let request = 0; request < 7; request += 1) {
    const question = new Request('https://host.example/graphql?query={__typename}');
    const response = await strict.fetch(question, { address: '192.0.2.7' });
    await response.text();
    statuses.push(response.status);
  }
  expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
  expect(statuses.at(-1)).toBe(429);
  await strict.close();
});

test('the schema runs in another executor with a context of ours', async () => {
  const contextValue = tributary.context();
  const answer = await graphql({ schema: tributary.schema, source: '{ sources { name } }', contextValue });
  expect(answer.errors).toBeUndefined();
  const page = await tributary.federation.jobs({ first: 1 }, tributary.context().call).nodes();
  const line = `subscription { logEntries(jobs: [], tail: 1) { __typename } }`;
  const refused = await subscribe({ schema: tributary.schema, document: parse(line), contextValue });
  expect(refused).toMatchObject({ errors: [expect.anything()] });
  expect(page).toHaveLength(1);
});

test('a Node server of the host serves everything, WebSockets too', async () => {
  const server = createServer(tributary.listener).on('upgrade', tributary.upgrade).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const live = await fetch(`http://127.0.0.1:${port}/health/live`);
  expect(await live.text()).toBe('live\n');
  const client = createClient({ url: `ws://127.0.0.1:${port}/graphql`, webSocketImpl: WebSocket });
  const answers = client.iterate({ query: '{ source(name: "sap") { name } }' });
  expect(await answers.next()).toMatchObject({ value: { data: { source: { name: 'sap' } } } });
  await client.dispose();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('the listener says at /health/ready that a source keeps failing and is left alone', async () => {
  const failing = createServer((_, response) => void response.writeHead(503).end());
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
  const own = await createTributary({
    sources: { up: { vendor: 'nemo', baseUrl, workspaces: ['default'], limits: { retries: 0 } } },
  });
  const host = createServer(own.listener);
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const ready = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${(host.address() as AddressInfo).port}/health/ready`)).text();
  expect(await ready()).toBe('ready\n');
  for (let failures = 0; failures < 12; failures += 1)
    await own.federation
      .jobs({ first: 1 }, own.context().call)
      .nodes()
      .catch(() => []);
  expect(await ready()).toMatch(/^ready, degraded: a source keeps failing/);
  host.close();
  failing.close();
  await own.close();
});

test('a configuration that is wrong is refused with the key that is', async () => {
  await expect(createTributary({ server: { port: -1 } })).rejects.toThrow('server.port');
});

test.each([
  [
    'a name that is mistyped',
    { allowedHost: ['a.example'] },
    'allowedHost: is not a known key; did you mean "allowedHosts"?',
  ],
  [
    'a name that is near none',
    { port: 1 },
    'port: is not a known key; allowed are environment, folder, logger, allowedHosts',
  ],
  ['a folder that is a number', { folder: 3 }, 'folder: expected a string, got a number'],
  ['a host that is a number', { allowedHosts: [4] }, 'allowedHosts[0]: expected a string, got'],
  ['an environment that is a text', { environment: 'PATH' }, 'environment: expected an object of texts'],
  ['a logger that logs nothing', { logger: {} }, 'logger: expected a pino logger'],
  ['a text in place of options', 'options', 'expected an object, got a string'],
])('options are refused where they have %s', async (_what, options, message) => {
  const made = createTributary({}, options as never);
  await expect(made).rejects.toMatchObject({
    name: 'ConfigurationError',
    message: expect.stringContaining(message) as string,
  });
});

test.each([[42], [null], [[]], ['']])('a configuration that is none is refused (%j)', async (config) => {
  await expect(createTributary(config as never)).rejects.toThrow(
    /first argument of createTributary[^]*expected an object, the path of a file, or nothing/,
  );
});

test('variables of a configuration come from where the program says', async () => {
  const source: SourceConfig = {
    vendor: 'nemo',
    baseUrl: 'https://nemo.example.com',
    workspaces: ['default'],
    auth: { type: 'bearer', token: '${TOKEN}' },
  };
  await expect(createTributary({ sources: { source } }, { environment: {} })).rejects.toThrow('TOKEN');
  const made = await createTributary({ sources: { source } }, { environment: { TOKEN: 'x' } });
  expect(made.sandboxed).toBe(false);
  await made.close();
});
