import { expect, test } from 'vitest';
import { whenDue } from '../../src/domain/when-due.ts';

/** Longer than a turn of the event loop may take. */
const LONG_MILLISECONDS = 15;

function work(): void {
  const begun = performance.now();
  while (performance.now() - begun < LONG_MILLISECONDS);
}

test('failures that are due at once come in their order, in turns with other work', async () => {
  const done: number[] = [];
  const last = new Promise<void>((resolve) => {
    for (const number of [1, 2, 3]) {
      whenDue(() => {
        work();
        done.push(number);
        if (number === 3) resolve();
      });
    }
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).not.toContain(3);
  await last;
  expect(done).toEqual([1, 2, 3]);
});
