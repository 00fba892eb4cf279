import { isTurnOver, rest } from './fair-share.ts';

/**
 * Thousands of calls may fail at the same time, and each failure runs through all that waits for the call. So they fail one after the
 * other, in turns with other work.
 */
const due: (() => void)[] = [];
let isRunning = false;

/** Calls it at once, or after those that came before it. */
export function whenDue(run: () => void): void {
  due.push(run);
  if (!isRunning) void runAll();
}

async function runAll(): Promise<void> {
  isRunning = true;
  for (let next = due.shift(); next !== undefined; next = due.shift()) {
    next();
    // What follows from it is work, too, and is done as promises are settled.
    await Promise.resolve();
    if (isTurnOver()) await rest();
  }
  isRunning = false;
}
