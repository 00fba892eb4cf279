import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  SAP_SHORT_SCHEDULE,
  SOFTWAREONE_CHILD,
  SOFTWAREONE_LOGS,
  SOFTWAREONE_TASK,
} from './reference-data.ts';

/**
 * A second opinion on the five APIs: one small server, written from the vendors' reference pages alone, in
 * their simplest form. It shares nothing with the sandbox. All vendors answer at one origin, each below a
 * path of its own, as they would behind a proxy.
 */

export interface ReferenceServer {
  readonly origin: string;
  /** `sources` of a configuration for it. */
  readonly sources: Readonly<Record<string, unknown>>;
  /** Requests that no page of the vendors describes. */
  readonly strays: readonly string[];
  readonly requests: readonly string[];
  close(): Promise<void>;
}

interface Question {
  readonly method: string;
  /** Decoded, below the vendor's own base path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Null: no page describes it. */
type Vendor = (question: Question) => Reply | null;

const ok = (body: unknown): Reply => ({ status: 200, body });
const whole = (query: URLSearchParams, name: string, fallback: number): number => Number(query.get(name) ?? fallback);

// ---------------------------------------------------------------- NeMo

const NEMO_ATTEMPT = 'platform-job-attempt-4RJTW5wSy4gHJ539EfTUif';
const NEMO_JOBS = [
  {
    id: 'platform-job-2k8i3i1HqJHHPVB5M6Bk9Z',
    attempt_id: NEMO_ATTEMPT,
    name: 'data-import-job-42',
    workspace: 'default',
    source: 'import',
    status: 'completed',
    created_at: '2024-04-20T14:22:00Z',
    updated_at: '2024-04-20T14:22:37Z',
  },
  {
    id: 'platform-job-QtyhRY5ub4t4tTLPY4sTkz',
    name: 'waiting',
    workspace: 'default',
    status: 'created',
    created_at: '2024-04-19T08:00:00',
  },
];

function nemo({ method, path, query, authorization }: Question): Reply | null {
  if (authorization !== 'Bearer reference-nemo') return { status: 401, body: { detail: 'Unauthorized' } };
  const [apis, area, version, workspaces, workspace, jobs, name, what, ...rest] = path;
  const known = [apis, area, version, workspaces, jobs].join('/') === 'apis/jobs/v2/workspaces/jobs';
  if (method !== 'GET' || !known || rest.length > 0) return null;
  if (workspace !== 'default') return { status: 404, body: { detail: 'Workspace not found' } };
  if (name === undefined) return ok(nemoList(NEMO_JOBS, query, 10));
  const job = NEMO_JOBS.find((one) => one.name === name);
  if (job === undefined) return { status: 404, body: { detail: 'Job not found' } };
  const steps = job.name === 'waiting' ? [] : NEMO_STEPS;
  if (what === undefined) return ok({ project: null, description: null, error_details: null, spec: {}, ...job });
  if (what === 'status') return ok({ id: job.id, name, status: job.status, status_details: {}, steps });
  if (what === 'steps') {
    const own = steps.map(({ tasks: _, ...step }) => ({ ...step, attempt_id: NEMO_ATTEMPT, job: name, workspace }));
    return ok(nemoList(own, query, 25));
  }
  if (what === 'logs') return ok(nemoLogs(job.name === 'waiting' ? [] : NEMO_ROWS, query));
  return { status: 404, body: { detail: 'Not Found' } };
}

const NEMO_STEPS = ['extract', 'load'].map((name, index) => ({
  id: `platform-job-step-${index}`,
  name,
  status: 'completed',
  status_details: {},
  created_at: `2024-04-20T14:22:0${index + 1}Z`,
  tasks: [
    {
      id: `platform-job-task-${index}`,
      name: index === 0 ? 'fetch-customer-records' : 'write-rows',
      status: 'completed',
      created_at: `2024-04-20T14:22:1${index}Z`,
      error_stack: '',
    },
  ],
}));

function nemoList(all: readonly unknown[], query: URLSearchParams, defaultSize: number): unknown {
  const page = whole(query, 'page', 1);
  const page_size = whole(query, 'page_size', defaultSize);
  const data = all.slice((page - 1) * page_size, page * page_size);
  const pagination = {
    page,
    page_size,
    current_page_size: data.length,
    total_pages: Math.ceil(all.length / page_size),
    total_results: all.length,
  };
  return { data, pagination, sort: query.get('sort') };
}

/** `prev_page` and `next_page` are texts, empty at the ends, as the page has them. */
function nemoLogs(rows: readonly { job_step: string; job_task: string }[], query: URLSearchParams): unknown {
  const [step, task] = [query.get('step_id'), query.get('task_id')];
  const wanted = rows.filter(
    (row) => (step ?? row.job_step) === row.job_step && (task ?? row.job_task) === row.job_task,
  );
  const limit = whole(query, 'limit', 100);
  const token = query.get('page_cursor');
  const page = token === null ? 1 : (JSON.parse(Buffer.from(token, 'base64').toString()) as { page: number }).page;
  const tokenOf = (page: number): string => Buffer.from(JSON.stringify({ page })).toString('base64');
  return {
    data: wanted.slice((page - 1) * limit, page * limit).map((row) => ({ job: 'data-import-job-42', ...row })),
    total: wanted.length,
    next_page: page * limit < wanted.length ? tokenOf(page + 1) : '',
    prev_page: page > 1 ? tokenOf(page - 1) : '',
  };
}

// ---------------------------------------------------------------- SAP Job Scheduling, the old dialect

const SAP_JOBS = [
  { _id: 2, jobId: 2, name: 'sales-orders', description: 'nightly', active: true, schedule: SAP_SCHEDULE },
  { _id: 3, jobId: 3, name: 'sample', description: '', active: false, schedule: SAP_SHORT_SCHEDULE },
];
const SAP_RUNS_OF: Readonly<Record<string, typeof SAP_RUNS>> = {
  [SAP_SCHEDULE]: SAP_RUNS,
  [SAP_SHORT_SCHEDULE]: SAP_SAMPLE_RUNS,
};

function sap({ method, path, query, authorization, body }: Question): Reply | null {
  if (path.join('/') === 'oauth/token') {
    const client = `Basic ${Buffer.from('reference-client:reference-secret').toString('base64')}`;
    const right = method === 'POST' && authorization === client && body.includes('grant_type=client_credentials');
    return right
      ? ok({ access_token: 'reference-sap', token_type: 'bearer', expires_in: 43199 })
      : { status: 401, body: { error: 'unauthorized' } };
  }
  if (authorization?.toLowerCase() !== 'bearer reference-sap') return { status: 401, body: {} };
  const [scheduler, jobs, id, schedules, scheduleId, runs, runId, ...rest] = path;
  if (method !== 'GET' || scheduler !== 'scheduler' || jobs !== 'jobs' || rest.length > 0) return null;
  if (id === undefined) return ok({ total: SAP_JOBS.length, results: SAP_JOBS.map((job) => sapJob(job, false)) });
  const job = SAP_JOBS.find(({ _id }) => String(_id) === id);
  if (job === undefined) return { status: 404, body: {} };
  if (schedules === undefined) return ok(sapJob(job, query.get('displaySchedules') === 'true'));
  if (schedules !== 'schedules') return null;
  if (scheduleId === undefined) return ok({ total: 1, results: [sapSchedule(job.schedule)] });
  const all = scheduleId === job.schedule ? SAP_RUNS_OF[scheduleId] : undefined;
  if (all === undefined) return { status: 404, body: {} };
  if (runs !== 'runs') return null;
  if (runId !== undefined) {
    const run = all.find((one) => one.runId === runId);
    return run === undefined ? { status: 404, body: {} } : ok(run);
  }
  // "The default number is 1. The default offset is an indicator to fetch results without skipping any."
  const skipped = Math.max(0, whole(query, 'offset', 1) - 1);
  const size = whole(query, 'page_size', query.has('offset') ? 10 : 200);
  return ok({ total: all.length, results: all.slice(skipped, skipped + size) });
}

function sapJob({ schedule, ...job }: (typeof SAP_JOBS)[number], withSchedules: boolean): unknown {
  const common = {
    ...job,
    action: 'https://app.example.com/run',
    httpMethod: 'POST',
    createdAt: '2015-10-19 23:00:00',
  };
  return withSchedules ? { ...common, schedules: [sapSchedule(schedule)] } : common;
}

function sapSchedule(scheduleId: string): unknown {
  return { scheduleId, description: 'every two minutes', active: true, startTime: '2015-10-19T23:00:00.000Z' };
}

// ---------------------------------------------------------------- ByteNite

const BYTENITE_JOBS = [
  {
    id: BYTENITE_JOB,
    name: 'render',
    state: 'JOB_STATE_COMPLETE',
    createdAt: '2025-06-24T16:18:59.1Z',
    startedAt: '2025-06-24T16:19:00Z',
    endedAt: '2025-06-24T16:19:05.25Z',
    numChunks: '1',
    description: null,
  },
  { id: BYTENITE_SILENT_JOB, name: 'draft', state: 'JOB_STATE_NEW', createdAt: '2025-06-23T10:00:00Z' },
];

function byteNite({ method, path, query, authorization, body }: Question): Reply | null {
  const [version, area, resource, id, ...rest] = path;
  if (version !== 'v1' || rest.length > 0) return null;
  if (path.join('/') === 'v1/auth/access_token') {
    return method === 'POST' && (JSON.parse(body) as { apiKey?: string }).apiKey === 'reference-key'
      ? ok({ token: 'reference-bytenite', expiresIn: '3600', scope: 'customer' })
      : { status: 401, body: {} };
  }
  // An API key in a header is sent as it is, with no scheme before it.
  if (authorization !== 'reference-bytenite') return { status: 401, body: {} };
  if (area !== 'customer') return null;
  if (method === 'POST' && resource === 'logs' && id === undefined) return byteNiteLogs(body);
  if (method !== 'GET' || resource !== 'jobs') return null;
  if (id === undefined) {
    const [limit, offset] = [whole(query, 'pagination.limit', 20), whole(query, 'pagination.offset', 0)];
    const data = BYTENITE_JOBS.slice(offset, offset + limit);
    const hasNext = offset + data.length < BYTENITE_JOBS.length;
    const total = String(BYTENITE_JOBS.length);
    return ok({ pagination: { total, offset: String(offset), hasPrevious: offset > 0, hasNext }, data });
  }
  const job = BYTENITE_JOBS.find((one) => one.id === id);
  return job === undefined
    ? { status: 404, body: { code: 5, message: 'not found', details: [] } }
    : ok({ job, templateInfo: null });
}

/** Groups without lines are left out. */
function byteNiteLogs(body: string): Reply {
  interface Filters {
    readonly jobId: string;
    readonly taskIds?: readonly string[];
    readonly levels?: readonly string[];
    readonly services?: readonly string[];
  }
  const { jobId, taskIds = [], levels = [], services = [] } = JSON.parse(body) as Filters;
  if (jobId === BYTENITE_SILENT_JOB) return ok({});
  if (jobId !== BYTENITE_JOB) return { status: 404, body: {} };
  const among = (wanted: readonly string[], value: string): boolean => wanted.length === 0 || wanted.includes(value);
  const ofLevel = <T extends { readonly level?: string }>(lines: readonly T[]): readonly T[] =>
    lines.filter(({ level = 'UNKNOWN' }) => among(levels, level));
  const partitioner = among(services, 'PARTITIONER') ? ofLevel(BYTENITE_PARTITIONER_LINES) : [];
  const taskLines = among(services, 'TASKRUNNER') && among(taskIds, BYTENITE_TASK) ? ofLevel(BYTENITE_TASK_LINES) : [];
  return ok({
    ...(partitioner.length === 0 ? {} : { partitioner }),
    ...(taskLines.length === 0 ? {} : { taskrunner: { [BYTENITE_TASK]: { logs: taskLines } } }),
  });
}

// ---------------------------------------------------------------- SoftwareOne

const SOFTWAREONE_TASKS = [
  {
    id: SOFTWAREONE_TASK,
    name: 'Buyer transfer',
    revision: 3,
    status: 'Failed',
    code: 'core.buyer.transfer',
    parent: null,
    progress: 100,
    audit: {
      created: { at: '2025-09-11T13:39:00.000Z' },
      started: { at: '2025-09-11T13:40:00.000Z' },
      failed: { at: '2025-09-11T13:41:00.000Z' },
    },
  },
  {
    id: SOFTWAREONE_CHILD,
    name: 'Move agreements',
    status: 'Completed',
    parent: { id: SOFTWAREONE_TASK, name: 'Buyer transfer' },
    audit: { created: { at: '2025-09-11T13:40:01.000Z' } },
  },
];

/** Knows `limit` and `offset`. Anything else in a query it does not know, and ignores. */
function softwareOne({ method, path, query, authorization }: Question): Reply | null {
  if (authorization !== 'Bearer reference-softwareone') return { status: 401, body: { title: 'Unauthorized' } };
  const [root, version, system, tasks, id, logs, ...rest] = path;
  const known = [root, version, system, tasks].join('/') === 'public/v1/system/tasks';
  if (method !== 'GET' || !known || rest.length > 0) return null;
  if (id === undefined) return ok(softwareOneList(SOFTWAREONE_TASKS, query));
  const task = SOFTWAREONE_TASKS.find((one) => one.id === id);
  if (task === undefined) return { status: 404, body: { title: 'Not Found', status: 404 } };
  if (logs === undefined) return ok(task);
  if (logs !== 'logs') return null;
  // "Defaults to ordering by timestamp descending when no order query is provided."
  return ok(softwareOneList(id === SOFTWAREONE_TASK ? SOFTWAREONE_LOGS.toReversed() : [], query));
}

function softwareOneList(all: readonly unknown[], query: URLSearchParams): unknown {
  const limit = Math.min(100, whole(query, 'limit', 10));
  const offset = whole(query, 'offset', 0);
  return {
    $meta: { pagination: { offset, limit, total: all.length }, omitted: [] },
    data: all.slice(offset, offset + limit),
  };
}

// ---------------------------------------------------------------- deepset

const DEEPSET_PIPELINES = [
  {
    pipeline_id: '30b45de7-7336-4c90-8750-a6f0f3dad6c8',
    name: 'support-rag',
    status: 'DEPLOYED',
    created_at: '2025-05-01T08:00:00Z',
  },
  { pipeline_id: '8d4b1d9c-6c1b-4f7e-a2a7-0e3b3c2f9a10', name: 'idle', status: 'UNDEPLOYED', created_at: null },
];

function deepset({ method, path, query, authorization }: Question): Reply | null {
  if (authorization !== 'Bearer reference-deepset') return { status: 401, body: '<html>401</html>' };
  const [api, version, workspaces, workspace, pipelines, name, logs, ...rest] = path;
  const known = [api, version, workspaces, pipelines].join('/') === 'api/v1/workspaces/pipelines';
  if (method !== 'GET' || !known || rest.length > 0) return null;
  if (workspace !== 'production') return { status: 404, body: { detail: 'Workspace not found' } };
  const limit = whole(query, 'limit', 10);
  if (!(limit >= 1 && limit <= 100)) return { status: 422, body: { detail: [] } };
  if (name === undefined) {
    const start = (whole(query, 'page_number', 1) - 1) * limit;
    const data = DEEPSET_PIPELINES.slice(start, start + limit);
    return ok({ data, has_more: start + data.length < DEEPSET_PIPELINES.length, total: DEEPSET_PIPELINES.length });
  }
  const pipeline = DEEPSET_PIPELINES.find((one) => one.name === name);
  if (pipeline === undefined) return { status: 404, body: { detail: 'Pipeline not found' } };
  if (logs === undefined) return ok(pipeline);
  if (logs !== 'logs') return null;
  // "The given pipeline does not exist or does not have logs."
  return name === 'idle' ? { status: 404, body: { detail: 'No logs' } } : deepsetLogs(query, limit);
}

function deepsetLogs(query: URLSearchParams, limit: number): Reply {
  const filter = query.get('filter');
  const conditions = (filter === null ? [] : filter.split(' and ')).map((text) => /^(\w+) eq '(.*)'$/.exec(text));
  if (conditions.includes(null)) return { status: 400, body: { detail: 'bad filter' } };
  const fits = DEEPSET_LINES.filter((line) =>
    conditions.every((match) => ({ ...line })[match?.[1] as 'level' | 'origin'] === match?.[2]),
  );
  const ascending = query.get('order') === 'ASC';
  const ordered = ascending ? fits : fits.toReversed();
  const after = query.get('after');
  const rest = ordered.filter(
    ({ logged_at }) =>
      after === null || (ascending ? micros(logged_at) > micros(after) : micros(logged_at) < micros(after)),
  );
  return ok({ data: rest.slice(0, limit), has_more: rest.length > limit, total: fits.length });
}

/** Microseconds of `…T…:SS.ffffffZ`. */
function micros(text: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(text) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

// ---------------------------------------------------------------- all of them

const VENDORS: Readonly<Record<string, Vendor>> = {
  '/proxy/nemo': nemo,
  '/sap': sap,
  '/edge': byteNite,
  '/mp/a b': softwareOne,
  '/deep/set': deepset,
};

export async function startReferenceServer(): Promise<ReferenceServer> {
  const strays: string[] = [];
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void read(incoming).then((body) => {
      const place = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
      requests.push(place);
      const reply = answer(incoming, body);
      if (reply === null) strays.push(place);
      const { status, body: sent } = reply ?? { status: 404, body: { detail: 'Not Found' } };
      outgoing.writeHead(status, { 'content-type': 'application/json' });
      outgoing.end(typeof sent === 'string' ? sent : JSON.stringify(sent));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    sources: sourcesOf(origin),
    strays,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function answer(incoming: IncomingMessage, body: string): Reply | null {
  const [rawPath = '', rawQuery = ''] = (incoming.url ?? '').split('?', 2);
  const path = rawPath.split('/').map(decodeURIComponent);
  // A GET that has a body is none that a page describes.
  if (incoming.method === 'GET' && body !== '') return null;
  for (const [base, vendor] of Object.entries(VENDORS)) {
    const own = base.split('/');
    if (!own.every((segment, index) => path[index] === segment)) continue;
    return vendor({
      method: incoming.method ?? '',
      path: path.slice(own.length),
      query: new URLSearchParams(rawQuery),
      authorization: incoming.headers.authorization,
      body,
    });
  }
  return null;
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The vendors at other names than in the sandbox, with small native pages where they can be chosen. */
function sourcesOf(origin: string): Readonly<Record<string, unknown>> {
  return {
    training: {
      vendor: 'nemo',
      baseUrl: `${origin}/proxy/nemo`,
      workspaces: ['default'],
      pageSize: 2,
      auth: { type: 'bearer', token: 'reference-nemo' },
    },
    erp: {
      vendor: 'sap-job-scheduling',
      baseUrl: `${origin}/sap/`,
      pageSize: 3,
      auth: {
        type: 'oauth2-client-credentials',
        tokenUrl: `${origin}/sap/oauth/token`,
        clientId: 'reference-client',
        clientSecret: '${REFERENCE_SECRET}',
      },
    },
    render: {
      vendor: 'bytenite',
      baseUrl: `${origin}/edge/v1/customer`,
      auth: { type: 'api-key-exchange', apiKey: 'reference-key' },
    },
    marketplace: {
      vendor: 'softwareone',
      baseUrl: `${origin}/mp/a%20b`,
      auth: { type: 'bearer', token: 'reference-softwareone' },
    },
    rag: {
      vendor: 'deepset',
      baseUrl: `${origin}/deep/set`,
      workspaces: ['production'],
      auth: { type: 'bearer', token: 'reference-deepset' },
    },
  };
}
