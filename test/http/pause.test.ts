import { expect, test } from 'vitest';
import { inTurns } from '../../src/http/body/pause.ts';
import { Mismatch } from '../../src/http/body/mismatch.ts';
import { rowsIn } from '../../src/vendors/shared/rows.ts';
import { fieldsOf } from '../../src/vendors/shared/wire.ts';
import type { Fields } from '../../src/vendors/shared/wire.ts';

const ROWS = 20_000;
const body = { data: Array.from({ length: ROWS }, (_, n) => (n % 100 === 7 ? { id: 'odd' } : { id: n })) };

/** Takes a while, as rows of vendors do. */
function numbered({ id }: Fields): number {
  const end = performance.now() + 0.005;
  while (performance.now() < end);
  if (typeof id !== 'number') throw Mismatch.of(id, 'a number', 'id');
  return id;
}

test('a large answer is decoded in turns, each row once, to the same rows as at once', async () => {
  let read = 0;
  let turns = 0;
  // Not a timer: whether one is due depends on the clock.
  let next = setImmediate(function count() {
    turns += 1;
    next = setImmediate(count);
  });
  const counted = (row: Fields): number => {
    read += 1;
    return numbered(row);
  };
  const rows = await inTurns(() => rowsIn(fieldsOf(body), 'data', counted));
  clearImmediate(next);
  expect(read).toBe(ROWS);
  expect(turns).toBeGreaterThan(3);
  expect(rows).toEqual(rowsIn(fieldsOf(body), 'data', numbered));
});

test('a mistake in an answer is thrown from a later turn as from the first', async () => {
  let calls = 0;
  const failing = async (): Promise<unknown> =>
    inTurns(() => {
      calls += 1;
      rowsIn(fieldsOf(body), 'data', numbered);
      throw new Mismatch('total', 'expected a number');
    });
  await expect(failing()).rejects.toThrow('expected a number');
  expect(calls).toBeGreaterThan(1);
});
