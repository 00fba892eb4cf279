import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
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

test('answers in valid Unicode over GET, POST and server-sent events, whatever a client sends', async () => {
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

test('answers in valid Unicode over a WebSocket, whatever a client sends', async () => {
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
