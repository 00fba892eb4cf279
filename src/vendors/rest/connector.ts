import { asError } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import type { Capabilities, Connector, Described } from '../connector.ts';
import { createJobs } from './jobs.ts';
import { createLogs, NATIVE } from './logs/logs.ts';
import type { RestOptions } from './options.ts';
import { pushdownOf } from './pushdown.ts';

export function createRestConnector(http: SourceHttp, options: RestOptions): Connector {
  const jobs = createJobs(http, options.jobs);
  return {
    vendor: 'rest',
    capabilities: capabilitiesOf(options),
    described: describedOf(options),
    jobLists: [jobs.list],
    probe: async (call) => ({ jobs: await jobs.count(call) }),
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => jobs.getJob(key, call).catch(asError))),
    // Attempts, steps and tasks are not described.
    parts: {},
    logs: createLogs(http, options),
  };
}

function describedOf({ jobs, logs }: RestOptions): Described {
  const { pagination } = jobs.list;
  return {
    scheme: logs.pagination.scheme,
    countsJobs: 'total' in pagination && pagination.total !== undefined,
    orderOfJobs: pagination.scheme === 'whole' ? null : jobs.list.order,
    ofJobs: namesOf(jobs, ['name', 'status', 'createdAt', 'startedAt', 'finishedAt'] as const),
    ofLines: namesOf(logs, ['message', 'severity'] as const),
  };
}

function namesOf<N extends string>(
  fields: Readonly<Partial<Record<N, unknown>>> & { readonly attributes: Readonly<Record<string, string>> },
  names: readonly N[],
): readonly string[] {
  return [
    ...names.filter((name) => fields[name] !== undefined),
    ...Object.keys(fields.attributes).map((name) => `attributes.${name}`),
  ];
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
