/**
 * The measure of the request benchmark: node:http and undici, JSON in, map, JSON out. It makes the calls that the answer
 * needs by the vendors' own paging, and nothing else: no GraphQL, no cursors, no checks, no limits, no other order.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { pageAddress } from '../../src/vendors/nemo/logs/page-address.ts';
import { SOURCES } from './jobs.ts';
import type { Source } from './jobs.ts';
import type { Upstream } from './upstream.ts';
import { twentyJobs } from './workloads.ts';
import type { WorkloadName } from './workloads.ts';

interface Line {
  readonly timestamp: string;
  readonly severityText: string | null;
  readonly message: string;
  readonly stepName: string | null;
  readonly taskName: string | null;
}

type Row = Readonly<Record<string, string>>;
type Order = 'oldest' | 'newest';

// The parent is this project's own benchmark.
const { origins, sources, jobs } = JSON.parse(process.env['BENCH_UPSTREAM'] ?? '{}') as Upstream;
const dispatcher = new Agent({ connections: 16 });

async function call<T>(
  source: Source,
  path: string,
  authorization: string,
  post?: { readonly type: string; readonly body: string },
): Promise<T> {
  const { statusCode, body } = await request(`${origins[source]}${path}`, {
    method: post === undefined ? 'GET' : 'POST',
    headers: { authorization, ...(post === undefined ? {} : { 'content-type': post.type }) },
    body: post?.body ?? null,
    dispatcher,
  });
  if (statusCode !== 200) throw new Error(`${source} answers ${statusCode} to ${path}`);
  return (await body.json()) as T;
}

function bearerOf(source: Source): string {
  return `Bearer ${(sources[source]?.['auth'] as { readonly token?: string }).token ?? ''}`;
}

const bearers = { nemo: bearerOf('nemo'), softwareone: bearerOf('softwareone'), deepset: bearerOf('deepset') };

async function tokensOfOthers(): Promise<Readonly<Record<'sap' | 'bytenite', string>>> {
  const sap = sources['sap']?.['auth'] as { readonly clientId: string; readonly clientSecret: string };
  const basic = `Basic ${Buffer.from(`${sap.clientId}:${sap.clientSecret}`).toString('base64')}`;
  const type = 'application/x-www-form-urlencoded';
  const token = await call<Row>('sap', '/oauth/token', basic, { type, body: 'grant_type=client_credentials' });
  const { apiKey } = sources['bytenite']?.['auth'] as { readonly apiKey: string };
  const body = JSON.stringify({ apiKey });
  const other = await call<Row>('bytenite', '/v1/auth/access_token', '', { type: 'application/json', body });
  return { sap: `Bearer ${token['access_token']}`, bytenite: other['token'] ?? '' };
}

const tokens = await tokensOfOthers();

const logs: Readonly<Record<Source, (key: string, lines: number, order: Order) => Promise<Line[]>>> = {
  async nemo(key, lines, order) {
    const [workspace, name] = key.split('/');
    const path = `/apis/jobs/v2/workspaces/${workspace}/jobs/${name}/logs?limit=${lines}`;
    let page = await call<{ data: Row[]; total: number }>('nemo', path, bearers.nemo);
    if (order === 'newest') {
      const last = pageAddress.tokenOf(Math.ceil(page.total / lines));
      page = await call('nemo', `${path}&page_cursor=${last}`, bearers.nemo);
      page.data.reverse();
    }
    return page.data.map((row) => ({
      timestamp: `${row['timestamp']}Z`,
      severityText: null,
      message: row['message'] ?? '',
      stepName: row['job_step'] ?? null,
      taskName: row['job_task'] ?? null,
    }));
  },

  async sap(key, lines, order) {
    const path = `/scheduler/jobs/${key}`;
    const job = await call<{ schedules: Row[] }>('sap', `${path}?displaySchedules=true`, tokens.sap);
    const runs = `${path}/schedules/${job.schedules[0]?.['scheduleId']}/runs?page_size=${lines}`;
    let page = await call<{ results: Row[]; total: number }>('sap', runs, tokens.sap);
    if (order === 'oldest') {
      page = await call('sap', `${runs}&offset=${page.total - lines}`, tokens.sap);
      page.results.reverse();
    }
    return page.results.map((row) => ({
      timestamp: `${row['completionTimestamp']}Z`,
      severityText: row['runState'] ?? null,
      message: row['runText'] ?? '',
      stepName: null,
      taskName: null,
    }));
  },

  async softwareone(key, lines, order) {
    const by = order === 'oldest' ? 'timestamp,id' : '-timestamp,-id';
    const path = `/public/v1/system/tasks/${key}/logs?order=${by}&limit=${lines}&offset=0`;
    const page = await call<{ data: Row[] }>('softwareone', path, bearers.softwareone);
    return page.data.map((row) => ({
      timestamp: row['timestamp'] ?? '',
      severityText: row['severity'] ?? null,
      message: row['message'] ?? '',
      stepName: null,
      taskName: null,
    }));
  },

  async deepset(key, lines, order) {
    const [workspace, name] = key.split('/');
    const path = `/api/v1/workspaces/${workspace}/pipelines/${name}/logs?order=${order === 'oldest' ? 'ASC' : 'DESC'}`;
    const rows: Row[] = [];
    for (let after = ''; rows.length < lines;) {
      const limit = Math.min(100, lines - rows.length);
      const page = await call<{ data: Row[] }>('deepset', `${path}&limit=${limit}${after}`, bearers.deepset);
      rows.push(...page.data);
      after = `&after=${encodeURIComponent(page.data.at(-1)?.['logged_at'] ?? '')}`;
    }
    return rows.map((row) => ({
      timestamp: row['logged_at'] ?? '',
      severityText: row['level'] ?? null,
      message: row['message'] ?? '',
      stepName: row['origin'] ?? null,
      taskName: null,
    }));
  },

  async bytenite(key, lines, order) {
    const body = JSON.stringify({ jobId: key, taskIds: [], levels: [], services: [] });
    const answer = await call<{
      partitioner: Row[];
      assembler: Row[];
      taskrunner: Readonly<Record<string, { logs: Row[] }>>;
    }>('bytenite', '/v1/customer/logs', tokens.bytenite, { type: 'application/json', body });
    const rows: { row: Row; service: string; task: string | null }[] = [];
    for (const row of answer.partitioner) rows.push({ row, service: 'PARTITIONER', task: null });
    for (const row of answer.assembler) rows.push({ row, service: 'ASSEMBLER', task: null });
    for (const [task, group] of Object.entries(answer.taskrunner))
      for (const row of group.logs) rows.push({ row, service: 'TASKRUNNER', task });
    const sign = order === 'oldest' ? 1 : -1;
    rows.sort((a, b) => compare(a.row['timestamp'] ?? '', b.row['timestamp'] ?? '') * sign);
    return rows.slice(0, lines).map(({ row, service, task }) => ({
      timestamp: row['timestamp'] ?? '',
      severityText: row['level'] ?? null,
      message: row['log'] ?? '',
      stepName: service,
      taskName: task,
    }));
  },
};

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function log(source: Source, key: string, lines: number, order: Order = 'oldest') {
  return { logs: { nodes: await logs[source](key, lines, order) } };
}

const answers: Readonly<Record<WorkloadName, () => Promise<unknown>>> = {
  W1: async () => ({ job: await log('nemo', jobs.pairs.nemo[0], 100) }),
  async W2() {
    const all = await Promise.all(SOURCES.map(async (source) => log(source, jobs.pairs[source][0], 20)));
    return Object.fromEntries(SOURCES.map((source, index) => [source, all[index]]));
  },
  async W3() {
    const loads = new Map<string, Promise<unknown>>();
    for (const { source, key } of twentyJobs(jobs)) {
      const name = `${source} ${key}`;
      if (!loads.has(name)) loads.set(name, log(source, key, 5, 'newest'));
    }
    const nodes = twentyJobs(jobs).map(async ({ source, key }) => loads.get(`${source} ${key}`));
    return { nodes: await Promise.all(nodes) };
  },
  W4: async () => ({ job: await log('deepset', jobs.pairs.deepset[0], 1_000) }),
  W5: async () => ({ job: await log('bytenite', jobs.huge, 20) }),
};

const server = createServer((incoming, outgoing) => {
  // Only the benchmark asks, and for these.
  const name = (incoming.url ?? '').slice(1) as WorkloadName;
  answers[name]().then(
    (data) => {
      const body = Buffer.from(JSON.stringify({ data }));
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    },
    (error: unknown) => {
      outgoing.writeHead(500).end(String(error));
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
