import { everywhere, LINES, ofJob } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { MEASURED } from '../sources.ts';

const NEWEST = 'orderBy: { field: TIMESTAMP, direction: DESC }';
const NEXT = 'pageInfo { cursor: endCursor }';
const PREVIOUS = 'pageInfo { cursor: startCursor }';

const SAP_ALWAYS = 'SAP: runs are listed per schedule, and only the job says which schedules it has';
const SAP_OLDEST =
  'SAP: runs are listed newest first; the first page says how many there are, and so where the oldest are';

/** Pages of one job's log of 3,000 lines; `deep` has 1,000,500. */
export const PAGES: readonly Shape[] = [
  {
    name: 'first 20',
    ask: ofJob('long', `logs(first: 20) { ${LINES} pageInfo { hasNextPage } }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    why: `${SAP_ALWAYS}. ${SAP_OLDEST}`,
    rows: { nemo: 40, sap: 398, softwareone: 40, deepset: 40 },
    lines: 20,
  },
  {
    name: 'first 500',
    ask: ofJob('long', `logs(first: 500) { ${LINES} pageInfo { hasNextPage } }`),
    calls: everywhere('1 logs', { sap: '1 job + 4 logs', softwareone: '5 logs', deepset: '6 logs' }),
    least: { deepset: '5 logs' },
    why: 'deepset: a page continues after a time, not after a line, so each page gives the last instant of the one before again, and the last instant is only known to be whole when a line of another instant follows',
    lines: 500,
  },
  {
    name: 'first 1000',
    ask: ofJob('long', `logs(first: 1000) { ${LINES} pageInfo { hasNextPage } }`),
    calls: everywhere('1 logs', {
      nemo: '2 logs',
      sap: '1 job + 7 logs',
      softwareone: '10 logs',
      deepset: '11 logs',
    }),
    least: { nemo: '1 logs', sap: '1 job + 6 logs', deepset: '10 logs' },
    why: 'NeMo and deepset: as above, an instant at the end of a native page may go on on the next one. SAP: lines lie around their run, so the runs beside the last line are looked at, too',
    lines: 1000,
  },
  {
    name: 'last 20',
    ask: ofJob('long', `logs(last: 20) { ${LINES} pageInfo { hasPreviousPage } }`),
    calls: everywhere('1 logs', { nemo: '2 logs', sap: '1 job + 1 logs' }),
    why: 'NeMo: the first page says how many lines there are, and shows that page tokens are numbers',
    rows: { nemo: 1040, sap: 200, softwareone: 40, deepset: 40 },
    lines: 20,
  },
  {
    name: 'first 20, newest first',
    ask: ofJob('long', `logs(first: 20, ${NEWEST}) { ${LINES} pageInfo { hasNextPage } }`),
    calls: everywhere('1 logs', { nemo: '2 logs', sap: '1 job + 1 logs' }),
    rows: { nemo: 1040, sap: 200, softwareone: 40, deepset: 40 },
    lines: 20,
  },
  {
    name: 'page 2 of 20, on another instance',
    before: ofJob('long', `logs(first: 20) { ${NEXT} }`),
    ask: ofJob('long', `logs(first: 20, after: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 2 logs' }),
    why: 'SAP: this near to the oldest end no older run is known to go on from',
    rows: { nemo: 64, sap: 398, softwareone: 40, deepset: 40 },
    lines: 20,
  },
  {
    name: 'back to page 1: last 20 before the end of page 1',
    before: ofJob('long', `logs(first: 20) { ${NEXT} }`),
    ask: ofJob('long', `logs(last: 20, before: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 19,
  },
  {
    name: 'the 20 before the last 20',
    before: ofJob('long', `logs(last: 20) { ${PREVIOUS} }`),
    ask: ofJob('long', `logs(last: 20, before: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 20,
  },
  {
    name: 'turn around: the 20 after the start of the last 20',
    before: ofJob('long', `logs(last: 20) { ${PREVIOUS} }`),
    ask: ofJob('long', `logs(first: 20, after: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 19,
  },
  {
    name: 'page 50,000 of 20 (line 1,000,000), forwards',
    before: ofJob('deep', `logs(last: 450) { ${PREVIOUS} }`),
    ask: ofJob('deep', `logs(first: 20, after: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    why: 'ByteNite: of 4,000 lines, since it gives all of them each time',
    rows: { nemo: 190, sap: 200, softwareone: 40, deepset: 40 },
    lines: 20,
  },
  {
    name: 'page 50,000 of 20 (line 1,000,000), backwards',
    before: ofJob('deep', `logs(last: 450) { ${PREVIOUS} }`),
    ask: ofJob('deep', `logs(last: 20, before: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 20,
  },
  {
    name: 'the same where a native page begins',
    before: ofJob('deep', `logs(last: 500) { ${PREVIOUS} }`),
    ask: ofJob('deep', `logs(first: 20, after: "CURSOR") { ${LINES} }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 20,
  },
  {
    name: 'empty log, with its count',
    ask: ofJob('empty', `logs { ${LINES} totalCount pageInfo { hasNextPage } }`),
    calls: everywhere('1 logs', { sap: '1 job + 1 logs' }),
    lines: 0,
  },
  {
    name: 'log of an unknown job',
    ask: (_, source) => `{ job(source: "${source}", key: "${MEASURED[source].unknown}") { logs { ${LINES} } } }`,
    calls: everywhere('1 logs', { sap: '1 job', deepset: '1 job + 1 logs' }),
    why: 'deepset: its 404 may mean a pipeline without lines, which only the pipeline itself tells apart',
    lines: 0,
    errors: ['NOT_FOUND'],
  },
];
