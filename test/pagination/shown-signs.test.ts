import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUntold, moreBehind, moreBehindAsked, ShownSigns } from '../../src/pagination/core/page-end.ts';

const lengths = { length: fc.integer({ min: 2, max: 200 }), asked: fc.integer({ min: 2, max: 120 }) };
/** Lists of these lengths, each of which grows by some rows before it is asked for one. */
const reads = fc.array(fc.record({ ...lengths, grows: fc.nat(3) }), { minLength: 1, maxLength: 30 });

test('the signs of a cut page that counts only itself never make it the last page, whatever came before', async () => {
  await fc.assert(
    fc.asyncProperty(reads, fc.integer({ min: 2, max: 120 }), async (lists, cap) => {
      const shown = new ShownSigns();
      for (const { length, asked } of lists) {
        const count = Math.min(length, asked, cap);
        const page = { start: 0, count, asked, total: count, said: false, shown };
        shown.saw(page);
        const more = await moreBehindAsked(page, () => Promise.resolve({ count: 1, total: 1 }));
        if (more === false) expect(count).toBe(length);
      }
    }),
  );
});

test('a source that counts all its rows is asked once, however its lists grow', async () => {
  await fc.assert(
    fc.asyncProperty(reads, async (lists) => {
      const shown = new ShownSigns();
      let calls = 0;
      for (const { length, grows } of lists) {
        const page = { start: 0, count: length, asked: 201, total: length, shown };
        shown.saw(page);
        const one = () => {
          calls += 1;
          return Promise.resolve({ count: 1, total: length + grows });
        };
        expect(await moreBehindAsked(page, one)).toBe(moreBehind({ ...page, shown: undefined }));
      }
      expect(calls).toBeLessThanOrEqual(1);
    }),
  );
});

test('a page costs a look behind it while it is the longest, and none once a count has exceeded its page', () => {
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
