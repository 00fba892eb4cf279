/**
 * The vendors' lines by the calls that an answer needs, for servers that are compared with Tributary: vendors' own paging, fields
 * renamed, and nothing else. No cursors, no checks, no limits, no other order.
 */
import { pageAddress } from '../../src/vendors/nemo/logs/page-address.ts';
import type { Source } from './jobs.ts';
import type { Upstream } from './upstream.ts';

export interface Line {
  readonly timestamp: string;
  readonly severityText: string | null;
  readonly message: string;
  readonly stepName: string | null;
  readonly taskName: string | null;
}

export type Order = 'oldest' | 'newest';

export interface Asked {
  readonly path: string;
  readonly authorization: string;
  readonly post?: { readonly type: string; readonly body: string };
}

/** Makes a call and gives the parsed body. Rejects unless the status is 200. */
export type Call = <T>(source: Source, asked: Asked) => Promise<T>;

export interface VendorLines {
  get(source: Source, key: string, lines: number, order: Order): Promise<Line[]>;
  /** The same, with the tokens at hand, by other calls. */
  withCall(call: Call): VendorLines;
}

type Row = Readonly<Record<string, string>>;
type Bearers = Readonly<Record<Source, string>>;
type Read = (
  call: <T>(path: string, post?: Asked['post']) => Promise<T>,
  key: string,
  lines: number,
  order: Order,
) => Promise<Line[]>;

/** Fetches the tokens of the vendors that have some. */
export async function openVendorLines({ sources }: Upstream, call: Call): Promise<VendorLines> {
  return vendorLines(await bearersOf(sources, call), call);
}

function vendorLines(bearers: Bearers, call: Call): VendorLines {
  return {
    async get(source, key, lines, order) {
      const authorization = bearers[source];
      const ask = async <T>(path: string, post?: Asked['post']) =>
        call<T>(source, { path, authorization, ...(post === undefined ? {} : { post }) });
      return READS[source](ask, key, lines, order);
    },
    withCall: (other) => vendorLines(bearers, other),
  };
}

async function bearersOf(sources: Upstream['sources'], call: Call): Promise<Bearers> {
  const bearerOf = (source: Source) =>
    `Bearer ${(sources[source]?.['auth'] as { readonly token?: string }).token ?? ''}`;
  const sap = sources['sap']?.['auth'] as { readonly clientId: string; readonly clientSecret: string };
  const token = await call<Row>('sap', {
    path: '/oauth/token',
    authorization: `Basic ${Buffer.from(`${sap.clientId}:${sap.clientSecret}`).toString('base64')}`,
    post: { type: 'application/x-www-form-urlencoded', body: 'grant_type=client_credentials' },
  });
  const { apiKey } = sources['bytenite']?.['auth'] as { readonly apiKey: string };
  const other = await call<Row>('bytenite', {
    path: '/v1/auth/access_token',
    authorization: '',
    post: { type: 'application/json', body: JSON.stringify({ apiKey }) },
  });
  return {
    nemo: bearerOf('nemo'),
    softwareone: bearerOf('softwareone'),
    deepset: bearerOf('deepset'),
    sap: `Bearer ${token['access_token']}`,
    bytenite: other['token'] ?? '',
  };
}

const READS: Readonly<Record<Source, Read>> = {
  async nemo(call, key, lines, order) {
    const [workspace, name] = key.split('/');
    const path = `/apis/jobs/v2/workspaces/${workspace}/jobs/${name}/logs?limit=${lines}`;
    let page = await call<{ data: Row[]; total: number }>(path);
    if (order === 'newest') {
      const last = pageAddress.tokenOf(Math.ceil(page.total / lines));
      page = await call(`${path}&page_cursor=${last}`);
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

  async sap(call, key, lines, order) {
    const path = `/scheduler/jobs/${key}`;
    const job = await call<{ schedules: Row[] }>(`${path}?displaySchedules=true`);
    const runs = `${path}/schedules/${job.schedules[0]?.['scheduleId']}/runs?page_size=${lines}`;
    let page = await call<{ results: Row[]; total: number }>(runs);
    if (order === 'oldest') {
      page = await call(`${runs}&offset=${page.total - lines}`);
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

  async softwareone(call, key, lines, order) {
    const by = order === 'oldest' ? 'timestamp,id' : '-timestamp,-id';
    const path = `/public/v1/system/tasks/${key}/logs?order=${by}&limit=${lines}&offset=0`;
    const page = await call<{ data: Row[] }>(path);
    return page.data.map((row) => ({
      timestamp: row['timestamp'] ?? '',
      severityText: row['severity'] ?? null,
      message: row['message'] ?? '',
      stepName: null,
      taskName: null,
    }));
  },

  async deepset(call, key, lines, order) {
    const [workspace, name] = key.split('/');
    const path = `/api/v1/workspaces/${workspace}/pipelines/${name}/logs?order=${order === 'oldest' ? 'ASC' : 'DESC'}`;
    const rows: Row[] = [];
    for (let after = ''; rows.length < lines;) {
      const limit = Math.min(100, lines - rows.length);
      const page = await call<{ data: Row[] }>(`${path}&limit=${limit}${after}`);
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

  async bytenite(call, key, lines, order) {
    const body = JSON.stringify({ jobId: key, taskIds: [], levels: [], services: [] });
    const answer = await call<{
      partitioner: Row[];
      assembler: Row[];
      taskrunner: Readonly<Record<string, { logs: Row[] }>>;
    }>('/v1/customer/logs', { type: 'application/json', body });
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
