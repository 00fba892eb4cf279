import type { SandboxReply, SandboxRequest, SandboxStatus, SimulatedVendor } from '../types.ts';
import { DEFAULT_DIALECT } from './dialect.ts';
import type { ByteNiteDialect } from './dialect.ts';
import { filterJobs, listRunningTasks, streamEvents } from './doubtful-routes.ts';
import { listJobs } from './job-list.ts';
import { enter, jobOnTheWire, makeJob } from './jobs.ts';
import type { JobFields, SimulatedJob } from './jobs.ts';
import type { ByteNiteLine } from './lines.ts';
import { answerLogs } from './log-request.ts';
import { refusal } from './refusal.ts';
import { Tokens } from './tokens.ts';

export interface ByteNiteOptions {
  readonly apiKey?: string;
  readonly dialect?: Partial<ByteNiteDialect>;
  /** The clock for timestamps of jobs, nanoseconds since the epoch. */
  readonly now?: () => bigint;
}

export interface ByteNiteSimulation extends SimulatedVendor {
  readonly apiKey: string;
  /** Changes the vendor's behaviour from now on. */
  configure(dialect: Partial<ByteNiteDialect>): void;
  /** Invalidates all issued tokens. */
  expireTokens(): void;
  updateJob(key: string, fields: Partial<JobFields>): void;
  write(key: string, lines: readonly ByteNiteLine[]): void;
  generate(key: string, count: number, line: (index: number) => ByteNiteLine): void;
}

/** ByteNite's customer API: jobs and logs, behind an API key that is exchanged for a token. */
export function simulateByteNite(options: ByteNiteOptions = {}): ByteNiteSimulation {
  const apiKey = options.apiKey ?? 'bytenite-sandbox-key';
  const now = options.now ?? ((): bigint => BigInt(Date.now()) * 1_000_000n);
  const tokens = new Tokens(apiKey);
  const jobs = new Map<string, SimulatedJob>();
  let dialect: ByteNiteDialect = { ...DEFAULT_DIALECT, ...options.dialect };
  let created = 0;

  function jobOf(key: string): SimulatedJob {
    const job = jobs.get(key);
    if (job === undefined) throw new Error(`The simulated ByteNite has no job ${JSON.stringify(key)}.`);
    return job;
  }

  function handle(request: SandboxRequest): SandboxReply {
    const kind = classify(request);
    if (kind === 'token') return tokens.exchange(request, dialect);
    if (!tokens.accepts(request, dialect)) return refusal(401, 'token is missing, malformed or expired', dialect);
    if (kind === 'jobs') return listJobs([...jobs.values()], request.query, dialect);
    if (kind === 'logs') return answerLogs(jobs, request, dialect);
    if (kind === 'jobs-filter') return filterJobs([...jobs.values()], request, dialect);
    if (kind === 'running-tasks') return listRunningTasks([...jobs.values()], dialect);
    if (kind === 'events') return streamEvents([...jobs.values()], dialect);
    if (kind !== 'job') return refusal(404, 'Not Found', dialect);
    const job = jobs.get(request.segments[3] ?? '');
    if (job === undefined) return refusal(404, 'job not found', dialect);
    return { status: 200, body: { job: jobOnTheWire(job, dialect), templateInfo: null } };
  }

  return {
    vendor: 'bytenite',
    apiKey,
    handle,
    classify,
    sourceConfig: (origin) => ({
      vendor: 'bytenite',
      baseUrl: `${origin}/v1/customer`,
      auth: { type: 'api-key-exchange', apiKey },
    }),
    createJob({ name, status = 'RUNNING' }: { readonly name?: string; readonly status?: SandboxStatus } = {}) {
      created += 1;
      const job = makeJob(created, name, status, now());
      jobs.set(job.id, job);
      return job.id;
    },
    setStatus(key, status) {
      enter(jobOf(key), status, now());
    },
    write(key, lines) {
      jobOf(key).lines.write(lines);
    },
    generate(key, count, line) {
      jobOf(key).lines.compute(count, line);
    },
    clear() {
      jobs.clear();
    },
    configure(change) {
      dialect = { ...dialect, ...change };
    },
    expireTokens() {
      tokens.expireAll();
    },
    updateJob(key, fields) {
      const job = jobOf(key);
      job.fields = { ...job.fields, ...fields };
    },
  };
}

/** Routes below /jobs that use POST. */
const POSTED: Readonly<Record<string, string>> = { filter: 'jobs-filter', runningTasks: 'running-tasks' };

function classify({ method, segments }: SandboxRequest): string {
  const [version, area, resource, id, ...rest] = segments;
  if (version !== 'v1' || rest.length > 0) return 'other';
  if (area === 'auth') return method === 'POST' && resource === 'access_token' && id === undefined ? 'token' : 'other';
  if (area !== 'customer') return 'other';
  if (method === 'POST' && resource === 'logs' && id === undefined) return 'logs';
  if (method === 'GET' && resource === 'events' && id === undefined) return 'events';
  if (method === 'POST' && resource === 'jobs') return (id !== undefined && POSTED[id]) || 'other';
  if (method !== 'GET' || resource !== 'jobs') return 'other';
  return id === undefined ? 'jobs' : 'job';
}
