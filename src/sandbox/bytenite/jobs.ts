import { createHash } from 'node:crypto';
import { formatInstant } from '../../domain/time.ts';
import type { SandboxStatus } from '../types.ts';
import type { ByteNiteDialect } from './dialect.ts';
import { LineStore } from './line-store.ts';

/** The API's job object. Times are nanoseconds here and microsecond texts on the wire. */
export interface JobFields {
  name: string;
  description: string | null;
  templateId: string | null;
  state: string;
  /** When the job entered each state. */
  stateTimes: Readonly<Record<string, bigint>>;
  createdAt: bigint;
  submittedAt: bigint | null;
  startedAt: bigint | null;
  endedAt: bigint | null;
  priority: number | null;
  numChunks: bigint | null;
  regions: readonly string[] | null;
  errorMessage: string | null;
}

export interface SimulatedJob {
  readonly id: string;
  fields: JobFields;
  readonly lines: LineStore;
}

/** State names: NEW, PARTITIONING, COMPLETE and FAILED were observed; RUNNING and CANCELED are assumed. */
const STATE_OF_STATUS: Readonly<Record<SandboxStatus, string>> = {
  QUEUED: 'JOB_STATE_NEW',
  RUNNING: 'JOB_STATE_RUNNING',
  SUCCEEDED: 'JOB_STATE_COMPLETE',
  FAILED: 'JOB_STATE_FAILED',
  CANCELLED: 'JOB_STATE_CANCELED',
};

/** Ids are UUIDs, the same at every start. */
export function makeJob(number: number, name: string | undefined, status: SandboxStatus, now: bigint): SimulatedJob {
  const fields: JobFields = {
    name: name ?? `job ${number}`,
    description: null,
    templateId: 'render@1.0',
    state: STATE_OF_STATUS.QUEUED,
    stateTimes: { [STATE_OF_STATUS.QUEUED]: now },
    createdAt: now,
    submittedAt: null,
    startedAt: null,
    endedAt: null,
    priority: null,
    numChunks: null,
    regions: null,
    errorMessage: null,
  };
  const job = { id: uuidOf(`job ${number}`), fields, lines: new LineStore() };
  if (status !== 'QUEUED') enter(job, status, now);
  return job;
}

/** Moves a job to a status and sets its times. A job that runs has been through partitioning. */
export function enter(job: SimulatedJob, status: SandboxStatus, now: bigint): void {
  const { fields } = job;
  const state = STATE_OF_STATUS[status];
  const begun =
    status === 'QUEUED' || status === 'CANCELLED' ? {} : { JOB_STATE_PARTITIONING: now, JOB_STATE_RUNNING: now };
  const ended = status !== 'QUEUED' && status !== 'RUNNING';
  job.fields = {
    ...fields,
    state,
    stateTimes: { ...begun, ...fields.stateTimes, [state]: fields.stateTimes[state] ?? now },
    submittedAt: status === 'QUEUED' ? fields.submittedAt : (fields.submittedAt ?? now),
    startedAt: 'JOB_STATE_RUNNING' in begun ? (fields.startedAt ?? now) : fields.startedAt,
    endedAt: ended ? now : null,
    errorMessage: status === 'FAILED' ? (fields.errorMessage ?? 'a task failed') : fields.errorMessage,
  };
}

/** The job as the gateway writes it: int64 as strings, unset fields as null or left out. */
export function jobOnTheWire(
  job: SimulatedJob,
  { unset, states }: Pick<ByteNiteDialect, 'unset' | 'states'>,
): Record<string, unknown> {
  const { fields } = job;
  const wire: Record<string, unknown> = {
    id: job.id,
    templateId: fields.templateId,
    name: fields.name,
    description: fields.description,
    config: { taskTimeout: '3600', jobTimeout: '86400', isTestJob: false },
    priority: fields.priority,
    startAt: null,
    submittedAt: time(fields.submittedAt),
    startedAt: time(fields.startedAt),
    endedAt: time(fields.endedAt),
    createdAt: time(fields.createdAt),
    deletedAt: null,
    state: states === 'seen' ? fields.state : `${fields.state}_2`,
    stateTimestamps: Object.fromEntries(Object.entries(fields.stateTimes).map(([state, at]) => [state, time(at)])),
    duration: fields.endedAt === null || fields.startedAt === null ? null : duration(fields.endedAt - fields.startedAt),
    errorMessage: fields.errorMessage,
    numChunks: fields.numChunks === null ? '0' : String(fields.numChunks),
    numUnitsEstimation: null,
    paymentAmount: '28',
    regions: fields.regions,
    // Credentials of the customer's storage, which clients of the graph must never see.
    dataSource: { dataSourceDescriptor: 's3', params: { accessKey: 'AKIASANDBOX', secretKey: 'sandbox-secret' } },
    dataDestination: { dataSourceDescriptor: 'bucket', params: { secretKey: 'sandbox-secret' } },
    params: { app: { license: 'sandbox-secret' } },
    appId: null,
  };
  if (unset === 'null') return wire;
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null));
}

export function uuidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function time(nanoseconds: bigint | null): string | null {
  return nanoseconds === null ? null : formatInstant(nanoseconds - (nanoseconds % 1000n));
}

function duration(nanoseconds: bigint): string {
  return `${nanoseconds / 1_000_000_000n}s`;
}
