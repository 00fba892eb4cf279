import { expect, test } from 'vitest';
import { FairShare, isTurnOver, mapInTurns, rest } from '../../src/domain/fair-share.ts';

/** A row that takes as long as a slow expression takes for a line. */
const ROW_MILLISECONDS = 4;
/** A turn is ten milliseconds of work, and the row that is at hand when it is over. One more scan may go on in it. */
const MOST_ROWS = 8;

let rows = 0;

function work(): void {
  rows += 1;
  const end = performance.now() + ROW_MILLISECONDS;
  // eslint-disable-next-line no-empty -- it works
  while (performance.now() < end) {}
}

/** The most rows that were worked on between two turns of the event loop. */
async function mostPerTurn(all: Promise<unknown>): Promise<number> {
  let [most, before] = [0, 0];
  const working = { over: false };
  const done = all.finally(() => (working.over = true));
  while (!working.over) {
    most = Math.max(most, rows - before);
    before = rows;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  return most;
}

test('many scans at once keep nothing else waiting for longer than one', async () => {
  rows = 0;
  const scan = async (): Promise<void> => {
    const share = new FairShare();
    for (let row = 0; row < 3; row += 1) {
      if (share.isSpent()) await share.rest();
      work();
    }
  };
  const most = await mostPerTurn(Promise.all(Array.from({ length: 20 }, scan)));
  expect(rows).toBe(60);
  expect(most).toBeLessThanOrEqual(MOST_ROWS);
});

test('what is made of many rows, or begins at once, is made in turns', async () => {
  rows = 0;
  const begin = async (): Promise<void> => {
    if (isTurnOver()) await rest();
    work();
  };
  const begins = Array.from({ length: 20 }, begin);
  const most = await mostPerTurn(Promise.all([...begins, mapInTurns(Array.from({ length: 20 }), work)]));
  expect(rows).toBe(40);
  expect(most).toBeLessThanOrEqual(MOST_ROWS);
});
