import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEDS } from './beds/index.ts';
import { PATIENCE, RUNS, settingsOf, sizeArbitrary } from './draw.ts';
import { filterArbitrary, filterFor } from './filters.ts';
import { passes, readOn, readWhole } from './oracle.ts';
import { serveBed } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';
import { findById, passingFaultArbitrary, stepsArbitrary, walk, walkThroughFailures } from './walk.ts';
import { manyJobsArbitrary, setUpJobs } from './world.ts';

describe('jobs of all vendors in one connection', () => {
  let served: readonly ServedBed[];

  beforeAll(async () => {
    served = await Promise.all(BEDS.map(async (bed) => serveBed(bed)));
  });
  afterAll(() => Promise.all(served.map((one) => one.close())));

  test(
    'give every entry once and in order to any walk, with ids and cursors that hold everywhere',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          manyJobsArbitrary(BEDS),
          stepsArbitrary(false),
          fc.boolean(),
          fc.nat(),
          async (jobs, steps, descending, pick) => {
            const world = setUpJobs(served, jobs);
            const whole = await readWhole(world);
            await walk(world, whole, steps, descending);
            await findById(world, whole, pick);
          },
        ),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'give the same when a page is asked for again after sources have failed',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          manyJobsArbitrary(BEDS),
          stepsArbitrary(true),
          fc.boolean(),
          async (jobs, steps, descending) => {
            const world = setUpJobs(served, jobs);
            await walk(world, await readWhole(world), steps, descending);
          },
        ),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'give every entry once to clients that go on behind failed sources, which are named',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          manyJobsArbitrary(BEDS),
          // Small pages of long logs are walked above; here each page asks all vendors on its own.
          fc.integer({ min: 20, max: 120 }),
          fc.array(fc.option(passingFaultArbitrary), { minLength: 1, maxLength: 8 }),
          fc.record({ descending: fc.boolean(), back: fc.boolean() }),
          async (jobs, size, faults, way) => {
            const world = setUpJobs(served, jobs);
            const whole = await readWhole(world);
            const seen = await walkThroughFailures(world, size, faults, way);
            expect(seen.map(({ id }) => id).sort()).toEqual(whole.map(({ id }) => id).sort());
          },
        ),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'give exactly the entries that pass a filter',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          manyJobsArbitrary(BEDS),
          filterArbitrary,
          sizeArbitrary,
          fc.boolean(),
          async (jobs, drawn, first, descending) => {
            const world = setUpJobs(served, jobs);
            const whole = await readWhole(world);
            const filter = filterFor(drawn, whole, 1_000_000n);
            const expected = whole.filter((node) => passes(node, filter)).map(({ id }) => id);
            const found = await readOn(world.beds, world.scopes, { first, filter, descending });
            expect(found.map(({ node }) => node.id)).toEqual(descending ? expected.reverse() : expected);
          },
        ),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );
});
