import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import { comparePositions, isBeyond, startOfInstant } from '../../../src/domain/ordered.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import { formatInstant } from '../../../src/domain/time.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { SapOptions, SapRunInput } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Harness, Read } from './harness.ts';
import { placesOf } from './placed-lines.ts';
import type { OraclePlace } from './placed-lines.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 1_500 : 60;
const SPAN = 80;

/** A run with events from its scheduling to its end. All times in seconds. */
interface Shape {
  readonly executed: number;
  readonly gap: number;
  readonly between: number;
  readonly lasts: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  executed: fc.integer({ min: 0, max: 600 }),
  gap: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 * SPAN })),
  between: fc.integer({ min: 0, max: 10 }),
  lasts: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 900 })),
});

const instances: fc.Arbitrary<SapOptions> = fc.record({
  dialect: fc.constantFrom('legacy', 'current'),
  order: fc.constantFrom('newest-first', 'oldest-first'),
  ties: fc.constantFrom('inserted', 'shuffled'),
  sortedBy: fc.constantFrom('invocation', 'scheduling'),
});

const at = (seconds: number): bigint => START + BigInt(seconds) * SECOND;

function linesOf({ executed, gap, between, lasts }: Shape): bigint[] {
  return [executed - gap, executed, executed + Math.min(between, lasts), executed + lasts].map(at);
}

function runOf(given: Shape): SapRunInput {
  const [scheduled = 0n, executed = 0n, accepted = 0n, completed = 0n] = linesOf(given);
  return {
    state: 'SUCCESS',
    scheduled,
    executed,
    completed,
    events: [
      { time: scheduled, type: 'SCHEDULED' },
      { time: executed, type: 'TRIGGERED' },
      { time: accepted, type: 'ACK_RECVD', text: 'accepted' },
      { time: completed, type: 'SUCCESS', text: 'posted' },
    ],
  };
}

/** Every line of the log, in order. */
function oracle(harness: Harness, key: string, shapes: ReadonlyMap<string, Shape>, pageSize: number): OraclePlace[] {
  const runs = harness.simulation.runIds(key).flatMap((id) => {
    const given = shapes.get(id);
    if (given === undefined) return [];
    return [{ id, scheduled: at(given.executed - given.gap), executed: at(given.executed), lines: linesOf(given) }];
  });
  return placesOf(runs, BigInt(SPAN) * SECOND, Math.ceil(pageSize / 5)).sort(comparePositions);
}

/**
 * True if the two ends of the list show how it is sorted. They may not if one of their two times is the same: then runs
 * are assumed to come newest first. So the list does not decide which of two tied runs is the newer one, nor where
 * lines far from their runs are placed.
 */
function showsOrder({ order, sortedBy }: SapOptions, shapes: readonly Shape[]): boolean {
  if (order !== 'oldest-first') return true;
  const scheduled = ({ executed, gap }: Shape): number => executed - gap;
  const sorted = sortedBy === 'scheduling' ? scheduled : ({ executed }: Shape) => executed;
  const keys = shapes.map(sorted);
  const firsts = shapes.filter((one) => sorted(one) === Math.min(...keys));
  const lasts = shapes.filter((one) => sorted(one) === Math.max(...keys));
  return firsts.every((one) =>
    lasts.every((other) => one.executed < other.executed && scheduled(one) < scheduled(other)),
  );
}

const written = ({ time, tie }: { time: bigint; tie: string }): string => `${(time - START) / SECOND} ${tie}`;

async function pageOf(
  harness: Harness,
  key: string,
  pageSize: number,
  {
    direction,
    last,
    take,
    hints,
  }: { direction: Direction; last: Read<LogEntry> | undefined; take: number; hints: boolean },
): Promise<Read<LogEntry>[]> {
  const call = createCall();
  const partition = only((await harness.connect({ pageSize }).logs({ job: key }, {}, call)).partitions);
  const hint = hints ? (last?.hint ?? null) : null;
  return readRows(partition, { direction, from: last?.row ?? null, hint, take, call });
}

async function withJob<T>(
  options: SapOptions,
  shapes: readonly Shape[],
  test: (harness: Harness, key: string, known: Map<string, Shape>) => Promise<T>,
): Promise<T> {
  const harness = await startHarness({ auth: 'basic', ...options });
  try {
    const key = harness.simulation.createJob();
    return await test(
      harness,
      key,
      new Map(shapes.map((given) => [harness.simulation.addRun(key, runOf(given)), given])),
    );
  } finally {
    await harness.close();
  }
}

describe('lines on both sides of their runs', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 });
  const pageSizes = fc.integer({ min: 3, max: 30 });
  const directions = fc.constantFrom<Direction>('forward', 'backward');

  test('come once and in order, whatever the list is sorted by, with any page sizes, either way', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.array(shape, { maxLength: 60 }),
        sizes,
        pageSizes,
        directions,
        fc.boolean(),
        (options, shapes, taken, pageSize, direction, hints) => {
          fc.pre(showsOrder(options, shapes));
          return withJob(options, shapes, async (harness, key, known) => {
            const expected = oracle(harness, key, known, pageSize).map(written);
            const seen: Read<LogEntry>[] = [];
            for (let step = 0; ; step += 1) {
              const take = taken[step % taken.length] ?? 1;
              const part = await pageOf(harness, key, pageSize, { direction, last: seen.at(-1), take, hints });
              seen.push(...part);
              if (part.length === 0) break;
            }
            expect(seen.map(({ row }) => written(row))).toEqual(
              direction === 'forward' ? expected : expected.reverse(),
            );
          });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  test('are found from any place in time and from any line, with its hint, and the other way round', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.array(shape, { minLength: 1, maxLength: 60 }),
        pageSizes,
        directions,
        directions,
        fc.nat(),
        fc.integer({ min: -200, max: 1_600 }),
        (options, shapes, pageSize, direction, onward, pick, second) => {
          fc.pre(showsOrder(options, shapes));
          return withJob(options, shapes, async (harness, key, known) => {
            const expected = oracle(harness, key, known, pageSize);
            const all = await pageOf(harness, key, pageSize, {
              direction,
              last: undefined,
              take: Infinity,
              hints: false,
            });
            const line = all[pick % all.length]!;
            const rest = await pageOf(harness, key, pageSize, {
              direction: onward,
              last: line,
              take: Infinity,
              hints: true,
            });
            const beyond = expected.filter((place) => isBeyond(place, line.row, onward));
            expect(rest.map(({ row }) => written(row))).toEqual(
              (onward === 'forward' ? beyond : beyond.reverse()).map(written),
            );
            const place = startOfInstant(at(second));
            const partition = only(
              (await harness.connect({ pageSize }).logs({ job: key }, {}, createCall())).partitions,
            );
            const since = await readRows(partition, { direction: onward, from: place });
            const there = expected.filter((each) => isBeyond(each, place, onward)).sort(comparePositions);
            expect(since.map(({ row }) => written(row))).toEqual(
              (onward === 'forward' ? there : there.reverse()).map(written),
            );
          });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  test('come once where runs of one start were scheduled at different times, and the page before has a run of the same start', async () => {
    const run = (executed: number, gap: number): Shape => ({ executed, gap, between: 0, lasts: 0 });
    const shapes = [
      run(2, 0),
      run(2, 1),
      run(2, 0),
      run(3, 3),
      run(2, 0),
      run(82, 0),
      run(82, 0),
      run(82, 0),
      run(2, 0),
    ];
    await withJob({}, [...shapes, run(2, 0)], async (harness, key, known) => {
      const expected = oracle(harness, key, known, 6).map(written).reverse();
      const seen: Read<LogEntry>[] = [];
      for (let step = 0; step <= expected.length; step += 1)
        seen.push(
          ...(await pageOf(harness, key, 6, { direction: 'backward', last: seen.at(-1), take: 1, hints: true })),
        );
      expect(seen.map(({ row }) => written(row))).toEqual(expected);
    });
  });

  test('are neither lost nor repeated while runs begin, go on and end between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.array(shape, { minLength: 5, maxLength: 50 }),
        fc.integer({ min: 1, max: 15 }),
        pageSizes,
        directions,
        fc.array(shape, { maxLength: 12 }),
        (options, shapes, take, pageSize, direction, later) => {
          fc.pre(showsOrder(options, shapes));
          return withJob(options, shapes, async (harness, key, known) => {
            const before = oracle(harness, key, known, pageSize).map(written);
            // New runs are scheduled once the lines that are there have been written.
            const now = Math.max(...shapes.map(({ executed, lasts }) => executed + lasts));
            const pending = [...later];
            const seen: Read<LogEntry>[] = [];
            for (let step = 0; step < 500; step += 1) {
              const part = await pageOf(harness, key, pageSize, { direction, last: seen.at(-1), take, hints: true });
              seen.push(...part);
              if (part.length === 0) break;
              const next = pending.shift();
              if (next === undefined) continue;
              harness.simulation.addRun(key, runOf({ ...next, executed: now + next.gap + 1 + step }));
            }
            const found = seen.map(({ row }) => written(row));
            expect(new Set(found).size).toBe(found.length);
            const old = new Set(before);
            expect(found.filter((place) => old.has(place))).toEqual(
              direction === 'forward' ? before : before.reverse(),
            );
          });
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});

describe('runs that wait longer than any reach', () => {
  test.each(['invocation', 'scheduling'] as const)('lose no line where the list is sorted by %s', async (sortedBy) => {
    // A batch is scheduled at once, and one run of it is invoked every ten seconds, not in the order of its scheduling.
    const shapes = Array.from({ length: 150 }, (_, index) => {
      const executed = 10 * index;
      return { executed, gap: executed - ((index * 37) % 150), between: 1, lasts: 3 };
    });
    for (const order of ['newest-first', 'oldest-first'] as const) {
      await withJob({ sortedBy, order }, shapes, async (harness, key) => {
        for (const direction of ['forward', 'backward'] as const) {
          const all = await pageOf(harness, key, 15, { direction, last: undefined, take: Infinity, hints: false });
          expect(new Set(all.map(({ row }) => row.tie)).size).toBe(600);
          const sign = direction === 'forward' ? 1 : -1;
          const times = all.map(({ row }) => row);
          expect(times.every((row, i) => i === 0 || comparePositions(times[i - 1]!, row) * sign < 0)).toBe(true);
        }
      });
    }
  });
});

describe('since and until', () => {
  test('take lines by their own time where a run is scheduled long before it is invoked', async () => {
    // As the vendor shows it: a run is scheduled when the one before it is invoked.
    const shapes = Array.from({ length: 30 }, (_, index) => ({
      executed: 3_600 * index,
      gap: 3_600,
      between: 1,
      lasts: 60,
    }));
    await withJob({}, shapes, async (harness, key) => {
      const federation = createFederation([{ name: 'erp', connector: harness.connect() }]);
      const read = async (since: number, until: number): Promise<number[]> => {
        const filter = { since: formatInstant(at(since)), until: formatInstant(at(until)) };
        const args = { first: 50, filter };
        const nodes = await federation.logs([{ source: 'erp', scope: { job: key } }], args, createCall()).nodes();
        return nodes.map(({ time, timestamp }) => {
          expect(BigInt(Date.parse(timestamp)) * 1_000_000n).toBe(time);
          return Number((time - START) / SECOND);
        });
      };
      expect(await read(7_200, 10_800)).toEqual([7_200, 7_200, 7_201, 7_260]);
      expect(await read(7_201, 10_801)).toEqual([7_201, 7_260, 10_800, 10_800]);
    });
  });
});
