import { TributaryError } from '../../src/domain/errors.ts';
import type { JobStatus } from '../../src/domain/status.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { formatInstant } from '../../src/domain/time.ts';
import { NO_SEVERITY } from '../../src/domain/severity.ts';
import type { FederatedSource } from '../../src/federation/source.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import type { Batch, Partition, ReadRequest } from '../../src/pagination/core/partition.ts';
import type { Connector } from '../../src/vendors/connector.ts';
import type { Job } from '../../src/domain/job.ts';
import type { FakeNative, Line } from '../pagination/fake-natives.ts';

/** Polls at intervals of milliseconds instead of seconds, with small batches. */
export const FAST: Partial<TailSettings> = {
  intervalMilliseconds: 2,
  maxIntervalMilliseconds: 8,
  refreshMilliseconds: 1,
  reorderMilliseconds: 0,
  drainMilliseconds: [4],
  batchSize: 10,
};

/** A source whose jobs are lists in memory; `failing` partitions throw on their next reads. */
export interface FakeSource extends FederatedSource {
  readonly jobs: Map<string, FakeNative[]>;
  /** How many of the next reads of that job's partitions fail. */
  readonly failures: Map<string, number>;
  /** How often listing that job's partitions fails. */
  readonly unnamed: Map<string, number>;
  /** Statuses of jobs; for `getJobs`, jobs without a status do not exist. */
  readonly statuses: Map<string, JobStatus>;
  /** How often logs or jobs were requested. */
  calls: number;
}

export function fakeSource(name: string, jobs: Record<string, FakeNative[]>): FakeSource {
  const byKey = new Map(Object.entries(jobs));
  const failures = new Map<string, number>();
  const unnamed = new Map<string, number>();
  const statuses = new Map<string, JobStatus>();
  const unused = (): never => {
    throw new Error('Not part of this fake.');
  };
  const connector: Connector = {
    vendor: 'fake',
    capabilities: {
      attempts: false,
      steps: false,
      tasks: false,
      nativePagination: 'OFFSET',
      maxPageSize: 10,
      totalCount: true,
      pushdown: [],
    },
    jobLists: [],
    probe: unused,
    getJobs: (keys) => {
      source.calls += 1;
      return Promise.resolve(keys.map((key) => jobOf(name, key, statuses.get(key))));
    },
    parts: {},
    logs: (scope) => {
      const natives = byKey.get(scope.job);
      if (natives === undefined) throw new TributaryError('NOT_FOUND', 'no such job', { source: name });
      const left = unnamed.get(scope.job) ?? 0;
      if (left > 0) {
        unnamed.set(scope.job, left - 1);
        throw new TributaryError('SOURCE_UNAVAILABLE', 'down', { source: name });
      }
      const partitions = natives.map((native, i) =>
        entryPartition(
          native.partition(),
          natives.length === 1 ? '' : `p${i}`,
          () => {
            const left = failures.get(scope.job) ?? 0;
            if (left <= 0) return;
            failures.set(scope.job, left - 1);
            throw new TributaryError('SOURCE_UNAVAILABLE', 'down', { source: name });
          },
          () => void (source.calls += 1),
        ),
      );
      return Promise.resolve({ partitions, applied: [] });
    },
  };
  const source: FakeSource = { name, connector, jobs: byKey, failures, unnamed, statuses, calls: 0 };
  return source;
}

function jobOf(source: string, key: string, status: JobStatus | undefined): Job | null {
  if (status === undefined) return null;
  const times = { createdAt: null, startedAt: null, finishedAt: null };
  return { source, key, name: key, status, nativeStatus: null, attributes: null, ...times };
}

function entryPartition(
  partition: Partition<Line>,
  key: string,
  mayFail: () => void,
  onRead: () => void,
): Partition<LogEntry> {
  return {
    key,
    count: (call) => partition.count(call),
    async *read(request: ReadRequest<LogEntry>, call): AsyncGenerator<Batch<LogEntry>, void, undefined> {
      const { accept: _accept, ...rest } = request;
      onRead();
      for await (const batch of partition.read(rest, call)) {
        mayFail();
        yield { ...batch, rows: batch.rows.map(({ row, hint }) => ({ row: entryOf(row), hint })) };
      }
    },
  };
}

export function entryOf(line: Line): LogEntry {
  return {
    time: line.time,
    tie: line.tie,
    timestamp: formatInstant(line.time),
    severity: NO_SEVERITY,
    message: line.text,
    exceptions: [],
    attributes: null,
    attemptKey: null,
    stepKey: line.level,
    taskKey: null,
  };
}
