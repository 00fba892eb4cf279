import { expect, test } from 'vitest';
import { CASES } from './cases.ts';

test('more than ten thousand hostile inputs are tried in CI', () => {
  expect(Object.values(CASES).reduce<number>((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(10_000);
});
