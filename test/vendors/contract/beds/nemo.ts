import fc from 'fast-check';
import type { LogSeverity } from '../../../../src/domain/severity.ts';
import { simulateNemo } from '../../../../src/sandbox/nemo/index.ts';
import type { NemoOptions } from '../../../../src/sandbox/nemo/index.ts';
import { nemo } from '../../../../src/vendors/nemo/index.ts';
import { dialectsOf, pick, START, timeOf } from '../bed.ts';
import type { Bed, Instance } from '../bed.ts';

const SPACING = 1_000_000n;
const CLOCK = 1_000n;
/** The first is a name that the vendor's log store accepts, the second is not. */
const STEPS = ['training', 'pre process'] as const;
const TASKS = ['task-a', 'task-b'] as const;

/** The vendor has no levels: what is found in the text, by the conventions of `inferSeverity`. */
const INFERRED: Readonly<Record<string, LogSeverity>> = {
  'ERROR: disk full': 'ERROR',
  '\u001b[31mERR\u001b[0mOR: disk full': 'ERROR',
  'WARNING: slow': 'WARN',
  'level=debug cache miss': 'DEBUG',
};

// Ties that come in another order at each call are left out: no reader can tell what a page border hides then.
const settings = fc.record({
  generation: fc.constantFrom('A', 'B', 'C'),
  nextPageAtEnd: fc.constantFrom('null', 'empty', 'missing'),
  zone: fc.constantFrom('naive', 'Z'),
  badCursor: fc.constantFrom(400, 422, 500),
  tokens: fc.constantFrom('numbered', 'numbered', 'opaque'),
  // Two walks of one log go on side by side, and each page gives two tokens.
  tokenLifetime: fc.constantFrom(undefined, undefined, 8),
  // From 26 rows on there are smaller pages, too.
  pageSize: fc.oneof(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 26, max: 100 })),
});

type Settings = NemoOptions & { readonly pageSize: number };

function create({ pageSize, ...dialect }: Settings): Instance {
  const simulation = simulateNemo({ ...dialect, now: () => START });
  return {
    simulation,
    options: { workspaces: ['default'], pageSize, maxWalk: 1_000 },
    createJob: (name) => simulation.createJob({ name }),
    write(key, lines) {
      const placed = lines.map((line) => {
        const [step, task] = [pick(STEPS, line.step), `${pick(TASKS, line.task)}-${line.step % STEPS.length}`];
        return { time: timeOf(line, SPACING, 1n), message: line.text, step, task };
      });
      simulation.write(key, placed);
      return placed.map(({ time, message, step, task }) => ({
        time: time - (time % CLOCK),
        message,
        severity: INFERRED[message] ?? 'UNSPECIFIED',
        step,
        task,
      }));
    },
    expire() {
      simulation.expireTokens();
    },
  };
}

export const nemoBed: Bed = {
  definition: nemo,
  spacing: SPACING,
  crowd: 30,
  dialects: dialectsOf(settings, create),
  doubtful: {
    'with page numbers': (doubts, pageSize = 10) => create({ ...doubts, pageSize }),
    'with opaque tokens': (doubts, pageSize = 10) => create({ ...doubts, tokens: 'opaque', pageSize }),
  },
  unknown: {
    'generation B': () => create({ generation: 'B', pageSize: 10 }),
    'generation C': () => create({ generation: 'C', pageSize: 10 }),
    'tokens that are forgotten': () => create({ tokens: 'opaque', tokenLifetime: 1, badCursor: 400, pageSize: 10 }),
    'forgotten tokens are a 422': () => create({ tokens: 'opaque', tokenLifetime: 1, badCursor: 422, pageSize: 10 }),
    'the end is an empty token': () => create({ nextPageAtEnd: 'empty', pageSize: 10 }),
    'the next page is always the second': () => create({ nextIsSecond: true, more: 'always', pageSize: 10 }),
  },
  doubtfulPage: 10,
  empty: {
    logs: [{ data: [], total: 0, next_page: null, prev_page: null }, { data: [], next_page: '' }, { data: [] }],
    jobs: [{ data: [], pagination: { page: 1, page_size: 100, total_pages: 0, total_results: 0 } }, { data: [] }],
    job: [],
  },
  promised: {
    logs: [
      { data: [], total: 50, next_page: null },
      { data: [], total: 1 },
      { data: [], total: 3_000_000_000 },
      { data: [], total_count: 50 },
    ],
    jobs: [
      { data: [], pagination: { total_results: 3_000_000_000 } },
      { data: [], pagination: { total: 50 } },
      { data: [], pagination: { page: 1, page_size: 100, total_pages: 1, total_results: 50 } },
    ],
  },
  nativeSize: ({ url }) => Number(new URL(url, 'http://x').searchParams.get('limit')),
  paths:
    /^\/apis\/jobs\/v2\/workspaces\/default\/jobs(\/[^/]+(\/(logs|status|steps|attempts)(\/[^/]+(\/(steps|tasks)(\/[^/]+)?)?)?)?)?$/,
  unknownJobs: ['default/absent', 'elsewhere/job', 'nothing'],
  jobsFailAlone: true,
};
