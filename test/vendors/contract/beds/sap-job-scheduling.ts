import fc from 'fast-check';
import type { LogSeverity } from '../../../../src/domain/severity.ts';
import type { Doubts } from '../../../../src/sandbox/doubts.ts';
import { simulateSap } from '../../../../src/sandbox/sap-job-scheduling/index.ts';
import type { SapOptions } from '../../../../src/sandbox/sap-job-scheduling/index.ts';
import { sapJobScheduling } from '../../../../src/vendors/sap-job-scheduling/index.ts';
import { dialectsOf, pick, timeOf } from '../bed.ts';
import type { Bed, Instance, Line } from '../bed.ts';

const SECOND = 1_000_000_000n;
const STEPS = ['default', "night's run / 50%"] as const;

const STATES: Readonly<Record<Line['severity'], readonly [state: string, severity: LogSeverity]>> = {
  debug: ['SUCCESS', 'INFO'],
  info: ['SUCCESS', 'INFO'],
  warn: ['UNKNOWN', 'WARN'],
  error: ['ERROR', 'ERROR'],
  fatal: ['TIMEOUT', 'ERROR'],
};

const settings = fc.record({
  dialect: fc.constantFrom('legacy', 'current'),
  order: fc.constantFrom('newest-first', 'oldest-first'),
  ties: fc.constantFrom('inserted', 'shuffled'),
  auth: fc.constantFrom('basic', 'basic', 'oauth2'),
  emptyRuns: fc.constantFrom('empty', 'not-found'),
  pageSize: fc.integer({ min: 3, max: 12 }),
  said: fc.boolean(),
});

type Settings = SapOptions & { readonly pageSize: number; readonly said: boolean };

function create({ pageSize, said, ...options }: Settings): Instance {
  const simulation = simulateSap(options);
  return {
    simulation,
    options: { pageSize, dialect: said ? options.dialect : 'auto' },
    createJob: (name) => simulation.createJob(name === undefined ? {} : { name }),
    write(key, lines) {
      return lines.map((line) => {
        const time = timeOf(line, SECOND, SECOND);
        // The time of a run's line is its completion, which may be some time after it was invoked.
        const executed = time - BigInt(Number(line.fine % 7n) * 6) * SECOND;
        const [state, severity] = STATES[line.severity];
        const schedule = pick(STEPS, line.step);
        simulation.addRun(
          key,
          { state, scheduled: executed - 2n * SECOND, executed, completed: time, text: line.text },
          schedule,
        );
        return { time, message: line.text, severity, step: simulation.schedules(key)[schedule] ?? null, task: null };
      });
    },
    expire() {
      simulation.expireTokens();
    },
    forget(time) {
      simulation.purgeBefore(time);
    },
  };
}

/** The same doubts in the words of this simulation. */
function sapDoubts({ total, more, rowsPerPage, ignoresPlace }: Partial<Doubts>): SapOptions {
  return {
    auth: 'basic',
    ...(total === undefined ? {} : { total }),
    ...(more === undefined ? {} : { links: more === 'missing' ? 'never' : more }),
    ...(rowsPerPage === undefined ? {} : { runsPerPage: rowsPerPage, jobsPerPage: rowsPerPage }),
    ...(ignoresPlace === true ? { ignores: 'both' } : {}),
  };
}

const UNKNOWN: Readonly<Record<string, SapOptions>> = {
  'oldest first': { order: 'oldest-first' },
  'oldest first, offsets only': { order: 'oldest-first', dialect: 'legacy' },
  'sorted by scheduling': { sortedBy: 'scheduling' },
  'ties in any order': { ties: 'shuffled' },
  'the last page again behind the end': { behindTheEnd: 'last-page' },
  'the last page again behind the end, no total': { behindTheEnd: 'last-page', total: 'null', dialect: 'legacy' },
  'a run id beside an offset has no effect': { cursorWithOffset: 'offset' },
  'a run id beside an offset is refused': { cursorWithOffset: 'refused' },
  'cursors without effect': { ignores: 'cursors' },
  'offsets without effect': { ignores: 'offsets' },
  '404 without a body': { notFoundBody: 'none' },
  '404 as a page': { notFoundBody: 'html' },
};

export const sapBed: Bed = {
  definition: sapJobScheduling,
  byTime: true,
  spacing: SECOND,
  crowd: 30,
  dialects: dialectsOf(settings, create),
  doubtful: {
    'with run ids': (doubts, pageSize = 10) =>
      create({ ...sapDoubts(doubts), dialect: 'current', pageSize, said: false }),
    'with offsets': (doubts, pageSize = 10) =>
      create({ ...sapDoubts(doubts), dialect: 'legacy', pageSize, said: false }),
  },
  unknown: Object.fromEntries(
    Object.entries(UNKNOWN).map(([name, options]) => [
      name,
      () => create({ auth: 'basic', ...options, pageSize: 10, said: false }),
    ]),
  ),
  doubtfulPage: 10,
  empty: {
    logs: [{ total: 0, results: [], next_url: null, prev_url: null }, { total: 0, results: [] }, { results: [] }],
    jobs: [{ total: 0, results: [], next_url: null, prev_url: null }, { total: 0, results: [] }, { results: [] }],
    job: [],
  },
  promised: {
    logs: [
      { total: 50, results: [], next_url: null, prev_url: null },
      { total: 50, results: [] },
      { total: 3_000_000_000, results: [] },
      { totalCount: 50, results: [] },
    ],
    jobs: [
      { count: 50, results: [] },
      { total: 50, results: [], next_url: null, prev_url: null },
      { total: 50, results: [] },
    ],
  },
  nativeSize: ({ url }) => Number(new URL(url, 'http://x').searchParams.get('page_size')),
  paths: /^\/(oauth\/token|scheduler\/jobs(\/[^/]+(\/schedules(\/[^/]+(\/runs(\/[^/]+)?)?)?)?)?)$/,
  unknownJobs: ['999999', '0', 'job-1'],
  jobsFailAlone: true,
};
