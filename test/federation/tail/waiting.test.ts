import { expect, it } from 'vitest';
import { Waiting } from '../../../src/federation/tail/waiting.ts';

it('a pause is over when it is time to leave, and takes no longer then', async () => {
  const leaving = new AbortController();
  const waiting = new Waiting(leaving.signal);
  const paused = waiting.pause(2 ** 31 - 1);
  leaving.abort();
  await paused;
  await waiting.pause(2 ** 31 - 1);
  expect(waiting.isOver()).toBe(true);
});
