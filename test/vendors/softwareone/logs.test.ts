import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry, LogScope } from '../../../src/domain/log-entry.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { startOfInstant } from '../../../src/domain/ordered.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import type { TaskLogLine } from '../../../src/sandbox/softwareone/log-store.ts';
import type { SoftwareOneSettings } from '../../../src/sandbox/softwareone/settings.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { MILLISECOND, positionOf, readRows, START, startHarness, UNKNOWN_TASK } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
let connector: Connector;
let job: string;

beforeEach(async () => {
  harness = await startHarness();
  connector = harness.connect();
  job = harness.simulation.createJob();
});
afterEach(() => harness.close());

const SEVERITIES = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Line `index` of a log with `perInstant` lines in each millisecond and all severities in turn. */
function lineOf(index: number, perInstant = 1): TaskLogLine {
  return {
    time: START + BigInt(Math.floor(index / perInstant)) * MILLISECOND,
    message: 'line {{Index}}',
    parameters: { Index: index },
    severity: SEVERITIES[index % SEVERITIES.length]!,
  };
}

function write(count: number, perInstant?: number): void {
  harness.simulation.write(
    job,
    Array.from({ length: count }, (_, index) => lineOf(index, perInstant)),
  );
}

async function log(filter: LogFilter = {}, scope: LogScope = { job }): Promise<Partition<LogEntry>> {
  const { partitions } = await connector.logs(scope, filter, createCall());
  expect(partitions).toHaveLength(1);
  return partitions[0]!;
}

function messages(rows: readonly LogEntry[]): string[] {
  return rows.map(({ message }) => message);
}

function lines(indexes: Iterable<number>): string[] {
  return [...indexes].map((index) => `line ${index}`);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

describe('the log of a job', () => {
  test('is read in time order with rendered messages', async () => {
    write(3);
    const rows = await readRows(await log());
    expect(messages(rows)).toEqual(lines([0, 1, 2]));
    expect(rows[1]).toMatchObject({
      time: START + MILLISECOND,
      tie: expect.stringMatching(/^TLR(-\d{4}){4}$/) as unknown,
      timestamp: '2025-09-11T13:40:13.516Z',
      severity: { number: 9, text: 'Info', source: 'VENDOR' },
      attributes: { template: 'line {{Index}}', parameters: { Index: 1 } },
      taskKey: null,
    });
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toEqual([
      'logs order=timestamp,id&limit=100&offset=0',
      'logs order=timestamp,id&limit=1&offset=0',
    ]);
  });

  test('is read from the end without reading from the start', async () => {
    write(1_000);
    const rows = await readRows(await log(), { direction: 'backward', take: 20, need: 20 });
    expect(messages(rows)).toEqual(lines(range(980, 1_000).reverse()));
    expect(harness.asked()).toEqual(['logs order=-timestamp,-id&limit=40&offset=0']);
  });

  test('is counted by the page that is read anyway, and by one call alone', async () => {
    write(250);
    const partition = await log();
    const call = createCall();
    await readRows(partition, { direction: 'backward', take: 5, need: 5, call });
    expect(await partition.count(call)).toBe(250);
    expect(harness.asked()).toHaveLength(1);
    expect(await partition.count(createCall())).toBe(250);
    harness.simulation.configure({ totals: false });
    expect(await partition.count(createCall())).toBeNull();
  });

  test('a million lines deep costs no more calls than at its start', async () => {
    harness.simulation.generate(job, 1_200_000, (index) => lineOf(index, 3));
    const partition = await log();
    const [first] = await readRows(partition, { take: 1, need: 1 });
    harness.asked();
    await readRows(partition, { from: positionOf(first!), take: 20, need: 20 });
    const atStart = harness.asked().length;
    const time = START + 350_000n * MILLISECOND;
    const deep = await readRows(partition, { from: startOfInstant(time), take: 20, need: 20 });
    expect(messages(deep)).toEqual(lines(range(1_050_000, 1_050_020)));
    expect(harness.asked()).toHaveLength(atStart);
  });

  test('continues from a position within an instant, in both directions', async () => {
    write(1_000, 350);
    const partition = await log();
    const all = await readRows(partition);
    expect(messages(all).sort()).toEqual(lines(range(0, 1_000)).sort());
    for (const index of [0, 100, 349, 998]) {
      const from = positionOf(all[index]!);
      expect(await readRows(partition, { from })).toEqual(all.slice(index + 1));
      expect(await readRows(partition, { direction: 'backward', from })).toEqual(all.slice(0, index).reverse());
    }
  });

  test('keeps to the page size that the vendor really uses', async () => {
    write(95);
    harness.simulation.configure({ maxLimit: 20 });
    const partition = await log();
    expect(messages(await readRows(partition))).toEqual(lines(range(0, 95)));
    harness.simulation.configure({ totals: false });
    expect(messages(await readRows(partition, { direction: 'backward' }))).toEqual(lines(range(0, 95).reverse()));
  });

  test('uses the configured page size', async () => {
    write(25);
    connector = harness.connect({ pageSize: 10 });
    expect(await readRows(await log())).toHaveLength(25);
    expect(harness.asked()[0]).toBe('logs order=timestamp,id&limit=10&offset=0');
  });
});

describe('a log that can not be read', () => {
  test('is NOT_FOUND for an unknown task, and without a call for an invalid id', async () => {
    await expect(readRows(await log({}, { job: UNKNOWN_TASK }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(harness.asked()).toHaveLength(1);
    for (const key of ['../system', 'a"b', '']) {
      await expect(readRows(await log({}, { job: key }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(harness.asked()).toEqual([]);
  });

  test('is FORBIDDEN for a vendor account, which still sees its tasks', async () => {
    connector = harness.connect({ token: harness.simulation.vendorToken });
    await expect(readRows(await log())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    await expect((await log()).count(createCall())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    expect((await connector.getJobs([job], createCall()))[0]).toMatchObject({ key: job });
  });

  test('is UNAUTHENTICATED with a wrong token', async () => {
    connector = harness.connect({ token: 'wrong' });
    await expect(readRows(await log())).rejects.toMatchObject({ code: 'SOURCE_UNAUTHENTICATED' });
  });

  test('is a bad answer that names the place if no row of a page has a time', async () => {
    const $meta = { pagination: { offset: 0, limit: 1, total: 2 } };
    const body = JSON.stringify({ $meta, data: [{ id: 'TLR-1', timestamp: 'yesterday' }] });
    const headers = { 'content-type': 'application/json' };
    harness.server.inject({ what: { do: 'status', status: 200, body, headers } });
    await expect(readRows(await log())).rejects.toMatchObject({
      code: 'SOURCE_BAD_RESPONSE',
      message: 'marketplace: data[0].timestamp: expected a date-time, got a string',
    });
  });

  test('is a bad answer if another page comes than requested', async () => {
    const body = JSON.stringify({ $meta: { pagination: { offset: 100, limit: 100, total: 0 } }, data: [] });
    harness.server.inject({ what: { do: 'status', status: 200, body } });
    await expect(readRows(await log())).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  });

  test('is read to its end when single calls fail', async () => {
    write(450);
    harness.server.inject({ what: { do: 'status', status: 429, body: '' }, times: 1 });
    harness.server.inject({ what: { do: 'cut', after: 0.5 }, times: 1 });
    expect(messages(await readRows(await log()))).toEqual(lines(range(0, 450)));
  });
});

describe('child tasks', () => {
  test('have logs of their own, whose lines name them', async () => {
    const child = harness.simulation.createJob({ parent: job });
    harness.simulation.write(job, [{ time: START, message: 'of the job' }]);
    harness.simulation.write(child, [{ time: START, message: 'of the part' }]);
    expect(messages(await readRows(await log()))).toEqual(['of the job']);
    const partition = await log({}, { job, task: child });
    expect(partition.key).toBe(child);
    expect(await readRows(partition)).toMatchObject([{ message: 'of the part', taskKey: child }]);
  });

  test('are matched by their key in filters for tasks, attempts and steps', async () => {
    const nothing = { partitions: [], applied: [] };
    const call = createCall();
    expect(await connector.logs({ job }, { taskIn: ['TSK-1'] }, call)).toEqual(nothing);
    expect(await connector.logs({ job }, { attemptIn: ['a'] }, call)).toEqual(nothing);
    expect(await connector.logs({ job }, { stepIn: ['a'] }, call)).toEqual(nothing);
    expect(await connector.logs({ job, step: 'a' }, {}, call)).toEqual(nothing);
    expect(await connector.logs({ job, attempt: 'a' }, {}, call)).toEqual(nothing);
    const reading = await connector.logs({ job, task: 'TSK-1' }, { taskIn: ['TSK-1'] }, call);
    expect(reading.partitions).toHaveLength(1);
    expect(residualOf({ taskIn: ['TSK-1'] }, reading)).toEqual({});
  });
});

describe('filters', () => {
  const ERRORS = range(0, 400).filter((index) => index % 5 >= 3);

  test('by severity are applied by the vendor and left to nobody else', async () => {
    write(400);
    const filter = { minSeverity: 'ERROR', matches: 'line' } as const;
    expect(residualOf(filter, await connector.logs({ job }, filter, createCall()))).toEqual({ matches: 'line' });
    const partition = await log({ minSeverity: 'ERROR' });
    expect(messages(await readRows(partition))).toEqual(lines(ERRORS));
    expect(await partition.count(createCall())).toBe(ERRORS.length);
    expect(harness.asked()[0]).toBe('logs in(severity,("Error","Failure"))&order=timestamp,id&limit=100&offset=0');
  });

  test.each<[LogFilter, string | null, exact: boolean]>([
    [{ minSeverity: 'INFO' }, 'out(severity,("Debug"))', true],
    [{ minSeverity: 'INFO', includeUnspecified: false }, 'in(severity,("Info","Warning","Error","Failure"))', true],
    [{ minSeverity: 'WARN', includeUnspecified: true }, 'out(severity,("Debug","Info"))', true],
    [{ minSeverity: 'TRACE' }, null, false],
    [{ severityIn: ['ERROR', 'DEBUG'] }, 'in(severity,("Debug","Error"))', true],
    [{ severityIn: ['UNSPECIFIED', 'INFO'] }, 'out(severity,("Debug","Warning","Error","Failure"))', true],
    [{ severityIn: ['TRACE'] }, 'out(severity,("Debug","Info","Warning","Error","Failure"))', false],
    [{ severityIn: ['INFO'], includeUnspecified: true }, 'out(severity,("Debug","Warning","Error","Failure"))', false],
    [{ severityIn: ['INFO', 'FATAL'], minSeverity: 'WARN' }, 'out(severity,("Debug","Info","Warning","Error"))', false],
    [{ contains: 'x' }, null, false],
    [{ includeUnspecified: false }, null, false],
  ])('%j are sent as %s', async (filter, condition, exact) => {
    const { partitions, ...rest } = await connector.logs({ job }, filter, createCall());
    await readRows(partitions[0]!);
    expect(harness.asked()).toEqual([
      `logs ${condition === null ? '' : `${condition}&`}order=timestamp,id&limit=100&offset=0`,
    ]);
    expect(residualOf(filter, rest)).toEqual(exact ? {} : filter);
  });

  test('by the absence of a text and by an expression are left to the reader', async () => {
    // A round number of lines costs one look more.
    write(12);
    const filter = { notContains: ['x'], matches: 'line' };
    const { partitions, ...rest } = await connector.logs({ job }, filter, createCall());
    expect(residualOf(filter, rest)).toEqual(filter);
    expect(await readRows(partitions[0]!)).toHaveLength(12);
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(harness.asked()).toEqual([
      'logs order=timestamp,id&limit=100&offset=0',
      'logs order=timestamp,id&limit=1&offset=0',
    ]);
  });

  test('by time reach the vendor with three digits, and hold whatever finer time is asked for', async () => {
    write(300);
    const partition = await log();
    const from = { time: START + 50n * MILLISECOND + 1n, tie: '' };
    const until = startOfInstant(START + 60n * MILLISECOND);
    expect(messages(await readRows(partition, { from, until }))).toEqual(lines(range(51, 60)));
    // One tick before the bound: it is not known whether the vendor includes equal times.
    expect(harness.asked()[0]).toContain('ge(timestamp,"2025-09-11T13:40:13.564Z")');
    const back = await readRows(partition, {
      direction: 'backward',
      from,
      until: startOfInstant(START + 41n * MILLISECOND),
    });
    expect(messages(back)).toEqual(lines(range(41, 51).reverse()));
    expect(harness.asked()[0]).toContain('le(timestamp,"2025-09-11T13:40:13.567Z")');
  });
});

describe('a vendor that does not apply a request', () => {
  const REFUSALS: readonly [string, Partial<SoftwareOneSettings>][] = [
    ['refuses to order by id', { unorderable: ['id'] }],
    ['refuses to order by id and says so in an array', { unorderable: ['id'], errorShape: 'array' }],
    ['refuses to order by time', { unorderable: ['timestamp'] }],
    ['refuses to order at all', { unorderable: ['*'] }],
    ['refuses to filter by time', { unfilterable: ['timestamp'] }],
    ['refuses to filter by severity', { unfilterable: ['severity'] }],
    ['refuses to filter at all', { unfilterable: ['*'], errorShape: 'array' }],
    ['refuses to filter and to order', { unfilterable: ['*'], unorderable: ['*'] }],
    ['ignores filters', { ignoresFilters: true }],
    ['ignores the order', { ignoresOrder: true }],
    ['ignores the second key of the order', { ignoresSecondOrder: true }],
    ['ignores filters and order', { ignoresFilters: true, ignoresOrder: true }],
    ['ignores filters, order and totals', { ignoresFilters: true, ignoresOrder: true, totals: false }],
  ];

  test.each(REFUSALS)('that %s still gives every line once, in order, from any place', async (_, settings) => {
    write(104, 26);
    const expected = await readRows(await log());
    expect(expected).toHaveLength(104);
    harness.simulation.configure(settings);
    connector = harness.connect({ pageSize: 20 });
    const partition = await log();
    expect(await readRows(partition)).toEqual(expected);
    expect(await readRows(await log(), { direction: 'backward' })).toEqual([...expected].reverse());
    for (const index of [0, 25, 26, 40, 102]) {
      const from = positionOf(expected[index]!);
      expect(await readRows(partition, { from })).toEqual(expected.slice(index + 1));
      connector = harness.connect({ pageSize: 20 });
      expect(await readRows(await log(), { direction: 'backward', from })).toEqual(expected.slice(0, index).reverse());
    }
  });

  test.each(REFUSALS)('that %s still gives only the requested severities', async (_, settings) => {
    write(90, 30);
    const wanted = (await readRows(await log())).filter(({ severity }) => severity.number >= 17);
    harness.simulation.configure(settings);
    connector = harness.connect({ pageSize: 20 });
    const partition = await log({ minSeverity: 'ERROR' });
    expect(await readRows(partition)).toEqual(wanted);
    expect([null, wanted.length]).toContain(await partition.count(createCall()));
    const from = positionOf(wanted[17]!);
    expect(await readRows(partition, { from, direction: 'backward' })).toEqual(wanted.slice(0, 17).reverse());
  });

  test('is not asked again for what it refused', async () => {
    // A round number of lines costs one look more.
    write(12);
    harness.simulation.configure({ unfilterable: ['severity'], unorderable: ['id'] });
    await readRows(await log({ minSeverity: 'ERROR' }));
    harness.asked();
    const filter = { minSeverity: 'ERROR' } as const;
    const { partitions, ...rest } = await connector.logs({ job }, filter, createCall());
    expect(residualOf(filter, rest)).toEqual(filter);
    expect(await readRows(partitions[0]!)).toHaveLength(12);
    expect(harness.asked()).toEqual(['logs order=timestamp&limit=100&offset=0']);
    expect(connector.capabilities.pushdown).toEqual(['SINCE', 'UNTIL']);
  });

  test('keeps its abilities when one log is refused in any form', async () => {
    write(10);
    harness.server.inject({ kinds: ['logs'], what: { do: 'status', status: 400, body: 'no' } });
    await expect(readRows(await log({ minSeverity: 'ERROR' }))).rejects.toMatchObject({ status: 400 });
    await expect((await log({ minSeverity: 'ERROR' })).count(createCall())).rejects.toMatchObject({ status: 400 });
    harness.server.clearFaults();
    expect(connector.capabilities.pushdown).toEqual(['SINCE', 'UNTIL', 'MIN_SEVERITY', 'SEVERITY_IN']);
  });

  test('is noticed while counting, too', async () => {
    write(10);
    harness.simulation.configure({ unfilterable: ['severity'] });
    expect(await (await log({ minSeverity: 'ERROR' })).count(createCall())).toBeNull();
    harness.simulation.configure({ unfilterable: [], ignoresFilters: true });
    connector = harness.connect();
    expect(await (await log({ minSeverity: 'ERROR' })).count(createCall())).toBeNull();
    expect(await (await log()).count(createCall())).toBe(10);
  });

  test('causes an error, and no lost line, if only a later page shows that it ignores the order of ties', async () => {
    const { simulation } = harness;
    const before = range(0, 99).map((index) => lineOf(index));
    // Two lines of one instant, on both sides of the border between pages, stored against the order of ids.
    const tied = [99, 100].map((index) => ({ ...lineOf(index), time: START + 500n * MILLISECOND }));
    let swapped: readonly LogEntry[];
    do {
      simulation.clear();
      job = simulation.createJob();
      simulation.write(job, [...before, ...tied]);
      simulation.configure({ ignoresSecondOrder: false });
      connector = harness.connect();
      swapped = await readRows(await log());
    } while (swapped[99]!.message !== 'line 100');
    simulation.configure({ ignoresSecondOrder: true });
    connector = harness.connect();
    await expect(readRows(await log())).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    expect(await readRows(await log())).toEqual(swapped);
  });

  test('is noticed if it ignores the order behind a page of one instant', async () => {
    write(450, 150);
    const expected = await readRows(await log());
    harness.simulation.configure({ ignoresOrder: true });
    for (const totals of [true, false]) {
      harness.simulation.configure({ totals });
      connector = harness.connect();
      expect(await readRows(await log(), { take: 20, need: 20 })).toEqual(expected.slice(0, 20));
    }
  });

  test.each([
    ['ignores filters', { ignoresFilters: true }],
    ['refuses filters', { unfilterable: ['*'] }],
    ['filters', {}],
  ])('that counts nothing and %s is not believed to ignore an order that it keeps', async (_, settings) => {
    const other = job;
    write(2);
    job = harness.simulation.createJob();
    write(30, 30);
    harness.simulation.configure({ totals: false, unorderable: ['id'], ...settings });
    connector = harness.connect({ pageSize: 3 });
    harness.asked();
    expect(await readRows(await log())).toHaveLength(30);
    expect(harness.asked().length).toBeLessThan(45);
    job = other;
    harness.asked();
    await readRows(await log());
    expect(harness.asked().every((query) => query.includes('order=timestamp'))).toBe(true);
  });

  test('never leaves the order of time without an error', async () => {
    const row = (id: string, timestamp: string): object => ({ id, timestamp, severity: 'Info', message: '' });
    const data = [
      row('TLR-1', '2025-01-01T00:00:02Z'),
      row('TLR-2', '2025-01-01T00:00:01Z'),
      row('TLR-3', '2025-01-01T00:00:03Z'),
    ];
    const headers = { 'content-type': 'application/json' };
    harness.server.inject({ what: { do: 'status', status: 200, body: JSON.stringify({ data }), headers } });
    await expect(readRows(await log())).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  });
});

describe('the vendor', () => {
  test('has these capabilities', () => {
    expect(connector.capabilities).toEqual({
      attempts: false,
      steps: false,
      tasks: true,
      nativePagination: 'OFFSET',
      maxPageSize: 100,
      totalCount: true,
      pushdown: ['SINCE', 'UNTIL', 'MIN_SEVERITY', 'SEVERITY_IN'],
    });
  });
});
