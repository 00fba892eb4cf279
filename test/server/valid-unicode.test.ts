import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { TributaryError } from '../../src/domain/errors.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeConnection, fakeEntry, fakeFederation, fakeJob, fakeTail } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

/** Half of a surrogate pair, as JSON.stringify writes it: an escape that the text itself does not have. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
const HALF = '\ud83d';

/** Each echoes what the client has sent, in data or in an error. */
const OPERATIONS: readonly { readonly query: string; readonly variables?: unknown; readonly operationName?: string }[] =
  [
    { query: 'query($s: String!) { source(name: $s) { name } }', variables: { s: HALF } },
    { query: 'query($s: String!) { jobs(sources: [$s], first: 1) { nodes { key } } }', variables: { s: HALF } },
    { query: 'query($s: String!) { job(source: "up", key: $s) { key } }', variables: { s: HALF } },
    { query: 'query($id: ID!) { node(id: $id) { id } }', variables: { id: HALF } },
    { query: 'query($id: ID!) { logs(jobs: [$id], first: 1) { nodes { message } } }', variables: { id: HALF } },
    { query: 'query($after: String) { jobs(first: 1, after: $after) { nodes { key } } }', variables: { after: HALF } },
    { query: 'query($n: Int!) { jobs(first: $n) { nodes { key } } }', variables: { n: HALF } },
    {
      query: 'query($f: JobFilter) { jobs(first: 1, filter: $f) { nodes { key } } }',
      variables: { f: { [HALF]: [HALF] } },
    },
    {
      query: 'query($f: JobFilter) { jobs(first: 1, filter: $f) { nodes { key } } }',
      variables: { f: { statusIn: [HALF] } },
    },
    { query: `{ source(name: "${HALF}") { name } }` },
    { query: 'query A { __typename } query B { __typename }', operationName: HALF },
  ];

function get(url: string, { query, variables, operationName }: (typeof OPERATIONS)[number]): Promise<Response> {
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables ?? {}) });
  if (operationName !== undefined) search.set('operationName', operationName);
  return fetch(`${url}/graphql?${search.toString()}`, { headers: { accept: 'application/json' } });
}

function post(url: string, accept: string, operation: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept };
  return fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(operation) });
}

test('the service answers in valid Unicode over GET, POST and server-sent events, whatever a client sends', async () => {
  const { url } = await start();
  for (const operation of OPERATIONS) {
    const answers = await Promise.all([
      get(url, operation),
      post(url, 'application/json', operation),
      post(url, 'application/graphql-response+json', operation),
      post(url, 'text/event-stream', operation),
    ]);
    for (const answer of answers) {
      const text = await answer.text();
      expect(text).toMatch(/"data"|"errors"/);
      expect(text).not.toMatch(LONE_SURROGATE);
    }
  }
});

test('the service answers in valid Unicode over a WebSocket, whatever a client sends', async () => {
  const { url } = await start();
  const messages: string[] = [];
  class Listening extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      this.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
    }
  }
  const address = `${url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url: address, webSocketImpl: Listening, retryAttempts: 0 });
  onTestFinished(async () => {
    await client.dispose();
  });
  for (const { query, variables, operationName } of OPERATIONS) {
    const given = { variables: variables as Record<string, unknown>, operationName };
    const answers = client.iterate({ query, ...given });
    // What is wrong with an operation is thrown here.
    await answers.next().catch(() => undefined);
    await answers.return?.();
  }
  expect(messages.length).toBeGreaterThan(OPERATIONS.length);
  for (const message of messages) expect(message).not.toMatch(LONE_SURROGATE);
});

/** A source of a plug-in, whose texts are whatever they are. */
function brokenSource() {
  const line = fakeEntry({ source: 'up', key: HALF }, 1, {
    message: HALF,
    attributes: { [HALF]: [HALF, '\\ud83d'] },
    stepKey: HALF,
    severity: { number: 9, text: HALF, source: 'VENDOR' },
  });
  const failures = () =>
    Promise.resolve([
      { source: 'up', jobId: null, code: 'SOURCE_UNAVAILABLE', message: HALF, retryAfterSeconds: null } as const,
    ]);
  const job = { ...fakeJob('up', HALF), name: HALF, nativeStatus: HALF, attributes: { [HALF]: HALF } };
  const ends = { isComplete: () => Promise.resolve(true), failures };
  return fakeFederation({
    job: () => Promise.resolve(job),
    jobs: () => ({ ...fakeConnection([job]), failures }),
    logs: () => ({ ...fakeConnection([line]), ...ends }),
    tail: () => fakeTail([{ type: 'batch', entries: [line], cursor: HALF, dropped: [], mayRepeat: false } as never]),
    parts: () => {
      throw new TributaryError('SOURCE_UNAVAILABLE', HALF, { source: 'up' });
    },
  });
}

const FIELDS = 'name nativeStatus attributes logs(first: 1) { nodes { message(ansi: KEEP) attributes severityText } }';
const JOB_ID = encodeNodeId('Job', 'up', 'a');

const MCP = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

test('the service answers in valid Unicode on every surface, whatever a source says', async () => {
  const { url } = await start(brokenSource(), { mcp: true, batching: 2 });
  const query = `{ jobs(first: 1) { nodes { ${FIELDS} steps { nodes { id } } } failures { message } } }`;
  const deferred = `{ jobs(first: 1) { nodes { key ... @defer { ${FIELDS} } } } }`;
  const tool = (name: string, args: object): string =>
    JSON.stringify({ jsonrpc: '2.0', id: HALF, method: 'tools/call', params: { name, arguments: args } });
  const mcp = (body: string) => fetch(`${url}/mcp`, { method: 'POST', headers: MCP, body });
  const jobs = [{ source: 'up', key: HALF }];
  const answers = await Promise.all([
    get(url, { query }),
    post(url, 'application/json', { query }),
    post(url, 'application/graphql-response+json', { query }),
    post(url, 'application/json', [{ query }, { query: '{ none }' }]),
    post(url, 'text/event-stream', { query }),
    post(url, 'multipart/mixed', { query: deferred }),
    ...['ndjson', 'csv', 'text'].map((format) => fetch(`${url}/export?jobs=${JOB_ID}&format=${format}`)),
    fetch(`${url}/export`, { method: 'POST', headers: MCP, body: JSON.stringify({ [HALF]: [] }) }),
    mcp(tool('read_log', { jobs })),
    mcp(tool('list_jobs', { sources: [HALF], nameContains: HALF })),
    mcp(tool('job_tree', { source: HALF, key: HALF })),
    mcp(tool('read_log', { jobs, since: HALF, minSeverity: HALF, [HALF]: HALF })),
    mcp(tool(HALF, { [HALF]: HALF })),
    mcp(JSON.stringify({ jsonrpc: '2.0', id: HALF, method: HALF, params: { [HALF]: HALF } })),
  ]);
  for (const answer of answers) {
    const text = await answer.text();
    expect(text.length).toBeGreaterThan(20);
    expect(text).not.toMatch(LONE_SURROGATE);
    // JSON within a text of JSON.
    const [, within = '""'] = /"content":\[\{"type":"text","text":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    expect(JSON.parse(within)).not.toMatch(LONE_SURROGATE);
  }
});

test('the id of an operation over a WebSocket is sent back in valid Unicode, and accepted in that form', async () => {
  const { url } = await start();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: string[] = [];
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      messages.push(data.toString('utf8'));
      const { type } = JSON.parse(data.toString()) as { type: string };
      const subscribe = (query: string, id: string) => {
        socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }));
      };
      if (type === 'connection_ack') subscribe(`{ source(name: "up") { name } }`, HALF);
      else if (type === 'complete') subscribe('{ none }', HALF);
      else if (type === 'error') resolve();
    });
  });
  socket.once('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { [HALF]: HALF } }));
  });
  await done;
  socket.terminate();
  expect(messages).toHaveLength(4);
  for (const message of messages.slice(1)) expect(JSON.parse(message)).toMatchObject({ id: '\ufffd' });
});
