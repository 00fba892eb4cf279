import fc from 'fast-check';
import type { Doubts } from '../../../../src/sandbox/doubts.ts';
import { rest } from '../../../../src/vendors/rest/index.ts';
import { describedService, simulateService } from '../../rest/simulated-service.ts';
import type { Scheme, ServiceSettings } from '../../rest/simulated-service.ts';
import { dialectsOf, LEVELS, timeOf } from '../bed.ts';
import type { Bed, Instance } from '../bed.ts';

const SPACING = 1_000_000n;
const CLOCK = 1_000n;

type Settings = ServiceSettings & { readonly pageSize: number };

const flags = {
  pageSize: fc.integer({ min: 4, max: 12 }),
  order: fc.constantFrom('ascending', 'descending', 'both'),
  total: fc.boolean(),
  more: fc.boolean(),
  bounds: fc.boolean(),
  strictEnd: fc.boolean(),
} as const;

/** Where rows have no id and nothing is counted, full pages of the same text at one time can't be told apart. */
const identified = fc.constantFrom({ ids: true }, { ids: true, total: true }, { ids: false, total: true });

const settings: fc.Arbitrary<Settings> = fc.oneof(
  fc
    .tuple(fc.record(flags), fc.constantFrom<Scheme>('page', 'token'), identified)
    .map(([drawn, scheme, identity]): Settings => ({ ...drawn, scheme, ...identity })),
  fc.record({ ...flags, scheme: fc.constant<Scheme>('offset'), ids: fc.constant(true) }),
  // All lines of one instant have to fit on a page.
  fc.record({
    ...flags,
    scheme: fc.constant<Scheme>('time'),
    order: fc.constant('both' as const),
    ids: fc.constant(true),
    pageSize: fc.constant(200),
  }),
  fc.record({ ...flags, scheme: fc.constant<Scheme>('whole'), ids: fc.boolean() }),
);

function create({ pageSize: size, ...service }: Settings, doubts: Partial<Doubts> = {}): Instance {
  const simulation = simulateService(service, doubts);
  return {
    simulation,
    options: describedService(service, size),
    cutsWhole: service.scheme === 'whole',
    byTime: service.scheme === 'offset' && service.bounds && service.order === 'both',
    createJob: (name) => simulation.createJob(name === undefined ? {} : { name }),
    write(key, lines) {
      const placed = lines.map((line) => ({
        time: timeOf(line, SPACING, CLOCK),
        message: line.text,
        severity: line.severity,
      }));
      simulation.write(key, placed);
      return placed.map(({ time, message, severity }) => ({
        time,
        message,
        severity: LEVELS[severity],
        step: null,
        task: null,
      }));
    },
    expire: () => {
      simulation.expire();
    },
  };
}

const HONEST = {
  order: 'ascending',
  total: true,
  more: false,
  ids: true,
  bounds: false,
  strictEnd: false,
} as const;

const COUNTING: Readonly<Record<string, Partial<ServiceSettings> & Pick<ServiceSettings, 'scheme'>>> = {
  'page numbers': { scheme: 'page' },
  'page numbers and flags, in both orders': { scheme: 'page', more: true, order: 'both', strictEnd: true },
  'page numbers of rows without ids': { scheme: 'page', ids: false },
  offsets: { scheme: 'offset' },
  'offsets and flags, newest first': { scheme: 'offset', more: true, order: 'descending' },
  'offsets and times': { scheme: 'offset', order: 'both', bounds: true },
  tokens: { scheme: 'token' },
  times: { scheme: 'time', order: 'both' },
  'times and flags': { scheme: 'time', more: true, order: 'both' },
};

/** A made-up service, paged in each way that can be described. */
export const restBed: Bed = {
  definition: rest,
  spacing: SPACING,
  crowd: 30,
  dialects: dialectsOf(settings, (drawn) => create(drawn)),
  doubtful: {},
  counting: Object.fromEntries(
    Object.entries(COUNTING).map(([name, service]) => [
      name,
      (doubts, pageSize = 10) => create({ ...HONEST, ...service, pageSize }, doubts),
    ]),
  ),
  unknown: {},
  doubtfulPage: null,
  empty: { logs: [{ data: [] }], jobs: [{ data: [] }], job: [] },
  // The place of its count depends on its description.
  promised: { logs: [], jobs: [] },
  takesWords: true,
  nativeSize({ url }) {
    const limit = new URL(url, 'http://x').searchParams.get('limit');
    return limit === null ? null : Number(limit);
  },
  paths: /^\/v1\/jobs(\/[^/]+(\/lines)?)?$/,
  unknownJobs: ['absent', 'job-0'],
  jobsFailAlone: true,
};
