import type { Call } from '../../domain/call.ts';
import { asError, nullIfNotFound } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import { PageSize, PageSizes } from '../../pagination/core/page-size.ts';
import type { Capabilities, Connector, ConnectorOptions, JobList } from '../connector.ts';
import { JobDetails } from './jobs/details.ts';
import { listJobs, probeJobs } from './jobs/jobs.ts';
import { toJob } from './jobs/mapping.ts';
import { isJobKey } from './keys.ts';
import { JOBS_PER_PAGE, MAX_RUNS_PER_PAGE, optionsSchema } from './options.ts';
import { PagingFacts } from './runs/paging-facts.ts';
import { RunPages } from './runs/pages.ts';
import { createLogs } from './logs.ts';
import { createParts } from './parts.ts';
import { RunPartitions } from './runs/partitions.ts';
import { SingleRuns } from './runs/singles.ts';

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

  const getJob = async (key: string, call: Call): Promise<Job | null> =>
    isJobKey(key) ? toJob(source, key, await details.job(key, call)) : null;

  const jobRows = new PageSize(JOBS_PER_PAGE);
  const jobLists: readonly JobList[] = [
    {
      key: '',
      pageSize: JOBS_PER_PAGE,
      // The list's order is not documented, nor whether it can be sorted by anything but the name.
      isNewestFirst: () => false,
      page: (index, filter, call) => listJobs(http, jobRows, index, filter, call),
    },
  ];

  return {
    vendor: VENDOR,
    capabilities: CAPABILITIES,
    jobLists,
    probe: async (call) => ({ jobs: await probeJobs(http, call) }),
    getJobs: (keys, call) =>
      Promise.all(keys.map(async (key) => getJob(key, call).catch(nullIfNotFound).catch(asError))),
    parts: createParts({ source, details, singles, partitions }),
    logs: createLogs({ source, details, singles, partitions }),
  };
}
