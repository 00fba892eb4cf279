import fc from 'fast-check';
import { simulateSoftwareOne } from '../../../../src/sandbox/softwareone/index.ts';
import type { SoftwareOneSettings } from '../../../../src/sandbox/softwareone/settings.ts';
import type { TaskLogLine } from '../../../../src/sandbox/softwareone/log-store.ts';
import { softwareOne } from '../../../../src/vendors/softwareone/index.ts';
import { dialectsOf, LEVELS, START, timeOf } from '../bed.ts';
import type { Bed, Instance } from '../bed.ts';

const MILLISECOND = 1_000_000n;

const settings = fc.record({
  maxLimit: fc.constantFrom(100, 100, 4),
  totals: fc.boolean(),
  errorShape: fc.constantFrom('object', 'array'),
  unfilterable: fc.constantFrom<readonly string[]>([], [], ['timestamp'], ['severity'], ['message'], ['*']),
  unorderable: fc.constantFrom<readonly string[]>([], [], ['id'], ['timestamp'], ['*']),
  ignoresFilters: fc.constantFrom(false, false, true),
  pageSize: fc.integer({ min: 3, max: 12 }),
});

/** The text as it is, or put into a template. */
function said(message: string, step: number): Pick<TaskLogLine, 'message' | 'parameters'> {
  return step % 3 === 2 ? { message: '{{Text}}', parameters: { Text: message } } : { message };
}

type Settings = Partial<SoftwareOneSettings> & { readonly pageSize: number };

function create({ pageSize, ...dialect }: Settings): Instance {
  const simulation = simulateSoftwareOne({ settings: dialect, now: () => Number(START / MILLISECOND) });
  return {
    simulation,
    options: { pageSize },
    createJob: (name) => simulation.createJob(name === undefined ? {} : { name }),
    write(key, lines) {
      const times = lines.map((line) => timeOf(line, MILLISECOND, 1n));
      simulation.write(
        key,
        lines.map(({ text, severity, step }, index) => ({ time: times[index] ?? 0n, severity, ...said(text, step) })),
      );
      return lines.map(({ text, severity }, index) => {
        const time = times[index] ?? 0n;
        return {
          time: time - (time % MILLISECOND),
          message: text,
          severity: LEVELS[severity],
          step: null,
          task: null,
        };
      });
    },
    // Its tokens live long and its pages have none.
    expire: () => undefined,
    forget(time) {
      simulation.configure({ keptSince: Number(time / MILLISECOND) });
    },
    addParts(key) {
      simulation.createJob({ name: 'part', parent: key });
    },
  };
}

export const softwareOneBed: Bed = {
  definition: softwareOne,
  byTime: true,
  spacing: MILLISECOND,
  crowd: 30,
  dialects: dialectsOf(settings, create),
  doubtful: {
    'filters by time': (doubts, pageSize = 10) => create({ ...doubts, pageSize }),
    'filters by nothing': (doubts, pageSize = 10) => create({ ...doubts, unfilterable: ['*'], pageSize }),
  },
  unknown: {
    'small pages': () => create({ maxLimit: 4, pageSize: 10 }),
    'waiting tasks are Blocked': () => create({ queuedAs: 'Blocked', pageSize: 10 }),
    'bounds that leave out their own instant': () => create({ excludesBounds: true, pageSize: 10 }),
    'no filter by time': () => create({ unfilterable: ['timestamp'], pageSize: 10 }),
    'no order by id': () => create({ unorderable: ['id'], pageSize: 10 }),
    'no order': () => create({ unorderable: ['*'], pageSize: 10 }),
    'filters without effect': () => create({ ignoresFilters: true, pageSize: 10 }),
    'order without effect': () => create({ ignoresOrder: true, pageSize: 10 }),
    'second order without effect': () => create({ ignoresSecondOrder: true, pageSize: 10 }),
  },
  doubtfulPage: 10,
  empty: {
    logs: [{ data: [], $meta: { pagination: { offset: 0, limit: 100, total: 0 } } }, { data: [] }],
    jobs: [{ data: [], $meta: { pagination: { offset: 0, limit: 100, total: 0 } } }, { data: [] }],
    job: [{ data: [], $meta: { pagination: { offset: 0, limit: 100, total: 0 } } }, { data: [] }],
  },
  promised: {
    logs: [
      { data: [], $meta: { pagination: { offset: 0, limit: 100, total: 50 } } },
      { data: [], $meta: { pagination: { offset: 0, limit: 100, total: 3_000_000_000 } } },
      { data: [], $meta: { total: 50 } },
    ],
    jobs: [
      { data: [], $meta: { pagination: { offset: 0, limit: 100, total: 50 } } },
      { data: [], $meta: { pagination: { totalCount: 50 } } },
    ],
  },
  nativeSize: ({ url }) => Number(/[?&]limit=(\d+)/.exec(url)?.[1]),
  paths: /^\/public\/v1\/system\/tasks(\/[^/]+(\/logs)?)?$/,
  unknownJobs: ['TSK-9999-9999-9999-9999', 'absent'],
  jobsFailAlone: false,
};
