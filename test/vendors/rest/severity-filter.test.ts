import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOG_SEVERITIES } from '../../../src/domain/severity.ts';
import { createTributary } from '../../../src/library/index.ts';
import type { Tributary } from '../../../src/library/index.ts';

const WORDS = ['debug', 'info', 'warn', 'warning', 'error', 'critical', 'fatal'];
const LINES = Array.from({ length: 60 }, (_, index) => ({
  id: String(index),
  time: 1_772_233_021 + index,
  text: `line ${index}`,
  level: WORDS[(index * 5) % WORDS.length] ?? '',
}));

let server: Server;
let tributary: Tributary;
/** The levels that were asked for; null: none was named. */
const asked: (string | null)[] = [];

/** One job, and its lines by pages of seven, of the levels that are asked for. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const job = { id: 'one', name: 'one', status: 'success' };
    response.setHeader('content-type', 'application/json');
    if (pathname === '/jobs') response.end(JSON.stringify({ items: [job] }));
    else if (pathname === '/jobs/one') response.end(JSON.stringify(job));
    else {
      const levels = searchParams.get('levels');
      asked.push(levels);
      const from = Number(searchParams.get('offset'));
      const lines = LINES.filter(({ level }) => levels === null || levels.split('|').includes(level));
      response.end(JSON.stringify({ items: lines.slice(from, from + 7), total: lines.length }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const described = (filters: object) => ({
    vendor: 'rest',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    auth: { type: 'none' },
    jobs: {
      list: { path: '/jobs', items: 'items', order: 'descending', pagination: { scheme: 'whole' } },
      one: { path: '/jobs/{job}' },
      key: 'id',
      name: 'name',
      status: 'status',
    },
    logs: {
      path: '/jobs/{job}/lines',
      items: 'items',
      id: 'id',
      time: 'time',
      timeFormat: 'seconds',
      message: 'text',
      severity: 'level',
      order: 'ascending',
      pagination: { scheme: 'offset', pageSize: 7, total: 'total' },
      filters,
    },
  });
  const words = { INFO: 'info', WARN: ['warn', 'warning'], ERROR: 'error', FATAL: ['critical', 'fatal'] };
  tributary = await createTributary({
    sources: {
      here: described({}),
      there: described({ severity: { parameter: 'levels', words, separator: '|' } }),
      single: described({ severity: { parameter: 'levels', words } }),
    },
  } as Parameters<typeof createTributary>[0]);
});

afterAll(async () => {
  await tributary.close();
  server.closeAllConnections();
  server.close();
});

async function read(source: string, filter: object, side: 'first' | 'last' = 'first'): Promise<readonly string[]> {
  const scope = { source, scope: { job: 'one' } };
  const lines = tributary.federation.logs([scope], { [side]: 100, filter }, tributary.context().call);
  return (await lines.nodes()).map(({ message }) => message);
}

const filters = fc.record(
  {
    minSeverity: fc.constantFrom(...LOG_SEVERITIES),
    severityIn: fc.uniqueArray(fc.constantFrom(...LOG_SEVERITIES)),
    includeUnspecified: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('levels that a described API takes', () => {
  test('give the lines that are left when they are filtered here, whatever is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(filters, fc.constantFrom('first' as const, 'last' as const), async (filter, side) => {
        const here = await read('here', filter, side);
        expect(await read('there', filter, side)).toEqual(here);
        expect(await read('single', filter, side)).toEqual(here);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['there', { minSeverity: 'WARN' }, 'warn|warning|error|critical|fatal'],
    ['there', { severityIn: ['ERROR'] }, 'error'],
    ['there', { minSeverity: 'DEBUG' }, null],
    ['there', { severityIn: ['ERROR', 'TRACE'] }, null],
    ['there', { severityIn: ['ERROR'], includeUnspecified: true }, null],
    ['single', { severityIn: ['ERROR'] }, 'error'],
    ['single', { severityIn: ['WARN'] }, null],
    ['here', { severityIn: ['ERROR'] }, null],
  ])('%s: %j asks for %s', async (source, filter, levels) => {
    asked.length = 0;
    await read(source, filter);
    expect(new Set(asked)).toEqual(new Set([levels]));
  });

  test('are reported as pushed down', () => {
    const pushdown = (name: string): unknown => tributary.federation.source(name)?.capabilities.pushdown;
    expect([pushdown('here'), pushdown('single'), pushdown('there')]).toEqual([
      [],
      ['SEVERITY_IN'],
      ['MIN_SEVERITY', 'SEVERITY_IN'],
    ]);
  });
});
