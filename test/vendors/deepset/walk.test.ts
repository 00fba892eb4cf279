import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import { comparePositions } from '../../../src/domain/ordered.ts';
import type { Position } from '../../../src/domain/ordered.ts';
import { DEFAULT_DIALECT } from '../../../src/sandbox/deepset/dialect.ts';
import type { DeepsetRecord } from '../../../src/sandbox/deepset/index.ts';
import type { Fault } from '../../../src/sandbox/types.ts';
import { partitionOf, readBatches, readEntries, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/** CI's least; `DEEP=1` runs thousands. */
const RUNS = process.env['DEEP'] === '1' ? 2000 : 200;
const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'];
const ORIGINS = ['querypipeline', 'indexingpipeline', 'haystack', 'unknown'];

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  Object.assign(harness.simulation.dialect, DEFAULT_DIALECT);
});

function record(time: bigint, index: number): DeepsetRecord {
  return {
    time,
    message: `line ${index % 3}`,
    level: LEVELS[index % 5] ?? '',
    origin: ORIGINS[index % 4] ?? '',
    exceptions: null,
    extra_fields: null,
  };
}

function write(records: readonly DeepsetRecord[]): string {
  harness.simulation.clear();
  const job = harness.simulation.createJob({ name: 'rag' });
  harness.simulation.writeRecords(job, records);
  return job;
}

function places(entries: readonly Position[]): string[] {
  return entries.map(({ time, tie }) => `${time} ${tie}`);
}

describe('an instant with more lines than a page', () => {
  test.each(['id', 'insertion', 'unreversed'] as const)('is read whole with ties ordered by %s', async (tieOrder) => {
    harness.simulation.dialect.tieOrder = tieOrder;
    const crowd = Array.from({ length: 640 }, (_, index) => record(START, index));
    const job = write([record(START - 1000n, 0), ...crowd, record(START + 1000n, 1)]);
    const partition = await partitionOf(harness.connect(), job);
    const batches = await readBatches(partition);
    const entries = batches.flatMap(rowsOf);
    expect(new Set(places(entries)).size).toBe(642);
    expect(entries).toHaveLength(642);
    expect(batches.some(({ truncated }) => truncated !== undefined)).toBe(false);
    const backward = await readEntries(partition, { direction: 'backward' });
    expect(places(backward.toReversed())).toEqual(places(entries));
    const middle = entries[321]!;
    expect(places(await readEntries(partition, { from: middle }))).toEqual(places(entries.slice(322)));
  });

  test('is reported as truncated if the vendor gives no way to reach the rest', async () => {
    harness.simulation.dialect.filterable = [];
    const job = write(Array.from({ length: 500 }, (_, index) => record(START, index)));
    const batches = await readBatches(await partitionOf(harness.connect(), job));
    const found = batches.flatMap(rowsOf);
    expect(new Set(places(found)).size).toBe(found.length);
    expect(found.length).toBeGreaterThanOrEqual(200);
    expect(batches.map(({ truncated }) => truncated).filter(Boolean)).toEqual([
      expect.stringContaining('more entries share one instant') as string,
    ]);
  });

  test('is read whole by the one field that can be filtered, if that is enough', async () => {
    for (const field of ['level', 'origin'] as const) {
      harness.simulation.dialect.filterable = [field];
      const job = write(Array.from({ length: 500 }, (_, index) => record(START, index)));
      const batches = await readBatches(await partitionOf(harness.connect(), job));
      expect(batches.flatMap(rowsOf)).toHaveLength(500);
      expect(batches.every(({ truncated }) => truncated === undefined)).toBe(true);
    }
  });

  test('is read whole when its levels are words that were seen in it', async () => {
    const crowd = Array.from({ length: 300 }, (_, index) => ({
      ...record(START, index),
      level: ['NOTICE', 'x'][index % 2]!,
    }));
    const batches = await readBatches(await partitionOf(harness.connect(), write(crowd)));
    expect(batches.flatMap(rowsOf)).toHaveLength(300);
    expect(batches.every(({ truncated }) => truncated === undefined)).toBe(true);
  });
});

describe('a walk', () => {
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0n) },
    { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 3n }).map((count) => count * 1000n) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 5_000_000n }) },
  );
  const crowd = fc.record({ size: fc.constantFrom(0, 0, 130, 260), at: fc.nat() });
  const log = fc.tuple(fc.array(gap, { maxLength: 300 }), crowd).map(([gaps, { size, at }]) => {
    const start = gaps.length === 0 ? 0 : at % gaps.length;
    const all = [...gaps.slice(0, start), ...Array.from({ length: size }, () => 0n), ...gaps.slice(start)];
    let time = START;
    return all.map((step, index) => record((time += step), index));
  });
  const step = fc.record({ forward: fc.boolean(), take: fc.integer({ min: 1, max: 150 }) });
  const dialect = fc.record({
    tieOrder: fc.constantFrom('id' as const, 'insertion' as const, 'unreversed' as const),
    digits: fc.constantFrom(3, 6, 6, 6),
    total: fc.constantFrom('honest' as const, 'null' as const),
  });

  /** Walks from wherever the steps lead, each step with another connector that knows nothing but the position. */
  async function check(records: readonly DeepsetRecord[], steps: readonly { forward: boolean; take: number }[]) {
    const job = write(records);
    const oracle = await readEntries(await partitionOf(harness.connect(), job));
    expect(oracle).toHaveLength(records.length);
    expect(oracle.every((entry, index) => index === 0 || comparePositions(oracle[index - 1]!, entry) < 0)).toBe(true);
    let from: LogEntry | null = null;
    for (const { forward, take } of steps) {
      const partition = await partitionOf(harness.connect(), job);
      const direction = forward ? 'forward' : 'backward';
      const read: LogEntry[] = await readEntries(partition, { direction, from, take });
      expect(places(read)).toEqual(places(expected(oracle, forward, from).slice(0, take)));
      from = read.at(-1) ?? from;
    }
    await harness.disconnect();
  }
  const steps = fc.array(step, { minLength: 1, maxLength: 5 });

  test('finds every line once and in order, from any place, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(log, steps, dialect, async (records, walked, turned) => {
        Object.assign(harness.simulation.dialect, turned);
        await check(records, walked);
      }),
      { numRuns: RUNS },
    );
  });

  test('finds every line once if the clock is finer than the bounds, and if bounds are inclusive', async () => {
    const sparse = fc.array(gap, { maxLength: 300 }).map((gaps) => {
      let time = START;
      // One of a hundred at the most shares its microsecond with another.
      return gaps.map((distance, index) => record((time += distance + (index % 50 === 0 ? 0n : 21n)), index));
    });
    const turned = fc.constantFrom({ digits: 9 }, { after: 'inclusive' as const });
    await fc.assert(
      fc.asyncProperty(sparse, steps, turned, async (records, walked, switches) => {
        Object.assign(harness.simulation.dialect, DEFAULT_DIALECT, switches);
        await check(records, walked);
      }),
      { numRuns: RUNS / 4 },
    );
  });

  test('passes an instant with many lines if the clock is finer than the bounds, and if bounds are inclusive', async () => {
    for (const switches of [{ digits: 9 }, { after: 'inclusive' as const }]) {
      Object.assign(harness.simulation.dialect, DEFAULT_DIALECT, switches);
      const crowd = Array.from({ length: 260 }, (_, index) => record(START + 345n, index));
      const job = write([...crowd, record(START + 5000n, 0)]);
      const forward = await readEntries(await partitionOf(harness.connect(), job));
      expect(new Set(places(forward)).size).toBe(261);
      const backward = await readEntries(await partitionOf(harness.connect(), job), { direction: 'backward' });
      expect(places(backward.toReversed())).toEqual(places(forward));
    }
  });

  test('finds lines that are appended, through failures of every kind', async () => {
    const faults: Fault['what'][] = [
      { do: 'status', status: 429, body: '', headers: { 'retry-after': '0' } },
      { do: 'status', status: 504, body: '<html></html>' },
      { do: 'reset' },
      { do: 'cut', after: 0.5 },
    ];
    await fc.assert(
      fc.asyncProperty(log, fc.array(log, { maxLength: 4 }), fc.constantFrom(...faults), async (first, added, what) => {
        const job = write(first);
        const partition = await partitionOf(harness.connect(), job);
        const read: LogEntry[] = [];
        for (const records of [...added, []]) {
          harness.server.inject({ times: 1, what });
          read.push(...(await readEntries(partition, { from: read.at(-1) ?? null })));
          harness.server.clearFaults();
          const end = (read.at(-1)?.time ?? START) + 1000n;
          harness.simulation.writeRecords(
            job,
            records.map((one) => ({ ...one, time: one.time - START + end })),
          );
        }
        const all = await readEntries(await partitionOf(harness.connect(), job));
        expect(all).toHaveLength(first.length + added.reduce((sum, records) => sum + records.length, 0));
        expect(places(read)).toEqual(places(all));
        await harness.disconnect();
      }),
      { numRuns: RUNS / 4 },
    );
  });
});

function expected(oracle: readonly LogEntry[], forward: boolean, from: Position | null): readonly LogEntry[] {
  const walked = forward ? oracle : oracle.toReversed();
  const sign = forward ? 1 : -1;
  return from === null ? walked : walked.filter((entry) => comparePositions(entry, from) * sign > 0);
}
