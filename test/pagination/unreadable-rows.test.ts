import { describe, expect, test } from 'vitest';
import { MOST_NAMES, summed, together } from '../../src/pagination/core/unreadable.ts';

const first = { count: 2, ids: ['a', 'b'], reason: 'no id' };

describe('rows that could not be read', () => {
  test('count once if two pages of one list show them', () => {
    expect(together(first, { count: 2, ids: ['b', 'c'], reason: 'no time' })).toEqual({
      count: 3,
      ids: ['a', 'b', 'c'],
      reason: 'no id',
    });
    expect(together(first, first)).toEqual(first);
    expect(together(null, first)).toEqual(first);
  });

  test('count twice if two lists show rows of the same name', () => {
    expect(summed(first, first)).toMatchObject({ count: 4 });
  });

  test('count even if there are too many to name', () => {
    const ids = Array.from({ length: MOST_NAMES }, (_, index) => `row ${index}`);
    const many = { count: 3_000, cut: 2, ids, reason: 'no id' };
    expect(together(many, first)).toMatchObject({ count: 3_002, cut: 2 });
    expect(together(first, many)).toMatchObject({ count: 3_002, cut: 2 });
  });
});
