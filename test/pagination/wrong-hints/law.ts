import { expect } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import type { IdIdentity, Partition, Unplaced } from '../../../src/pagination/core/partition.ts';
import type { Line } from '../fake-natives.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/**
 * Vendors whose hints are wrong: each line comes once, or what is missing is reported, in a bounded number of
 * calls, in both directions. Each scheme has a file of its own with its lies.
 */

export const COUNT = 250;
export const LIMIT = 20;
const MOST_CALLS = 200;
export const MILLISECOND = 1_000_000n;
export const byId: IdIdentity<Line> = { by: 'id', of: (line) => line.id };

/** 1.7 lines a millisecond, some of one instant. */
export const LINES: readonly Unplaced<Line>[] = Array.from({ length: COUNT }, (_, index) => ({
  id: `n${String(index).padStart(4, '0')}`,
  time: 1_700_000_000n * 1_000n * MILLISECOND + BigInt(Math.floor(index / 2)) * 1_200_000n,
  text: `line ${index}`,
  level: 'INFO',
}));

/** A scheme may write tie-breaks onto what it is given. */
export const copies = (lines: readonly Unplaced<Line>[]): Unplaced<Line>[] => lines.map((line) => ({ ...line }));

export const TOTALS: Readonly<Record<string, (read: number) => number | null>> = {
  null: () => null,
  'too low': () => COUNT - 30,
  'too high': () => COUNT + 70,
  0: () => 0,
  'of the page alone': (read) => read,
};

export interface Lie {
  readonly name: string;
  /** Nothing is out of reach: the whole log must come, not only a report. */
  readonly readable?: boolean;
  readonly partition: (asked: () => void) => Partition<Line>;
}

class AskedTooOften extends Error {}

/** Both ways of reading each of them. */
export function bothWays(lies: readonly Lie[]): (Lie & { direction: Direction })[] {
  return lies.flatMap((lie) => (['forward', 'backward'] as const).map((direction) => ({ ...lie, direction })));
}

export const LAW = '$name: each line comes once or the loss is reported, in bounded calls ($direction)';

export async function holds({ partition, direction, readable = false }: Lie & { direction: Direction }): Promise<void> {
  let calls = 0;
  const asked = (): void => {
    calls += 1;
    if (calls > MOST_CALLS) throw new AskedTooOften();
  };
  const ids: string[] = [];
  let isReported = false;
  let steps = 0;
  const request = { direction, from: null, hint: null, until: null, need: COUNT };
  try {
    for await (const batch of partition(asked).read(request, createCall())) {
      ids.push(...rowsOf(batch).map(({ id }) => id));
      isReported ||= batch.truncated !== undefined;
      steps += 1;
      if (steps > MOST_CALLS) throw new AskedTooOften();
    }
  } catch (error) {
    expect(error, `${ids.length} lines so far`).not.toBeInstanceOf(AskedTooOften);
    isReported = true;
  }
  expect(new Set(ids).size, 'no line twice').toBe(ids.length);
  if (readable || !isReported) expect(ids.length, 'a loss without a report').toBe(COUNT);
}
