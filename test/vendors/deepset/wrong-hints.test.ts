import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction, Position } from '../../../src/domain/ordered.ts';
import { startOfInstant } from '../../../src/domain/ordered.ts';
import { REPEATS } from '../../../src/pagination/core/page-guard.ts';
import { DEFAULT_DIALECT } from '../../../src/sandbox/deepset/dialect.ts';
import type { DeepsetDialect, DeepsetRecord } from '../../../src/sandbox/deepset/index.ts';
import { partitionOf, readBatches, readEntries, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 2_000 : 60;
const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'];
const ORIGINS = ['querypipeline', 'indexingpipeline', 'haystack', 'unknown'];
const BOTH: readonly Direction[] = ['forward', 'backward'];

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  Object.assign(harness.simulation.dialect, DEFAULT_DIALECT);
});

function record(time: bigint, index: number): DeepsetRecord {
  const level = LEVELS[index % LEVELS.length] ?? '';
  const origin = ORIGINS[index % ORIGINS.length] ?? '';
  return { time, message: `line ${index}`, level, origin, exceptions: null, extra_fields: null };
}

/** A log with a line every so many microseconds. */
function write(count: number, distance: bigint): string {
  return writeAt(count, (index) => BigInt(index) * distance);
}

/** A log whose lines are so many microseconds behind its start. */
function writeAt(count: number, place: (index: number) => bigint): string {
  harness.simulation.clear();
  const job = harness.simulation.createJob({ name: 'rag' });
  harness.simulation.writeRecords(
    job,
    Array.from({ length: count }, (_, index) => record(START + place(index) * 1000n, index)),
  );
  return job;
}

function numbers(entries: readonly LogEntry[]): number[] {
  return entries.map(({ message }) => Number(message.slice('line '.length)));
}

function upTo(count: number, direction: Direction): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return direction === 'forward' ? all : all.reverse();
}

describe('a source whose bounds of time are coarser than assumed', () => {
  test.each([
    ['milliseconds', { afterStep: 'millisecond' }, 1_000, 650n],
    ['milliseconds, inclusive', { afterStep: 'millisecond', after: 'inclusive' }, 1_000, 650n],
    ['seconds', { afterStep: 'second' }, 1_000, 20_300n],
    ['seconds, inclusive', { afterStep: 'second', after: 'inclusive' }, 1_000, 20_300n],
    ['microseconds, inclusive', { after: 'inclusive' }, 1_000, 1n],
  ] as const)('gives each line once if its bounds are in %s', async (_, dialect, count, distance) => {
    Object.assign(harness.simulation.dialect, dialect satisfies Partial<DeepsetDialect>);
    const job = write(count, distance);
    for (const direction of BOTH) {
      harness.asked();
      const batches = await readBatches(await partitionOf(harness.connect(), job), { direction });
      expect(numbers(batches.flatMap(rowsOf))).toEqual(upTo(count, direction));
      expect(batches.filter(({ truncated }) => truncated !== undefined)).toEqual([]);
      expect(harness.asked().length).toBeLessThan(4 * (count / 100) + 8);
    }
  });

  // The simulation orders and bounds by microseconds in both cases.
  test.each([
    ['shows milliseconds alone', { shownDigits: 3 }],
    ['shows milliseconds alone, with bounds that are inclusive', { shownDigits: 3, after: 'inclusive' }],
    ['rounds bounds to milliseconds', { afterStep: 'millisecond', afterRounding: 'nearest', after: 'inclusive' }],
    ['rounds bounds up to milliseconds', { afterStep: 'millisecond', afterRounding: 'up' }],
  ] as const)('gives each line once where it %s', async (_, dialect) => {
    Object.assign(harness.simulation.dialect, dialect satisfies Partial<DeepsetDialect>);
    const distances = [250n, 333n, 500n, 650n].map((distance) => (index: number) => BigInt(index) * distance);
    const groups = (index: number): bigint =>
      BigInt(Math.floor(index / 36)) * 10_000n + BigInt(Math.floor((index % 36) / 12)) * 333n;
    for (const place of [...distances, groups]) {
      const job = writeAt(997, place);
      for (const direction of BOTH) {
        const connector = harness.connect();
        const found: LogEntry[] = [];
        for (let from: Position | null = null, isMore = true; isMore; from = found.at(-1) ?? null) {
          const page = await readEntries(await partitionOf(connector, job), { direction, from, take: 50 });
          found.push(...page);
          isMore = page.length > 0;
        }
        expect(numbers(found).sort((a, b) => a - b)).toEqual(upTo(997, 'forward'));
      }
    }
  });

  // Both pages of an instant in the middle begin with lines of its neighbours, and end with the same five of its fifteen lines.
  test('gives all lines of an instant whose lines come in one order in both directions', async () => {
    const dialect = { after: 'inclusive', rowsPerPage: 20, tieOrder: 'unreversed' } as const;
    Object.assign(harness.simulation.dialect, dialect satisfies Partial<DeepsetDialect>);
    const job = writeAt(45, (index) => BigInt(Math.floor(index / 15)));
    for (const direction of BOTH) {
      const found = await readEntries(await partitionOf(harness.connect(), job), { direction });
      expect(numbers(found).sort((a, b) => a - b)).toEqual(upTo(45, 'forward'));
    }
  });

  test('gives the lines before a time that no line has, on a connector that knows nothing yet', async () => {
    for (const [afterStep, distance] of [
      ['millisecond', 130n],
      ['second', 20_300n],
    ] as const) {
      harness.simulation.dialect.afterStep = afterStep;
      const job = write(500, distance);
      const middle = startOfInstant(START + 250n * distance * 1000n);
      for (const direction of BOTH) {
        const found = await readEntries(await partitionOf(harness.connect(), job), { direction, from: middle });
        const all = upTo(500, direction);
        expect(numbers(found)).toEqual(all.filter((index) => (direction === 'forward' ? index >= 250 : index < 250)));
      }
    }
  });

  test('is asked in those steps from then on, and other sources are not', async () => {
    const job = write(1_000, 650n);
    const direction = 'backward';
    const fine = harness.connect();
    const readAll = async (connector = fine) => readEntries(await partitionOf(connector, job), { direction });
    await readAll();
    const honest = harness.asked().length;
    harness.simulation.dialect.afterStep = 'millisecond';
    const coarse = harness.connect();
    await readAll(coarse);
    const learning = harness.asked().length;
    await readAll(coarse);
    const learnt = harness.asked().length;
    expect(learning - learnt).toBe(1);
    expect(learnt - honest).toBeLessThanOrEqual(1);
  });
});

describe('a source whose flags, sizes and bounds may be wrong', () => {
  const dialects: fc.Arbitrary<Partial<DeepsetDialect>> = fc
    .record({
      afterStep: fc.constantFrom('microsecond', 'millisecond', 'second'),
      afterRounding: fc.constantFrom('down', 'down', 'nearest', 'up'),
      shownDigits: fc.constantFrom(null, null, 3),
      after: fc.constantFrom('exclusive', 'inclusive'),
      more: fc.constantFrom('honest', 'always', 'never', 'missing'),
      rowsPerPage: fc.oneof(fc.constant(100), fc.integer({ min: 20, max: 90 })),
      tieOrder: fc.constantFrom('id', 'insertion', 'unreversed'),
      total: fc.constantFrom('honest', 'null'),
      emptyPageSaysMore: fc.boolean(),
    })
    // A short page that claims to be the last is taken for the last.
    .filter(({ more, rowsPerPage }) => more !== 'never' || rowsPerPage === 100);
  const logs = fc.record({
    count: fc.integer({ min: 0, max: 400 }),
    distance: fc.constantFrom(1n, 130n, 250n, 500n, 2_000n, 60_000n),
    crowd: fc.constantFrom(1, 1, 2, 15),
  });
  const walks = fc.record({
    direction: fc.constantFrom(...BOTH),
    take: fc.integer({ min: 40, max: 300 }),
    isNew: fc.boolean(),
  });

  test('gives each line once or reports what is missing, in a bounded number of calls', async () => {
    await fc.assert(
      fc.asyncProperty(dialects, logs, walks, async (dialect, { count, distance, crowd }, walk) => {
        Object.assign(harness.simulation.dialect, DEFAULT_DIALECT, dialect);
        harness.simulation.clear();
        const job = harness.simulation.createJob({ name: 'rag' });
        const records = Array.from({ length: count }, (_, index) =>
          record(START + BigInt(Math.floor(index / crowd)) * distance * 1000n, index),
        );
        harness.simulation.writeRecords(job, records);
        harness.asked();
        const { direction, take, isNew } = walk;
        let connector = harness.connect();
        const found: LogEntry[] = [];
        let isCut = false;
        let from: Position | null = null;
        for (let step = 0; step < 30; step += 1) {
          const partition = await partitionOf(connector, job);
          const before = found.length;
          for (const batch of await readBatches(partition, { direction, from, take })) {
            found.push(...rowsOf(batch).slice(0, take - (found.length - before)));
            isCut ||= batch.truncated !== undefined;
          }
          if (found.length === before) break;
          from = found.at(-1) ?? null;
          if (isNew) connector = harness.connect();
        }
        expect(new Set(numbers(found)).size).toBe(found.length);
        const inOrder = found.every(({ time }, index) => {
          const last = found[index - 1]?.time ?? time;
          return direction === 'forward' ? last <= time : last >= time;
        });
        expect(inOrder).toBe(true);
        if (!isCut) expect(found.length).toBe(count);
        // Lines that a vendor's clock can tell apart are never out of reach.
        const perAfter =
          dialect.afterStep === 'second' ? 1_000_000n : dialect.afterStep === 'millisecond' ? 1_000n : 1n;
        const perTick = dialect.shownDigits === 3 && perAfter === 1n ? 1_000n : perAfter;
        const crowded = (perTick / distance + 1n) * BigInt(crowd);
        if (crowded < BigInt(dialect.rowsPerPage ?? 100)) expect(isCut).toBe(false);
        expect(harness.asked().length).toBeLessThan(60 * (count / 20 + 2));
        await harness.disconnect();
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  test.each(BOTH)('is reported if it ignores the bound, %s', async (direction) => {
    harness.simulation.dialect.ignoresPlace = true;
    const job = write(450, 1_000_000n);
    const batches = await readBatches(await partitionOf(harness.connect(), job), { direction });
    const found = numbers(batches.flatMap(rowsOf));
    expect(found).toEqual(upTo(450, direction).slice(0, 100));
    expect(batches.at(-1)).toMatchObject({ truncated: REPEATS, contradicts: true });
    expect(harness.asked().length).toBeLessThan(5);
  });

  // With distances of less than a second its pages look like those of a coarse clock.
  test.each([0n, 1n, 130n, 9_000n, 20_000n])(
    'is reported if it ignores the bound, with lines %s µs apart',
    async (gap) => {
      harness.simulation.dialect.ignoresPlace = true;
      const job = write(450, gap);
      for (const filterable of [DEFAULT_DIALECT.filterable, []]) {
        harness.simulation.dialect.filterable = filterable;
        for (const direction of BOTH) {
          harness.asked();
          const batches = await readBatches(await partitionOf(harness.connect(), job), { direction });
          const found = numbers(batches.flatMap(rowsOf));
          expect(new Set(found).size).toBe(found.length);
          const said = batches.filter(({ truncated }) => truncated !== undefined);
          // All lines may have come by level and origin, in spite of it.
          if (found.length < 450)
            expect(said).toEqual([expect.objectContaining({ truncated: REPEATS, contradicts: true })]);
          else expect(said).toEqual([]);
          if (filterable.length === 0) expect(found.length).toBeLessThan(450);
          // Each of 20 pairs of level and origin of an instant is read by itself: up to two calls each, and again for a
          // coarser clock.
          expect(harness.asked().length).toBeLessThan(80);
        }
      }
    },
  );

  test.each(BOTH)('is reported if it ignores the order, %s, from any place', async (direction) => {
    harness.simulation.dialect.ignoresOrder = true;
    for (const count of [0, 1, 2, 10, 250]) {
      const job = write(count, 1_000_000n);
      const all = upTo(count, direction);
      for (const at of [null, 0, 1, 5, 8, 9, 120, 249]) {
        if (at !== null && at >= count) continue;
        // The place of a line, which an honest source has shown.
        harness.simulation.dialect.ignoresOrder = false;
        const [last] = at === null ? [] : (await readEntries(await partitionOf(harness.connect(), job))).slice(at);
        harness.simulation.dialect.ignoresOrder = true;
        const batches = await readBatches(await partitionOf(harness.connect(), job), { direction, from: last ?? null });
        const found = numbers(batches.flatMap(rowsOf));
        const expected = at === null ? all : all.slice(all.indexOf(at) + 1);
        if (batches.every(({ truncated }) => truncated === undefined)) expect(found).toEqual(expected);
        expect(new Set(found).size).toBe(found.length);
        expect(found.every((number) => expected.includes(number))).toBe(true);
      }
    }
  });
});

describe('a source that cuts its pages and claims on each of them that nothing follows', () => {
  test.each(BOTH)('is read whole where one page has shown that more follows, %s', async (direction) => {
    Object.assign(harness.simulation.dialect, { rowsPerPage: 40, more: 'never' } satisfies Partial<DeepsetDialect>);
    const job = write(260, 1_000n);
    const connector = harness.connect();
    const all = upTo(260, direction);
    expect(numbers(await readEntries(await partitionOf(connector, job), { direction }))).toEqual(all);
    // From then on it is known of the source, whatever it counts.
    harness.simulation.dialect.total = 'null';
    harness.asked();
    expect(numbers(await readEntries(await partitionOf(connector, job), { direction }))).toEqual(all);
    expect(harness.asked().length).toBeLessThan(12);
  });

  test('costs no further call if pages are as long as requested', async () => {
    const job = write(250, 1_000n);
    const connector = harness.connect();
    harness.asked();
    await readEntries(await partitionOf(connector, job), { direction: 'forward' });
    expect(harness.asked()).toHaveLength(3);
  });
});

describe('a source whose hints agree wrongly that a page is the last one', () => {
  const AGREEING: readonly Partial<DeepsetDialect>[] = [
    { total: 'of-page' },
    ...[25, 50, 100].flatMap((rowsPerPage) => [
      { total: 'of-page' as const, rowsPerPage },
      { total: 'null' as const, rowsPerPage },
    ]),
  ];

  test.each(AGREEING.flatMap((dialect) => (['never', 'missing'] as const).map((more) => ({ ...dialect, more }))))(
    'is read whole: $rowsPerPage rows per page, total $total, more $more',
    async (dialect) => {
      Object.assign(harness.simulation.dialect, dialect);
      const job = write(450, 1_000n);
      const middle = startOfInstant(START + 200n * 1_000_000n);
      for (const direction of BOTH) {
        for (const from of [null, middle]) {
          const batches = await readBatches(await partitionOf(harness.connect(), job), { direction, from });
          const all = upTo(450, direction);
          expect(numbers(batches.flatMap(rowsOf))).toEqual(
            from === null ? all : all.filter((index) => (direction === 'forward' ? index >= 200 : index < 200)),
          );
          expect(batches.filter(({ truncated }) => truncated !== undefined)).toEqual([]);
        }
      }
    },
  );

  // Nothing but its flag, or nothing but its count, says that such a page is the last.
  test.each(
    BOTH.flatMap((direction) =>
      (
        [
          ['null', 'never'],
          ['zero', 'never'],
          ['of-page', 'missing'],
        ] as const
      ).map(([total, more]) => ({ direction, total, more })),
    ),
  )('is read whole where it caps pages to any length, $direction (total: $total, more: $more)', async (lie) => {
    const { direction, ...hints } = lie;
    for (const rowsPerPage of [7, 37, 40]) {
      Object.assign(harness.simulation.dialect, { ...hints, rowsPerPage });
      for (const from of [null, startOfInstant(START + 200n * 1_000_000n)]) {
        const job = write(450, 1_000n);
        const found = await readEntries(await partitionOf(harness.connect(), job), { direction, from });
        const all = upTo(450, direction);
        expect(numbers(found)).toEqual(
          from === null ? all : all.filter((index) => (direction === 'forward' ? index >= 200 : index < 200)),
        );
      }
    }
  });

  test('is asked once more for the longest log so far where nothing is counted', async () => {
    harness.simulation.dialect.total = 'null';
    const connector = harness.connect();
    for (const [count, calls] of [
      [9, 2],
      [8, 1],
      [31, 2],
      [30, 1],
      [150, 2],
      [99, 1],
      [60, 1],
    ] as const) {
      const partition = await partitionOf(connector, write(count, 1_000n));
      harness.asked();
      await readEntries(partition);
      expect(harness.asked(), `${count} lines`).toHaveLength(calls);
    }
  });

  test('is read whole where it lowers its cap while it is read', async () => {
    const lie = { total: 'null', more: 'never' } satisfies Partial<DeepsetDialect>;
    for (const isNew of [false, true]) {
      for (const rowsPerPage of [50, 43]) {
        Object.assign(harness.simulation.dialect, { ...lie, rowsPerPage: 100 });
        const job = write(450, 1_000n);
        const connector = harness.connect();
        const found = (await readEntries(await partitionOf(connector, job), { take: 150 })).slice(0, 150);
        harness.simulation.dialect.rowsPerPage = rowsPerPage;
        const partition = await partitionOf(isNew ? harness.connect() : connector, job);
        found.push(...(await readEntries(partition, { from: found.at(-1)! })));
        expect(numbers(found)).toEqual(upTo(450, 'forward'));
      }
    }
  });

  test('costs no further call once an honest log of a round length was read in parts', async () => {
    const connector = harness.connect();
    const some = await readEntries(await partitionOf(connector, write(20, 1_000n)), { need: 3 });
    expect(some).toHaveLength(20);
    // Once for the source, a shorter page shows that its count is not that of the page alone.
    await readEntries(await partitionOf(connector, write(22, 1_000n)));
    const partition = await partitionOf(connector, write(31, 1_000n));
    harness.asked();
    await readEntries(partition);
    expect(harness.asked()).toHaveLength(1);
  });

  test.each(['null', 'of-page'] as const)(
    'is not treated as complete within one instant if it caps pages to ten lines (total: %s)',
    async (total) => {
      const lie = { tieOrder: 'unreversed', filterable: [], rowsPerPage: 10, more: 'never' } as const;
      Object.assign(harness.simulation.dialect, { ...lie, total } satisfies Partial<DeepsetDialect>);
      const batches = await readBatches(await partitionOf(harness.connect(), write(35, 0n)));
      expect(batches.flatMap(({ rows }) => rows).length).toBeLessThan(35);
      expect(batches.some(({ truncated }) => truncated !== undefined)).toBe(true);
    },
  );

  test('is asked once more for a log of a round length only', async () => {
    for (const [count, calls] of [
      [9, 1],
      [10, 2],
      [99, 1],
      [100, 2],
      [150, 2],
    ] as const) {
      const connector = harness.connect();
      // Once for the source, a shorter page shows that its count is not that of the page alone.
      await readEntries(await partitionOf(connector, write(2, 1_000n)));
      const partition = await partitionOf(connector, write(count, 1_000n));
      harness.asked();
      for (const direction of BOTH) await readEntries(partition, { direction });
      expect(harness.asked(), `${count} lines`).toHaveLength(calls * 2);
    }
  });

  test('reports nothing if all lines of one instant have come', async () => {
    Object.assign(harness.simulation.dialect, { tieOrder: 'unreversed', filterable: [] });
    const job = write(10, 0n);
    const batches = await readBatches(await partitionOf(harness.connect(), job));
    expect(batches.flatMap(({ rows }) => rows)).toHaveLength(10);
    expect(batches.every(({ truncated }) => truncated === undefined)).toBe(true);
  });
});
