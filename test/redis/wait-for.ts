import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a condition holds, long enough for a busy machine; fails with a description of the condition. */
export async function waitFor(
  what: string,
  holds: () => boolean | Promise<boolean>,
  milliseconds = 45_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came to be that ${what}.`);
    await pause(20);
  }
}
