/**
 * The total order that everything in a connection has: time first, then a tie-break. Two rows of one
 * partition never compare equal, so a position alone says what comes before and after it.
 */

/** A place in a total order. `time` is nanoseconds since the Unix epoch; `tie` is compared by code unit. */
export interface Position {
  readonly time: bigint;
  readonly tie: string;
}

/** A row that could not be read, or not all of it. */
export interface UnreadableRow {
  /** Tells it from others, on whatever page it comes. */
  readonly id: string;
  readonly reason: string;
  /** It is there, but for what was cut. */
  readonly isCut?: true;
}

/** A row that has its place in the order. */
export interface Ordered extends Position {
  /**
   * Says why the row could not be read: it only keeps the place of a vendor's row, so that native pages keep their
   * length, and is taken out before anything leaves the vendor.
   */
  readonly unreadable?: UnreadableRow | undefined;
  /** Says why not all of the row is there. Taken out before the row leaves the vendor. */
  readonly cut?: UnreadableRow | undefined;
}

/** Which way one walks through time: `forward` is oldest to newest. */
export type Direction = 'forward' | 'backward';

/** Negative when `a` comes before `b` in time order, positive when after, 0 only for the same place. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.tie === b.tie) return 0;
  return a.tie < b.tie ? -1 : 1;
}

/** The place just before every row of that instant: what `since` (inclusive) and `until` (exclusive) mean as positions. */
export function startOfInstant(time: bigint): Position {
  return { time, tie: '' };
}

/** Does `row` lie strictly beyond `position` when one walks in `direction`? */
export function isBeyond(row: Position, position: Position, direction: Direction): boolean {
  const order = comparePositions(row, position);
  return direction === 'forward' ? order > 0 : order < 0;
}
