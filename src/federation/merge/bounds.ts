import { isBeyond, startOfInstant } from '../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import { compareSlots, isUntouched, untouched } from '../cursor/position.ts';
import type { CursorState, MergedPosition, PartitionMark } from '../cursor/position.ts';
import type { Slot } from './slot.ts';

/** The range of a merged log to read, given by cursors and times. */
export interface MergeBounds {
  readonly direction: Direction;
  /** Exclusive start; null: the beginning or the end of the log, by direction. */
  readonly from: CursorState | null;
  /** Exclusive end; null: no end. */
  readonly until: CursorState | null;
  /** Half-open time bounds, nanoseconds. */
  readonly since: bigint | null;
  readonly before: bigint | null;
}

/**
 * The mark that applies to a partition: its own, or that of its scope if the scope's partitions could not be listed
 * then.
 */
export function markOf<T extends Ordered>(
  slot: Slot<T>,
  from: CursorState | null,
): Pick<PartitionMark, 'at' | 'hint'> | undefined {
  const marks = from?.marks.filter((mark) => mark.scope === slot.scope);
  const own = marks?.find((mark) => mark.whole === undefined && mark.partition === slot.partition.key);
  const all = marks?.find((mark) => mark.whole !== undefined);
  if (own?.at !== undefined || all === undefined) return own;
  const at = placeIn(slot, all.whole);
  return { hint: own?.hint ?? null, ...(at === null ? {} : { at }) };
}

/** Where the read of one partition begins and ends, computed from positions in the merged order. */
export function boundsOf<T extends Ordered>(
  slot: Slot<T>,
  bounds: MergeBounds,
  own: Position | undefined,
): { from: Position | null; until: Position | null; isEmpty: boolean } {
  const { direction, since, before } = bounds;
  const [nearTime, farTime] = direction === 'forward' ? [since, before] : [before, since];
  const near = nearTime === null ? null : startOfInstant(nearTime);
  const far = farTime === null ? null : startOfInstant(farTime);
  const resumed = own ?? placeIn(slot, bounds.from?.position);
  // The partition failed before its first row, in a walk the other way: nothing lies ahead of that end.
  if (resumed !== null && resumed.time === untouched(opposite(direction)).time)
    return { from: null, until: null, isEmpty: true };
  const from = further(resumed === null || isUntouched(resumed) ? null : resumed, near, direction);
  const until = further(placeIn(slot, bounds.until?.position), far, opposite(direction));
  const isEmpty = from !== null && until !== null && !isBeyond(until, from, direction);
  return { from, until, isEmpty };
}

/**
 * Translates a position in the merged order to an exclusive bound for one partition. Among rows of the same instant,
 * those of earlier partitions come before the position, those of later partitions after it.
 */
function placeIn<T extends Ordered>(slot: Slot<T>, position: MergedPosition | undefined): Position | null {
  if (position === undefined) return null;
  const order = compareSlots({ scope: slot.scope, partition: slot.partition.key }, position);
  if (order === 0 || isUntouched(position)) return { time: position.time, tie: position.tie };
  return startOfInstant(order < 0 ? position.time + 1n : position.time);
}

function opposite(direction: Direction): Direction {
  return direction === 'forward' ? 'backward' : 'forward';
}

/** Of two exclusive bounds, the one that leaves less to read in that direction. */
function further(a: Position | null, b: Position | null, direction: Direction): Position | null {
  if (a === null || b === null) return a ?? b;
  return isBeyond(b, a, direction) ? b : a;
}
