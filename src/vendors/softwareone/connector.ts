import { LRUCache } from 'lru-cache';
import { atMost } from '../../domain/at-most.ts';
import type { LogFilterField } from '../../domain/log-filter.ts';
import { PageSize, PageSizes } from '../../pagination/core/page-size.ts';
import type { Connector, ConnectorOptions, JobList, LogReading } from '../connector.ts';
import { appliesAll } from '../shared/applied.ts';
import { readable } from '../shared/rows.ts';
import { Abilities } from './abilities.ts';
import { childTasks, logOfChild } from './parts/parts.ts';
import { MOST_PARENTS } from './context.ts';
import type { SourceContext } from './context.ts';
import { countJobs, listJobs } from './jobs/jobs.ts';
import { planLogs } from './pushdown/pushdown.ts';
import { countsOfLog, logPartition } from './logs/logs.ts';
import { jobOf, taskOf } from './mapping.ts';
import { softwareOneOptions } from './options.ts';
import { LARGEST_PAGE } from './facts.ts';
import { loadTask, loadTasks } from './jobs/loader.ts';

/** A job is a task. Its parts are the child tasks, each with a separate log. There are no attempts and no steps. */
export function createSoftwareOneConnector({ http, options }: ConnectorOptions): Connector {
  const { pageSize } = softwareOneOptions.parse(options ?? {});
  const abilities = new Abilities();
  const context: SourceContext = {
    http,
    abilities,
    pageSize,
    sizes: new PageSizes(pageSize),
    taskRows: new PageSize(LARGEST_PAGE),
    parents: new LRUCache(atMost(MOST_PARENTS)),
  };
  const jobLists: readonly JobList[] = [
    {
      key: '',
      pageSize,
      isNewestFirst: () => abilities.can('tasks by age'),
      page: (index, filter, call) => listJobs(context, index, filter, call),
    },
  ];
  return {
    vendor: 'softwareone',
    get capabilities() {
      return {
        attempts: false,
        steps: false,
        tasks: true,
        nativePagination: 'OFFSET' as const,
        maxPageSize: LARGEST_PAGE,
        totalCount: true,
        pushdown: pushdownOf(abilities),
      };
    },
    jobLists,
    async probe(call) {
      return { jobs: await countJobs(context, call) };
    },
    async getJobs(keys, call) {
      const loaded = await loadTasks(context, keys, call);
      return loaded.map((task) => (task === null || task instanceof Error ? task : jobOf(task, http.source)));
    },
    parts: {
      Task: {
        list: (job) => Promise.resolve([readable(childTasks(context, job))]),
        async find(job, key, call) {
          const task = await loadTask(context, key, call);
          return task?.parent?.id === job ? taskOf(task) : null;
        },
      },
    },
    logs(scope, filter): Promise<LogReading> {
      const plan = planLogs(scope, filter, abilities);
      const partitions =
        plan === null ? [] : [readable(logOfChild(context, scope, logPartition(plan.key, context, plan.log)))];
      const applied = plan?.applied ?? [];
      // Whether a child task belongs to the job is known only to its partition.
      const isCounted = plan !== null && scope.task === undefined && appliesAll(filter, applied);
      return Promise.resolve({
        partitions,
        applied,
        counts: isCounted ? countsOfLog(context, plan.log) : undefined,
      });
    },
  };
}

function pushdownOf(abilities: Abilities): LogFilterField[] {
  // If the vendor does not order by time, places in a log are found by row numbers alone.
  const bounds = abilities.can('logs by time') && abilities.can('logs within times');
  const times: LogFilterField[] = bounds ? ['SINCE', 'UNTIL'] : [];
  const severities: LogFilterField[] = abilities.can('logs of severities') ? ['MIN_SEVERITY', 'SEVERITY_IN'] : [];
  return [...times, ...severities];
}
