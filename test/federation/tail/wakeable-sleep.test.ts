import { expect, test } from 'vitest';
import { WakeableSleep } from '../../../src/federation/tail/subscriber/wakeable-sleep.ts';

test('a sleeping subscriber wakes at once when its stream is over', async () => {
  const leaving = new AbortController();
  const sleep = new WakeableSleep(leaving.signal);
  sleep.begin(2 ** 31 - 1);
  const asleep = sleep.until(performance.now() + 2 ** 31);
  leaving.abort();
  await asleep;
  await sleep.until(performance.now() + 2 ** 31);
  expect(sleep.isOver()).toBe(true);
  sleep.end();
});
