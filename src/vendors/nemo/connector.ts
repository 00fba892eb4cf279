import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Job, PartKind, Parts } from '../../domain/job.ts';
import type { LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { SourceHttp } from '../../http/client.ts';
import { PageSizes } from '../../pagination/core/page-size.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import type { Capabilities, Connector, FollowedLog, LogReading, PartReader } from '../connector.ts';
import { partOf } from '../shared/parts.ts';
import { readable } from '../shared/rows.ts';
import { createNemoApi } from './api.ts';
import { noSuchAttempt, noSuchJob } from './errors.ts';
import { attemptsPartition, currentPartition, followedAttempts, joinAttempts } from './logs/followed.ts';
import { createJobLists, sum } from './jobs/jobs.ts';
import { createJobReader } from './jobs/reader.ts';
import { jobOf } from './jobs/mapping.ts';
import { placeOf, taskPlaceOf } from './keys.ts';
import type { JobPlace } from './keys.ts';
import { attemptPartition, logPartition, refusedPartition } from './logs/partitions.ts';
import { planScope } from './pushdown.ts';
import type { NemoOptions } from './options.ts';

export function createNemoConnector(source: string, http: SourceHttp, options: NemoOptions): Connector {
  const workspaces = [...new Set(options.workspaces)];
  const api = createNemoApi(http);
  const reader = createJobReader(source, api);
  const logOptions = { source, api, reader, sizes: new PageSizes(options.pageSize), maxWalk: options.maxWalk };
  const jobLists = createJobLists({
    source,
    workspaces,
    api,
    seen: (workspace, wire, call) => {
      reader.keep({ workspace, name: wire.name }, wire, call);
    },
  });

  function known(key: string): JobPlace {
    const place = placeOf(key, workspaces);
    if (place === null) throw noSuchJob(source, key);
    return place;
  }

  async function getJob(key: string, call: Call): Promise<Job | null | Error> {
    const place = placeOf(key, workspaces);
    if (place === null) return null;
    try {
      const wire = await reader.job(place, call);
      return wire === null ? null : jobOf(source, place.workspace, wire);
    } catch (error) {
      return error instanceof Error ? error : new TributaryError('INTERNAL_SERVER_ERROR', 'Failed.', { source });
    }
  }

  function parts<T extends Parts[PartKind]>(load: Load<T>): PartReader<T> {
    return {
      list: (job) => Promise.resolve([readable(wholeListPartition('', async (call) => load(known(job), call)))]),
      find: async (job, key, call) => partOf(await load(known(job), call), key),
    };
  }

  async function logs(scope: LogScope, filter: LogFilter, call: Call): Promise<LogReading> {
    const place = placeOf(scope.job, workspaces);
    if (place === null) return { partitions: [refusedPartition('', noSuchJob(source, scope.job))], applied: [] };
    const plan = planScope(scope, filter);
    if (plan === null) return { partitions: [], applied: [] };
    const { applied, narrowed } = plan;
    const selection = { place, step: plan.step, task: plan.task };
    if (plan.attempts === null) {
      return { partitions: [logPartition({ ...selection, attemptKey: null }, logOptions)], applied, narrowed };
    }
    const asked = await Promise.all(
      plan.attempts.map(async (key) => ({ key, partition: await attemptPartition(key, selection, logOptions, call) })),
    );
    const partitions = joinAttempts(asked);
    if (partitions.length > 0 || scope.attempt === undefined) return { partitions, applied, narrowed };
    return { partitions: [refusedPartition(scope.attempt, noSuchAttempt(source))], applied, narrowed };
  }

  async function follow(key: string, filter: LogFilter, call: Call): Promise<FollowedLog> {
    const place = placeOf(key, workspaces);
    const plan = planScope({ job: key }, filter);
    const current = place === null ? null : ((await reader.job(place, call))?.attempt_id ?? null);
    if (place === null || plan === null || current === null) return logs({ job: key }, filter, call);
    const { applied, narrowed } = plan;
    const selection = { place, step: plan.step, task: plan.task };
    const attempts = await followedAttempts(current, selection, logOptions, call);
    if (!reader.namesAttempts()) {
      if (plan.attempts !== null) return { ...(await logs({ job: key }, filter, call)), stretch: current };
      const partition = currentPartition(attempts, selection, logOptions);
      return { partitions: [partition], applied, narrowed, stretch: current };
    }
    const wanted = attempts.filter((attempt) => plan.attempts?.includes(attempt.key) ?? true);
    const partitions = wanted.length === 0 ? [] : [attemptsPartition(wanted, selection, logOptions)];
    return { partitions, applied, narrowed };
  }

  return {
    vendor: 'nemo',
    get capabilities() {
      return reader.namesAttempts() ? WITH_ATTEMPT_ROUTES : CAPABILITIES;
    },
    names: { stepName: (key) => key, taskName: (key) => taskPlaceOf(key).task },
    jobLists,
    async probe(call) {
      const lists = await Promise.all(workspaces.map(async (workspace) => api.listJobs(workspace, 1, 1, call)));
      return { jobs: sum(lists.map(({ total_results }) => total_results)) };
    },
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => getJob(key, call))),
    parts: { Attempt: parts(reader.attempts), Step: parts(reader.steps), Task: parts(reader.tasks) },
    logs: async (scope, filter, call) => readableLog(await logs(scope, filter, call)),
    follow: async (job, filter, call) => readableLog(await follow(job, filter, call)),
  };
}

function readableLog<T extends LogReading>(reading: T): T {
  return { ...reading, partitions: reading.partitions.map((partition) => readable(partition)) };
}

type Load<T> = (place: JobPlace, call: Call) => Promise<readonly T[]>;

const CAPABILITIES: Capabilities = {
  attempts: true,
  steps: true,
  tasks: true,
  nativePagination: 'PAGE_TOKEN',
  maxPageSize: 1000,
  totalCount: true,
  pushdown: ['STEP_IN', 'TASK_IN'],
};

const WITH_ATTEMPT_ROUTES: Capabilities = { ...CAPABILITIES, pushdown: [...CAPABILITIES.pushdown, 'ATTEMPT_IN'] };
