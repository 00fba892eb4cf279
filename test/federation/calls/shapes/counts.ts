import { everywhere, LINES, ofJob } from '../shape.ts';
import type { Shape } from '../shape.ts';

/** Counts, and queries for the job in addition to its log. */
export const COUNTS: readonly Shape[] = [
  {
    name: 'totalCount only',
    ask: ofJob('long', 'logs { totalCount }'),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 0,
  },
  {
    name: 'edges, totalCount and pageInfo in one selection',
    ask: ofJob('long', `logs(first: 20) { ${LINES} totalCount pageInfo { hasNextPage endCursor } }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    lines: 20,
  },
  {
    name: 'last 20 with totalCount',
    ask: ofJob('long', `logs(last: 20) { ${LINES} totalCount }`),
    calls: everywhere('1 logs', { nemo: '2 logs', sap: '1 job + 1 logs' }),
    lines: 20,
  },
  {
    name: 'page 2 with totalCount',
    before: ofJob('long', 'logs(first: 20) { pageInfo { cursor: endCursor } }'),
    ask: ofJob('long', `logs(first: 20, after: "CURSOR") { ${LINES} totalCount }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs', softwareone: '2 logs', deepset: '2 logs' }),
    why: 'SoftwareOne, deepset: a page that begins at a time counts only what it is bounded to (deepset does not say), so the count of all is a question of its own',
    lines: 20,
  },
  {
    name: 'isComplete with the page',
    ask: ofJob('long', `logs(first: 20) { ${LINES} isComplete }`),
    calls: everywhere('1 job + 1 logs', { sap: '1 job + 2 logs' }),
    why: 'The job says whether it is finished; without isComplete it is not asked for (first 20)',
    lines: 20,
  },
  {
    name: "the job's own fields, isComplete and the page",
    ask: ofJob('long', `name status logs(first: 20) { ${LINES} isComplete }`),
    calls: everywhere('1 job + 1 logs', { sap: '1 job + 2 logs' }),
    lines: 20,
  },
  {
    name: "20 lines, each with its job's name",
    ask: ofJob('long', `logs(first: 20) { edges { node { message job { name status } } } }`),
    calls: everywhere('1 job + 1 logs', { sap: '1 job + 2 logs' }),
    lines: 20,
  },
  {
    name: '20 lines, each with the names of its step and task',
    ask: ofJob('long', `logs(first: 20) { edges { node { message stepName step { key name } task { name } } } }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    why: 'The lines say them. SAP: the lines have the ids of schedules; the job, which is asked for anyway, has their names',
    lines: 20,
  },
  {
    name: '20 lines, each with the status of its step and task',
    ask: ofJob('long', `logs(first: 20) { edges { node { message step { status } task { status } } } }`),
    calls: everywhere('1 logs', {
      nemo: '1 job + 1 logs + 1 status',
      sap: '1 job + 2 logs',
      bytenite: '1 job + 1 logs',
    }),
    least: { nemo: '1 logs + 1 status' },
    why: 'NeMo: the status tree does not say of which attempt it is; the job does. ByteNite: the answer that gave the lines has told the tasks',
    lines: 20,
  },
];
