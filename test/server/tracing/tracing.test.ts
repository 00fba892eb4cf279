import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { start } from '../../cli/command-line.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { simulateSoftwareOne } from '../../../src/sandbox/softwareone/index.ts';
import type { SimulatedVendor } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import { fresh } from '../../tail/vendors.ts';
import { startCollector, treeOf } from './collector.ts';
import type { Tree } from './collector.ts';

const TRACE = 'a'.repeat(32);
const PARENT = 'b'.repeat(16);
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

/** A simulated vendor that listens, with a job that has lines. */
async function vendor(name: string, simulation: SimulatedVendor) {
  const server = await startVendorServer(simulation);
  onTestFinished(() => server.close());
  const job = simulation.createJob();
  simulation.write(job, fresh(3));
  return { source: simulation.sourceConfig(server.origin), id: encodeNodeId('Job', name, job) };
}

/** A vendor that fails, and writes down the headers that it gets. */
async function failing() {
  const traceparents: unknown[] = [];
  const server = createServer(({ headers }, response) => {
    traceparents.push(headers['traceparent']);
    response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { source: { vendor: 'nemo', baseUrl, workspaces: ['canary'], limits: { retries: 1 } }, traceparents };
}

/** A service of that configuration. `stop` sends the spans that are left. */
async function serve(configuration: object, environment: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-tracing-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'tributary.json');
  await writeFile(path, JSON.stringify(configuration));
  const command = start(['serve', '--config', path, '--port', '0'], { environment });
  const url = (await command.firstOutput()).slice('ready at '.length).trim();
  return {
    url,
    async ask(query: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
    async stop(): Promise<void> {
      command.stop();
      await command.done;
    },
  };
}

const NEMO = '/apis/jobs/v2/workspaces/{workspace}/jobs';
const SOFTWAREONE = '/public/v1/system/tasks';

test('an operation is a span in the trace of its request, its lists are spans within it, and calls to vendors within those', async () => {
  const collector = await startCollector();
  const [one, two] = await Promise.all([vendor('one', simulateNemo()), vendor('two', simulateSoftwareOne())]);
  const tracing = { endpoint: collector.endpoint, headers: { 'x-key': 'of ours' }, serviceName: 'logs' };
  const service = await serve({ server: { tracing }, sources: { one: one.source, two: two.source } });
  const query = `query WhatFailed { logs(jobs: ${JSON.stringify([one.id, two.id])}, last: 4) { nodes { message } pageInfo { hasPreviousPage } } }`;
  expect(await service.ask(query, { traceparent: TRACEPARENT })).toMatchObject({
    data: { logs: { nodes: { length: 4 } } },
  });
  await service.stop();

  const spans = collector.spans();
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  const [operation] = treeOf(spans, PARENT);
  expect(operation).toEqual(['query', ['logs', ...operation![1]!.slice(1)]]);
  const list = operation![1]!.slice(1) as Tree[];
  const calls = new Set(list.map(([name]) => name));
  expect(calls).toContain(`GET ${NEMO}/{job}/logs`);
  expect(calls).toContain(`GET ${SOFTWAREONE}/{task}/logs`);

  const of = (name: string) => spans.find((span) => span.name === name);
  expect(of('query')).toMatchObject({
    kind: 2,
    attributes: {
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'WhatFailed',
      'tributary.calls': list.length,
      'tributary.rows': 4,
    },
  });
  expect(of('logs')).toMatchObject({
    kind: 1,
    attributes: { 'tributary.sources': ['one', 'two'], 'tributary.scopes': 2, 'tributary.rows': 4 },
  });
  expect(of(`GET ${NEMO}/{job}/logs`)).toMatchObject({
    kind: 3,
    status: { code: 0 },
    attributes: {
      'tributary.source': 'one',
      'http.request.method': 'GET',
      'url.template': `${NEMO}/{job}/logs`,
      'http.response.status_code': 200,
    },
  });
  expect(collector.resources()[0]).toMatchObject({ 'service.name': 'logs' });
  expect(collector.requests[0]).toMatchObject({ url: '/v1/traces', headers: { 'x-key': 'of ours' } });
});

test('the span of a failed call has its status, code and number of retries, and sources get the trace context if configured', async () => {
  const collector = await startCollector();
  const [told, untold] = await Promise.all([failing(), failing()]);
  const service = await serve({
    server: { tracing: { endpoint: collector.endpoint } },
    sources: { told: { ...told.source, traceparent: true }, untold: untold.source },
  });
  await service.ask('{ jobs(first: 2) { nodes { id } failures { code } } }', { traceparent: TRACEPARENT });
  await service.stop();
  const calls = collector.spans().filter(({ kind }) => kind === 3);
  expect(calls.map(({ attributes, status }) => [attributes['tributary.source'], status.code])).toEqual(
    expect.arrayContaining([
      ['told', 2],
      ['untold', 2],
    ]),
  );
  for (const { attributes, status } of calls) {
    expect(attributes).toMatchObject({
      'http.response.status_code': 500,
      'http.request.resend_count': 1,
      'error.type': 'SOURCE_UNAVAILABLE',
    });
    expect(status.message).toBeUndefined();
  }
  const [call] = calls.filter(({ attributes }) => attributes['tributary.source'] === 'told');
  expect(new Set(told.traceparents)).toEqual(new Set([`00-${TRACE}-${call?.spanId ?? ''}-01`]));
  expect(new Set(untold.traceparents)).toEqual(new Set([undefined]));
  expect(JSON.stringify(collector.spans())).not.toContain('canary');
});

test('operations of a WebSocket name their trace, a subscription is one span, and an export is traced', async () => {
  const collector = await startCollector();
  const one = await vendor('one', simulateNemo());
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  const service = await serve({ sources: { one: one.source } }, environment);
  const client = createClient({ url: service.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const query = `subscription { logEntries(jobs: ["${one.id}"], tail: 2) { __typename ... on LogBatch { edges { node { message } } } } }`;
  for await (const { data } of client.iterate({ query, extensions: { traceparent: TRACEPARENT } }))
    if (data !== null && JSON.stringify(data).includes('LogBatch')) break;
  await client.dispose();
  const exported = await fetch(new URL(`/export?jobs=${one.id}`, service.url), {
    headers: { traceparent: TRACEPARENT },
  });
  expect(await exported.text()).toContain('complete');
  // A request that names no trace, and one whose header is none, begin traces of their own.
  await service.ask('{ sources { name } }');
  await service.ask('{ sources { name } }', { traceparent: 'nonsense' });
  await service.stop();
  const spans = collector.spans();
  // Nothing was read from this source before but by polls: another call finds out what its counts are of.
  const call = [`GET ${NEMO}/{job}/logs`];
  expect(treeOf(spans, PARENT)).toEqual(expect.arrayContaining([['subscription'], ['export', ['logs', call, call]]]));
  expect(treeOf(spans, undefined)).toEqual([['query'], ['query']]);
  expect(collector.resources()[0]).toMatchObject({ 'service.name': 'tributary' });
});
