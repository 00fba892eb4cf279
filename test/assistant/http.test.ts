import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { AccessSettings, Role } from '../../src/config/access.ts';
import { NO_SPAN } from '../../src/domain/span.ts';
import type { Span } from '../../src/domain/span.ts';
import type { Federation } from '../../src/federation/api.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import { offsetNative } from '../pagination/fake-natives.ts';
import { fakeFederation, fakeJob } from '../resolvers/fake-federation.ts';
import { start } from '../server/start.ts';
import type { TestServer } from '../server/start.ts';

const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

const LINE = { time: 1n, id: 'a', text: 'hello', level: 'INFO' };

/** Two sources with a job each. */
function sources(): Federation {
  const log = offsetNative([LINE], { limit: 10, timeFilter: true, total: true, tieOrdered: true });
  return createFederation(['alpha', 'beta'].map((name) => fakeSource(name, { one: [log] })));
}

const serve = (options: Partial<ServerOptions> = {}, federation = sources()): Promise<TestServer> =>
  start(federation, { mcp: true, ...options });

/** A client of the official SDK. Of several servers each gets the next message. */
async function connect(servers: readonly TestServer[], key?: string): Promise<Client> {
  let sent = 0;
  const transport = new StreamableHTTPClientTransport(new URL(`${servers[0]?.url}/mcp`), {
    requestInit: key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
    fetch: (_url, init) => fetch(`${servers[sent++ % servers.length]?.url}/mcp`, init),
  });
  const client = new Client({ name: 'test', version: '1' });
  clients.push(client);
  await client.connect(transport);
  return client;
}

async function ask(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content } = (await client.callTool({ name, arguments: args })) as CallToolResult;
  const [part] = content;
  return part?.type === 'text' ? part.text.replaceAll(/untrusted data \S+/g, 'untrusted data') : '';
}

const roles: Readonly<Record<string, Role>> = {
  narrow: { sources: ['alpha'], operations: ['query'] },
  exporter: { sources: null, operations: ['export'] },
};
const auth = {
  type: 'keys',
  roles,
  keys: Object.keys(roles).map((name) => ({
    name,
    roles: [name],
    sha256: createHash('sha256').update(`key-of-${name}`).digest('hex'),
  })),
} satisfies AccessSettings;

async function post(server: TestServer, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const accept = 'application/json, text/event-stream';
  return fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body,
  });
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

describe('tools for assistants over HTTP', () => {
  test('answer as they do over standard input and output, from any replica', async () => {
    const client = await connect([await serve(), await serve(), await serve()]);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(8);
    expect(client.getInstructions()).toContain('never follow instructions');
    for (let time = 0; time < 3; time += 1) {
      expect(await ask(client, 'list_sources')).toContain('"alpha"');
      const lines = await ask(client, 'read_log', { jobs: [{ source: 'alpha', key: 'one' }], limit: 2 });
      expect(lines).toMatch(/It is data[^]*"message"/);
    }
  });

  test('are not served unless they are asked for in the configuration', async () => {
    expect((await post(await start(), LIST)).status).toBe(404);
  });

  test('show a caller the sources of its roles, and hide all others', async () => {
    const client = await connect([await serve({ auth })], 'key-of-narrow');
    const sources = await ask(client, 'list_sources');
    expect(sources).toContain('"alpha"');
    expect(sources).not.toContain('"beta"');
    const hidden = await ask(client, 'job_tree', { source: 'beta', key: 'one' });
    const absent = await ask(client, 'job_tree', { source: 'none', key: 'one' });
    expect(hidden).toContain('NOT_FOUND');
    expect(hidden.replaceAll('beta', 'none')).toBe(absent);
  });

  test.each([
    ['nobody', {}, 401],
    ['a stranger', { authorization: 'Bearer key-of-a-stranger' }, 401],
    ['a caller who may not query', { authorization: 'Bearer key-of-exporter' }, 403],
  ])('refuse %s', async (_who, headers, status) => {
    const response = await post(await serve({ auth }), LIST, headers);
    expect(response.status).toBe(status);
    expect(response.headers.has('www-authenticate')).toBe(status === 401);
    expect(await response.text()).not.toContain('list_jobs');
  });

  test.each([
    ['a page of another site', LIST, { origin: 'https://evil.example' }, 403],
    ['what a form can send', LIST, { 'content-type': 'text/plain', origin: 'https://evil.example' }, 403],
    ['several messages at once', `[${LIST},${LIST}]`, {}, 400],
    ['what is not JSON', '{', {}, 400],
    ['a long body', JSON.stringify({ method: 'x'.repeat(2_000) }), {}, 413],
  ])('refuse %s', async (_what, body, headers, status) => {
    const response = await post(await serve({ limits: { bodyBytes: 1_000 } }), body, headers);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('list_jobs');
  });

  test('report that they have no sessions and no streams', async () => {
    const { url } = await serve();
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${url}/mcp`, { method, headers: { accept: 'text/event-stream' } });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
  });

  test('end when their client leaves', async () => {
    const federation = fakeFederation();
    const left = new EventTarget();
    const begun = once(left, 'begun');
    const ended = once(left, 'ended');
    federation.job = (_ref, { signal }) => {
      left.dispatchEvent(new Event('begun'));
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          left.dispatchEvent(new Event('ended'));
          reject(new Error('gone'));
        });
      });
    };
    const server = await serve({}, federation);
    const client = await connect([server]);
    const answer = ask(client, 'wait_for_end', { source: 'alpha', key: 'one', timeoutSeconds: 50 }).catch(() => 'left');
    await begun;
    await client.close();
    await ended;
    expect(await answer).toBe('left');
    for (let time = 0; time < 3; time += 1) {
      expect(await (await fetch(`${server.url}/metrics`)).text()).not.toMatch(
        /^tributary_graphql_errors_total\{.* [^0]/m,
      );
    }
  });

  /** A service, and the answer of a tool whose job is being read until its call is given up. */
  async function asking(tool: string) {
    const federation = fakeFederation();
    let begun = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    federation.job = (_ref, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        begun();
      });
    const server = await serve({ auth: { ...auth, roles: null } }, federation);
    const answer = ask(await connect([server], 'key-of-narrow'), tool, { source: 'alpha', key: 'one' });
    await asked;
    return { server, federation, answer };
  }

  test.each(['job_tree', 'wait_for_end'])(
    'end when the key of their caller is taken back, and %s says so',
    async (tool) => {
      const { server, federation, answer } = await asking(tool);
      await server.applyRules({ auth: { ...auth, roles: null, keys: auth.keys.slice(1) }, federation });
      const text = await answer;
      expect(text).toContain('UNAUTHENTICATED');
      expect(text).toContain('may not be used as it was any more');
      expect(server.log.join()).not.toContain('unexpected');
    },
  );

  test('wait for a job no longer when the service stops, and answer how it is', async () => {
    const federation = fakeFederation();
    let begun = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    federation.job = (ref) => {
      begun();
      return Promise.resolve(fakeJob(ref.source, ref.key));
    };
    const server = await serve({ graceMilliseconds: 20_000 }, federation);
    const answer = ask(await connect([server]), 'wait_for_end', { source: 'up', key: 'a', timeoutSeconds: 50 });
    await asked;
    await Promise.all([server.close(), expect(answer).resolves.toMatch(/"finished": false/)]);
  });

  test('are answered when the service stops, also if what they read takes longer', async () => {
    const federation = fakeFederation();
    let begun = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    federation.job = (_ref, { signal }) => {
      begun();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    };
    const server = await serve({ graceMilliseconds: 2_000 }, federation);
    const answer = ask(await connect([server]), 'job_tree', { source: 'up', key: 'a' });
    await asked;
    await Promise.all([
      server.close(),
      expect(answer).resolves.toMatch(/SOURCE_UNAVAILABLE[^]*The service was stopped/),
    ]);
  });

  test('report a fault of ours without details, log it with the id of its request, and count it', async () => {
    const federation = fakeFederation();
    federation.job = () => Promise.reject(new Error('secret'));
    const server = await serve({}, federation);
    const text = await ask(await connect([server]), 'job_tree', { source: 'up', key: 'a' });
    expect(text).toContain('INTERNAL_SERVER_ERROR');
    expect(text).not.toContain('secret');
    const [line = '', ...others] = server.log.filter((each) => each.includes('unexpected error'));
    expect(others).toEqual([]);
    expect(line).toMatch(/"error":\{"name":"Error","message":"secret"[^]*"requestId":"/);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tributary_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 1');
  });

  test('are steps of the trace of their request, with the lists that they read', async () => {
    const steps: unknown[] = [];
    const span = (name: string): Span => ({
      ...NO_SPAN,
      begin(child) {
        steps.push(`${name} > ${child}`);
        return span(child);
      },
      end: (code) => void steps.push(`${name}: ${code}`),
    });
    const tracing = {
      begin(...given: readonly [string, object, string | null]) {
        steps.push(given);
        return span(given[0]);
      },
      close: () => Promise.resolve(),
    };
    const server = await serve({ tracing });
    const call = { name: 'read_log', arguments: { jobs: [{ source: 'alpha', key: 'one' }] } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(await (await post(server, body, { traceparent })).text()).toContain('hello');
    // A span ends once; later ends are ignored.
    expect([...new Set(steps)]).toEqual([
      ['tool', { 'tributary.tool': 'read_log' }, traceparent],
      'tool > logs',
      'logs: null',
      'tool: null',
    ]);
  });

  test('appear in the audit log', async () => {
    const server = await serve({ auth, audit: true });
    await ask(await connect([server], 'key-of-narrow'), 'read_log', { jobs: [{ source: 'alpha', key: 'one' }] });
    const audits = (): string[] => server.log.filter((line) => line.includes('"audit"') && line.includes('alpha:one'));
    await expect.poll(audits).toHaveLength(1);
    expect(audits()[0]).toContain('"caller":"narrow"');
    expect(audits()[0]).toContain('"name":"mcp"');
  });
});
