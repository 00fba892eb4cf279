import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bed, Instance } from './bed.ts';
import { PATIENCE, settingsOf } from './draw.ts';
import { innermostRows, KINDS, LISTS, listOf } from './odd-parts.ts';
import type { List } from './odd-parts.ts';
import { textOfBody } from './odd-rows.ts';
import { onReplica, serveBed } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/** What an answer may have here. */
const LIMIT = 64 * 1024;

/** A list that is requested whole has no smaller pages. */
const KINDS_IN_PAGES = KINDS.filter((kind) => kind !== 'status');

/** How much is added to the rows of an answer. Each row has its share, wherever it comes again. */
const addedArbitrary = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 200 }) },
    { weight: 4, arbitrary: fc.integer({ min: 2_000, max: LIMIT / 4 }) },
  ),
  { minLength: 1, maxLength: 8 },
);

/** A list of jobs or of parts is too large an answer because its rows are large: fewer rows are requested at once. */
export function largeRowsHideNothing(bed: Bed): void {
  describe(`${bed.definition.vendor}, where the rows of its lists are large`, () => {
    let served: ServedBed;
    beforeAll(async () => {
      served = await serveBed(bed, { maxResponseBytes: LIMIT });
    });
    afterAll(() => served.close());

    test(
      'lists each job and part once, whatever fits into one answer',
      async () => {
        const property = fc.asyncProperty(
          bed.dialects,
          fc.constantFrom(...LISTS),
          addedArbitrary,
          fc.integer({ min: 1, max: 30 }),
          async (create, list, added, jobs) => {
            const key = setUp(served, create, jobs, true);
            const { found: expected } = await listed(served, list, key);
            enlarge(served, (number) => added[number % added.length] ?? 0);
            const { found, reasons } = await listed(served, list, key);
            expect({ reasons, found }).toEqual({ reasons: [], found: expected });
          },
        );
        await fc.assert(property, settingsOf(12));
      },
      PATIENCE,
    );

    test(
      'reports a job that does not fit into an answer by itself, and lists the others',
      async () => {
        const property = fc.asyncProperty(
          bed.dialects,
          fc.integer({ min: 2, max: 30 }),
          fc.nat(),
          async (create, jobs, at) => {
            const key = setUp(served, create, jobs, false);
            const { found: expected } = await listed(served, 'jobs', key);
            enlarge(served, (number) => (number === at % jobs ? 2 * LIMIT : 0));
            const { found, reasons } = await listed(served, 'jobs', key);
            expect(expected.filter((one) => !found.includes(one))).toHaveLength(1);
            expect(new Set(found).size).toBe(expected.length - 1);
            expect(reasons).toEqual([expect.stringContaining('maxResponseBytes')]);
          },
        );
        await fc.assert(property, settingsOf(12));
      },
      PATIENCE,
    );

    test('reports it after few calls if no answer fits, whatever is requested', async () => {
      const create = fc.sample(bed.dialects, 1)[0];
      if (create === undefined) throw new Error('There is no dialect.');
      const key = setUp(served, create, 30, false);
      enlarge(served, () => 2 * LIMIT);
      served.server.resetCalls();
      const { found, reasons } = await listed(served, 'jobs', key);
      expect(found).toEqual([]);
      expect(reasons).toEqual([expect.stringContaining('maxResponseBytes')]);
      expect(served.server.calls.length).toBeLessThan(70);
    });
  });
}

function setUp(served: ServedBed, create: () => Instance, jobs: number, withParts: boolean): string {
  const instance = create();
  served.use(instance);
  const keys = Array.from({ length: jobs }, () => instance.createJob());
  const key = keys[0] ?? '';
  if (withParts) instance.addParts?.(key);
  const lines = [0, 1, 2, 3].map((slot) => {
    return { slot, fine: 0n, text: 'x', severity: 'info', step: slot, task: slot } as const;
  });
  instance.write(key, lines);
  return key;
}

/** Adds a text to each row: `sizeOf` says how long, by the number of the row in the order in which rows were first seen. */
function enlarge(served: ServedBed, sizeOf: (number: number) => number): void {
  const numbers = new Map<string, number>();
  served.alterReplies(KINDS_IN_PAGES, async (reply) => {
    const body: unknown = JSON.parse(await textOfBody(reply.body));
    for (const row of innermostRows(body)) {
      const name = JSON.stringify(row);
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      row['added'] = 'x'.repeat(sizeOf(number));
    }
    return { ...reply, body: JSON.stringify(body) };
  });
}

async function listed(served: ServedBed, list: List, key: string) {
  return onReplica([served], async (replica, call) => {
    const connection = listOf(list, replica, served.source, key, call);
    const found = (await connection.nodes()).map((node) => node.key);
    return { found, reasons: (await connection.failures()).map(({ message }) => message) };
  });
}
