import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { formatInstant } from '../../src/domain/time.ts';
import { vendorLaws } from '../../src/library/testing/index.ts';
import type { TributaryConfig } from '../../src/library/config.ts';
import type { SourceUnderTest } from '../../src/library/testing/index.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { describedService, simulateService } from '../vendors/rest/simulated-service.ts';
import type { Scheme, ServiceSettings } from '../vendors/rest/simulated-service.ts';

const TIME = 1_772_233_021_000_000_000n;

const open: VendorServer[] = [];

afterAll(async () => {
  await Promise.all(open.map(async (server) => server.close()));
});

/** A job of 90 lines, three at each time. */
async function serviceOf(scheme: Scheme): Promise<SourceUnderTest> {
  const settings: ServiceSettings = {
    scheme,
    order: 'both',
    total: true,
    more: true,
    ids: true,
    bounds: true,
    strictEnd: false,
  };
  const simulation = simulateService(settings);
  const server = await startVendorServer(simulation);
  open.push(server);
  simulation.createJob();
  const job = simulation.createJob();
  const lines = Array.from({ length: 90 }, (_, index) => ({
    time: TIME + BigInt(Math.floor(index / 3)) * 1_000_000n,
    message: `line ${index}`,
    severity: index % 10 === 0 ? ('error' as const) : ('info' as const),
  }));
  simulation.write(job, lines);
  let late = 0;
  const configAt = (address: string): TributaryConfig => ({
    sources: {
      own: {
        vendor: 'rest',
        baseUrl: `${address}/v1`,
        auth: { type: 'none' },
        ...describedService(settings, 20),
      },
    },
  });
  return {
    config: configAt(server.origin),
    service: { address: server.origin, at: (address) => ({ config: configAt(address) }) },
    source: 'own',
    job,
    unknownJob: 'no-such-job',
    lines: lines.map(({ time, message }) => ({ timestamp: formatInstant(time), message })),
    write() {
      const time = TIME + 5_000_000n;
      simulation.write(job, [{ time, message: `late ${(late += 1)}` }]);
    },
  };
}

describe.each<Scheme>(['page', 'offset', 'token', 'time', 'whole'])('a source with pages by %s', (scheme) => {
  let under: SourceUnderTest;
  beforeAll(async () => {
    under = await serviceOf(scheme);
  });

  test('passes the laws that are exported for other vendors', async () => {
    for (const { name, check } of vendorLaws(under)) await expect(check(), name).resolves.toBeUndefined();
  });
});

describe('a vendor that breaks an exported law', () => {
  let folder: string;
  beforeAll(async () => {
    // The module is loaded by Node itself, which does not read our sources.
    Object.assign(globalThis, { TributaryError });
    folder = await mkdtemp(join(tmpdir(), 'tributary-laws-'));
  });
  afterAll(async () => {
    Reflect.deleteProperty(globalThis, 'TributaryError');
    await rm(folder, { recursive: true });
  });

  /** What is broken, where the connector of three lines is changed by that statement. */
  async function brokenBy(change: string): Promise<readonly string[]> {
    await writeFile(join(folder, `${change.length}.mjs`), MODULE.replace('/* change */', change));
    const under = {
      config: {
        plugins: [`./${change.length}.mjs`],
        sources: { own: { vendor: 'own', baseUrl: 'http://127.0.0.1:9', auth: { type: 'none' as const } } },
      },
      folder,
      source: 'own',
      job: 'a',
      unknownJob: 'b',
      lines: [0, 1, 2].map((index) => ({ timestamp: `2026-02-27T22:57:0${index}Z`, message: `line ${index}` })),
    };
    const broken: string[] = [];
    for (const { check } of vendorLaws(under))
      await check().catch((error: unknown) =>
        broken.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''),
      );
    return broken;
  }

  test.each([
    ['', []],
    ['lines.pop();', ['the lines are not those that were written']],
    ['back = (rows) => rows.slice(1);', ['other lines by pages of 1, forward, newest first']],
    [
      'lines[1].tie = lines[0].tie; lines[1].time = lines[0].time;',
      ['two lines have one id', 'the lines are not those that were written'],
    ],
    ['find = (key) => ({ ...job, key });', ['an unknown job is found']],
  ])('is reported: %s', async (change, said) => {
    const broken = await brokenBy(change);
    expect(broken.length).toBeGreaterThanOrEqual(said.length);
    if (said.length === 0) expect(broken).toEqual([]);
    else expect(said).toContain(broken.find((one) => said.includes(one)));
  });
});

const MODULE = `
  import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
  const time = 1772233020000000000n;
  const lines = [0, 1, 2].map((index) => ({
    time: time + BigInt(index) * 1000000000n, tie: 'tie ' + index, timestamp: '2026-02-27T22:57:0' + index + 'Z',
    severity: { number: 9, text: 'info', source: 'VENDOR' }, message: 'line ' + index, exceptions: [], attributes: null,
    attemptKey: null, stepKey: null, taskKey: null,
  }));
  const job = { source: 'own', key: 'a', name: 'a', status: 'RUNNING', nativeStatus: null, createdAt: null, startedAt: null,
    finishedAt: null, attributes: null };
  let back = (rows) => rows;
  let find = (key) => (key === 'a' ? job : null);
  /* change */
  const compare = (a, b) => (a.time === b.time ? (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0) : a.time < b.time ? -1 : 1);
  const log = {
    key: '',
    async *read({ direction, from, until }) {
      const sign = direction === 'forward' ? 1 : -1;
      const rows = lines.filter((row) => (from === null || compare(row, from) * sign > 0) && (until === null || compare(row, until) * sign < 0));
      const wanted = sign === 1 ? rows : back(rows.toReversed());
      yield { rows: wanted.map((row) => ({ row, hint: null })), more: false, pages: 1 };
    },
    count: async () => lines.length,
  };
  export default {
    vendor: 'own', title: 'Own', options: z.strictObject({}), auth: ['none'],
    create: () => ({
      vendor: 'own',
      capabilities: { attempts: false, steps: false, tasks: false, nativePagination: 'WHOLE_RESPONSE', maxPageSize: null, totalCount: true, pushdown: [] },
      jobLists: [{ key: '', pageSize: 10, isNewestFirst: () => true, page: async (index) => ({ jobs: index === 0 ? [job] : [], more: false, total: 1, filtered: false }) }],
      probe: async () => ({ jobs: 1 }),
      getJobs: async (keys) => keys.map((key) => find(key)),
      parts: {},
      logs: async ({ job: key }) => {
        if (key !== 'a') throw new globalThis.TributaryError('NOT_FOUND', 'no such job');
        return { partitions: [log], applied: [] };
      },
    }),
  };
`;
