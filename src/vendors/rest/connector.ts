import type { SourceHttp } from '../../http/client.ts';
import type { Capabilities, Connector } from '../connector.ts';
import { createJobs } from './jobs.ts';
import { createLogs, NATIVE } from './logs/logs.ts';
import type { RestOptions } from './options.ts';
import { pushdownOf } from './pushdown.ts';

export function createRestConnector(http: SourceHttp, options: RestOptions): Connector {
  const jobs = createJobs(http, options.jobs);
  return {
    vendor: 'rest',
    capabilities: capabilitiesOf(options),
    jobLists: [jobs.list],
    probe: async (call) => ({ jobs: await jobs.count(call) }),
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => jobs.getJob(key, call))),
    // Attempts, steps and tasks are not described.
    parts: {},
    logs: createLogs(http, options),
  };
}

function capabilitiesOf({ logs }: RestOptions): Capabilities {
  const { pagination } = logs;
  const isWhole = pagination.scheme === 'whole';
  return {
    attempts: false,
    steps: false,
    tasks: false,
    nativePagination: NATIVE[pagination.scheme],
    maxPageSize: isWhole ? null : pagination.pageSize,
    totalCount: isWhole || pagination.total !== undefined,
    pushdown: pushdownOf(logs),
  };
}
