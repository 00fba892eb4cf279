import { encodeNodeId } from '../../../../src/federation/node-id.ts';
import { timeOf } from '../jobs.ts';
import type { Jobs } from '../jobs.ts';
import { everywhere, LINES, ofJob } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { MEASURED, tasksOf } from '../sources.ts';
import type { Source } from '../sources.ts';

const MORE = 'pageInfo { hasNextPage }';

/** Filters: those that vendors apply, those that this service applies, and time bounds. */
export const FILTERS: readonly Shape[] = [
  {
    name: 'filter pushed down: one step',
    ask: (jobs, source) =>
      `{ job(source: "${source}", key: "${jobs.long[source]}") { logs(first: 20, filter: { stepIn: ["${stepOf(jobs, source)}"] }) { ${LINES} ${MORE} } } }`,
    calls: everywhere('1 logs', { sap: '2 logs', softwareone: 'none' }),
    why: 'SAP: a named schedule needs no job. SoftwareOne has no steps, so no line can match',
    lines: everywhere(20, { softwareone: 0 }),
  },
  {
    name: 'filter pushed down: one step, by its id',
    ask: (jobs, source) => {
      const id = encodeNodeId('Step', source, jobs.long[source], stepOf(jobs, source));
      return `{ job(source: "${source}", key: "${jobs.long[source]}") { logs(first: 20, filter: { parts: ["${id}"] }) { ${LINES} ${MORE} } } }`;
    },
    calls: everywhere('1 logs', { sap: '2 logs', softwareone: 'none' }),
    why: 'As above',
    lines: everywhere(20, { softwareone: 0 }),
  },
  {
    name: 'filter pushed down: one task',
    ask: ({ long }, source) => {
      const task = tasksOf(source)[1] ?? 'task-b';
      return `{ job(source: "${source}", key: "${long[source]}") { logs(first: 20, filter: { taskIn: ["${task}"] }) { ${LINES} ${MORE} } } }`;
    },
    calls: everywhere('none', { nemo: '1 logs', bytenite: '1 logs' }),
    why: 'SAP and deepset have no tasks, and the log of a SoftwareOne task has no lines of its parts: no line can match',
    lines: everywhere(0, { nemo: 20, bytenite: 20 }),
  },
  {
    name: 'filter pushed down: one severity',
    ask: ofJob('long', `logs(first: 20, filter: { severityIn: [ERROR] }) { ${LINES} ${MORE} totalCount }`),
    calls: { softwareone: '1 logs', deepset: '1 logs', bytenite: '1 logs' },
    lines: 20,
  },
  {
    name: 'filter applied here: one severity',
    ask: ofJob('long', `logs(first: 20, filter: { severityIn: [ERROR] }) { ${LINES} ${MORE} }`),
    calls: { nemo: '3 logs', sap: '1 job + 2 logs' },
    why: 'NeMo: lines have no severity but that of their words, and none of these 3,000 has one',
    lines: { nemo: 0, sap: 20 },
  },
  {
    name: 'filter applied here: a text that some lines have',
    ask: ofJob('long', `logs(first: 20, filter: { contains: "line 1" }) { ${LINES} ${MORE} }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs', softwareone: '2 logs', deepset: '2 logs' }),
    why: 'The native pages up to the 21st line that matches. No vendor searches what a line shows: SoftwareOne only what it keeps',
    lines: 20,
  },
  {
    name: 'filter applied here: the same as an expression',
    ask: ofJob('long', `logs(first: 20, filter: { matches: "line 1" }) { ${LINES} ${MORE} }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs', softwareone: '2 logs', deepset: '2 logs' }),
    why: 'As above',
    lines: 20,
  },
  {
    name: 'filter applied here: a text that no line of 1,000,500 has',
    ask: ofJob('deep', `logs(first: 20, filter: { contains: "nowhere" }) { ${MORE} ${LINES} }`),
    calls: everywhere('20 logs', { sap: '1 job + 20 logs', bytenite: '1 logs' }),
    why: 'The bound of a scan: 20 native pages, then hasNextPage and a cursor to go on from',
    lines: 0,
  },
  {
    name: 'since the middle of 1,000,500 lines',
    ask: (jobs, source, cursor) =>
      ofJob('deep', `logs(first: 20, filter: { since: "${timeOf(within(source))}" }) { ${LINES} }`)(
        jobs,
        source,
        cursor,
      ),
    calls: everywhere('1 logs', { nemo: '3 logs', sap: '1 job + 3 logs' }),
    least: { nemo: '1 logs', sap: '1 job + 1 logs' },
    why: 'NeMo, SAP: cannot be asked for a time, and which page it is on is unknown; it is searched for from both ends, as if lines came evenly',
    lines: 20,
  },
  {
    name: 'the last 20 until the middle of 1,000,500 lines',
    ask: (jobs, source, cursor) =>
      ofJob('deep', `logs(last: 20, filter: { until: "${timeOf(within(source))}" }) { ${LINES} }`)(
        jobs,
        source,
        cursor,
      ),
    calls: everywhere('1 logs', { nemo: '3 logs', sap: '1 job + 4 logs' }),
    least: { nemo: '1 logs', sap: '1 job + 1 logs' },
    why: 'NeMo, SAP: as above',
    lines: 20,
  },
  {
    name: 'first 1000 until line 50 of 3,000',
    ask: ofJob('long', `logs(first: 1000, filter: { until: "${timeOf(50)}" }) { ${LINES} ${MORE} }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    why: 'No page beyond the bound is asked for',
    lines: 50,
  },
];

/** The number of a line amid the deep log. */
function within(source: Source): number {
  return MEASURED[source].most > 700_300 ? 700_300 : 3_000;
}

function stepOf({ schedule }: Jobs, source: Source): string {
  return MEASURED[source].step ?? schedule;
}
