import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SaidMore } from '../../../src/sandbox/doubts.ts';
import type { Bed } from './bed.ts';
import { PATIENCE, settingsOf } from './draw.ts';
import { serveBed } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';
import { listJobs, setUp, setUpJobs } from './wrong-hints.ts';

const RUNS = process.env['DEEP'] === '1' ? 300 : 12;

/** Upper bound on the native calls of a client's page: a cut page has a fifth of the rows. */
const CALLS = 100;

/** How many rows clients ask for; a cut page has fewer. */
const PAGE = 25;

/** The share of a page that a vendor gives at most, whether it says that more follows, and how many pages of rows there are. */
const lies = fc.record({
  share: fc.double({ min: 0.2, max: 0.97, noNaN: true }),
  more: fc.constantFrom<SaidMore>('honest', 'never', 'missing'),
  pages: fc.oneof(fc.double({ min: 0.3, max: 1, noNaN: true }), fc.double({ min: 1, max: 2.6, noNaN: true })),
  back: fc.boolean(),
});

/**
 * A vendor may silently cut its pages to any length, and count each page alone. A cut page then looks like a whole
 * list. Each line and each job comes once, or what is missing is reported.
 */
export function pagesMayBeCutAndCountedAlone(bed: Bed): void {
  const variants = Object.entries({ ...bed.doubtful, ...bed.counting });
  if (variants.length === 0) return;
  describe(`${bed.definition.vendor}, where pages are cut to any length and counted alone`, () => {
    let served: ServedBed;
    beforeAll(async () => {
      served = await serveBed(bed);
    });
    afterAll(() => served.close());

    test.each(variants)(
      'gives each line once or reports what is missing: %s',
      async (_name, create) => {
        await fc.assert(
          fc.asyncProperty(lies, async ({ share, more, pages, back }) => {
            // Where the size can't be chosen, it is that of the vendor.
            const page = Math.max(PAGE, bed.doubtfulPage ?? PAGE);
            const rowsPerPage = Math.max(4, Math.floor(page * share));
            const instance = create({ total: 'of-page', rowsPerPage, more }, PAGE);
            const { walk, expected } = setUp(served, instance, page, 1, 1, Math.ceil(page * pages), CALLS);
            const all = back ? expected.toReversed() : expected;
            for (const size of [undefined, 2 * all.length]) {
              const { nodes, isReported } = await walk(back, size === undefined ? {} : { size });
              const messages = nodes.map(({ message }) => message);
              expect(new Set(messages).size, 'no line twice').toBe(nodes.length);
              if (!isReported) expect(messages).toEqual(all);
              expect(messages).toEqual(all.filter((message) => messages.includes(message)));
            }
          }),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );

    test.each(variants)(
      'gives each job once or reports what is missing: %s',
      async (_name, create) => {
        await fc.assert(
          fc.asyncProperty(lies, async ({ share, more, pages, back }) => {
            const lying = (size: number) =>
              create({ total: 'of-page', rowsPerPage: Math.max(2, Math.floor(size * share)), more });
            const keys = await setUpJobs(served, lying, pages);
            const { found, isReported } = await listJobs(served, back, 4 * CALLS);
            expect(new Set(found).size, 'no job twice').toBe(found.length);
            expect(keys).toEqual(expect.arrayContaining(found));
            if (!isReported) expect(found.length, 'a loss without a report').toBe(keys.length);
          }),
          settingsOf(RUNS),
        );
      },
      PATIENCE,
    );
  });
}
