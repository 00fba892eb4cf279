import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import { createCall } from '../../../src/domain/call.ts';
import { ENDS_EARLY } from '../../../src/pagination/core/page-guard.ts';
import { DEFAULT_DIALECT } from '../../../src/sandbox/deepset/dialect.ts';
import { MICROSECOND, partitionOf, readBatches, readEntries, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

const JOB = 'production/rag';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.simulation.clear();
  harness.server.clearFaults();
  Object.assign(harness.simulation.dialect, DEFAULT_DIALECT);
  harness.simulation.createJob({ name: 'rag' });
  harness.asked();
});

function writeLines(count: number, severity: (index: number) => 'info' | 'error' = () => 'info'): void {
  harness.simulation.write(
    JOB,
    Array.from({ length: count }, (_, index) => ({
      time: START + BigInt(index) * MICROSECOND,
      message: `line ${index}`,
      severity: severity(index),
      step: index % 2 === 0 ? 'haystack' : 'querypipeline',
    })),
  );
}

describe('a page of a log', () => {
  test('is requested at the largest size, in the order of the read, and as JSON only', async () => {
    writeLines(3);
    harness.simulation.dialect.csvUnlessExactlyJson = true;
    const partition = await partitionOf(harness.connect(), JOB);
    expect((await readEntries(partition)).map(({ message }) => message)).toEqual(['line 0', 'line 1', 'line 2']);
    expect((await readEntries(partition, { direction: 'backward' })).map(({ message }) => message)).toEqual([
      'line 2',
      'line 1',
      'line 0',
    ]);
    expect(harness.asked()).toEqual([
      { kind: 'logs', query: { limit: '100', order: 'ASC' } },
      // A fresh source: a shorter page shows that the count is not that of the page alone.
      { kind: 'logs', query: { limit: '1', order: 'ASC' } },
      { kind: 'logs', query: { limit: '100', order: 'DESC' } },
    ]);
  });

  test('continues from a position with all of its microseconds', async () => {
    writeLines(5);
    const partition = await partitionOf(harness.connect(), JOB);
    const [, second] = await readEntries(partition);
    harness.asked();
    const rest = await readEntries(partition, { from: second! });
    expect(rest.map(({ message }) => message)).toEqual(['line 2', 'line 3', 'line 4']);
    expect(harness.asked()).toEqual([
      { kind: 'logs', query: { limit: '100', order: 'ASC', after: '2025-05-23T10:33:04.157182Z' } },
    ]);
  });

  test('costs the same at a depth of 1,000,000 as at the start', async () => {
    harness.simulation.generate(JOB, 1_000_000, (index) => ({
      time: START + BigInt(index) * MICROSECOND,
      message: `line ${index}`,
    }));
    const partition = await partitionOf(harness.connect(), JOB);
    const from = { time: START + 900_000n * MICROSECOND, tie: '~' };
    const entries = await readEntries(partition, { from, take: 20 });
    expect([entries[0]?.message, entries[19]?.message]).toEqual(['line 900001', 'line 900020']);
    const [last] = await readEntries(partition, { direction: 'backward', take: 1 });
    expect(last?.message).toBe('line 999999');
    expect(harness.asked()).toHaveLength(2);
  });

  test('that is empty is the end, even if it promises more', async () => {
    harness.simulation.dialect.emptyPageSaysMore = true;
    const partition = await partitionOf(harness.connect(), JOB);
    expect(await readBatches(partition)).toMatchObject([{ rows: [], more: false, pages: 1 }]);
    expect(harness.asked()).toHaveLength(1);
  });

  test.each([
    [3, [{ rows: [] }, { truncated: ENDS_EARLY, contradicts: true }]],
    [0, [{ rows: [], more: false }]],
  ])(
    'that is empty and uncounted but promises more is checked from the other end of the log (%i lines)',
    async (...of) => {
      const [lines, batches] = of;
      harness.simulation.dialect.emptyPageSaysMore = true;
      harness.simulation.dialect.total = 'null';
      if (lines > 0) writeLines(lines);
      const body = JSON.stringify({ data: [], has_more: true, total: null });
      const headers = { 'content-type': 'application/json' };
      harness.server.inject({ kinds: ['logs'], times: 1, what: { do: 'status', status: 200, body, headers } });
      expect(await readBatches(await partitionOf(harness.connect(), JOB))).toMatchObject(batches);
      expect(harness.asked().map(({ query }) => query['order'])).toEqual(['ASC', 'DESC']);
    },
  );

  test('that comes as CSV, is cut or malformed is a bad response', async () => {
    writeLines(3);
    const connector = harness.connect();
    const csv = {
      do: 'status',
      status: 200,
      body: 'log_id,message\r\n',
      headers: { 'content-type': 'text/csv' },
    } as const;
    for (const what of [csv, { ...csv, body: '"log_id,message"' }, { do: 'malformed' }] as const) {
      const remove = harness.server.inject({ kinds: ['logs'], what });
      await expect(readEntries(await partitionOf(connector, JOB))).rejects.toMatchObject({
        code: 'SOURCE_BAD_RESPONSE',
      });
      remove();
    }
  });

  test('is requested again when the log store has timed out', async () => {
    writeLines(3);
    harness.server.inject({ times: 2, what: { do: 'status', status: 504, body: '<html>504</html>' } });
    const partition = await partitionOf(harness.connect(), JOB);
    expect(await readEntries(partition)).toHaveLength(3);
    harness.server.inject({ what: { do: 'status', status: 504, body: '<html>504</html>' } });
    await expect(readEntries(partition)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  test('is reported with the place of an invalid value', async () => {
    const row = { log_id: 'a', message: 'm', logged_at: 'soon', level: 'info', origin: 'haystack' };
    const body = JSON.stringify({ data: [row], has_more: true, total: 1 });
    const headers = { 'content-type': 'application/json' };
    harness.server.inject({ what: { do: 'status', status: 200, body, headers } });
    // Nothing on the page shows where it ends, so the pages behind it cannot be requested.
    await expect(readEntries(await partitionOf(harness.connect(), JOB))).rejects.toThrow(
      'data[0].logged_at: expected a date-time, got a string',
    );
  });
});

describe('a log that is not found', () => {
  test('is empty when its pipeline exists', async () => {
    harness.simulation.dialect.emptyLogs = 'not-found';
    const partition = await partitionOf(harness.connect(), JOB);
    expect(await readEntries(partition)).toEqual([]);
    expect(await partition.count(createCall())).toBe(0);
    expect(harness.asked().map(({ kind }) => kind)).toEqual(['logs', 'job', 'logs', 'job']);
  });

  test('is NOT_FOUND when there is no such pipeline', async () => {
    const partition = await partitionOf(harness.connect(), 'production/none');
    await expect(readEntries(partition)).rejects.toMatchObject({ code: 'NOT_FOUND', source: 'docs' });
  });
});

describe('counting', () => {
  test('uses the total of a request without `after`', async () => {
    writeLines(250);
    harness.simulation.dialect.totalAfter = 'remaining';
    const partition = await partitionOf(harness.connect(), JOB);
    expect(await partition.count(createCall())).toBe(250);
    const call = createCall();
    const [, second] = await readEntries(partition, { take: 2 });
    await readEntries(partition, { from: second!, take: 2, call });
    expect(await partition.count(call)).toBe(250);
  });

  test('costs nothing when the same call has read the first page', async () => {
    writeLines(250);
    const connector = harness.connect();
    const call = createCall();
    await readEntries(await partitionOf(connector, JOB), { call, take: 20 });
    harness.asked();
    expect(await (await partitionOf(connector, JOB)).count(call)).toBe(250);
    expect(harness.asked()).toEqual([]);
    expect(await (await partitionOf(connector, JOB, { severityIn: ['ERROR'] })).count(call)).toBe(0);
    expect(harness.asked()).toHaveLength(1);
  });

  test('is not possible if the total is null, too low or the largest that the vendor counts to', async () => {
    writeLines(150);
    const count = async (): Promise<number | null> => (await partitionOf(harness.connect(), JOB)).count(createCall());
    harness.simulation.dialect.total = 'null';
    expect(await count()).toBeNull();
    harness.simulation.dialect.total = { cap: 100 };
    expect(await count()).toBeNull();
    harness.simulation.dialect.total = { cap: 10_000 };
    expect(await count()).toBe(150);
    harness.simulation.generate(JOB, 12_000, (index) => ({ time: START + BigInt(index), message: 'x' }));
    expect(await count()).toBeNull();
  });
});

describe('a filter', () => {
  test('goes to the vendor, quoted, and is counted by it', async () => {
    writeLines(44, (index) => (index % 4 === 0 ? 'error' : 'info'));
    const partition = await partitionOf(harness.connect(), JOB, { severityIn: ['ERROR'], stepIn: ['haystack'] });
    expect(await readEntries(partition)).toHaveLength(11);
    expect(await partition.count(createCall())).toBe(11);
    const query = { limit: '100', order: 'ASC', filter: "level eq 'error' and origin eq 'haystack'" };
    expect(harness.asked()).toEqual([
      { kind: 'logs', query },
      // A fresh source: a shorter page shows that the count is not that of the page alone.
      { kind: 'logs', query: { ...query, limit: '1' } },
      { kind: 'logs', query },
    ]);
  });

  test('that the vendor refuses is applied here, and is not tried again', async () => {
    writeLines(250, (index) => (index % 50 === 0 ? 'error' : 'info'));
    harness.simulation.dialect.filterable = ['origin'];
    const connector = harness.connect();
    const filter: LogFilter = { severityIn: ['ERROR'] };
    const reading = await connector.logs({ job: JOB }, filter, createCall());
    expect(residualOf(filter, reading).severityIn).toBeUndefined();
    const [partition] = reading.partitions;
    const entries = await readEntries(partition!);
    expect(entries.map(({ message }) => message)).toEqual(['line 0', 'line 50', 'line 100', 'line 150', 'line 200']);
    expect(harness.asked().map(({ query }) => query['filter'])).toEqual([
      "level eq 'error'",
      undefined,
      undefined,
      undefined,
    ]);
    // The total is of all lines now, so it is not reported.
    expect(await partition!.count(createCall())).toBeNull();
    const both: LogFilter = { severityIn: ['ERROR'], stepIn: ['haystack'] };
    const next = await connector.logs({ job: JOB }, both, createCall());
    expect(residualOf(both, next)).toMatchObject({ severityIn: ['ERROR'], stepIn: undefined });
    expect(await readEntries(next.partitions[0]!)).toHaveLength(125);
    expect(harness.asked().every(({ query }) => query['filter'] === "origin eq 'haystack'")).toBe(true);
  });

  test('that was refused is not counted', async () => {
    harness.simulation.dialect.filterable = [];
    const partition = await partitionOf(harness.connect(), JOB, { stepIn: ['haystack'] });
    expect(await partition.count(createCall())).toBeNull();
  });

  test('keeps its pages if the vendor begins to refuse it during a read', async () => {
    writeLines(400, (index) => (index % 2 === 0 ? 'error' : 'info'));
    const partition = await partitionOf(harness.connect(), JOB, { severityIn: ['ERROR'] });
    const messages: string[] = [];
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 10 } as const;
    for await (const batch of partition.read(request, createCall())) {
      messages.push(...rowsOf(batch).map(({ message }) => message));
      harness.simulation.dialect.filterable = [];
    }
    expect(messages).toEqual(Array.from({ length: 200 }, (_, index) => `line ${index * 2}`));
  });

  test('is not blamed for a request that is refused without it, too', async () => {
    const connector = harness.connect();
    const remove = harness.server.inject({ what: { do: 'status', status: 400, body: '{}' } });
    const partition = await partitionOf(connector, JOB, { severityIn: ['ERROR'] });
    await expect(readEntries(partition)).rejects.toMatchObject({ status: 400 });
    remove();
    harness.asked();
    await readEntries(await partitionOf(connector, JOB, { severityIn: ['ERROR'] }));
    expect(harness.asked()[0]?.query['filter']).toBe("level eq 'error'");
  });

  test('for a severity is no longer sent once the source has used another word for it', async () => {
    const record = { time: START, message: 'm', origin: 'haystack' };
    harness.simulation.writeRecords(JOB, [
      { ...record, level: 'ERROR' },
      { ...record, level: 'error' },
    ]);
    const connector = harness.connect();
    expect(await readEntries(await partitionOf(connector, JOB))).toHaveLength(2);
    const filter: LogFilter = { severityIn: ['ERROR'] };
    expect(residualOf(filter, await connector.logs({ job: JOB }, filter, createCall()))).toEqual({
      severityIn: ['ERROR'],
      stepIn: undefined,
    });
  });
});

describe('the log of a step', () => {
  test('has the lines of that origin', async () => {
    writeLines(10);
    const { partitions } = await harness.connect().logs({ job: JOB, step: 'haystack' }, {}, createCall());
    const entries = await readEntries(partitions[0]!);
    expect(entries.map(({ stepKey }) => stepKey)).toEqual(['haystack', 'haystack', 'haystack', 'haystack', 'haystack']);
  });

  test('is empty if scope and filter exclude each other', async () => {
    const reading = await harness.connect().logs({ job: JOB, step: 'haystack' }, { stepIn: ['unknown'] }, createCall());
    expect(reading.partitions).toEqual([]);
    expect(harness.asked()).toEqual([]);
  });
});
