import type { Call } from '../../domain/call.ts';
import { hasCode } from '../../domain/errors.ts';
import type { Attempt, Job, Step } from '../../domain/job.ts';
import type { LogEntry, LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import { PageSizes } from '../../pagination/core/page-size.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import type { Capabilities, Connector, ConnectorOptions, JobList } from '../connector.ts';
import { partOf, standInParts } from '../shared/parts.ts';
import { oddPartitions, readable } from '../shared/rows.ts';
import { JobDetails } from './jobs/details.ts';
import { listJobs, probeJobs } from './jobs/jobs.ts';
import { isJobKey, toJob, toStep } from './jobs/mapping.ts';
import { JOBS_PER_PAGE, MAX_RUNS_PER_PAGE, optionsSchema } from './options.ts';
import { PagingFacts } from './runs/paging-facts.ts';
import { RunPages } from './runs/pages.ts';
import { RunPartitions } from './runs/partitions.ts';
import { toAttempt } from './runs/records.ts';
import { FEW, selectRuns } from './pushdown.ts';
import type { RunSelection } from './pushdown.ts';
import { SingleRuns } from './runs/singles.ts';
import type { PlacedRun } from './runs/singles.ts';

export const VENDOR = 'sap-job-scheduling';

const CAPABILITIES: Capabilities = {
  attempts: true,
  steps: true,
  tasks: false,
  nativePagination: 'RECORD_KEYSET',
  maxPageSize: MAX_RUNS_PER_PAGE,
  totalCount: true,
  pushdown: ['ATTEMPT_IN', 'STEP_IN'],
};

/** Jobs are jobs, steps their schedules, attempts the runs; there are no tasks. */
export function createSapConnector({ source, http, options }: ConnectorOptions): Connector {
  const { pageSize, spanSeconds, dialect } = optionsSchema.parse(options);
  const details = new JobDetails(http);
  const singles = new SingleRuns(http);
  const partitions = new RunPartitions({
    pages: new RunPages(http, new PagingFacts(dialect)),
    singles,
    details,
    pageSize,
    sizes: new PageSizes(pageSize),
    span: BigInt(spanSeconds) * 1_000_000_000n,
  });

  async function getJob(key: string, call: Call): Promise<Job | null | Error> {
    if (!isJobKey(key)) return null;
    try {
      return toJob(source, key, await details.job(key, call));
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND')) return null;
      return error instanceof Error ? error : new Error('the job could not be read', { cause: error });
    }
  }

  async function steps(job: string, call: Call): Promise<Step[]> {
    const { data, odd } = await details.allSchedules(job, call);
    return [...data.map(toStep), ...standInParts(odd)];
  }

  async function findRun(job: string, runId: string, call: Call): Promise<PlacedRun | null> {
    const known = singles.recall(job, runId, call);
    if (known !== null) return known;
    const schedules = await details.schedules(job, call);
    const answers = await Promise.allSettled(
      schedules.map(async ({ scheduleId }) => singles.find({ job, schedule: scheduleId }, runId, call)),
    );
    let failure: unknown = null;
    for (const answer of answers) {
      if (answer.status === 'rejected') failure ??= answer.reason;
      else if (answer.value !== null) return answer.value;
    }
    // The schedule that did not answer may be the one that has it.
    if (failure !== null) throw failure as Error;
    return null;
  }

  async function logPartitions(
    { job, step }: LogScope,
    { schedules, runs }: RunSelection,
    call: Call,
  ): Promise<Partition<LogEntry>[]> {
    if (runs === null) return logsOfSchedules(job, schedules, step !== undefined, call);
    const known = runs.map((runId) => singles.recall(job, runId, call)).filter((run) => run !== null);
    const unknown = runs.filter((runId) => !known.some(({ run }) => run.runId === runId));
    const wanted = schedules ?? (unknown.length === 0 ? known.map(({ schedule }) => schedule) : null);
    const places = wanted ?? (await details.schedules(job, call)).map(({ scheduleId }) => scheduleId);
    return [...new Set(places)].map((schedule) => {
      const here = known.filter((run) => run.schedule === schedule);
      return partitions.logsOfRuns({ job, schedule }, unknown, here);
    });
  }

  async function logsOfSchedules(
    job: string,
    schedules: readonly string[] | null,
    named: boolean,
    call: Call,
  ): Promise<Partition<LogEntry>[]> {
    if (schedules !== null && schedules.length <= FEW) {
      return schedules.map((schedule) => partitions.logs({ job, schedule }, named));
    }
    const { data, odd } = await details.allSchedules(job, call);
    const wanted = data.filter(({ scheduleId }) => schedules?.includes(scheduleId) ?? true);
    const logs = wanted.map(({ scheduleId }) => partitions.logs({ job, schedule: scheduleId }, false));
    return schedules === null ? [...logs, ...oddPartitions<LogEntry>(odd)] : logs;
  }

  const jobLists: readonly JobList[] = [
    {
      key: '',
      pageSize: JOBS_PER_PAGE,
      // Its order is published nowhere, and nor is whether it can be sorted by anything but the name.
      isNewestFirst: () => false,
      page: (index, filter, call) => listJobs(http, index, filter, call),
    },
  ];

  return {
    vendor: VENDOR,
    capabilities: CAPABILITIES,
    jobLists,
    probe: async (call) => ({ jobs: await probeJobs(http, call) }),
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => getJob(key, call))),
    parts: {
      Attempt: {
        async list(job, call, within) {
          const { data, odd } = await details.allSchedules(job, call);
          const wanted = data.filter(({ scheduleId }) => within?.step === undefined || within.step === scheduleId);
          const attempts = wanted.map(({ scheduleId }) => partitions.attempts({ job, schedule: scheduleId }));
          return within?.step === undefined ? [...attempts, ...oddPartitions<Attempt>(odd)] : attempts;
        },
        async find(job, key, call) {
          if (!isJobKey(job)) return null;
          const found = await findRun(job, key, call).catch(nullWhenAbsent);
          return found === null ? null : toAttempt(found.schedule, found.run);
        },
      },
      Step: {
        list: (job) => Promise.resolve([readable(wholeListPartition('', (call) => steps(job, call)))]),
        async find(job, key, call) {
          const found = await steps(job, call).catch(nullWhenAbsent);
          return found === null ? null : partOf(found, key);
        },
      },
    },
    async logs(scope: LogScope, filter: LogFilter, call) {
      const selection = selectRuns(scope, filter);
      return { partitions: await logPartitions(scope, selection, call), applied: selection.applied };
    },
  };
}

function nullWhenAbsent(error: unknown): null {
  if (hasCode(error, 'NOT_FOUND')) return null;
  throw error;
}
