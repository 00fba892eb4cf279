import { describe, expect, test } from 'vitest';
import { AnswerTooLarge, TributaryError } from '../../src/domain/errors.ts';
import { PageSize, PageSizes } from '../../src/pagination/core/page-size.ts';

/** A vendor whose answers may have so many rows. */
function vendor(fits: number) {
  const asked: number[] = [];
  return {
    asked,
    fetch: (rows: number): Promise<number> => {
      asked.push(rows);
      return rows > fits ? Promise.reject(new AnswerTooLarge('one', 'one', 64)) : Promise.resolve(rows);
    },
  };
}

describe('the page size of a log', () => {
  test('is halved until an answer fits, and stays at that size', async () => {
    const size = new PageSize(100);
    const { asked, fetch } = vendor(13);
    expect(await size.fit(100, fetch)).toEqual({ page: 12, asked: 12 });
    expect(await size.fit(100, fetch)).toEqual({ page: 12, asked: 12 });
    expect(asked).toEqual([100, 50, 25, 12, 12]);
  });

  test('is halved once for pages that were requested in parallel', async () => {
    const size = new PageSize(100);
    const { asked, fetch } = vendor(60);
    await Promise.all([size.fit(100, fetch), size.fit(100, fetch), size.fit(100, fetch)]);
    expect(asked).toEqual([100, 100, 100, 50, 50, 50]);
    expect(size.rows).toBe(50);
  });

  test('doubles for each minute without an answer that was too large', () => {
    let now = 0;
    const size = new PageSize(100, 1, () => now);
    expect(size.shrink(100)).toBe(50);
    expect(size.shrink(50)).toBe(25);
    now = 59_999;
    expect(size.rows).toBe(25);
    now = 60_000;
    expect(size.rows).toBe(50);
    expect(size.shrink(50)).toBe(25);
    now = 120_000;
    expect(size.rows).toBe(50);
    now = 1e12;
    expect(size.rows).toBe(100);
  });

  test('does not change for a single row that is too large, or for any other error, which is thrown', async () => {
    const { asked, fetch } = vendor(0);
    await expect(new PageSize(4).fit(4, fetch)).rejects.toBeInstanceOf(AnswerTooLarge);
    expect(asked).toEqual([4, 2, 1]);
    const other = new TributaryError('SOURCE_TIMEOUT', 'one: no answer');
    await expect(new PageSize(4).fit(4, () => Promise.reject(other))).rejects.toBe(other);
  });

  test('is never less than the scheme needs', async () => {
    const { asked, fetch } = vendor(3);
    await expect(new PageSize(10, 4).fit(10, fetch)).rejects.toBeInstanceOf(AnswerTooLarge);
    expect(asked).toEqual([10, 5, 4]);
  });

  test('is remembered for each log', () => {
    const sizes = new PageSizes(10);
    sizes.of('a').shrink(10);
    expect([sizes.of('a').rows, sizes.of('b').rows]).toEqual([5, 10]);
  });
});
