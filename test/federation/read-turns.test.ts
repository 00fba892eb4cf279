import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ReadTurns } from '../../src/federation/read-turns.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Names of the reads that have begun, in order. */
function begun(turns: ReadTurns, reads: Readonly<Record<string, number>>): string[] {
  const names: string[] = [];
  for (const [name, lists] of Object.entries(reads)) {
    const turn = turns.enter(lists);
    if (turn === null) names.push(name);
    else void turn.then(() => names.push(name));
  }
  return names;
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('the reads of one operation', () => {
  test('begin at once as long as there are few', () => {
    expect(begun(new ReadTurns(), { a: 100, b: 27, c: 1 })).toEqual(['a', 'b', 'c']);
  });

  test('begin at once if one is larger than all that may go on together', () => {
    expect(begun(new ReadTurns(), { a: 1_000 })).toEqual(['a']);
  });

  test('begin in order, as many as others that have ended leave room for', async () => {
    const turns = new ReadTurns();
    const names = begun(turns, { a: 60, b: 60, c: 50, d: 1, e: 100 });
    expect(names).toEqual(['a', 'b']);
    turns.leave(60);
    await settled();
    expect(names).toEqual(['a', 'b', 'c', 'd']);
    turns.leave(60);
    turns.leave(50);
    await settled();
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('do not wait for reads of a source that does not answer', async () => {
    const turns = new ReadTurns();
    const names = begun(turns, { hanging: 128, b: 100, c: 100 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(names).toEqual(['hanging', 'b']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(names).toEqual(['hanging', 'b', 'c']);
  });

  test('leave no timer behind when none waits', async () => {
    const turns = new ReadTurns();
    begun(turns, { a: 128, b: 1 });
    turns.leave(128);
    await settled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
