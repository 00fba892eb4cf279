import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import { comparePositions, isBeyond } from '../../../src/domain/ordered.ts';
import type { Direction, Position } from '../../../src/domain/ordered.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import { DEFAULT_SETTINGS } from '../../../src/sandbox/softwareone/settings.ts';
import { MILLISECOND, positionOf, readRows, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** What a vendor may refuse. The order of ties is not among it: that may show too late, and then is an error. */
const settings = fc.record({
  maxLimit: fc.constantFrom(100, 7),
  totals: fc.boolean(),
  unorderable: fc.constantFrom([], ['id'], ['*']),
  unfilterable: fc.constantFrom([], ['timestamp']),
  ignoresFilters: fc.boolean(),
});

const instants = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 });

/** One page of a walk: its size, and the lines that are written after it. */
const step = fc.record({
  size: fc.integer({ min: 1, max: 25 }),
  written: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }),
});

test('walks of any page sizes get every line once and in order while lines are written', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      instants,
      fc.array(step, { minLength: 1, maxLength: 5 }),
      fc.constantFrom<Direction>('forward', 'backward'),
      async (changes, initial, steps, direction) => {
        const { simulation } = harness;
        simulation.configure(DEFAULT_SETTINGS);
        const job = simulation.createJob();
        const write = (milliseconds: readonly number[]): void => {
          simulation.write(
            job,
            milliseconds.map((at) => ({ time: START + BigInt(at) * MILLISECOND, message: `at ${at}` })),
          );
        };
        const open = async (): Promise<Partition<LogEntry>> => {
          const reading = await harness.connect({ pageSize: 10 }).logs({ job }, {}, createCall());
          return reading.partitions[0]!;
        };
        write(initial);
        // The lines that have to come: all that were ahead of the walk when they were written.
        const truth = async (): Promise<LogEntry[]> => {
          simulation.configure(DEFAULT_SETTINGS);
          const rows = await readRows(await open());
          simulation.configure(changes);
          return rows;
        };
        const due = new Map((await truth()).map((row) => [row.tie, row]));
        const walked: LogEntry[] = [];
        let from: Position | null = null;
        for (let turn = 0; ; turn += 1) {
          const { size, written } = steps[turn % steps.length]!;
          const page = await readRows(await open(), { direction, from, take: size, need: size });
          walked.push(...page);
          if (page.length === 0) break;
          from = positionOf(page.at(-1)!);
          if (turn >= steps.length) continue;
          write(written);
          for (const row of await truth()) if (isBeyond(row, from, direction)) due.set(row.tie, row);
        }
        const expected = [...due.values()].sort(comparePositions);
        expect(walked).toEqual(direction === 'forward' ? expected : expected.reverse());
      },
    ),
    { numRuns: 60 },
  );
});
