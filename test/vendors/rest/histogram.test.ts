import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../../src/config/parse.ts';
import { closeSources, connectSources } from '../../../src/config/sources.ts';
import { createCall } from '../../../src/domain/call.ts';
import type { LogSeverity } from '../../../src/domain/severity.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { HistogramArguments, LogHistogram } from '../../../src/federation/api.ts';
import type { FederatedSource } from '../../../src/federation/source.ts';
import { VENDORS } from '../../../src/vendors/index.ts';
import { compared } from '../../support/counted-lines.ts';

const SECOND = 1_000_000_000n;
/** 2026-02-27T22:57:01Z */
const START = 1_772_233_021n;
const LEVELS: readonly LogSeverity[] = ['INFO', 'INFO', 'WARN', 'INFO', 'ERROR'];

/** Two lines each three seconds. */
const LINES = Array.from({ length: 900 }, (_, index) => ({
  id: String(index).padStart(4, '0'),
  at: Number(START) + Math.floor(index / 2) * 3,
  text: `line ${index}`,
  level: LEVELS[index % LEVELS.length]!.toLowerCase(),
}));
const TRUTH = LINES.map(({ at, level }) => ({
  time: BigInt(at) * SECOND,
  severity: level.toUpperCase() as LogSeverity,
}));

interface Service {
  /** What the service says that it has, where it is not the truth. */
  readonly says?: (count: number, query: URLSearchParams, ofAllLevels: number) => number;
  readonly ignores?: readonly ('since' | 'until' | 'level')[];
  readonly refuses?: string;
}

let server: Server;
let service: Service = {};
let asked: URLSearchParams[] = [];
let sources: readonly FederatedSource[];

function answer(query: URLSearchParams): object {
  const { says, ignores = [] } = service;
  const [since = null, until = null, level = null] = (['since', 'until', 'level'] as const).map((name) =>
    ignores.includes(name) ? null : query.get(name),
  );
  const within = LINES.filter(
    ({ at }) => (since === null || at >= Number(since)) && (until === null || at <= Number(until)),
  );
  const found = within.filter((line) => level === null || line.level === level);
  if (query.get('sort') === 'desc') found.reverse();
  const from = Number(query.get('offset'));
  const total = says === undefined ? found.length : says(found.length, query, within.length);
  return { items: found.slice(from, from + Number(query.get('limit'))), total };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    asked.push(searchParams);
    response.setHeader('content-type', 'application/json');
    response.statusCode = service.refuses !== undefined && searchParams.has(service.refuses) ? 400 : 200;
    response.end(JSON.stringify(answer(searchParams)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const words = { INFO: 'info', WARN: 'warn', ERROR: 'error' };
  const described = (filters: object) => ({
    vendor: 'rest',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    auth: { type: 'none' },
    jobs: {
      list: { path: '/jobs', items: 'items', order: 'descending', pagination: { scheme: 'whole' } },
      one: { path: '/jobs/{job}' },
      key: 'id',
    },
    logs: {
      path: '/jobs/{job}/lines',
      items: 'items',
      id: 'id',
      time: 'at',
      timeFormat: 'seconds',
      message: 'text',
      severity: 'level',
      order: { parameter: 'sort', ascending: 'asc', descending: 'desc' },
      pagination: {
        scheme: 'offset',
        pageSize: 10,
        sizeParameter: 'limit',
        total: 'total',
        since: { parameter: 'since', format: 'seconds' },
        until: { parameter: 'until', format: 'seconds' },
      },
      filters,
    },
  });
  const configuration = {
    sources: {
      counting: described({ severity: { parameter: 'level', words } }),
      swapped: described({ severity: { parameter: 'level', words: { INFO: 'warn', WARN: 'info', ERROR: 'error' } } }),
      plain: described({}),
    },
  };
  sources = connectSources(
    parseConfiguration(configuration, { origin: 'the test', vendors: VENDORS, environment: {} }),
  );
});
afterAll(async () => {
  await closeSources(sources as Parameters<typeof closeSources>[0]);
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  service = {};
  asked = [];
});

/** Pages of 20, so that at most 400 lines are read. */
function histogram(source: string, args: HistogramArguments): Promise<LogHistogram> {
  const federation = createFederation(sources, { maxPageSize: 20 });
  return federation.histogram([{ source, scope: { job: 'one' } }], args, createCall());
}

const MINUTES = { step: 300n * SECOND };

describe('a histogram of a described source that bounds, counts and filters by severity', () => {
  test('is whole although its log is too long to be read', async () => {
    const counted = await histogram('counting', MINUTES);
    expect(counted).toMatchObject({ total: 900, isPartial: false, failures: [] });
    const { said, true: truth } = compared(counted, TRUTH, {});
    expect(said).toEqual(truth);
    expect(asked.length).toBeLessThan(45);
  });

  test('is read where the source cannot filter by severity, and says how far', async () => {
    const counted = await histogram('plain', MINUTES);
    expect(counted).toMatchObject({ total: 400, isPartial: true });
  });

  test.each<Service>([
    { says: (count) => Math.ceil(count * 1.1) },
    { says: (count) => 2 * count },
    { says: (_count, _query, ofAllLevels) => ofAllLevels },
    { says: (count) => Math.min(count, 300) },
    { says: () => LINES.length },
    { says: (_count, query) => Number(query.get('limit')) },
    { ignores: ['since'] },
    { ignores: ['until'] },
    { ignores: ['level'] },
    { refuses: 'level' },
  ])('has no count that is wrong if the source behaves like this: %o', async (behaviour) => {
    service = behaviour;
    const counted = await histogram('counting', MINUTES);
    const { said, true: truth } = compared(counted, TRUTH, {});
    expect(said).toEqual(truth);
    expect(counted.isPartial || counted.total === LINES.length).toBe(true);
  });

  test('is read if the words of severities in the configuration are not those of the lines', async () => {
    const counted = await histogram('swapped', MINUTES);
    const { said, true: truth } = compared(counted, TRUTH, {});
    expect(said).toEqual(truth);
    expect(counted.isPartial).toBe(true);
  });
});
