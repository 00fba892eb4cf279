import { DEEP_LINES, jobIdOf, timeOf } from '../jobs.ts';
import { everywhere, LINES, ofJob } from '../shape.ts';
import type { Shape, Which } from '../shape.ts';
import { MEASURED, SOURCES } from '../sources.ts';

/** The id of the first line from there on. */
function lineAt(which: Which, index: number): Shape['ask'] {
  return ofJob(which, `logs(first: 1, filter: { since: "${timeOf(index)}" }) { edges { node { cursor: id } } }`);
}

const around: Shape['ask'] = (_jobs, _source, id) =>
  `{ logContext(id: "${id}") { ${LINES} pageInfo { hasNextPage hasPreviousPage } failures { code } } }`;

const WHY =
  'SoftwareOne, deepset: one question for each direction. NeMo, SAP: cannot be asked for a time; the page is searched for from both ends, once for both directions';

/** The lines around a line of which only the id is known. */
export const CONTEXT: readonly Shape[] = [
  {
    name: '10 lines on either side of line 1,500 of 3,000',
    before: lineAt('long', 1_500),
    ask: around,
    calls: everywhere('2 logs', { nemo: '3 logs', sap: '1 job + 4 logs', bytenite: '1 logs' }),
    least: { nemo: '1 logs', sap: '1 job + 1 logs' },
    why: WHY,
    lines: 21,
  },
  {
    name: '10 lines on either side of a line amid 1,000,500',
    before: (jobs, source, cursor) =>
      lineAt('deep', Math.min(DEEP_LINES, MEASURED[source].most) / 2)(jobs, source, cursor),
    ask: around,
    calls: everywhere('2 logs', { nemo: '3 logs', sap: '1 job + 4 logs', bytenite: '1 logs' }),
    least: { nemo: '1 logs', sap: '1 job + 1 logs' },
    why: WHY,
    lines: 21,
  },
  {
    name: 'five logs merged: 10 lines on either side of a line',
    together: true,
    before: lineAt('long', 1_500),
    ask: (jobs, _source, id) => {
      const ids = SOURCES.map((source) => jobIdOf(source, jobs.long[source]));
      return `{ logContext(id: "${id}", jobs: ${JSON.stringify(ids)}) { ${LINES} failures { code } } }`;
    },
    calls: everywhere('2 logs', { nemo: '3 logs', sap: '1 job + 4 logs', bytenite: '1 logs' }),
    least: { nemo: '1 logs', sap: '1 job + 1 logs' },
    why: WHY,
    lines: 21,
  },
  {
    name: 'histogram of 3,000 lines',
    ask: (jobs, source) =>
      `{ logHistogram(jobs: ["${jobIdOf(source, jobs.long[source])}"], buckets: 10) { isPartial buckets { total } failures { code } } }`,
    calls: everywhere('32 logs', { nemo: '4 logs', sap: '1 job + 17 logs', deepset: '33 logs', bytenite: '3 logs' }),
    least: { nemo: '3 logs', sap: '1 job + 15 logs', softwareone: '30 logs', deepset: '30 logs', bytenite: '1 logs' },
    why: 'Every line is read, newest first, as three pages of 1,000: the ends of these pages do not fall on the ends of native ones, and ByteNite gives all of its lines for each',
    lines: 0,
  },
  {
    name: 'histogram of 30,000 lines',
    ask: (jobs, source) =>
      `{ logHistogram(jobs: ["${jobIdOf(source, jobs.large[source])}"], buckets: 10) { isPartial buckets { total } failures { code } } }`,
    calls: everywhere('51 logs', { nemo: '23 logs', sap: '1 job + 104 logs', deepset: '221 logs', bytenite: '4 logs' }),
    least: { bytenite: '1 logs' },
    why: 'SoftwareOne counts the lines of each span and severity, so its histogram is whole. Of the others the newest 20,000 lines are read, and the time of the oldest. ByteNite: 4,000 lines, all of them for each page of 1,000',
    lines: 0,
  },
];
