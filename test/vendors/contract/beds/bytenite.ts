import fc from 'fast-check';
import type { ByteNiteDialect } from '../../../../src/sandbox/bytenite/dialect.ts';
import { simulateByteNite } from '../../../../src/sandbox/bytenite/index.ts';
import { byteNite } from '../../../../src/vendors/bytenite/index.ts';
import { dialectsOf, LEVELS, pick, timeOf } from '../bed.ts';
import type { Bed, Instance } from '../bed.ts';

const SPACING = 1_000_000n;
const STEPS = ['TASKRUNNER', 'TASKRUNNER', 'PARTITIONER', 'ASSEMBLER'] as const;
const TASKS = ['3f0c9a52-7d1e-4b1a-9c56-0d8e2f4a7b10', 'b2', 'task "7" of 9/ü'] as const;

const settings = fc.record({
  emptyGroups: fc.constantFrom('array', 'missing', 'null'),
  order: fc.constantFrom('ascending', 'descending', 'shuffled'),
  taskIdsHideOtherServices: fc.boolean(),
  refuse: fc.subarray<'levels' | 'services' | 'taskIds' | 'orderBy'>(['levels', 'services', 'taskIds', 'orderBy']),
  errors: fc.constantFrom('rpc-status', 'empty', 'action'),
  unset: fc.constantFrom('null', 'omit'),
});

function create(dialect: Partial<ByteNiteDialect>): Instance {
  const simulation = simulateByteNite({ dialect });
  return {
    simulation,
    options: { jobPageSize: 20 },
    createJob: (name) => simulation.createJob(name === undefined ? {} : { name }),
    write(key, lines) {
      const placed = lines.map((line) => {
        const step = pick(STEPS, line.step);
        const task = step === 'TASKRUNNER' ? { task: pick(TASKS, line.task) } : {};
        // Nanoseconds are kept, and written with as few digits as lose nothing.
        const time = timeOf(line, SPACING, 1n);
        return { time, message: line.text, severity: line.severity, step, ...task };
      });
      simulation.write(key, placed);
      return placed.map(({ time, message, severity, step, ...rest }) => ({
        time,
        message,
        severity: LEVELS[severity],
        step,
        task: 'task' in rest ? rest.task : null,
      }));
    },
    expire() {
      simulation.expireTokens();
    },
    forget(time) {
      simulation.configure({ keptSince: time });
    },
  };
}

export const byteNiteBed: Bed = {
  definition: byteNite,
  spacing: SPACING,
  crowd: 100,
  dialects: dialectsOf(settings, create),
  doubtful: { '': (doubts) => create(doubts) },
  unknown: {
    ...Object.fromEntries(
      (['ascending', 'descending', 'shuffled'] as const).map((order) => [`lines ${order}`, () => create({ order })]),
    ),
    // A cap that is not the one in the configuration can't be noticed.
    'answers that are cut': () => ({ ...create({ cap: 5 }), options: { jobPageSize: 20, logCap: 5 } }),
    'states that were never seen': () => create({ states: 'invented' }),
    'takes Bearer': () => create({ rawTokenOnly: false }),
    'refuses what it could filter': () => create({ refuse: ['levels', 'services', 'taskIds', 'orderBy'] }),
    'empty bodies of errors': () => create({ errors: 'empty' }),
  },
  doubtfulPage: null,
  empty: {
    logs: [{ partitioner: [], assembler: [], taskrunner: {} }, { partitioner: null }, { taskrunner: {} }, {}],
    jobs: [{ data: [], pagination: { total: '0' } }, { data: null }, { pagination: {} }, {}],
    job: [{ job: null }, {}],
  },
  promised: {
    // Lines are not counted.
    logs: [],
    jobs: [
      { pagination: { total: '50' } },
      { pagination: { total: '3000000000' } },
      { data: [], totalCount: 50 },
      { data: [], pagination: { total: 50, hasNext: false } },
      { pagination: { hasNext: true } },
    ],
  },
  nativeSize: () => null,
  paths: /^\/v1\/(auth\/access_token|customer\/(logs|jobs(\/[^/]+)?))$/,
  unknownJobs: ['00000000-0000-4000-8000-000000000000', 'absent'],
  jobsFailAlone: true,
};
