import { setTimeout as pause } from 'node:timers/promises';

/** Waits until something holds, as long as a busy machine may need; fails with what was waited for. */
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
