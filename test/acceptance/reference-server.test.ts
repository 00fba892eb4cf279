import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  BYTENITE_JOB,
  BYTENITE_PARTITIONER_LINES,
  BYTENITE_SILENT_JOB,
  BYTENITE_TASK,
  BYTENITE_TASK_LINES,
  DEEPSET_LINES,
  NEMO_ROWS,
  SAP_RUNS,
  SAP_SAMPLE_RUNS,
  SAP_SCHEDULE,
  SOFTWAREONE_CHILD,
  SOFTWAREONE_LOGS,
  SOFTWAREONE_TASK,
} from './reference-data.ts';
import { startReferenceServer } from './reference-server.ts';
import type { ReferenceServer } from './reference-server.ts';
import { ask } from './service.ts';
import type { Answer } from './service.ts';
import { MAIN } from '../support/folders.ts';

/**
 * The service as a process of its own, pointed by a configuration file at a server that knows the vendors'
 * reference pages and nothing of us.
 */

let reference: ReferenceServer;
let url: string;
let log = '';
let stop: () => Promise<void>;

beforeAll(async () => {
  reference = await startReferenceServer();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-'));
  const file = join(folder, 'five.yaml');
  await writeFile(file, stringify({ sources: reference.sources }));
  const args = [MAIN, 'serve', '--config', file, '--port', '0'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, REFERENCE_SECRET: 'reference-secret' },
  });
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [ready] = (await once(child.stdout, 'data')) as [Buffer];
  url = ready.toString().slice('ready at '.length).trim();
  stop = async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await rm(folder, { recursive: true });
    await reference.close();
  };
});
afterAll(async () => {
  await stop();
});

async function query<T>(text: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer<T>['data']> {
  const { data, errors } = await ask<T>(url, text, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** A line as its vendor's rows say that it must come out. */
interface Expected {
  readonly timestamp: string;
  readonly message: string;
}

const utc = (time: string): string => (time.endsWith('Z') ? time : `${time}Z`);

const LINES: Readonly<Record<string, readonly Expected[]>> = {
  training: NEMO_ROWS.map(({ timestamp, message }) => ({ timestamp, message })),
  erp: SAP_RUNS.map((run) => ({ timestamp: utc(run.completionTimestamp), message: run.runText })),
  render: [...BYTENITE_PARTITIONER_LINES, ...BYTENITE_TASK_LINES.toReversed()].map((line) => ({
    timestamp: line.timestamp,
    message: line.log,
  })),
  marketplace: SOFTWAREONE_LOGS.map(({ timestamp, message }, index) => ({
    timestamp,
    message: index === 0 ? "Starting buyer 'BUY-4230-6788' transfer." : message,
  })),
  rag: DEEPSET_LINES.map(({ logged_at, message }) => ({ timestamp: logged_at, message })),
};
const KEYS: Readonly<Record<string, string>> = {
  training: 'default/data-import-job-42',
  erp: '2',
  render: BYTENITE_JOB,
  marketplace: SOFTWAREONE_TASK,
  rag: 'production/support-rag',
};
const SOURCES = Object.keys(KEYS);

function nanoseconds(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** In one order whatever that of an instant's lines is, which no vendor promises. */
function sorted(lines: readonly Expected[]): Expected[] {
  const place = ({ timestamp, message }: Expected): string =>
    `${String(nanoseconds(timestamp)).padStart(25, '0')} ${message}`;
  return lines
    .map(({ timestamp, message }) => ({ timestamp, message }))
    .sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
}

function expectOrdered(lines: readonly Expected[], sign: 1n | -1n): void {
  const times = lines.map(({ timestamp }) => nanoseconds(timestamp) * sign);
  expect(times.every((time, index) => index === 0 || (times[index - 1] ?? 0n) <= time)).toBe(true);
}

interface Page {
  readonly nodes: readonly (Expected & { readonly id: string })[];
  readonly totalCount: number | null;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly failures: readonly unknown[];
}

type Walk = 'forward' | 'backward';

/** Walks a connection from one end to the other and gives its lines in the connection's own order. */
async function walk(read: (page: Readonly<Record<string, unknown>>) => Promise<Page>, size: number, way: Walk) {
  const lines: (Expected & { readonly id: string })[] = [];
  let cursor: string | null = null;
  for (let turn = 0; turn < 1_000; turn += 1) {
    const page = await read(way === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor });
    expect(page.failures).toEqual([]);
    if (way === 'forward') lines.push(...page.nodes);
    else lines.unshift(...page.nodes);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    cursor = way === 'forward' ? endCursor : startCursor;
    if (!(way === 'forward' ? hasNextPage : hasPreviousPage)) return lines;
    expect(page.nodes.length).toBe(size);
  }
  throw new Error('The connection has no end.');
}

const PAGE = `
  nodes { id timestamp message }
  totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  failures { source code message }
`;
const ARGUMENTS = '$first: Int, $after: String, $last: Int, $before: String, $direction: OrderDirection';
const PASSED = 'first: $first, after: $after, last: $last, before: $before, orderBy: { direction: $direction }';

describe('a server that speaks the reference pages', () => {
  test('lists the jobs of all five, with their attempts, steps and tasks', async () => {
    const data = await query<unknown>(`{
      sources {
        name
        vendor
        health { state code }
        jobs {
          totalCount
          nodes {
            key name status nativeStatus createdAt startedAt finishedAt
            attempts { nodes { key number status nativeStatus startedAt finishedAt } }
            steps { nodes { key name status } }
            tasks { nodes { key name status step { key } } }
          }
        }
      }
    }`);
    expect(data).toEqual({ sources: EXPECTED_SOURCES });
  });

  test.each(SOURCES)('gives every line of %s once, in order, forward and backward, in both orders', async (source) => {
    const key = KEYS[source];
    const lines = LINES[source] ?? [];
    for (const direction of ['ASC', 'DESC'] as const) {
      for (const way of ['forward', 'backward'] as const) {
        for (const size of [7, 100]) {
          const read = async (page: Readonly<Record<string, unknown>>): Promise<Page> => {
            const text = `query ($source: String!, $key: String!, ${ARGUMENTS}) {
              job(source: $source, key: $key) { logs(${PASSED}) { ${PAGE} } }
            }`;
            const data = await query<{ job: { logs: Page } }>(text, { source, key, direction, ...page });
            expect(data.job.logs.totalCount).toBe(lines.length);
            return data.job.logs;
          };
          const walked = await walk(read, size, way);
          expect(sorted(walked)).toEqual(sorted(lines));
          expect(new Set(walked.map(({ id }) => id)).size).toBe(lines.length);
          expectOrdered(walked, direction === 'ASC' ? 1n : -1n);
        }
      }
    }
  });

  test.each(['forward', 'backward'] as const)('merges the five in time order, %s', async (way) => {
    const ids = await query<Record<string, { id: string }>>(
      `{ ${SOURCES.map((source) => `${source}: job(source: "${source}", key: "${KEYS[source] ?? ''}") { id }`).join(' ')} }`,
    );
    const jobs = Object.values(ids).map(({ id }) => id);
    const read = async (page: Readonly<Record<string, unknown>>): Promise<Page> => {
      const text = `query ($jobs: [ID!]!, ${ARGUMENTS}) { logs(jobs: $jobs, ${PASSED}) { ${PAGE} } }`;
      return (await query<{ logs: Page }>(text, { jobs, direction: 'ASC', ...page })).logs;
    };
    const all = Object.values(LINES).flat();
    for (const size of [13, 1000]) {
      const walked = await walk(read, size, way);
      expect(sorted(walked)).toEqual(sorted(all));
      expectOrdered(walked, 1n);
    }
    expect((await read({ first: 1 })).totalCount).toBe(all.length);
  });

  test('shows the attributes of lines as well as their text', async () => {
    const first = async (source: string, more: string): Promise<unknown> => {
      const text = `{ job(source: "${source}", key: "${KEYS[source] ?? ''}") { logs(first: 1) { nodes { ${more} } } } }`;
      return (await query<{ job: { logs: { nodes: unknown[] } } }>(text)).job.logs.nodes[0];
    };
    const parts = 'attempt { key } step { key } task { key } severity severityText severitySource';
    expect(await first('erp', `${parts} attributes`)).toMatchObject({
      attempt: { key: SAP_SAMPLE_RUNS[0]?.runId },
      step: { key: SAP_SCHEDULE },
      task: null,
      severity: 'ERROR',
      attributes: { httpStatus: 500, runState: 'ERROR' },
    });
    expect(await first('render', parts)).toEqual({
      attempt: null,
      step: { key: 'PARTITIONER' },
      task: null,
      severity: 'INFO',
      severityText: 'INFO',
      severitySource: 'VENDOR',
    });
    expect(await first('rag', `${parts} exceptions { type message frames { file line function } } attributes`)).toEqual(
      {
        attempt: null,
        step: { key: 'haystack' },
        task: null,
        severity: 'ERROR',
        severityText: 'error',
        severitySource: 'VENDOR',
        exceptions: [
          { type: 'ValueError', message: 'no documents', frames: [{ file: 'a.py', line: 7, function: 'run' }] },
        ],
        attributes: { 'dd.env': 'prod' },
      },
    );
    expect(await first('marketplace', parts)).toMatchObject({ attempt: null, step: null, severity: 'INFO' });
    expect(await first('training', `step { key } task { key } severitySource`)).toEqual({
      step: { key: expect.any(String) as string },
      task: { key: expect.any(String) as string },
      severitySource: 'NONE',
    });
    const fatal = await query<{ job: { logs: { nodes: unknown[] } } }>(
      `{ job(source: "render", key: "${BYTENITE_JOB}") {
        logs(filter: { minSeverity: FATAL }) { nodes { message severity severityNumber severityText task { key } } }
      } }`,
    );
    expect(fatal.job.logs.nodes).toEqual([
      {
        message: 'panic: frame 3',
        severity: 'FATAL',
        severityNumber: 22,
        severityText: 'PANIC',
        task: { key: BYTENITE_TASK },
      },
    ]);
  });

  test('has empty logs for jobs without lines, and null for jobs that do not exist', async () => {
    const jobs = [
      ['training', 'default/waiting'],
      ['render', BYTENITE_SILENT_JOB],
      ['marketplace', SOFTWAREONE_CHILD],
      ['rag', 'production/idle'],
    ];
    for (const [source, key] of jobs) {
      const text =
        'query ($source: String!, $key: String!) { job(source: $source, key: $key) { name logs { nodes { id } totalCount } } }';
      const { job } = await query<{ job: { logs: unknown } }>(text, { source, key });
      expect(job.logs).toEqual({ nodes: [], totalCount: 0 });
    }
    for (const source of SOURCES) {
      for (const key of ['default/nothing', 'production/nothing', '77', 'TSK-0000-0000-0000-0000', BYTENITE_TASK]) {
        const text = 'query ($source: String!, $key: String!) { job(source: $source, key: $key) { name } }';
        expect(await query(text, { source, key })).toEqual({ job: null });
      }
    }
  });

  test('does not report a filter as pushed down after the vendor has ignored it', async () => {
    const pushdown = async (): Promise<unknown> => {
      const data = await query<{ source: { capabilities: { pushdown: string[] } } }>(
        '{ source(name: "marketplace") { capabilities { pushdown } } }',
      );
      return data.source.capabilities.pushdown;
    };
    const text = `query ($key: String!, $filter: LogFilter) {
      job(source: "marketplace", key: $key) { logs(first: 10, filter: $filter) { nodes { message } } }
    }`;
    for (const filter of [{ since: '2025-09-11T13:40:30Z' }, { minSeverity: 'ERROR' }, { contains: 'step 249' }]) {
      const data = await query<{ job: { logs: { nodes: unknown[] } } }>(text, { key: SOFTWAREONE_TASK, filter });
      expect(data.job.logs.nodes[0]).toEqual({ message: 'since' in filter ? 'step 210' : 'step 249' });
    }
    expect(await pushdown()).toEqual([]);
  });

  test('gets only requests that the pages describe', () => {
    expect(reference.requests.length).toBeGreaterThan(50);
    expect(reference.strays).toEqual([]);
    for (const secret of ['reference-', '127.0.0.1', reference.origin]) expect(log).not.toContain(secret);
  });
});

const NONE = { nodes: [] };

const EXPECTED_SOURCES = [
  {
    name: 'training',
    vendor: 'nemo',
    health: { state: 'UP', code: null },
    jobs: {
      totalCount: 2,
      nodes: [
        {
          key: 'default/data-import-job-42',
          name: 'data-import-job-42',
          status: 'SUCCEEDED',
          nativeStatus: 'completed',
          createdAt: '2024-04-20T14:22:00Z',
          startedAt: null,
          finishedAt: null,
          attempts: {
            nodes: [
              {
                key: 'platform-job-attempt-4RJTW5wSy4gHJ539EfTUif',
                number: 1,
                status: 'SUCCEEDED',
                nativeStatus: 'completed',
                startedAt: '2024-04-20T14:22:01Z',
                finishedAt: null,
              },
            ],
          },
          steps: {
            nodes: [
              { key: 'extract', name: 'extract', status: 'SUCCEEDED' },
              { key: 'load', name: 'load', status: 'SUCCEEDED' },
            ],
          },
          tasks: {
            nodes: [
              {
                key: 'fetch-customer-records',
                name: 'fetch-customer-records',
                status: 'SUCCEEDED',
                step: { key: 'extract' },
              },
              { key: 'write-rows', name: 'write-rows', status: 'SUCCEEDED', step: { key: 'load' } },
            ],
          },
        },
        {
          key: 'default/waiting',
          name: 'waiting',
          status: 'QUEUED',
          nativeStatus: 'created',
          createdAt: '2024-04-19T08:00:00Z',
          startedAt: null,
          finishedAt: null,
          attempts: NONE,
          steps: NONE,
          tasks: NONE,
        },
      ],
    },
  },
  {
    name: 'erp',
    vendor: 'sap-job-scheduling',
    health: { state: 'UP', code: null },
    jobs: {
      totalCount: 2,
      nodes: [
        // Created at the same time: the greater key comes first.
        sapJob('3', 'sample', 'INACTIVE', '0d6a8f3e-9c1b-4a55-8e62-7b1f0a9c4d21', SAP_SAMPLE_RUNS),
        sapJob('2', 'sales-orders', 'ACTIVE', SAP_SCHEDULE, SAP_RUNS),
      ],
    },
  },
  {
    name: 'render',
    vendor: 'bytenite',
    health: { state: 'UP', code: null },
    jobs: {
      totalCount: 2,
      nodes: [
        {
          key: BYTENITE_JOB,
          name: 'render',
          status: 'SUCCEEDED',
          nativeStatus: 'JOB_STATE_COMPLETE',
          createdAt: '2025-06-24T16:18:59.1Z',
          startedAt: '2025-06-24T16:19:00Z',
          finishedAt: '2025-06-24T16:19:05.25Z',
          attempts: NONE,
          steps: { nodes: byteNiteSteps('SUCCEEDED') },
          tasks: {
            nodes: [{ key: BYTENITE_TASK, name: BYTENITE_TASK, status: 'UNKNOWN', step: { key: 'TASKRUNNER' } }],
          },
        },
        {
          key: BYTENITE_SILENT_JOB,
          name: 'draft',
          status: 'QUEUED',
          nativeStatus: 'JOB_STATE_NEW',
          createdAt: '2025-06-23T10:00:00Z',
          startedAt: null,
          finishedAt: null,
          attempts: NONE,
          steps: { nodes: byteNiteSteps('QUEUED') },
          tasks: NONE,
        },
      ],
    },
  },
  {
    name: 'marketplace',
    vendor: 'softwareone',
    health: { state: 'UP', code: null },
    jobs: {
      // It does not count tasks without a parent, but they are all there.
      totalCount: 1,
      nodes: [
        {
          key: SOFTWAREONE_TASK,
          name: 'Buyer transfer',
          status: 'FAILED',
          nativeStatus: 'Failed',
          createdAt: '2025-09-11T13:39:00.000Z',
          startedAt: '2025-09-11T13:40:00.000Z',
          finishedAt: '2025-09-11T13:41:00.000Z',
          attempts: NONE,
          steps: NONE,
          tasks: {
            nodes: [{ key: SOFTWAREONE_CHILD, name: 'Move agreements', status: 'SUCCEEDED', step: null }],
          },
        },
      ],
    },
  },
  {
    name: 'rag',
    vendor: 'deepset',
    health: { state: 'UP', code: null },
    jobs: {
      totalCount: 2,
      nodes: [
        deepsetJob('support-rag', 'ACTIVE', 'DEPLOYED', '2025-05-01T08:00:00Z'),
        deepsetJob('idle', 'INACTIVE', 'UNDEPLOYED', null),
      ],
    },
  },
];

function sapJob(key: string, name: string, status: string, schedule: string, runs: typeof SAP_RUNS): unknown {
  return {
    key,
    name,
    status,
    nativeStatus: null,
    createdAt: '2015-10-19T23:00:00Z',
    startedAt: null,
    finishedAt: null,
    attempts: {
      nodes: runs.map((run) => ({
        key: run.runId,
        number: null,
        status: run.runState === 'SUCCESS' ? 'SUCCEEDED' : 'FAILED',
        nativeStatus: run.runState,
        startedAt: utc(run.executionTimestamp),
        finishedAt: utc(run.completionTimestamp),
      })),
    },
    steps: { nodes: [{ key: schedule, name: 'every two minutes', status: 'ACTIVE' }] },
    tasks: NONE,
  };
}

function byteNiteSteps(status: string): unknown[] {
  return ['PARTITIONER', 'TASKRUNNER', 'ASSEMBLER'].map((key) => ({
    key,
    name: expect.any(String) as string,
    status,
  }));
}

function deepsetJob(name: string, status: string, nativeStatus: string, createdAt: string | null): unknown {
  return {
    key: `production/${name}`,
    name,
    status,
    nativeStatus,
    createdAt,
    startedAt: null,
    finishedAt: null,
    attempts: NONE,
    steps: {
      nodes: ['querypipeline', 'indexingpipeline', 'haystack', 'unknown'].map((key) => ({
        key,
        name: key,
        status: 'UNKNOWN',
      })),
    },
    tasks: NONE,
  };
}
