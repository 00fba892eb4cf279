import { everywhere, LINES, ofJob } from '../shape.ts';
import type { Shape } from '../shape.ts';

/** Several windows of one job's log, and several clients. */
export const WINDOWS: readonly Shape[] = [
  {
    name: 'two windows: first 20 and first 50',
    ask: ofJob('long', `a: logs(first: 20) { ${LINES} } b: logs(first: 50) { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    lines: 70,
  },
  {
    name: 'two windows: first 20 and first 1000',
    ask: ofJob('long', `a: logs(first: 20) { ${LINES} } b: logs(first: 1000) { ${LINES} }`),
    calls: everywhere('1 logs', {
      nemo: '2 logs',
      sap: '1 job + 7 logs',
      softwareone: '10 logs',
      deepset: '11 logs',
    }),
    least: { nemo: '1 logs', sap: '1 job + 6 logs', deepset: '10 logs' },
    why: 'The calls of the larger window alone: see first 1000',
    lines: 1020,
  },
  {
    name: 'two windows: last 20 and last 50',
    ask: ofJob('long', `a: logs(last: 20) { ${LINES} } b: logs(last: 50) { ${LINES} }`),
    calls: everywhere('1 logs', { nemo: '2 logs', sap: '1 job + 1 logs' }),
    lines: 70,
  },
  {
    name: 'two windows: first 20 and last 20',
    ask: ofJob('long', `a: logs(first: 20) { ${LINES} } b: logs(last: 20) { ${LINES} }`),
    calls: everywhere('2 logs', { sap: '1 job + 2 logs', bytenite: '1 logs' }),
    why: 'Two native pages; NeMo and SAP need the first page for both',
    lines: 40,
  },
  {
    name: 'two windows of 30 lines: oldest and newest first',
    ask: ofJob(
      'short',
      `a: logs(first: 30) { ${LINES} } b: logs(first: 30, orderBy: { field: TIMESTAMP, direction: DESC }) { ${LINES} }`,
    ),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs', softwareone: '2 logs', deepset: '2 logs' }),
    least: { softwareone: '1 logs', deepset: '1 logs' },
    why: 'SoftwareOne, deepset: both ends are asked for side by side; that one page holds all of it shows only when it has come',
    lines: 60,
  },
  {
    name: 'one window for its lines, another for its totalCount',
    ask: ofJob('long', `a: logs(first: 20) { ${LINES} } b: logs { totalCount }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    lines: 20,
  },
  {
    name: 'the same query of three clients at once',
    ask: ofJob('long', `name logs(first: 20) { ${LINES} }`),
    clients: 3,
    calls: everywhere('1 job + 1 logs', { sap: '1 job + 2 logs' }),
    lines: 60,
  },
  {
    name: 'a line by its id',
    before: ofJob('long', 'logs(first: 20) { edges { node { cursor: id } } }'),
    ask: (_jobs, _source, cursor) => `{ node(id: "${cursor}") { id ... on LogEntry { message } } }`,
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    lines: 1,
  },
];
