import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Attempt } from '../../../src/domain/job.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import { comparePositions } from '../../../src/domain/ordered.ts';
import type { Direction, Ordered } from '../../../src/domain/ordered.ts';
import type { SapOptions, SapRunInput } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import { done, only, readRows, SECOND, START, startHarness } from './harness.ts';
import type { Read } from './harness.ts';
import { placesOf } from './placed-lines.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 1_000 : 40;

interface Shape {
  readonly at: number;
  readonly seconds: number;
  readonly events: boolean;
}

function runOf({ at, seconds, events }: Shape, index: number): SapRunInput {
  const executed = START + BigInt(at) * SECOND;
  const completed = executed + BigInt(seconds) * SECOND;
  // Identical texts on purpose: only ids tell the runs apart.
  const run = { ...done(executed, `line ${index % 2}`), completed };
  if (!events) return run;
  return {
    ...run,
    events: [
      { time: executed, type: 'TRIGGERED' },
      { time: completed, type: 'SUCCESS', text: 'same' },
    ],
  };
}

const shape = fc.record({
  // Few seconds: ties wider than a native page are normal.
  at: fc.integer({ min: 0, max: 40 }),
  seconds: fc.constantFrom(0, 0, 0, 1, 5, 70, 400),
  events: fc.boolean(),
});

const instances: fc.Arbitrary<SapOptions> = fc.record({
  dialect: fc.constantFrom('legacy', 'current'),
  order: fc.constantFrom('newest-first', 'oldest-first'),
  ties: fc.constantFrom('inserted', 'shuffled'),
});

/** What the log is: every line once, in order. `native` are the ids in the order of the vendor's list, oldest first. */
function oracle(
  shapes: readonly Shape[],
  ids: readonly string[],
  pageSize: number,
  native: readonly string[],
): string[] {
  const runs = shapes.map(({ at, seconds, events }, index) => {
    const executed = START + BigInt(at) * SECOND;
    const last = executed + BigInt(seconds) * SECOND;
    return { id: ids[index]!, scheduled: executed, executed, lines: events ? [executed, last] : [last] };
  });
  const inOrder = native.flatMap((id) => runs.filter((run) => run.id === id));
  return placesOf(inOrder, 80n * SECOND, Math.ceil(pageSize / 5))
    .sort(comparePositions)
    .map(({ time, tie }) => `${time} ${tie}`);
}

function places(rows: readonly Read<Ordered>[]): string[] {
  return rows.map(({ row }) => `${row.time} ${row.tie}`);
}

/** Walks with changing sizes, each time from the last entry's position alone or with its hint. */
async function walk<T extends Ordered>(
  partition: () => Promise<Partition<T>>,
  direction: Direction,
  sizes: readonly number[],
  hints: boolean,
): Promise<Read<T>[]> {
  const rows: Read<T>[] = [];
  for (let step = 0; ; step += 1) {
    const last = rows.at(-1);
    const take = sizes[step % sizes.length] ?? 1;
    const part = await readRows(await partition(), {
      direction,
      from: last?.row ?? null,
      hint: hints ? (last?.hint ?? null) : null,
      take,
    });
    rows.push(...part);
    if (part.length === 0) return rows;
  }
}

describe('walking a schedule with any sizes, either way, with or without hints, on either dialect', () => {
  test('gives every line once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.array(shape, { minLength: 0, maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 5, max: 30 }),
        fc.boolean(),
        async (options, shapes, sizes, pageSize, hints) => {
          const harness = await startHarness({ auth: 'basic', ...options });
          try {
            const key = harness.simulation.createJob();
            const ids = shapes.map((entry, index) => harness.simulation.addRun(key, runOf(entry, index)));
            const expected = oracle(shapes, ids, pageSize, harness.simulation.runIds(key));
            const connector = harness.connect({ pageSize });
            const partition = async (): Promise<Partition<LogEntry>> =>
              only((await connector.logs({ job: key }, {}, createCall())).partitions);
            expect(places(await walk(partition, 'forward', sizes, hints))).toEqual(expected);
            expect(places(await walk(partition, 'backward', sizes, hints))).toEqual([...expected].reverse());
            const attempts = async (): Promise<Partition<Attempt>> =>
              only(await connector.parts.Attempt!.list(key, createCall()));
            const runs = shapes
              .map(({ at }, index) => ({ time: START + BigInt(at) * SECOND, tie: ids[index]! }))
              .sort(comparePositions)
              .map(({ time, tie }) => `${time} ${tie}`);
            expect(places(await walk(attempts, 'forward', sizes, hints))).toEqual(runs);
            expect(places(await walk(attempts, 'backward', sizes, hints))).toEqual(runs.reverse());
          } finally {
            await harness.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  test('loses and repeats nothing while new runs arrive between pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        instances,
        fc.array(shape, { minLength: 20, maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 5, max: 30 }),
        async (options, shapes, growth, pageSize) => {
          const harness = await startHarness({ auth: 'basic', ...options });
          try {
            const key = harness.simulation.createJob();
            const ids = shapes.map((entry, index) => harness.simulation.addRun(key, runOf(entry, index)));
            const expected = oracle(shapes, ids, pageSize, harness.simulation.runIds(key));
            const connector = harness.connect({ pageSize });
            for (const direction of ['backward', 'forward'] as const) {
              const seen: Read<LogEntry>[] = [];
              for (let step = 0; ; step += 1) {
                const last = seen.at(-1);
                const partition = only((await connector.logs({ job: key }, {}, createCall())).partitions);
                const from = { from: last?.row ?? null, hint: last?.hint ?? null };
                const part = await readRows(partition, { direction, ...from, take: 7 });
                seen.push(...part);
                if (part.length === 0 || step > 60) break;
                for (let index = 0; index < growth && step < 12; index += 1) {
                  // New runs begin after all lines that are there.
                  const at = 600 + step * 20 + index;
                  harness.simulation.addRun(key, runOf({ at, seconds: 0, events: false }, index));
                }
              }
              const known = new Set(expected);
              const found = places(seen);
              expect(new Set(found).size).toBe(found.length);
              const inOrder = direction === 'forward' ? expected : [...expected].reverse();
              expect(found.filter((place) => known.has(place))).toEqual(inOrder);
            }
          } finally {
            await harness.close();
          }
        },
      ),
      { numRuns: Math.ceil(RUNS / 2) },
    );
  }, 600_000);
});
