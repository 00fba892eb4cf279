import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bed } from './vendors/contract/bed.ts';
import { absentPartArbitrary, findAbsentPart } from './vendors/contract/absent-parts.ts';
import { checkAnyYear } from './vendors/contract/any-year.ts';
import { checkBasics } from './vendors/contract/basics.ts';
import { PATIENCE, RUNS, settingsOf, sizeArbitrary } from './vendors/contract/draw.ts';
import { filterArbitrary, filterFor } from './vendors/contract/filters.ts';
import { turnsArbitrary, walkWhileGrowing } from './vendors/contract/growth.ts';
import { checkOddBodies } from './vendors/contract/odd-bodies.ts';
import { findBesideOddRow, listArbitrary, listBesideOddRow } from './vendors/contract/odd-parts.ts';
import { oddityArbitrary, oddLogArbitrary, readBesideOddRow } from './vendors/contract/odd-rows.ts';
import { misplacedLogArbitrary, readBesideMisplacedRow, readSwappedRows } from './vendors/contract/out-of-place.ts';
import { passes, readOn, readWhole } from './vendors/contract/oracle.ts';
import { onReplica, serveBed } from './vendors/contract/served-bed.ts';
import type { ServedBed } from './vendors/contract/served-bed.ts';
import { stormArbitrary, walkThroughStorm } from './vendors/contract/storm.ts';
import { findById, stepsArbitrary, walk } from './vendors/contract/walk.ts';
import { oneJobArbitrary, setUpJob } from './vendors/contract/world.ts';

/**
 * What every vendor must pass: over real HTTP, through its connector and the federation, in all of its
 * dialects. The bed is all that the contract knows of the vendor.
 */
export function connectorContract(bed: Bed): void {
  describe(bed.definition.vendor, () => {
    let served: ServedBed;

    beforeAll(async () => {
      served = await serveBed(bed);
    });
    afterAll(() => served.close());

    checkBasics(bed, () => served);
    checkAnyYear(bed, () => served);
    checkOddBodies(bed, () => served);

    test(
      'gives every entry once and in order to any walk, with ids and cursors that hold everywhere',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            oneJobArbitrary(bed),
            stepsArbitrary(false),
            fc.boolean(),
            fc.nat(),
            async (job, steps, descending, pick) => {
              const world = setUpJob(served, job);
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
      'gives the same through failures of every kind, only later',
      async () => {
        await fc.assert(
          fc.asyncProperty(oneJobArbitrary(bed), stepsArbitrary(true), fc.boolean(), async (job, steps, descending) => {
            const world = setUpJob(served, job);
            await walk(world, await readWhole(world), steps, descending);
          }),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test(
      'neither loses nor repeats an entry while lines are written, late ones too',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            oneJobArbitrary(bed),
            turnsArbitrary,
            fc.record({ descending: fc.boolean(), back: fc.boolean() }),
            async (job, turns, way) => {
              await walkWhileGrowing(served, setUpJob(served, job), turns, way);
            },
          ),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test(
      'neither loses nor repeats an entry that was there while lines are written between its calls, and calls fail',
      async () => {
        await fc.assert(
          fc.asyncProperty(oneJobArbitrary(bed), stormArbitrary, async (job, storm) => {
            await walkThroughStorm(served, setUpJob(served, job), storm);
          }),
          settingsOf(RUNS / 2),
        );
      },
      PATIENCE,
    );

    test(
      'gives exactly the entries that pass a filter, under the same ids as without it',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            oneJobArbitrary(bed),
            filterArbitrary,
            sizeArbitrary,
            fc.boolean(),
            async (job, drawn, first, descending) => {
              const world = setUpJob(served, job);
              const whole = await readWhole(world);
              const filter = filterFor(drawn, whole, bed.spacing);
              const expected = whole.filter((node) => passes(node, filter)).map(({ id }) => id);
              const found = await readOn(world.beds, world.scopes, { first, filter, descending });
              expect(found.map(({ node }) => node.id)).toEqual(descending ? expected.reverse() : expected);
              const counted = await onReplica(world.beds, ({ federation }, call) =>
                federation.logs(world.scopes, { filter }, call).totalCount(),
              );
              if (counted !== null) expect(counted).toBe(expected.length);
            },
          ),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test(
      'lists all other jobs, attempts, steps and tasks if any field of one row has any value, and counts an unreadable row',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            bed.dialects,
            listArbitrary,
            oddityArbitrary,
            fc.nat(),
            async (create, list, oddity, row) => {
              await listBesideOddRow(served, create, list, oddity, row);
            },
          ),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test(
      'finds all other jobs, attempts, steps and tasks by their keys if any field of one row has any value, and does not report unreadable rows as absent',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            bed.dialects,
            listArbitrary,
            oddityArbitrary,
            fc.nat(),
            async (create, list, oddity, row) => {
              await findBesideOddRow(served, create, list, oddity, row);
            },
          ),
          settingsOf(RUNS / 4),
        );
      },
      PATIENCE,
    );

    test(
      'does not find a part that does not exist, and gives no lines for it, in a few calls',
      async () => {
        await fc.assert(
          fc.asyncProperty(absentPartArbitrary(bed), async (part) => {
            await findAbsentPart(served, part);
          }),
          settingsOf(RUNS / 2),
        );
      },
      PATIENCE,
    );

    test.skipIf(bed.textLogs !== undefined)(
      'gives all other entries if any field of one row has any value, and counts an unreadable row',
      async () => {
        await fc.assert(
          fc.asyncProperty(oddLogArbitrary(bed), oddityArbitrary, fc.boolean(), async (log, oddity, descending) => {
            await readBesideOddRow(served, log, oddity, descending);
          }),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test.skipIf(bed.byTime === true || bed.textLogs !== undefined)(
      'gives all other entries once, or reports what is wrong, if the time of a row does not fit its place',
      async () => {
        await fc.assert(
          fc.asyncProperty(misplacedLogArbitrary(bed), fc.boolean(), async (log, descending) => {
            fc.pre(log.create().byTime !== true);
            await readBesideMisplacedRow(served, log, descending);
          }),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test.skipIf(bed.textLogs !== undefined).each(Object.keys(bed.doubtful))(
      'reads all of a log in which two neighbours have changed places (%s)',
      async (way) => {
        for (const descending of [false, true]) {
          const instance = bed.doubtful[way]?.({});
          if (instance !== undefined) await readSwappedRows(served, instance, descending);
        }
      },
    );
  });
}
