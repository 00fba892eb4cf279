import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUntold, moreBehind, ShownSigns } from '../../src/pagination/core/page-end.ts';

/** Pages of a source that cuts them to a length and counts each alone, for lists of these lengths. */
const reads = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 200 }), asked: fc.integer({ min: 1, max: 120 }) }),
  {
    minLength: 1,
    maxLength: 30,
  },
);

test('a cut page with a count of its own is never the last one by its signs, whatever came before', () => {
  fc.assert(
    fc.property(reads, fc.integer({ min: 1, max: 120 }), (lists, cap) => {
      const shown = new ShownSigns();
      for (const { length, asked } of lists) {
        const count = Math.min(length, asked, cap);
        const page = { start: 0, count, asked, total: count, said: false, shown };
        shown.saw(page);
        if (moreBehind(page) === false) expect(count).toBe(length);
      }
    }),
  );
});

test('a page costs a look while it is the longest, and none once a count went beyond its page', () => {
  const shown = new ShownSigns();
  const page = (count: number, total = count) => ({ start: 0, count, asked: 100, total, shown });
  const looks = [7, 3, 7, 31, 12, 30].map((count) => {
    shown.saw(page(count));
    return isUntold(page(count));
  });
  expect(looks).toEqual([true, false, true, true, false, false]);
  shown.saw({ count: 40, asked: 40, total: 41 });
  expect(moreBehind(page(77))).toBe(false);
});

test('a full page is not the last one because a flag and the count that it is made of say so', () => {
  const page = { start: 80, asked: 20, said: false, full: 20 };
  expect(moreBehind({ ...page, count: 20, total: 100 })).toBeNull();
  expect(moreBehind({ ...page, count: 20, total: 100, isNaming: true })).toBe(false);
  expect(moreBehind({ ...page, count: 19, total: 99 })).toBe(false);
  expect(moreBehind({ ...page, count: 19, total: null, full: 20 })).toBe(false);
});
