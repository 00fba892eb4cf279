import { unknownJob } from '../../domain/errors.ts';
import type { SourceHttp } from '../../http/client.ts';
import { PageCap } from '../../pagination/time-keyset/page-cap.ts';
import { AfterClock } from '../../pagination/time-keyset/after-clock.ts';
import { PageSizes } from '../../pagination/core/page-size.ts';
import { wholeListPartition } from '../../pagination/whole-list.ts';
import type { Connector } from '../connector.ts';
import { partOf } from '../shared/parts.ts';
import { readable } from '../shared/rows.ts';
import { RESOLUTION } from './logs/after.ts';
import { ORIGINS, stepsOf } from './parts.ts';
import { placeOf } from './keys.ts';
import type { PipelinePlace } from './keys.ts';
import { logPartition } from './logs/logs.ts';
import { LEAST_LIMIT, LOG_LIMIT } from './logs/page.ts';
import { countPipelines, PipelineLoader, pipelineLists } from './jobs.ts';
import { planOf } from './pushdown/pushdown.ts';
import { RefusedFields } from './pushdown/refusals.ts';
import { Vocabulary } from './pushdown/vocabulary.ts';

/**
 * The connector of one account at the platform. Pipelines outside its workspaces do not exist for it and are never
 * requested.
 */
export function createConnector(http: SourceHttp, workspaces: readonly string[]): Connector {
  const refusals = new RefusedFields();
  const jobLists = pipelineLists(http, workspaces);
  const loader = new PipelineLoader(http);
  const vocabulary = new Vocabulary(ORIGINS);
  const clock = new AfterClock(RESOLUTION);
  const sizes = new PageSizes(LOG_LIMIT, LEAST_LIMIT);
  const cap = new PageCap();

  function requirePlace(job: string): PipelinePlace {
    const place = placeOf(job, workspaces);
    if (place === null) throw unknownJob(http.source, job);
    return place;
  }

  return {
    vendor: 'deepset',
    capabilities: {
      attempts: false,
      steps: true,
      tasks: false,
      nativePagination: 'TIME_KEYSET',
      maxPageSize: LOG_LIMIT,
      totalCount: true,
      // Time bounds by the keyset; one severity or one origin by `filter` (see `planOf`).
      pushdown: ['SINCE', 'UNTIL', 'SEVERITY_IN', 'STEP_IN'],
    },
    names: { stepName: (key) => key },
    jobLists,
    async probe(call) {
      return { jobs: await countPipelines(http, workspaces, call) };
    },
    async getJobs(keys, call) {
      const places = keys.map((key) => placeOf(key, workspaces));
      const named = places.filter((place) => place !== null);
      const jobs = new Map((await loader.load(named, call)).map((job, index) => [named[index], job]));
      return places.map((place) => (place === null ? null : (jobs.get(place) ?? null)));
    },
    parts: {
      Step: {
        async list(job) {
          requirePlace(job);
          return Promise.resolve([wholeListPartition('', () => Promise.resolve(stepsOf()))]);
        },
        find: (job, key) =>
          Promise.resolve(placeOf(job, workspaces) === null ? null : partOf(http.source, stepsOf(), key)),
      },
    },
    async logs(scope, filter) {
      const place = requirePlace(scope.job);
      const plan = planOf(scope, filter, refusals, vocabulary);
      if (plan === null) return Promise.resolve({ partitions: [], applied: [] });
      const partition = logPartition({ http, place, refusals, vocabulary, clock, cap, sizes, conditions: plan.pushed });
      const { applied, narrowed } = plan;
      return Promise.resolve({ partitions: [readable(partition)], applied, narrowed });
    },
  };
}
