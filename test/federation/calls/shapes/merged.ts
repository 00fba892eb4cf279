import { jobIdOf } from '../jobs.ts';
import type { Jobs } from '../jobs.ts';
import { everywhere, LINES } from '../shape.ts';
import type { Shape, Which } from '../shape.ts';
import { SOURCES } from '../sources.ts';

function logsOf(jobs: Jobs, which: Which, args: string, selection: string): string {
  const ids = SOURCES.map((source) => jobIdOf(source, jobs[which][source]));
  return `{ logs(jobs: ${JSON.stringify(ids)}, ${args}) { ${selection} failures { code } } }`;
}

const ONE_PAGE_EACH = everywhere('1 logs', { sap: '1 job + 2 logs' });

/** All five vendors in one query. */
export const MERGED: readonly Shape[] = [
  {
    name: 'five logs merged: first 50',
    together: true,
    ask: (jobs) => logsOf(jobs, 'long', 'first: 50', `${LINES} pageInfo { hasNextPage endCursor }`),
    calls: ONE_PAGE_EACH,
    lines: 50,
  },
  {
    name: 'five logs merged: page 2 of 50, on another instance',
    together: true,
    before: (jobs) => logsOf(jobs, 'long', 'first: 50', 'pageInfo { cursor: endCursor }'),
    ask: (jobs, _, cursor) => logsOf(jobs, 'long', `first: 50, after: "${cursor}"`, LINES),
    calls: ONE_PAGE_EACH,
    lines: 50,
  },
  {
    name: 'five logs merged: turn round at the end of page 1',
    together: true,
    before: (jobs) => logsOf(jobs, 'long', 'first: 50', 'pageInfo { cursor: endCursor }'),
    ask: (jobs, _, cursor) => logsOf(jobs, 'long', `last: 20, before: "${cursor}"`, LINES),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 20,
  },
  {
    name: 'five logs merged: last 50',
    together: true,
    ask: (jobs) => logsOf(jobs, 'long', 'last: 50', LINES),
    calls: everywhere('1 logs', { nemo: '2 logs', sap: '1 job + 1 logs' }),
    lines: 50,
  },
  {
    name: 'five logs merged: all 150 lines and their totalCount',
    together: true,
    ask: (jobs) => logsOf(jobs, 'short', 'first: 1000', `${LINES} totalCount pageInfo { hasNextPage }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 150,
  },
  {
    name: 'all jobs of the five sources, 15 each, with attempts, steps, tasks and the first 20 lines of each',
    together: true,
    ask: () =>
      `{ jobs(first: 100) { nodes { source { name } key name status
         attempts { nodes { key number status } } steps { nodes { key name status } } tasks { nodes { key name status } }
         logs(first: 20) { nodes { timestamp severity message } } } } }`,
    calls: everywhere('1 jobs + 15 logs', {
      nemo: '1 attempts + 1 jobs + 15 logs + 15 status + 15 steps',
      sap: '15 job + 1 jobs + 18 logs',
      softwareone: '1 jobs + 15 logs + 1 tasks',
    }),
    least: { nemo: '1 jobs + 15 logs + 15 status + 15 steps' },
    why: 'NeMo: the first to ask for attempts finds out, once for the source, whether the deployment has a route for them. Steps of several jobs cannot be asked for, only those of a whole workspace. SoftwareOne: child tasks of all jobs in one question, as long as they fit on a native page. SAP: the list of jobs leaves out their schedules, and three of the logs are longer than a page',
    lines: 450,
  },
  {
    name: 'the ten newest jobs of the five sources',
    together: true,
    ask: () => '{ jobs(first: 10) { nodes { name createdAt } pageInfo { hasNextPage } failures { code } } }',
    calls: everywhere('1 jobs'),
    why: 'SAP: its list has no order that is published, so all of its pages are read; here it is one',
    lines: 0,
  },
  {
    name: 'the ten jobs after those, on another instance',
    together: true,
    before: () => '{ jobs(first: 10) { pageInfo { cursor: endCursor } } }',
    ask: (_jobs, _source, cursor) => `{ jobs(first: 10, after: "${cursor}") { nodes { name } failures { code } } }`,
    calls: everywhere('1 jobs'),
    lines: 0,
  },
];
