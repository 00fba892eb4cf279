import fc from 'fast-check';
import { DEFAULT_DIALECT } from '../../../../src/sandbox/deepset/dialect.ts';
import { simulateDeepset } from '../../../../src/sandbox/deepset/index.ts';
import type { DeepsetDialect } from '../../../../src/sandbox/deepset/index.ts';
import { deepset } from '../../../../src/vendors/deepset/index.ts';
import { dialectsOf, LEVELS, pick, START, timeOf } from '../bed.ts';
import type { Bed, Instance } from '../bed.ts';

const SPACING = 1_000_000n;
const ORIGINS = ['querypipeline', 'indexingpipeline', "it's haystack"] as const;

const settings = fc.record({
  total: fc.constantFrom('honest', 'null'),
  totalAfter: fc.constantFrom('all', 'remaining'),
  emptyLogs: fc.constantFrom('empty', 'not-found'),
  tieOrder: fc.constantFrom('id', 'insertion', 'unreversed'),
  digits: fc.constantFrom(3, 6, 6),
  afterDigits: fc.constantFrom('truncated', 'refused'),
  errorPages: fc.constantFrom('json', 'html'),
  csvUnlessExactlyJson: fc.boolean(),
  emptyPageSaysMore: fc.boolean(),
});

function create(dialect: Partial<DeepsetDialect>): Instance {
  const simulation = simulateDeepset({ dialect, workspaces: ['production'] });
  let created = 0n;
  return {
    simulation,
    options: { workspaces: ['production'] },
    createJob(name) {
      created += 1_000n;
      return simulation.createJob({ createdAt: START + created, ...(name === undefined ? {} : { name }) });
    },
    write(key, lines) {
      const placed = lines.map((line) => ({
        time: timeOf(line, SPACING, 1n),
        message: line.text,
        severity: line.severity,
        step: pick(ORIGINS, line.step),
      }));
      simulation.write(key, placed);
      const clock = 10n ** BigInt(9 - (dialect.digits ?? DEFAULT_DIALECT.digits));
      return placed.map(({ time, message, severity, step }) => ({
        time: time - (time % clock),
        message,
        severity: LEVELS[severity],
        step,
        task: null,
      }));
    },
    // Its keys live long and its pages go on by time.
    expire: () => undefined,
    forget(time) {
      simulation.dialect.keptSince = time;
    },
  };
}

export const deepsetBed: Bed = {
  definition: deepset,
  spacing: SPACING,
  // The native page is 100 and can't be made smaller.
  crowd: 130,
  dialects: dialectsOf(settings, create),
  doubtful: { '': (doubts) => create(doubts) },
  unknown: {
    'inclusive bounds': () => create({ after: 'inclusive' }),
    'bounds that mean older in both orders': () => create({ afterSide: 'older' }),
    'bounds in milliseconds': () => create({ afterStep: 'millisecond' }),
    'bounds in seconds': () => create({ afterStep: 'second' }),
    'fine bounds refused': () => create({ afterDigits: 'refused' }),
    'order without effect': () => create({ ignoresOrder: true }),
    'a total of what remains': () => create({ totalAfter: 'remaining' }),
    'a total with a cap': () => create({ total: { cap: 50 } }),
    'nothing to filter by': () => create({ filterable: [] }),
    'more behind an empty page': () => create({ emptyPageSaysMore: true }),
  },
  doubtfulPage: 100,
  empty: {
    logs: [
      { data: [], has_more: false, total: 0 },
      { data: [], has_more: false },
      { data: [], total: null },
    ],
    jobs: [
      { data: [], has_more: false, total: 0 },
      { data: [], has_more: false },
      { data: [], total: null },
    ],
    job: [],
  },
  promised: {
    logs: [
      { data: [], has_more: true, total: 50 },
      { data: [], has_more: false, total: 50 },
      { data: [], total: 50 },
    ],
    jobs: [
      { data: [], has_more: true, total: 50 },
      { data: [], has_more: false, total: 50 },
    ],
  },
  nativeSize: ({ url }) => Number(new URL(url, 'http://x').searchParams.get('limit')),
  paths: /^\/api\/v1\/workspaces\/production\/pipelines(\/[^/]+(\/logs)?)?$/,
  unknownJobs: ['production/absent', 'elsewhere/pipeline', 'nothing'],
  jobsFailAlone: true,
};
