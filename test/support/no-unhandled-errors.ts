import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';

/**
 * Runs in every test file. A promise that fails with nobody to hear it, or an error that nobody catches, ends
 * a Node process: the test in which it happens fails, whatever else it saw.
 */
const unhandled: unknown[] = [];

for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => {
    unhandled.push(error);
  });
}

beforeEach(() => {
  unhandled.length = 0;
});

afterEach(async () => {
  // Node tells of a promise only after the turn in which it failed.
  await turn();
  await turn();
  expect(unhandled.splice(0), 'errors that nothing handled').toEqual([]);
});
