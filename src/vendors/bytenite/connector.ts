import type { Call } from '../../domain/call.ts';
import { hasCode, unknownJob } from '../../domain/errors.ts';
import type { Job, Step, Task } from '../../domain/job.ts';
import type { LogEntry, LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import { wholeResponsePartition } from '../../pagination/whole-response.ts';
import type { Capabilities, Connector, ConnectorOptions, LogReading } from '../connector.ts';
import { SERVICES } from './facts.ts';
import { ByteNiteJobList } from './jobs/jobs.ts';
import { JobLoader } from './jobs/loader.ts';
import { jobOf } from './jobs/mapping.ts';
import { LINE_IDENTITY } from './logs/entry.ts';
import { LogReader } from './logs/reader.ts';
import { byteNiteOptions } from './options.ts';
import { selectionOf } from './pushdown.ts';
import { stepsOf } from './parts.ts';
import { sayWhatIsMissing } from './logs/truncation.ts';
import type { Lacks } from './logs/truncation.ts';

const CAPABILITIES: Capabilities = {
  attempts: false,
  steps: true,
  tasks: true,
  nativePagination: 'WHOLE_RESPONSE',
  maxPageSize: null,
  totalCount: true,
  pushdown: ['MIN_SEVERITY', 'SEVERITY_IN', 'STEP_IN', 'TASK_IN'],
};

export function createByteNiteConnector({ source, http, options }: ConnectorOptions): Connector {
  const { jobPageSize, logCap } = byteNiteOptions.parse(options ?? {});
  const jobs = new JobLoader(http);
  const list = new ByteNiteJobList(http, jobPageSize, (listed, call) => {
    jobs.remember(listed, call);
  });
  const reader = new LogReader(http, logCap);

  async function steps(job: string, call: Call): Promise<readonly Step[]> {
    const wire = await jobs.load(job, call);
    if (wire === null) throw unknownJob(source, job);
    return stepsOf(wire);
  }

  return {
    vendor: 'bytenite',
    capabilities: CAPABILITIES,
    names: { stepName: (key) => key, taskName: (key) => key },
    jobLists: [list],
    probe: async (call) => ({ jobs: await list.total(call) }),
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => jobOrError(key, call))),
    attempts: () => Promise.resolve([]),
    steps: (job) => Promise.resolve([wholeListPartition('', (call) => steps(job, call))]),
    tasks: (job) => Promise.resolve([tasks(job)]),
    attempt: () => Promise.resolve(null),
    async step(job, key, call) {
      if (!SERVICES.some((service) => service === key)) return null;
      const wire = await jobs.load(job, call);
      return wire === null ? null : (stepsOf(wire).find((step) => step.key === key) ?? null);
    },
    task: (job, key, call) => taskOrNull(job, key, call),
    logs: (scope, filter) => Promise.resolve(logs(scope, filter)),
  };

  async function jobOrError(key: string, call: Call): Promise<Job | null | Error> {
    try {
      const wire = await jobs.load(key, call);
      return wire === null ? null : jobOf(source, wire);
    } catch (error) {
      return error instanceof Error ? error : new Error('Reading a job failed.', { cause: error });
    }
  }

  async function taskOrNull(job: string, key: string, call: Call): Promise<Task | null> {
    try {
      return (await reader.task(job, key, call)).tasks.get(key);
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return null;
      throw error;
    }
  }

  function tasks(job: string): Partition<Task> {
    let truncated = false;
    const partition = wholeListPartition('', async (call) => {
      const answer = await reader.tasks(job, call);
      ({ truncated } = answer);
      return answer.tasks.all();
    });
    return sayWhatIsMissing(partition, () => ({ truncated }));
  }

  /** One log per job, whatever the scope: a line is the same line, with the same id, in each of them. */
  function logs(scope: LogScope, filter: LogFilter): LogReading {
    const { contains, notContains, matches } = filter;
    const residual = { contains, notContains, matches };
    const selection = selectionOf(scope, filter);
    if (selection === null) return { partitions: [], residual };
    let lacks: Lacks = { truncated: false };
    const partition = wholeResponsePartition<LogEntry>({
      key: '',
      identity: LINE_IDENTITY,
      async load(begin, call) {
        const { truncated, odd } = await reader.lines(scope.job, selection, begin, call);
        lacks = { truncated, unreadable: odd.of(selection) };
      },
    });
    const count = (call: Call): Promise<number | null> => reader.count(scope.job, selection, call);
    return { partitions: [sayWhatIsMissing({ ...partition, count }, () => lacks)], residual };
  }
}
