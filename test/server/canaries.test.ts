import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { simulateNemo } from '../../src/sandbox/nemo/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import { start } from '../cli/command-line.ts';
import { startCollector } from './tracing/collector.ts';

/** Stands in every secret of the configuration, and in everything that a vendor answers with a failure. */
const CANARY = 'canary-7f3a9c';

let folder: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-canaries-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

async function vendor(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${CANARY}-path`;
}

/** Answers with a status, a body and headers that all hold the canary. */
const failing =
  (status: number, body = `{"message":"${CANARY}","error":"${CANARY}"}`): RequestListener =>
  (_, response) => {
    const headers = { 'x-canary': CANARY, 'www-authenticate': CANARY, location: `http://${CANARY}.invalid/` };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

const FAILURES: Readonly<Record<string, RequestListener>> = {
  refused: failing(401),
  forbidden: failing(403),
  slow: failing(429),
  broken: failing(500),
  away: failing(503, `<html>${CANARY}</html>`),
  elsewhere: failing(302),
  malformed: failing(200, `{"${CANARY}`),
  strange: failing(200, `["${CANARY}"]`),
  cut: (request) => {
    request.socket.destroy();
  },
};

const DESCRIBED = {
  vendor: 'rest',
  jobs: {
    list: { path: '/jobs', items: 'jobs', pagination: { scheme: 'whole' } },
    one: { path: '/jobs/{job}' },
    key: 'id',
  },
  logs: { path: '/jobs/{job}/logs', items: 'lines', time: 'at', order: 'ascending', pagination: { scheme: 'whole' } },
};

/** A source of each way to authenticate for each failure. */
async function sourcesOf(): Promise<Record<string, object>> {
  const [limits, traceparent] = [{ retries: 0, timeout: '2s' }, true];
  const sources = await Promise.all(
    Object.entries(FAILURES).map(async ([name, answer]): Promise<[string, object][]> => {
      const baseUrl = await vendor(answer);
      const token = `${CANARY}-token`;
      return [
        [
          `bearer-${name}`,
          { vendor: 'nemo', baseUrl, workspaces: ['default'], auth: { type: 'bearer', token }, limits, traceparent },
        ],
        [
          `oauth-${name}`,
          {
            vendor: 'sap-job-scheduling',
            baseUrl,
            auth: {
              type: 'oauth2-client-credentials',
              tokenUrl: `${baseUrl}/token`,
              clientId: `${CANARY}-id`,
              clientSecret: `${CANARY}-secret`,
            },
            limits,
          },
        ],
        [
          `key-${name}`,
          { vendor: 'bytenite', baseUrl, auth: { type: 'api-key-exchange', apiKey: `${CANARY}-key` }, limits },
        ],
        [
          `header-${name}`,
          {
            ...DESCRIBED,
            baseUrl,
            auth: { type: 'header', name: 'X-Api-Key', value: `${CANARY}-key` },
            limits,
            traceparent,
          },
        ],
        [
          `basic-${name}`,
          {
            vendor: 'sap-job-scheduling',
            baseUrl,
            auth: { type: 'basic', username: `${CANARY}-user`, password: `${CANARY}-password` },
            limits,
          },
        ],
      ];
    }),
  );
  return Object.fromEntries([
    ...sources.flat(),
    // Nothing listens there.
    ['absent', { vendor: 'nemo', baseUrl: `http://${CANARY}.invalid`, workspaces: ['default'], limits }],
    [
      'proxied',
      {
        vendor: 'nemo',
        baseUrl: 'http://vendor.invalid',
        workspaces: ['default'],
        proxy: `http://${CANARY}-user:${CANARY}-password@127.0.0.1:1`,
        limits,
      },
    ],
  ]);
}

/** A vendor that answers callers with the canary as their credential, until it is broken. */
async function turningVendor() {
  const simulation = simulateNemo({ token: `${CANARY}-token` });
  const server = await startVendorServer(simulation);
  const key = simulation.createJob({ name: 'turning' });
  const write = (message: string): void => {
    simulation.write(key, [{ time: BigInt(Date.now()) * 1_000_000n, message }]);
  };
  write('a line that is no secret');
  return {
    key,
    write,
    source: { ...simulation.sourceConfig(server.origin), limits: { retries: 0, timeout: '2s' } },
    turn: () => server.inject({ what: { do: 'status', status: 500, body: CANARY, headers: { 'x-canary': CANARY } } }),
    close: () => server.close(),
  };
}

const TAIL = `subscription ($job: ID!) { logEntries(jobs: [$job], tail: 10) { __typename
  ... on LogBatch { cursor edges { node { message } } }
  ... on LogStreamStatus { state failure { code message } }
  ... on LogStreamEnd { reason } } }`;

interface Listening {
  /** Heard enough when the events hold all of these, or after that time. */
  readonly ends: readonly string[];
  readonly milliseconds: number;
  readonly seen?: (text: string) => void;
}

/** Reads server-sent events. */
async function eventsOf(url: string, job: string, { ends, milliseconds, seen }: Listening): Promise<string> {
  let text = '';
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: TAIL, variables: { job } }),
      signal: AbortSignal.timeout(milliseconds),
    });
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      seen?.(text);
      if (ends.every((end) => text.includes(end))) break;
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  }
  return text;
}

/** All forms in which a secret may slip out. */
const FORMS = [CANARY, Buffer.from(`${CANARY}-user:${CANARY}-password`).toString('base64'), encodeURIComponent(CANARY)];

test('no secret and nothing of a failed answer is in what the service emits', async () => {
  const [failing, collector, turning] = await Promise.all([sourcesOf(), startCollector(), turningVendor()]);
  const sources = { ...failing, turning: turning.source };
  const configuration = {
    server: {
      logLevel: 'trace',
      audit: true,
      cursorSecret: `${CANARY}-cursors`,
      tracing: { endpoint: collector.endpoint, headers: { authorization: `Bearer ${CANARY}-traces` } },
    },
    tail: { interval: '100ms', maxInterval: '200ms', reorderWindow: '50ms' },
    redis: { url: `redis://${CANARY}-user:${CANARY}-password@127.0.0.1:1`, prefix: 'canaries' },
    sources,
  };
  const file = join(folder, 'tributary.json');
  await writeFile(file, JSON.stringify(configuration));
  const service = start(['serve', '--config', file, '--port', '0']);
  const url = (await service.firstOutput()).slice('ready at '.length).trim();
  const answers: string[] = [];

  const ask = async (query: string, headers: Record<string, string> = {}): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    answers.push(JSON.stringify([...response.headers]), await response.text());
  };

  await Promise.all(
    Object.keys(sources).map(async (name) => {
      const list = JSON.stringify([name]);
      await ask(`{ jobs(sources: ${list}, first: 2) { nodes { id } failures { source code message } } }`);
      await ask(`{ source(name: "${name}") { name health { state message } capabilities { attempts } } }`);
      await ask(`{ job(source: "${name}", key: "default/1") { id name status logs(first: 2) { nodes { message } } } }`);
    }),
  );
  // A caller's own credential must not appear, either.
  await ask('{ sources { name } }', { authorization: `Bearer ${CANARY}-caller`, cookie: `session=${CANARY}` });
  // An id of another form is not taken. An id of the right form is sent back, because its client knows it.
  await ask('{ nothing }', { 'x-request-id': `${CANARY} request`, 'x-other': `${CANARY}-request` });
  await ask(`{ jobs(first: 1, filter: { nameContains: "${CANARY}" }) { nodes { id } } }`, { traceparent: CANARY });

  // Streams and exports: of what fails from the start, and of what fails in the middle.
  const jobOf = (name: string): string => encodeNodeId('Job', name, 'default/1');
  const exported = async (job: string): Promise<void> => {
    const response = await fetch(new URL(`/export?jobs=${job}`, url));
    answers.push(JSON.stringify([...response.headers]), await response.text());
  };
  const streams = await Promise.all([
    ...Object.keys(failing).map(async (name) => {
      await exported(jobOf(name));
      return eventsOf(url, jobOf(name), { ends: ['"code":'], milliseconds: 5_000 });
    }),
    (async () => {
      const job = encodeNodeId('Job', 'turning', turning.key);
      await exported(job);
      let hasTurned = false;
      const events = await eventsOf(url, job, {
        ends: ['no secret', 'SOURCE_UNAVAILABLE'],
        milliseconds: 60_000,
        seen(text) {
          if (hasTurned || !text.includes('no secret')) return;
          hasTurned = true;
          turning.turn();
        },
      });
      await exported(job);
      return events;
    })(),
  ]);
  answers.push(...streams);
  expect(streams.at(-1)).toContain('SOURCE_UNAVAILABLE');
  expect(streams.filter((text) => text.includes('SOURCE_')).length).toBeGreaterThan(5);
  expect(answers.filter((text) => text.includes('a line that is no secret')).length).toBeGreaterThan(1);
  await turning.close();

  const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const job = Buffer.from('not an id').toString('base64url');
  try {
    for await (const result of client.iterate({
      query: `subscription { logEntries(jobs: ["${job}"]) { __typename } }`,
    }))
      answers.push(JSON.stringify(result));
  } catch (error) {
    answers.push(JSON.stringify(error));
  }
  await client.dispose();

  for (const path of ['/metrics', '/health/ready', '/health/live', '/nothing', '/export?jobs=x']) {
    const response = await fetch(new URL(path, url));
    answers.push(JSON.stringify([...response.headers]), await response.text());
  }
  service.stop();
  await service.done;

  const traces = collector.requests.map(({ body }) => body).join('\n');
  const emitted = [...answers, service.output(), service.errors(), traces].join('\n');
  // Each kind of failure is in it.
  for (const code of [
    'SOURCE_UNAUTHENTICATED',
    'SOURCE_FORBIDDEN',
    'SOURCE_RATE_LIMITED',
    'SOURCE_UNAVAILABLE',
    'SOURCE_BAD_RESPONSE',
  ]) {
    expect(answers.join('\n')).toContain(code);
    expect(traces).toContain(code);
  }
  expect(service.errors()).toContain('asked a source');
  for (const form of FORMS) {
    const at = emitted.indexOf(form);
    expect(at === -1 ? '' : emitted.slice(Math.max(0, at - 300), at + 100)).toBe('');
  }
});

test('no secret is in the complaints about a wrong configuration', async () => {
  const sources = await sourcesOf();
  // One fault for each source: something that is no key of it, and an empty base URL.
  const wrong = Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [
      name,
      { ...source, [`${name}Typo`]: `${CANARY}-value`, baseUrl: 7 },
    ]),
  );
  const file = join(folder, 'tributary.json');
  const tls = { ca: `${CANARY}\n-----BEGIN CERTIFICATE-----`, certificate: CANARY, key: CANARY };
  const certificate = { vendor: 'nemo', baseUrl: 'https://vendor.invalid', workspaces: ['default'], tls };
  await writeFile(file, JSON.stringify({ server: { cursorSecret: 7 }, sources: { ...wrong, certificate } }));
  const service = start(['serve', '--config', file, '--port', '0']);
  expect(await service.done).toBe(2);
  expect(service.errors()).toContain('sources.bearer-refused.baseUrl');
  expect(service.errors()).not.toContain(`${CANARY}-`);
});

/** A vendor of a plugin, whose author writes the key into each error. */
const CARELESS = `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
const capabilities = { attempts: false, steps: false, tasks: false, nativePagination: 'OFFSET', maxPageSize: 9, totalCount: true, pushdown: [] };
export default { vendor: 'own', title: 'Own', options: z.strictObject({ key: z.string() }), auth: ['none'], create({ options }) {
  const fail = async () => { throw Object.assign(new Error('refused: ' + options.key), { key: options.key }); };
  const jobLists = [{ key: '', pageSize: 9, isNewestFirst: () => true, page: fail }];
  return { vendor: 'own', parts: {}, probe: fail, getJobs: fail, logs: fail, capabilities, jobLists };
} };`;

test.each([
  ['a variable', '${OWN_KEY}'],
  ['a file', '${file:own.txt}'],
])('no secret that a plugin throws is in what the service emits, where it comes from %s', async (_what, key) => {
  await writeFile(join(folder, 'own.mjs'), CARELESS);
  await writeFile(join(folder, 'own.txt'), `${CANARY}-own\n`);
  const file = join(folder, 'tributary.json');
  const sources = { own: { vendor: 'own', baseUrl: 'http://127.0.0.1:1', auth: { type: 'none' }, key } };
  await writeFile(file, JSON.stringify({ server: { logLevel: 'trace' }, plugins: ['./own.mjs'], sources }));
  const environment = { OWN_KEY: `${CANARY}-own` };
  const service = start(['serve', '--config', file, '--port', '0'], { environment });
  const url = (await service.firstOutput()).slice('ready at '.length).trim();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ job(source: "own", key: "a") { name } jobs(sources: ["own"]) { nodes { id } failures { message } } }',
    }),
  });
  const answer = await response.text();
  service.stop();
  await service.done;
  expect(answer).toContain('INTERNAL_SERVER_ERROR');
  expect(service.errors()).toContain('refused: [secret]');
  expect(answer + service.errors()).not.toContain(CANARY);
});
