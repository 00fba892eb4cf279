import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locatePage } from '../../src/pagination/numbered/locate.ts';

const PAGE = 100;

/** A list of rows at given times, looked at page by page. */
function search(times: readonly bigint[], options: { step: 1 | -1; target: bigint; guess?: number; counts?: boolean }) {
  const pageCount = Math.ceil(times.length / PAGE);
  return locatePage({
    get: (index) => Promise.resolve({ index, rows: times.slice(index * PAGE, (index + 1) * PAGE) }),
    describe: ({ index, rows }) => ({
      first: rows[0] ?? null,
      last: rows.at(-1) ?? null,
      isLast: index === pageCount - 1,
      pageCount: options.counts === false || rows.length === 0 ? null : pageCount,
    }),
    step: options.step,
    target: options.target,
    guess: options.guess ?? 0,
    canJump: () => true,
  });
}

describe('the search for a page by time', () => {
  test('finds the nearest page from which every row at or beyond the target is seen', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 900 }),
        fc.integer({ min: -5, max: 20_000 }),
        fc.constantFrom<1 | -1>(1, -1),
        fc.integer({ min: 0, max: 12 }),
        fc.boolean(),
        async (gaps, at, step, guess, counts) => {
          let time = 0n;
          const times = gaps.map((gap) => (time += BigInt(gap)));
          const target = BigInt(at);
          const { index } = await search(times, { step, target, guess, counts });
          const missed = step === 1 ? times.slice(0, index * PAGE) : times.slice((index + 1) * PAGE);
          expect(missed.filter((each) => (step === 1 ? each >= target : each <= target))).toEqual([]);
        },
      ),
    );
  });

  test('needs few pages even if the target lies in a gap between two pages of a long list', async () => {
    const times = Array.from({ length: 1_000_000 }, (_, i) => BigInt(i) * 600n);
    for (const step of [1, -1] as const) {
      for (const target of [299_999_950n, 300_000_000n, 299_940_001n, 123_456_789n]) {
        const { fetched } = await search(times, { step, target });
        expect(fetched).toBeLessThanOrEqual(6);
      }
    }
  });
});
