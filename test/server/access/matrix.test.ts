/**
 * Every caller, and every way to reach data, against sources of each vendor. What a caller may not see is to be answered as what is
 * not there at all: byte for byte, but for the name that the caller itself has sent.
 */
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { Kind, parse } from 'graphql';
import type { SelectionSetNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { parseConfiguration } from '../../../src/config/parse.ts';
import { closeSources, connectSources } from '../../../src/config/sources.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { Operation, Reading } from '../../../src/config/access.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { createServer } from '../../../src/server/server.ts';
import { VENDORS } from '../../../src/vendors/index.ts';
import { overCommand } from './command-way.ts';

const CALLERS = ['all', 'query', 'subscription', 'export', 'metrics'] as const;
type Caller = (typeof CALLERS)[number] | 'nobody' | 'stranger';

/** What a caller that may see all of a source knows of it. */
interface Known {
  readonly source: string;
  readonly ids: Readonly<Record<'Source' | 'Job' | 'Attempt' | 'Step' | 'Task' | 'LogEntry', string>>;
  readonly key: string;
  /** Of `logs` of the job, of `logs` of it and a visible job, of `jobs`, and of a tail. */
  readonly cursors: { readonly logs: string; readonly merged: string; readonly jobs: string; readonly tail: string };
}

interface World {
  readonly url: string;
  /** Paths that read data. */
  readonly paths: readonly string[];
  readonly sources: readonly string[];
  readonly close: () => Promise<void>;
}

let world: World;
/** The source that the narrow callers may see; each of the others is hidden in its turn. */
let shown: string;
let shownJob: string;

const keyOf = (caller: Caller): string => `key-of-${caller}`;
const hashOf = (caller: Caller): string => createHash('sha256').update(keyOf(caller)).digest('hex');
const id = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

beforeAll(async () => {
  const sandbox = await startSandbox();
  const configuration = parseConfiguration(sandbox.configuration, {
    origin: 'the sandbox',
    vendors: VENDORS,
    environment: {},
  });
  const sources = connectSources(configuration);
  const federation = createFederation(sources, { tail: { intervalMilliseconds: 50, drainMilliseconds: [10] } });
  const names = sources.map(({ name }) => name);
  [shown = ''] = names;
  const narrow = (operations: Operation[]) => ({ sources: [shown], operations });
  const server = await createServer({
    federation,
    host: '127.0.0.1',
    port: 0,
    explorer: false,
    mcp: true,
    batching: 2,
    persistedQueries: { automatic: true, known: new Map(), only: false },
    auth: {
      type: 'keys',
      keys: [...CALLERS, 'stranger' as const].map((name) => ({ name, sha256: hashOf(name), roles: [name] })),
      roles: {
        all: { sources: null, operations: ['query', 'subscription', 'export', 'introspection', 'metrics', 'explain'] },
        query: narrow(['query', 'introspection', 'explain']),
        subscription: narrow(['subscription']),
        export: narrow(['export']),
        metrics: narrow(['metrics']),
      },
    },
  });
  world = {
    url: server.url,
    paths: server.paths.data,
    sources: names,
    async close() {
      await server.close();
      await closeSources(sources);
      await sandbox.close();
    },
  };
  shownJob = (await discover(shown)).ids.Job;
});

afterAll(async () => {
  await world.close();
});

function headersOf(caller: Caller): Record<string, string> {
  return caller === 'nobody' ? {} : { authorization: `Bearer ${keyOf(caller)}` };
}

/** What was asked for: texts of operations, tools and paths. */
const asked = { texts: new Set<string>(), tools: new Set<string>(), paths: new Set<string>() };

async function post(caller: Caller, query: string, accept = 'application/json', more: Sent = {}): Promise<string> {
  asked.texts.add(query);
  const { headers = {}, bodyOf = () => ({ query }) } = more;
  asked.paths.add('/graphql');
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headersOf(caller), ...headers },
    body: JSON.stringify(bodyOf(query)),
  });
  return firstOf(response, accept);
}

/** What a request has beside, or in place of, the text of its operation. */
interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodyOf?: (query: string) => unknown;
}

/** The whole answer, or the first event of a stream that has lines or an error. */
async function firstOf(response: Response, accept: string): Promise<string> {
  if (accept !== 'text/event-stream' || response.body === null) return response.text();
  const reader = response.body.getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += Buffer.from(value ?? new Uint8Array()).toString();
    if (done || /"edges":\[\{|"errors"/.test(text)) break;
  }
  await reader.cancel();
  return text;
}

/** One operation over a WebSocket: its first answer that has lines or an error, or how the connection was closed. */
async function overSocket(caller: Caller, query: string): Promise<string> {
  asked.texts.add(query);
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const over = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve(`closed ${code} ${reason.toString()}`);
    });
    socket.on('message', (data: RawData) => {
      const text = (data as Buffer).toString();
      if (text.includes('"connection_ack"')) {
        socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
      } else if (/"edges":\[\{|"errors"|"type":"error"|"type":"complete"/.test(text) || !query.startsWith('sub')) {
        resolve(text);
      }
    });
  });
  await once(socket, 'open');
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: headersOf(caller)['authorization'] } }),
  );
  const text = await over;
  socket.terminate();
  return text;
}

async function exported(caller: Caller, parameters: string, method = 'GET'): Promise<string> {
  asked.paths.add('/export');
  const url = `${world.url}/export`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await (method === 'GET'
    ? fetch(`${url}?${parameters}`, { headers: headersOf(caller) })
    : fetch(url, { method, headers: { ...form, ...headersOf(caller) }, body: parameters }));
  return response.text();
}

/** A tool for assistants. What is drawn at random for each answer is left out. */
async function tool(caller: Caller, name: string, args: Record<string, unknown>): Promise<string> {
  asked.tools.add(name);
  return assistant(caller, 'tools/call', { name, arguments: args });
}

async function assistant(caller: Caller, method: string, params: object): Promise<string> {
  asked.paths.add('/mcp');
  const response = await fetch(`${world.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf(caller),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return (await response.text()).replaceAll(/untrusted data [\w-]+/g, 'untrusted data');
}

/** A cursor in the list of the jobs of all sources. */
async function cursorOfAll(): Promise<string> {
  const answer = JSON.parse(await post('all', '{ jobs(first: 12) { pageInfo { endCursor } } }')) as {
    data: { jobs: { pageInfo: { endCursor: string } } };
  };
  return answer.data.jobs.pageInfo.endCursor;
}

/** What can be known of a source: ids of all kinds, and cursors. */
async function discover(source: string): Promise<Known> {
  const found = JSON.parse(
    await post(
      'all',
      `{ source(name: "${source}") { id jobs(first: 20) { edges { cursor node { id key status
           attempts(first: 1) { nodes { id } } steps(first: 1) { nodes { id } } tasks(first: 1) { nodes { id } }
           logs(first: 3) { edges { cursor node { id } } } } } } } }`,
    ),
  ) as {
    data: {
      source: {
        id: string;
        jobs: {
          edges: {
            cursor: string;
            node: Record<'attempts' | 'steps' | 'tasks', { nodes: { id: string }[] } | null> & {
              id: string;
              key: string;
              status: string;
              logs: { edges: { cursor: string; node: { id: string } }[] } | null;
            };
          }[];
        };
      };
    };
  };
  // A running job has more lines at the second look.
  const edge = found.data.source.jobs.edges
    .filter(({ node }) => (node.logs?.edges.length ?? 0) > 1)
    .sort((a, b) => Number(a.node.status === 'RUNNING') - Number(b.node.status === 'RUNNING'))[0];
  if (edge === undefined) throw new Error(`${source} has no job with lines.`);
  const { node, cursor } = edge;
  const [line] = node.logs?.edges ?? [];
  const made = (type: string): string => id(type, source, node.key, 'some');
  const merged = JSON.parse(
    await post('all', `{ logs(jobs: ["${shownJob}", "${node.id}"], first: 1) { pageInfo { endCursor } } }`),
  ) as { data?: { logs: { pageInfo: { endCursor: string } } } };
  const tail = await post(
    'all',
    `subscription { logEntries(jobs: ["${node.id}"], tail: 1) { ... on LogBatch { cursor edges { cursor } } } }`,
    'text/event-stream',
  );
  return {
    source,
    key: node.key,
    ids: {
      Source: found.data.source.id,
      Job: node.id,
      Attempt: node.attempts?.nodes[0]?.id ?? made('Attempt'),
      Step: node.steps?.nodes[0]?.id ?? made('Step'),
      Task: node.tasks?.nodes[0]?.id ?? made('Task'),
      LogEntry: line?.node.id ?? '',
    },
    cursors: {
      logs: line?.cursor ?? '',
      merged: merged.data?.logs.pageInfo.endCursor ?? '',
      jobs: cursor,
      tail: /"cursor":"([^"]+)"/.exec(tail)?.[1] ?? '',
    },
  };
}

/** The same of a source that is not there, with a name of the same length. */
function absentOf(known: Known): Known {
  const source = 'z'.repeat(known.source.length);
  const renamed = (text: string): string => {
    const [type, , ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString()) as string[];
    return id(type ?? '', source, ...rest);
  };
  const ids = Object.fromEntries(Object.entries(known.ids).map(([type, text]) => [type, renamed(text)]));
  return { ...known, source, ids: ids as Known['ids'] };
}

const LINES =
  'edges { cursor node { id message job { id name } } } failures { source code message } totalCount isComplete';
const NODE = `__typename id
  ... on Source { name jobs(first: 2) { nodes { id } } }
  ... on Job { key name status logs(first: 1) { ${LINES} } }
  ... on Attempt { key status } ... on Step { key status } ... on Task { key status }
  ... on LogEntry { message job { name } }`;
const EVENT = `__typename ... on LogBatch { cursor edges { node { message } } }
  ... on LogStreamStatus { state failure { source code message } }`;

type Way = readonly [name: string, reading: Reading, ask: (caller: Caller, known: Known) => Promise<string>];

const query =
  (text: (known: Known) => string) =>
  (caller: Caller, known: Known): Promise<string> =>
    post(caller, text(known));
const subscription =
  (text: (known: Known) => string) =>
  (caller: Caller, known: Known): Promise<string> =>
    post(caller, text(known), 'text/event-stream');

const KINDS = ['Source', 'Job', 'Attempt', 'Step', 'Task', 'LogEntry'] as const;

const command =
  (name: string, argsOf: (known: Known) => readonly string[]) =>
  (caller: Caller, known: Known): Promise<string> =>
    overCommand(world.url, headersOf(caller)['authorization'] ?? null, [name, ...argsOf(known)]);
const jobOf = ({ source, key }: Known): string => `${source}:${key}`;

const WAYS: readonly Way[] = [
  [
    'source(name)',
    'query',
    query(({ source }) => `{ source(name: "${source}") { __typename id name vendor health { state message } } }`),
  ],
  [
    'job(source, key)',
    'query',
    query(
      ({ source, key }) => `{ job(source: "${source}", key: "${key}") { id key name logs(first: 1) { ${LINES} } } }`,
    ),
  ],
  [
    'job, by reference alone',
    'query',
    query(({ source, key }) => `{ job(source: "${source}", key: "${key}") { id source { name } } }`),
  ],
  [
    'jobs(sources)',
    'query',
    query(({ source }) => `{ jobs(sources: ["${source}"], first: 2) { nodes { id } failures { source } } }`),
  ],
  [
    'jobs(sources), beside one that is shown',
    'query',
    query(
      ({ source }) =>
        `{ jobs(sources: ["${shown}", "${source}"], first: 2) { nodes { id } failures { source } totalCount } }`,
    ),
  ],
  [
    'jobs after a cursor',
    'query',
    query(
      ({ source, cursors }) => `{ jobs(sources: ["${source}"], first: 2, after: "${cursors.jobs}") { nodes { id } } }`,
    ),
  ],
  ...KINDS.flatMap((kind): Way[] => [
    [`node(${kind})`, 'query', query(({ ids }) => `{ node(id: "${ids[kind]}") { ${NODE} } }`)],
    [`node(${kind}) by reference alone`, 'query', query(({ ids }) => `{ node(id: "${ids[kind]}") { __typename id } }`)],
    [`nodes(${kind})`, 'query', query(({ ids }) => `{ nodes(ids: ["${ids[kind]}", "${shownJob}"]) { ${NODE} } }`)],
    [
      `_entities(${kind})`,
      'query',
      query(
        ({ ids }) =>
          `{ _entities(representations: [{ __typename: "${kind}", id: "${ids[kind]}" }]) { ... on Node { ${NODE} } } }`,
      ),
    ],
  ]),
  ['logs', 'query', query(({ ids }) => `{ logs(jobs: ["${ids.Job}"], first: 2) { ${LINES} } }`)],
  [
    'logs, merged with one that is shown',
    'query',
    query(({ ids }) => `{ logs(jobs: ["${shownJob}", "${ids.Job}"], first: 2) { ${LINES} } }`),
  ],
  [
    'logs after a cursor',
    'query',
    query(({ ids, cursors }) => `{ logs(jobs: ["${ids.Job}"], first: 2, after: "${cursors.logs}") { ${LINES} } }`),
  ],
  [
    'merged logs after a cursor',
    'query',
    query(
      ({ ids, cursors }) =>
        `{ logs(jobs: ["${shownJob}", "${ids.Job}"], first: 2, after: "${cursors.merged}") { ${LINES} } }`,
    ),
  ],
  [
    'logs after what is no cursor',
    'query',
    query(({ ids }) => `{ logs(jobs: ["${ids.Job}"], first: 2, after: "abc") { ${LINES} } }`),
  ],
  [
    'logHistogram',
    'query',
    query(({ ids }) => `{ logHistogram(jobs: ["${ids.Job}"], buckets: 3) { total failures { source message } } }`),
  ],
  [
    'logHistogram, beside one that is shown',
    'query',
    query(
      ({ ids }) =>
        `{ logHistogram(jobs: ["${shownJob}", "${ids.Job}"], buckets: 3) { total failures { source message } } }`,
    ),
  ],
  ['logContext', 'query', query(({ ids }) => `{ logContext(id: "${ids.LogEntry}") { ${LINES} } }`)],
  [
    'logContext among jobs',
    'query',
    query(({ ids }) => `{ logContext(id: "${ids.LogEntry}", jobs: ["${shownJob}", "${ids.Job}"]) { ${LINES} } }`),
  ],
  [
    'a query over a WebSocket',
    'query',
    (caller, { ids }) => overSocket(caller, `{ node(id: "${ids.Job}") { ${NODE} } }`),
  ],
  [
    'a query by GET',
    'query',
    async (caller, { ids }) => {
      const text = encodeURIComponent(`{ logs(jobs: ["${ids.Job}"], first: 2) { ${LINES} } }`);
      return (await fetch(`${world.url}/graphql?query=${text}`, { headers: headersOf(caller) })).text();
    },
  ],
  [
    'a query in a list',
    'query',
    (caller, { ids }) =>
      post(caller, `{ node(id: "${ids.Job}") { ${NODE} } }`, undefined, {
        bodyOf: (text) => [{ query: text }, { query: '{ __typename }' }],
      }),
  ],
  [
    'a query by its hash',
    'query',
    async (caller, { ids }) => {
      const text = `{ node(id: "${ids.Job}") { ${NODE} } }`;
      const sha256Hash = createHash('sha256').update(text).digest('hex');
      const extensions = { persistedQuery: { version: 1, sha256Hash } };
      // Another caller has taught it.
      await post('all', text, undefined, { bodyOf: () => ({ query: text, extensions }) });
      return post(caller, text, undefined, { bodyOf: () => ({ extensions }) });
    },
  ],
  [
    'a deferred part',
    'query',
    async (caller, { ids }) => {
      const text = `{ __typename ... @defer { node(id: "${ids.Job}") { __typename id } } }`;
      return (await post(caller, text, 'multipart/mixed')).trim();
    },
  ],
  [
    'a plan',
    'query',
    (caller, { ids }) =>
      post(caller, `{ logs(jobs: ["${ids.Job}"], first: 500) { ${LINES} } }`, undefined, {
        headers: { 'x-tributary-explain': 'plan' },
      }),
  ],
  [
    'a trace',
    'query',
    (caller, { ids }) =>
      post(caller, `{ logs(jobs: ["${ids.Job}"], first: 2) { ${LINES} } }`, undefined, {
        headers: { 'x-tributary-explain': 'trace' },
      }),
  ],
  [
    'logEntries over server-sent events',
    'subscription',
    subscription(({ ids }) => `subscription { logEntries(jobs: ["${ids.Job}"], tail: 2) { ${EVENT} } }`),
  ],
  [
    'logEntries, merged with one that is shown',
    'subscription',
    subscription(({ ids }) => `subscription { logEntries(jobs: ["${shownJob}", "${ids.Job}"], tail: 2) { ${EVENT} } }`),
  ],
  [
    'logEntries after a cursor',
    'subscription',
    subscription(
      ({ ids, cursors }) => `subscription { logEntries(jobs: ["${ids.Job}"], after: "${cursors.logs}") { ${EVENT} } }`,
    ),
  ],
  [
    'logEntries after the cursor of a tail',
    'subscription',
    subscription(
      ({ ids, cursors }) => `subscription { logEntries(jobs: ["${ids.Job}"], after: "${cursors.tail}") { ${EVENT} } }`,
    ),
  ],
  [
    'logEntries over a WebSocket',
    'subscription',
    (caller, { ids }) => overSocket(caller, `subscription { logEntries(jobs: ["${ids.Job}"], tail: 2) { ${EVENT} } }`),
  ],
  ['export', 'export', (caller, { ids }) => exported(caller, `jobs=${ids.Job}`)],
  ['export by POST', 'export', (caller, { ids }) => exported(caller, `jobs=${ids.Job}`, 'POST')],
  ['export of two jobs', 'export', (caller, { ids }) => exported(caller, `jobs=${shownJob},${ids.Job}`)],
  ['export after a line', 'export', (caller, { ids }) => exported(caller, `jobs=${ids.Job}&after=${ids.LogEntry}`)],
  [
    'export after a cursor',
    'export',
    (caller, { ids, cursors }) => exported(caller, `jobs=${ids.Job}&after=${cursors.logs}`),
  ],
  ['list_jobs', 'query', (caller, { source }) => tool(caller, 'list_jobs', { sources: [source], limit: 2 })],
  ['job_tree', 'query', (caller, { source, key }) => tool(caller, 'job_tree', { source, key })],
  ['read_log', 'query', (caller, { source, key }) => tool(caller, 'read_log', { jobs: [{ source, key }], limit: 2 })],
  ['line_context', 'query', (caller, { ids }) => tool(caller, 'line_context', { line: ids.LogEntry })],
  [
    'search_log',
    'query',
    (caller, { source, key }) => tool(caller, 'search_log', { jobs: [{ source, key }], contains: 'e' }),
  ],
  ['log_histogram', 'query', (caller, { source, key }) => tool(caller, 'log_histogram', { jobs: [{ source, key }] })],
  [
    'wait_for_end',
    'query',
    (caller, { source, key }) => tool(caller, 'wait_for_end', { source, key, timeoutSeconds: 1 }),
  ],
  ['tributary jobs', 'query', command('jobs', ({ source }) => ['--source', source, '--json'])],
  ['tributary job', 'query', command('job', (known) => [jobOf(known), '--json'])],
  ['tributary logs', 'query', command('logs', (known) => [jobOf(known), '--last', '2', '--json'])],
  ['tributary export', 'query', command('export', (known) => [jobOf(known)])],
  ['tributary histogram', 'query', command('histogram', (known) => [jobOf(known), '--buckets', '2'])],
];

describe('what a caller may not see', () => {
  test('is visible to callers that may see it, so these tests prove something', async () => {
    for (const source of world.sources) {
      const known = await discover(source);
      for (const [name, , ask] of WAYS) {
        // What a vendor does not have, and nonsense keys, show nothing to anybody. Nothing comes after the last line.
        if (/Attempt|Step|Task|no cursor|a plan|cursor of a tail/.test(name)) continue;
        const [all, absent] = [await ask('all', known), await ask('all', absentOf(known))];
        expect([source, name, sameness(all, absent, known)]).toEqual([source, name, 'differs']);
      }
    }
  });

  test('is asked for in every way that the service has: its paths, fields of queries and subscriptions, and tools', async () => {
    const known = await discover(shown);
    for (const each of Object.values(asked)) each.clear();
    for (const [, , ask] of WAYS) await ask('nobody', known);
    const fields = new Set([...asked.texts].flatMap(rootFields));
    const served = JSON.parse(
      await post('all', '{ __schema { queryType { fields { name } } subscriptionType { fields { name } } } }'),
    ) as { data: { __schema: Record<'queryType' | 'subscriptionType', { fields: { name: string }[] }> } };
    const { queryType, subscriptionType } = served.data.__schema;
    const there = [...queryType.fields, ...subscriptionType.fields].map(({ name }) => name);
    // The lists of all sources and the schema have tests of their own below.
    expect(there.filter((name) => !fields.has(name))).toEqual(['sources', '_service']);
    const { result } = JSON.parse(await assistant('all', 'tools/list', {})) as {
      result: { tools: { name: string }[] };
    };
    expect(result.tools.map(({ name }) => name).filter((name) => !asked.tools.has(name))).toEqual(['list_sources']);
    expect(world.paths.filter((path) => !asked.paths.has(path))).toEqual(['/metrics']);
  });

  test('is answered byte for byte like something that does not exist, on every surface', async () => {
    for (const source of world.sources.slice(1)) {
      const known = await discover(source);
      for (const [name, reading, ask] of WAYS) {
        const [hidden, absent] = [await ask(reading, known), await ask(reading, absentOf(known))];
        expect([source, name, normal(hidden, known)]).toEqual([source, name, normal(absent, absentOf(known))]);
      }
    }
  });

  test('is out of reach with another role, or without any', async () => {
    const known = await discover(shown);
    for (const caller of ['nobody', 'stranger', ...CALLERS.slice(1)] as const) {
      for (const [name, reading, ask] of WAYS.filter(([, allowed]) => allowed !== caller)) {
        const [there, absent] = [await ask(caller, known), await ask(caller, absentOf(known))];
        expect([caller, name, reading, there]).toEqual([caller, name, reading, absent]);
        expect([caller, name, /FORBIDDEN|UNAUTHENTICATED|closed 440[13]/.test(there)]).toEqual([caller, name, true]);
      }
    }
  });

  test('is in no list, no count, no error and no metric', async () => {
    const others = { names: world.sources.slice(1), cursor: await cursorOfAll() };
    const answers = [
      await post('query', '{ sources { name vendor health { state } jobs(first: 1) { nodes { id } } } }'),
      await post('query', '{ jobs(first: 50) { nodes { id source { name } } failures { source } totalCount } }'),
      await post('query', '{ source(name: "nonsense") { name } jobs(sources: ["nonsense"]) { totalCount } }'),
      await (await fetch(`${world.url}/metrics`, { headers: headersOf('query') })).text(),
      await tool('query', 'list_sources', {}),
      // With a cursor that another caller has made, of all sources.
      await post('query', `{ jobs(first: 50, after: "${others.cursor}") { nodes { id } failures { source } } }`),
      await tool('query', 'list_jobs', { after: others.cursor }),
      await (await fetch(`${world.url}/graphql`, { headers: { accept: 'text/html' } })).text(),
    ];
    for (const answer of answers) {
      for (const name of others.names) {
        expect(answer).not.toContain(`"${name}"`);
        expect(answer).not.toContain(
          Buffer.from(JSON.stringify(['Job', name]))
            .toString('base64url')
            .slice(0, 16),
        );
      }
    }
    expect(answers[0]).toContain(shown);
  });

  test('costs that caller nothing, so the estimate does not reveal the number of sources', async () => {
    const asked = '{ sources { jobs(first: 500) { nodes { logs(first: 1) { nodes { id } } } } } }';
    const [all, narrow] = [await post('all', asked), await post('query', asked)];
    expect(all).toContain('QUERY_TOO_COMPLEX');
    expect(narrow).not.toContain('QUERY_TOO_COMPLEX');
  });

  test('includes the schema, unless its role allows introspection', async () => {
    const asked = '{ __schema { queryType { name } } }';
    for (const round of [1, 2]) {
      expect([round, await post('query', asked)]).toEqual([
        round,
        '{"data":{"__schema":{"queryType":{"name":"Query"}}}}',
      ]);
      expect(await post('subscription', asked)).not.toContain('queryType":');
    }
    expect(await post('query', '{ _service { sdl } }')).toContain('type Query');
    expect(await post('subscription', '{ _service { sdl } }')).not.toContain('type Query');
    const misspelt = await post('subscription', '{ source { name } sourcez { name } }');
    expect(misspelt).not.toContain('Did you mean');
  });

  test('is not reached by a socket of another caller on the same connection pool', async () => {
    const known = await discover(world.sources[1] ?? '');
    const text = `{ node(id: "${known.ids.Job}") { ${NODE} } }`;
    const clients = (['all', 'query', 'all', 'query'] as const).map((caller) => ({
      caller,
      client: createClient({
        url: `${world.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: headersOf(caller),
        retryAttempts: 0,
      }),
    }));
    const answers = await Promise.all(
      clients.map(
        async ({ caller, client }) => [caller, (await client.iterate({ query: text }).next()).value] as const,
      ),
    );
    for (const [caller, answer] of answers) {
      const { data } = answer as { data: { node: unknown } };
      expect([caller, data.node === null]).toEqual([caller, caller === 'query']);
    }
    for (const { client } of clients) await client.dispose();
  });
});

function rootFields(text: string): readonly string[] {
  const names: string[] = [];
  const take = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.push(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) take(selection.selectionSet);
    }
  };
  for (const definition of parse(text).definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) take(definition.selectionSet);
  }
  return names;
}

/**
 * The answer without what the caller itself has sent. A query that was compiled, because its text came before, gives errors
 * without `locations`: what is looked at here does not depend on that.
 */
function normal(answer: string, { source, ids }: Known): string {
  let text = answer.replaceAll(source, 'SOURCE').replaceAll(/"locations":\[[^\]]*\],?/g, '');
  for (const [type, own] of Object.entries(ids)) text = text.replaceAll(own, type);
  if (!/^\{"(?:data|errors)"/.test(text) || text.includes('\n')) return text;
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
  return JSON.stringify({ errors, data: data ?? null });
}

function sameness(one: string, other: string, known: Known): 'same' | 'differs' {
  return normal(one, known) === normal(other, absentOf(known)) ? 'same' : 'differs';
}
