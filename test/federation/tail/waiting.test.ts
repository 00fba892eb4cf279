import { expect, test } from 'vitest';
import { Waiting } from '../../../src/federation/tail/subscriber/waiting.ts';

test('a sleeping subscriber wakes at once when its stream is over', async () => {
  const leaving = new AbortController();
  const waiting = new Waiting(leaving.signal);
  waiting.begin(2 ** 31 - 1);
  const asleep = waiting.sleep(performance.now() + 2 ** 31);
  leaving.abort();
  await asleep;
  await waiting.sleep(performance.now() + 2 ** 31);
  expect(waiting.isOver()).toBe(true);
  waiting.end();
});
