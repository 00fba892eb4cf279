import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';

/**
 * Runs in every test file. A rejected promise without a handler, or an uncaught error, ends a Node process, so the test
 * in which it happens fails, whatever else it saw.
 */
const unhandled: unknown[] = [];

function keep(error: unknown): void {
  unhandled.push(error);
}

process.on('unhandledRejection', keep);
process.on('uncaughtException', keep);

// Files that share a process would otherwise leave theirs behind.
afterAll(() => {
  process.off('unhandledRejection', keep);
  process.off('uncaughtException', keep);
});

beforeEach(() => {
  unhandled.length = 0;
});

afterEach(async () => {
  // Node tells of a promise only after the turn in which it failed.
  await turn();
  await turn();
  expect(unhandled.splice(0), 'errors that nothing handled').toEqual([]);
});
