import { expect, test } from 'vitest';
import { Deaths } from '../../src/cli/serve/deaths.ts';

test('workers that die are replaced after growing pauses, ten times within a minute', () => {
  let now = 0;
  const deaths = new Deaths(() => now);
  expect(Array.from({ length: 8 }, () => deaths.add())).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  expect([deaths.add(), deaths.add(), deaths.add()]).toEqual([5_000, 5_000, null]);
  now = 61_000;
  expect(deaths.add()).toBe(100);
});
