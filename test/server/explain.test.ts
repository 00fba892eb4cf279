import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Role } from '../../src/config/access.ts';
import { createCall } from '../../src/domain/call.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { Federation } from '../../src/federation/api.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from './start.ts';
import type { TestServer } from './start.ts';
import type { ServerOptions } from '../../src/server/server.ts';

let federation: Federation;
let close: () => Promise<void>;

beforeAll(async () => {
  const sandbox = await startSandbox();
  const origin = 'the sandbox';
  const sources = connectSources(
    parseConfiguration(sandbox.configuration, { origin, vendors: VENDORS, environment: {} }),
  );
  federation = createFederation(sources);
  close = async () => {
    await federation.close();
    await closeSources(sources);
    await sandbox.close();
  };
});

afterAll(() => close());

const QUERY =
  '{ soon: jobs(sources: ["deepset"], first: 3) { nodes { name logs(last: 2) { nodes { message } } } } sources { name } }';

interface Explained {
  readonly status: number;
  readonly data: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly extensions?: { readonly explain?: Record<string, unknown> };
}

async function ask(server: TestServer, query: string, headers: Record<string, string>): Promise<Explained> {
  return (await server.query(query, {}, headers)) as unknown as Explained;
}

const SSE = { accept: 'text/event-stream' };

/** The events of a stream up to the first with lines, or the parts of a whole answer. */
async function parts(server: TestServer, query: string, word: string, accept: Record<string, string>) {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tributary-explain': word, ...accept },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/^data: .*LogBatch.*\n/m.test(text)) break;
  }
  leaving.abort();
  return [...text.matchAll(/^(?:data: )?(\{.*\})\r?$/gm)].map(([, json = '']) => JSON.parse(json) as Explained);
}

/** The events of a stream over a WebSocket, up to the first with lines. */
async function overSocket(server: TestServer, query: string): Promise<Explained[]> {
  const client = createClient({ url: `${server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const events: Explained[] = [];
  for await (const event of client.iterate({ query, extensions: { 'x-tributary-explain': 'trace' } })) {
    events.push(event as unknown as Explained);
    if (JSON.stringify(event).includes('LogBatch')) break;
  }
  await client.dispose();
  return events;
}

function callsOf(answers: readonly Explained[]): Record<string, unknown>[] {
  return answers.flatMap(({ extensions }) => extensions?.explain?.['calls'] as Record<string, unknown>[]);
}

/** Keys of callers with these roles. A caller's key is its name. */
function withRoles(roles: Readonly<Record<string, Role>>, callers: Readonly<Record<string, readonly string[]>>) {
  const keys = Object.entries(callers).map(([name, named]) => ({
    name,
    sha256: createHash('sha256').update(name).digest('hex'),
    roles: named,
  }));
  return { type: 'keys' as const, keys, roles };
}

function logged({ log }: TestServer, message: string): Record<string, unknown>[] {
  return log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
}

/** The service in front of the sandbox. Closing it leaves the sandbox's federation to the other tests. */
function serve(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return start({ ...federation, close: () => Promise.resolve() }, options);
}

describe('x-tributary-explain', () => {
  test('plan: gives the estimate of each root field and of all, and calls no vendor', async () => {
    const server = await serve();
    const { data, errors, extensions } = await ask(server, QUERY, { 'x-tributary-explain': 'plan' });
    expect([data, errors]).toEqual([null, undefined]);
    const { estimate, fields } = extensions?.explain as {
      estimate: { calls: number; work: number };
      fields: { field: string; calls: number; work: number }[];
    };
    expect(fields.map(({ field, calls }) => [field, calls])).toEqual([
      ['soon', 4],
      ['sources', 0],
    ]);
    expect(fields.reduce((sum, { calls }) => sum + calls, 0)).toBe(estimate.calls);
    expect(fields.reduce((sum, { work }) => sum + work, 0)).toBe(estimate.work);
    const traced = await ask(server, '{ sources { name } }', { 'x-tributary-explain': 'trace' });
    expect(traced.extensions?.explain).toMatchObject({ used: { calls: 0 }, calls: [] });
  });

  test('plan: answers for a query that is over the limit, and names the limit', async () => {
    const server = await serve({ limits: { calls: 2 } });
    expect((await ask(server, QUERY, {})).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
    const { extensions } = await ask(server, QUERY, { 'x-tributary-explain': 'plan' });
    expect(extensions?.explain).toMatchObject({ estimate: { calls: 4 }, limits: { calls: 2 } });
  });

  test('trace: adds the vendor calls that were made, without a URL, and leaves the data as it is', async () => {
    const server = await serve();
    const traced = await ask(server, QUERY, { 'x-tributary-explain': 'trace' });
    expect(traced.data).toMatchObject({ soon: { nodes: [{}, {}, {}] } });
    const { calls, used, omittedCalls } = traced.extensions?.explain as {
      calls: Record<string, unknown>[];
      used: { calls: number; rows: number };
      omittedCalls: number;
    };
    expect(omittedCalls).toBe(0);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.length).toBeLessThanOrEqual(used.calls);
    for (const call of calls) {
      expect(call).toMatchObject({ source: 'deepset', outcome: 'ok', httpStatus: 200, retries: 0 });
      expect(call['route']).toMatch(/^GET \/[^?]*$/);
    }
    expect(JSON.stringify(traced.extensions)).not.toContain('127.0.0.1');
    expect((await ask(server, QUERY, {})).extensions?.explain).toBeUndefined();
  });

  test('with any other word is refused, with the allowed words', async () => {
    const { errors } = await ask(await serve(), QUERY, { 'x-tributary-explain': 'all' });
    expect(errors?.[0]).toMatchObject({
      message: 'x-tributary-explain: expected "plan" or "trace".',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('plan: answers for a subscription, too', async () => {
    const [plan] = await parts(
      await serve(),
      'subscription { logEntries(jobs: ["a", "b"]) { __typename } }',
      'plan',
      SSE,
    );
    expect(plan?.extensions?.explain).toMatchObject({ estimate: { calls: 2 } });
  });

  test('trace: adds to each event of a stream the calls that were made for it, over a WebSocket, too', async () => {
    const server = await serve();
    const [job] = await federation.jobs({ first: 1, filter: { statusIn: ['RUNNING'] } }, createCall()).nodes();
    const query = `subscription { logEntries(jobs: ["${encodeNodeId('Job', job!.source, job!.key)}"], tail: 2) {
      __typename ... on LogBatch { edges { node { message job { name } } } } } }`;
    for (const events of [await parts(server, query, 'trace', SSE), await overSocket(server, query)]) {
      const batch = events.find((event) => JSON.stringify(event).includes('LogBatch'));
      expect(batch?.extensions?.explain).toMatchObject({ estimate: {}, used: {}, omittedCalls: 0 });
      const calls = callsOf(events);
      expect(calls.length).toBeGreaterThan(0);
      for (const call of calls) expect(call).toMatchObject({ source: job?.source, outcome: 'ok' });
    }
  });

  test('trace: adds to each part of a deferred answer the calls since the part before it', async () => {
    const server = await serve();
    const query =
      '{ jobs(sources: ["deepset"], first: 2) { nodes { id ... @defer { logs(last: 1) { nodes { message } } } } } }';
    const all = await parts(server, query, 'trace', { accept: 'multipart/mixed' });
    expect(all.length).toBeGreaterThan(1);
    const [first] = all;
    expect(callsOf(all).length).toBeGreaterThan(callsOf(first === undefined ? [] : [first]).length);
    const last = all.at(-1)?.extensions?.explain as { used: { calls: number } };
    expect(callsOf(all).length).toBe(last.used.calls);
    expect(callsOf(all).every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test.each(['plan', 'trace'])('%s is only for callers whose role allows it', async (word) => {
    const may: Role = { sources: null, operations: ['query', 'explain'] };
    const mayNot: Role = { sources: null, operations: ['query'] };
    const server = await serve({
      auth: withRoles({ may, 'may-not': mayNot }, { may: ['may'], 'may-not': ['may-not'] }),
    });
    const as = (key: string): Record<string, string> => ({
      authorization: `Bearer ${key}`,
      'x-tributary-explain': word,
    });
    expect((await ask(server, QUERY, as('may'))).extensions?.explain).toBeDefined();
    const refused = await ask(server, QUERY, as('may-not'));
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(refused.data ?? null).toBeNull();
    expect(refused.extensions?.explain).toBeUndefined();
  });

  test('trace lists the calls of those sources that a role with explain names, and of no other', async () => {
    const server = await serve({
      auth: withRoles(
        {
          reads: { sources: null, operations: ['query'] },
          explains: { sources: ['nemo'], operations: ['query', 'explain'] },
        },
        { both: ['reads', 'explains'] },
      ),
    });
    const query = '{ jobs(first: 2) { nodes { source { name } } } }';
    const headers = { authorization: 'Bearer both', 'x-tributary-explain': 'trace' };
    const traced = await ask(server, query, headers);
    expect(traced.errors).toBeUndefined();
    const { calls, used } = traced.extensions?.explain as { calls: { source: string }[]; used: { calls: number } };
    expect(new Set(calls.map(({ source }) => source))).toEqual(new Set(['nemo']));
    expect(calls.length).toBeLessThan(used.calls);
  });
});

describe('limits.measureOnly', () => {
  test('lets an operation over the estimated limits through, and logs it', async () => {
    const server = await serve({ limits: { calls: 2, measureOnly: true } });
    const { errors, data } = await ask(server, QUERY, { 'x-request-id': 'one' });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ soon: { nodes: [{}, {}, {}] } });
    expect(logged(server, 'an operation is over a limit that is only measured')).toMatchObject([
      { requestId: 'one', estimate: { calls: 4 } },
    ]);
  });

  test('lets an operation use more than its budget, and logs what it used', async () => {
    const server = await serve({ limits: { rows: 4, measureOnly: true } });
    const { errors } = await ask(server, QUERY, { 'x-request-id': 'two' });
    expect(errors).toBeUndefined();
    const [line, ...others] = logged(server, 'an operation was over a limit that is only measured');
    expect(others).toEqual([]);
    expect(line?.['requestId']).toBe('two');
    expect((line?.['used'] as { rows: number }).rows).toBeGreaterThan(4);
    const strict = await serve({ limits: { rows: 4 } });
    expect((await ask(strict, QUERY, {})).errors?.[0]?.extensions.code).toBe('UPSTREAM_BUDGET_EXCEEDED');
  });
});
