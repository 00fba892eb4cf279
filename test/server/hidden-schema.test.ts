/** The answers to clients that may not ask for the schema. */
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start } from './start.ts';

/** Operations with a misspelt name, which graphql-js suggests another one for. */
const MISSPELT: readonly (readonly [query: string, variables?: Record<string, unknown>])[] = [
  ['{ sourcez { name } }'],
  ['{ jobs(filtr: {}) { nodes { id } } }'],
  ['{ jobs(filter: { statusInn: [FAILED] }) { nodes { id } } }'],
  ['{ jobs(filter: { statusIn: [FAILD] }) { nodes { id } } }'],
  ['{ jobs(filter: { statusIn: ["FAILED"] }) { nodes { id } } }'],
  ['query ($of: [JobStatus!]) { jobs(filter: { statusIn: $of }) { nodes { id } } }', { of: ['FAILD'] }],
  ['query ($filter: JobFilter) { jobs(filter: $filter) { nodes { id } } }', { filter: { statusInn: [] } }],
  ['query ($filter: JobFiltr) { jobs(filter: $filter) { nodes { id } } }'],
  ['{ jobs { nodes { source } } }'],
  ['{ node(id: "x") { ... on Jobb { id } } }'],
  ['subscription { logEntriez(jobs: []) { __typename } }'],
  [
    'subscription ($filter: LogFilter) { logEntries(jobs: [], filter: $filter) { __typename } }',
    { filter: { matchs: 'x' } },
  ],
];

const SCHEMA = ['{ __schema { types { name } } }', '{ __type(name: "Job") { name } }', '{ a: _service { sdl } }'];

type Ask = (url: string, query: string, variables?: Record<string, unknown>) => Promise<string>;

const posted =
  (accept: string): Ask =>
  async (url, query, variables) => {
    const headers = { 'content-type': 'application/json', accept };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })).text();
  };

const WAYS: Readonly<Record<string, Ask>> = {
  POST: posted('application/json'),
  'server-sent events': posted('text/event-stream'),
  async GET(url, query, variables) {
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables ?? {}) });
    return (await fetch(`${url}?${parameters.toString()}`, { headers: { accept: 'application/json' } })).text();
  },
  async WebSocket(url, query, variables) {
    const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    onTestFinished(() => void client.dispose());
    const sink = { complete: () => undefined };
    return new Promise((resolve) => {
      const heard = (said: unknown): void => {
        resolve(JSON.stringify(said));
      };
      client.subscribe({ query, variables }, { ...sink, next: heard, error: heard });
    });
  },
};

describe.each(Object.entries(WAYS))('over %s', (way, ask) => {
  const may = (query: string): boolean => way !== 'GET' || !query.startsWith('subscription');

  test('a misspelt name is answered without a suggestion', async () => {
    const { url } = await start(fakeFederation(), { introspection: false });
    // Twice: answers to known documents are made in another way.
    for (const [query, variables] of [...MISSPELT, ...MISSPELT].filter(([text]) => may(text))) {
      const answer = await ask(`${url}/graphql`, query, variables);
      expect([query, /did you mean|suggest/i.exec(answer)?.[0]]).toEqual([query, undefined]);
      expect(answer).toContain('"message"');
    }
  });

  test('a misspelt name is answered with a suggestion where the schema may be queried', async () => {
    const { url } = await start();
    for (const [query, variables] of MISSPELT.filter(([text]) => may(text)))
      expect([query, await ask(`${url}/graphql`, query, variables)]).toEqual([
        query,
        expect.stringContaining('Did you mean') as string,
      ]);
  });

  test('the schema is not given', async () => {
    const { url } = await start(fakeFederation(), { introspection: false });
    for (const query of SCHEMA) {
      const answer = await ask(`${url}/graphql`, query);
      expect(answer).toMatch(/introspection has been disabled|The schema is not for you/);
      expect(answer).not.toContain('LogEntry');
    }
  });
});
