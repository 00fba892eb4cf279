import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseText } from '../../src/config/load.ts';
import { createCall } from '../../src/domain/call.ts';
import { createTributary } from '../../src/library/index.ts';
import type { Tributary, TributaryConfig } from '../../src/library/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { start } from '../cli/command-line.ts';
import { simulateAirflow } from '../vendors/rest/simulated-airflow.ts';

const KEY = 'etl/manual__2026-02-27T00%3A00%3A00%2B00%3A00/extract/1';
const airflow = simulateAirflow();
let server: VendorServer;
let config: TributaryConfig;
let tributary: Tributary;

beforeAll(async () => {
  const run = 'manual__2026-02-27T00:00:00+00:00';
  airflow.add({ dag: 'etl', run, task: 'extract', attempt: 1, state: 'success' });
  airflow.add({ dag: 'etl', run, task: 'load', attempt: 2, state: 'running' });
  airflow.add({ dag: 'etl', run, task: 'report', attempt: 1, state: 'upstream_failed' });
  airflow.write(
    'extract',
    Array.from({ length: 205 }, (_, index) => [index % 50 === 7 ? 'error' : 'info', `row ${index % 90} read`] as const),
  );
  airflow.write('load', [['info', 'loading']]);
  airflow.add({ dag: 'etl', run, task: 'alert', attempt: 1, state: 'on_fire' });
  airflow.write(
    'alert',
    Array.from({ length: 90 }, (_, index) => [index === 3 ? 'bizarre' : 'info', 'smoke'] as const),
  );
  const nothing = (): never => {
    throw new Error('The guide does not use it.');
  };
  server = await startVendorServer({
    vendor: 'airflow',
    handle: (request) => airflow.handle(request),
    classify: ({ segments }) => segments[8] ?? 'jobs',
    sourceConfig: nothing,
    createJob: nothing,
    setStatus: nothing,
    write: nothing,
    generate: nothing,
    clear: nothing,
  });
  const guide = readFileSync('docs/own-sources.md', 'utf8');
  const block = /```yaml\n([^]*?)```/.exec(guide)?.[1] ?? '';
  config = parseText(block.replace('https://airflow.example.com', server.origin), 'guide.yaml') as TributaryConfig;
  const tail = { interval: '20ms', maxInterval: '50ms', reorderWindow: '20ms', drain: ['50ms'], refresh: '50ms' };
  tributary = await createTributary({ ...config, tail }, { environment: { AIRFLOW_TOKEN: airflow.token } });
});

afterAll(async () => {
  await tributary.close();
  await server.close();
});

async function walk(size: number, back: boolean) {
  const lines: { id: string; message: string; severity: number }[] = [];
  for (let cursor: string | null = null; ;) {
    const args = back ? { last: size, before: cursor } : { first: size, after: cursor };
    const connection = tributary.federation.logs([{ source: 'airflow', scope: { job: KEY } }], args, createCall());
    const page = (await connection.nodes()).map(({ id, message, severity }) => ({
      id,
      message,
      severity: severity.number,
    }));
    if (back) lines.unshift(...page);
    else lines.push(...page);
    const info = await connection.pageInfo();
    if (!(back ? info.hasPreviousPage : info.hasNextPage)) return lines;
    cursor = back ? info.startCursor : info.endCursor;
  }
}

test("the guide's example finds jobs by keys of four fields, with their statuses", async () => {
  const jobs = await tributary.federation.jobs({ first: 10 }, createCall()).nodes();
  expect(jobs.map(({ name, status, key }) => [name, status, key.split('/').at(-1)])).toEqual([
    ['alert', 'UNKNOWN', '1'],
    ['report', 'FAILED', '1'],
    ['load', 'RUNNING', '2'],
    ['extract', 'SUCCEEDED', '1'],
  ]);
  expect(jobs.at(-1)).toMatchObject({ key: KEY, attributes: { operator: 'BashOperator' } });
  expect(await tributary.federation.job({ source: 'airflow', key: KEY }, createCall())).toMatchObject({
    name: 'extract',
  });
  for (const key of ['etl', 'etl/x/extract/1', KEY.replace('%3A', ':'), `${KEY}/1`])
    expect(await tributary.federation.job({ source: 'airflow', key }, createCall())).toBeNull();
});

test("the guide's example gives each line once, forward and backward, by any page size", async () => {
  const forward = await walk(1_000, false);
  expect(forward).toHaveLength(205);
  expect(forward.filter(({ severity }) => severity === 17)).toHaveLength(4);
  expect(await walk(33, false)).toEqual(forward);
  expect(await walk(33, true)).toEqual(forward);
});

test("the guide's example is explained: what was found, what has no meaning, what is missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-own-sources-'));
  const path = join(folder, 'tributary.json');
  await writeFile(path, JSON.stringify(config));
  const command = start(['check', '--config', path, '--source', 'airflow', '--explain'], {
    environment: { AIRFLOW_TOKEN: airflow.token },
  });
  expect(await command.done).toBe(0);
  await rm(folder, { recursive: true });
  const found = new Map(
    command
      .output()
      .split('\n')
      .map((line) => line.split(/ {2,}/) as [string, string]),
  );
  expect(Object.fromEntries(found)).toMatchObject({
    paging: 'token, 1000 lines per call',
    'jobs on the first page': '4, of 4 in all',
    'order of jobs': 'newest first; read as newest first',
    'status without a meaning': 'on_fire',
    lines: `90 of job ${KEY.replace('extract', 'alert')}, in 3 pages`,
    severities: 'UNSPECIFIED 1, INFO 89',
    'severity without a meaning': 'bizarre',
    'lines that share their time': '90',
    'read backward': 'the same lines',
  });
  expect(command.output()).not.toContain(airflow.token);
});

test('a source that is not there is named, with those that are', async () => {
  const command = start(['check', '--source', 'nowhere', '--explain']);
  expect(await command.done).toBe(1);
  expect(command.errors()).toContain('There is no source "nowhere"; there are: nemo');
});

test("the guide's example follows a running task until it is finished", async () => {
  const query = `subscription { logEntries(jobs: ["${await idOf('load')}"], tail: 1) {
    ... on LogBatch { edges { node { message } } } ... on LogStreamEnd { reason } } }`;
  const response = await tributary.fetch(
    new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    }),
  );
  let text = '';
  let isWritten = false;
  for await (const part of response.body!) {
    text += Buffer.from(part as Uint8Array).toString();
    if (!isWritten && text.includes('"loading"')) {
      isWritten = true;
      airflow.write('load', [
        ['warning', 'slow table'],
        ['info', 'loaded'],
      ]);
      airflow.finish('load', 'success');
    }
    if (text.includes('JOB_FINISHED')) break;
  }
  expect([...text.matchAll(/"message":"([^"]*)"/g)].map(([, message]) => message)).toEqual([
    'loading',
    'slow table',
    'loaded',
  ]);
});

async function idOf(name: string): Promise<string> {
  const body = JSON.stringify({ query: `{ jobs(first: 10) { nodes { id name } } }` });
  const response = await tributary.fetch(
    new Request('http://localhost/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  );
  const { data } = (await response.json()) as { data: { jobs: { nodes: { id: string; name: string }[] } } };
  return data.jobs.nodes.find((job) => job.name === name)?.id ?? '';
}
