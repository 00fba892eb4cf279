import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createEventClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { hasExamples, ROOT, run } from '../support/folders.ts';
import { startProgram } from '../support/program.ts';

const ready = await hasExamples();

const QUERY = '{ sources { name } }';
const SOURCES = { data: { sources: Object.keys(SIMULATED).map((name) => ({ name })) } };
const JOB = '{ job(source: "nemo", key: "default/support-assistant-dpo") { id } }';
const FOLLOW =
  'subscription ($jobs: [ID!]!) { logEntries(jobs: $jobs, tail: 3) { ... on LogBatch { edges { cursor } } } }';

async function ask(url: string, query: string): Promise<unknown> {
  const body = JSON.stringify({ query });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return response.json();
}

interface Batch {
  readonly data?: { readonly logEntries?: { readonly edges?: readonly unknown[] } } | null;
}

/** How many lines the first batch has. */
async function firstBatch(events: AsyncIterable<unknown>): Promise<number> {
  for await (const event of events) {
    const { edges } = (event as Batch).data?.logEntries ?? {};
    if (edges !== undefined) return edges.length;
  }
  return 0;
}

describe.skipIf(!ready)('a host', () => {
  test.each([
    ['http', true],
    ['express', true],
    ['fastify', true],
    ['hono', false],
  ])(
    '%s serves queries, events and, where it passes upgrades on, WebSockets, and ends in good order',
    async (name, upgrades) => {
      const program = startProgram('node', [`hosts/${name}.js`], { cwd: `${ROOT}/examples`, env: { PORT: '0' } });
      const url = await program.line(/^http:\/\/127\.0\.0\.1:\d+\/.*graphql$/);
      expect(await ask(url, QUERY)).toEqual(SOURCES);
      const { data } = (await ask(url, JOB)) as { data: { job: { id: string } } };
      const operation = { query: FOLLOW, variables: { jobs: [data.job.id] } };
      const events = createEventClient({ url });
      expect(await firstBatch(events.iterate(operation))).toBe(3);
      events.dispose();
      if (upgrades) {
        const sockets = createSocketClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
        expect(await firstBatch(sockets.iterate(operation))).toBe(3);
        await sockets.dispose();
      }
      expect(await program.end()).toBe(0);
    },
  );

  /** Calls a module's exports in a process of its own, and gives what it prints. */
  async function inNode(code: string): Promise<unknown> {
    const { stdout } = await run('node', ['--input-type=module', '-e', `${code}; process.exit(0)`], {
      cwd: `${ROOT}/examples`,
      env: { ...process.env, TRIBUTARY_CONFIG: '' },
    });
    return JSON.parse(stdout);
  }

  test('of Next answers queries and streams events from its route handler', async () => {
    const program = startProgram(
      'node',
      ['../../node_modules/next/dist/bin/next', 'dev', '-H', '127.0.0.1', '-p', '0'],
      {
        cwd: `${ROOT}/examples/hosts/next`,
        env: { NEXT_TELEMETRY_DISABLED: '1' },
      },
    );
    const origin = (await program.line(/http:\/\/127\.0\.0\.1:\d+/)).replace(/.*(http:\S+).*/, '$1');
    const url = `${origin}/api/graphql`;
    expect(await ask(url, QUERY)).toEqual(SOURCES);
    const got = await fetch(`${url}?query=${encodeURIComponent(QUERY)}`, { headers: { 'x-requested-with': 'test' } });
    expect(await got.json()).toEqual(SOURCES);
    const { data } = (await ask(url, JOB)) as { data: { job: { id: string } } };
    const events = createEventClient({ url });
    expect(await firstBatch(events.iterate({ query: FOLLOW, variables: { jobs: [data.job.id] } }))).toBe(3);
    events.dispose();
    expect(await program.end()).toBe(0);
  });

  test('of functions answers an event of the gateway', async () => {
    const answer = await inNode(`
      const { handler } = await import('./hosts/lambda.js');
      console.log(JSON.stringify(await handler({
        version: '2.0', rawPath: '/graphql', rawQueryString: '', isBase64Encoded: true,
        headers: { 'content-type': 'application/json' },
        requestContext: { domainName: 'abc.lambda-url.example', http: { method: 'POST', sourceIp: '192.0.2.1' } },
        body: Buffer.from(JSON.stringify({ query: '${QUERY}' })).toString('base64'),
      })))`);
    expect(answer).toMatchObject({
      statusCode: 200,
      isBase64Encoded: true,
      body: Buffer.from(JSON.stringify(SOURCES)).toString('base64'),
    });
  });
});
