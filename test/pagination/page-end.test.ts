import { expect, test } from 'vitest';
import { moreBehind } from '../../src/pagination/core/page-end.ts';

test('a full page is not the last one only because a flag agrees with the count from which it is derived', () => {
  const page = { start: 80, asked: 20, said: false, full: 20 };
  expect(moreBehind({ ...page, count: 20, total: 100 })).toBeNull();
  expect(moreBehind({ ...page, count: 20, total: 100, isNaming: true })).toBe(false);
  expect(moreBehind({ ...page, count: 19, total: 99 })).toBe(false);
  expect(moreBehind({ ...page, count: 19, total: null, full: 20 })).toBe(false);
});
