import type { Call } from '../../domain/call.ts';
import { asError } from '../../domain/errors.ts';
import type { Job, PartKind, Parts } from '../../domain/job.ts';
import type { SourceHttp } from '../../http/client.ts';
import { PageSizes } from '../../pagination/core/page-size.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import type { Capabilities, Connector, PartReader } from '../connector.ts';
import { partOf } from '../shared/parts.ts';
import { readable } from '../shared/rows.ts';
import { sumOf } from '../shared/totals.ts';
import { createNemoApi } from './api.ts';
import { noSuchJob } from './errors.ts';
import { createLogs } from './logs/logs.ts';
import { createJobLists } from './jobs/jobs.ts';
import { createJobReader } from './jobs/reader.ts';
import { jobOf } from './jobs/mapping.ts';
import { placeOf, taskPlaceOf } from './keys.ts';
import type { JobPath } from './keys.ts';
import type { NemoOptions } from './options.ts';

export function createNemoConnector(source: string, http: SourceHttp, options: NemoOptions): Connector {
  const workspaces = [...new Set(options.workspaces)];
  const api = createNemoApi(http);
  const reader = createJobReader(source, api);
  const jobLists = createJobLists({
    source,
    workspaces,
    api,
    seen: (workspace, wire, call) => {
      reader.keep({ workspace, name: wire.name }, wire, call);
    },
  });

  function known(key: string): JobPath {
    const place = placeOf(key, workspaces);
    if (place === null) throw noSuchJob(source, key);
    return place;
  }

  async function getJob(key: string, call: Call): Promise<Job | null> {
    const place = placeOf(key, workspaces);
    const wire = place && (await reader.job(place, call));
    return place && wire && jobOf(source, place.workspace, wire);
  }

  function parts<T extends Parts[PartKind]>(load: Load<T>): PartReader<T> {
    return {
      list: (job) => Promise.resolve([readable(wholeListPartition('', async (call) => load(known(job), call)))]),
      find: async (job, key, call) => partOf(source, await load(known(job), call), key),
    };
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
      return { jobs: sumOf(lists.map(({ total_results }) => total_results)) };
    },
    getJobs: (keys, call) => Promise.all(keys.map(async (key) => getJob(key, call).catch(asError))),
    parts: { Attempt: parts(reader.attempts), Step: parts(reader.steps), Task: parts(reader.tasks) },
    ...createLogs(workspaces, {
      source,
      api,
      reader,
      sizes: new PageSizes(options.pageSize),
      maxWalk: options.maxWalk,
    }),
  };
}

type Load<T> = (place: JobPath, call: Call) => Promise<readonly T[]>;

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
