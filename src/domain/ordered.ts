/**
 * The total order of all rows of a connection: time first, then a tie-break. Two rows of one partition never compare
 * equal, so a position alone determines which rows come before and after it.
 */

/** A position in a total order. `time` is nanoseconds since the Unix epoch; `tie` is compared by code unit. */
export interface Position {
  readonly time: bigint;
  readonly tie: string;
}

/** A row that could not be read, or only in part. */
export interface UnreadableRow {
  /** Identifies the row on every page that contains it. */
  readonly id: string;
  readonly reason: string;
  /** True if the row was read, except for the part that was cut off. */
  readonly isCut?: true;
}

/** A row with a position in the order. */
export interface Ordered extends Position {
  /**
   * The reason why the row could not be read. Such a row only stands in for the vendor's row, so that native pages keep
   * their length; it is removed before rows leave the vendor's code.
   */
  readonly unreadable?: UnreadableRow | undefined;
  /** The reason why a part of the row is missing. Removed before the row leaves the vendor's code. */
  readonly cut?: UnreadableRow | undefined;
}

/** Direction of a walk through time: `forward` is oldest to newest. */
export type Direction = 'forward' | 'backward';

/** Negative if `a` comes before `b` in time order, positive if after it, 0 only for the same position. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.tie === b.tie) return 0;
  return a.tie < b.tie ? -1 : 1;
}

/** The position just before every row of that instant: `since` (inclusive) and `until` (exclusive) as positions. */
export function startOfInstant(time: bigint): Position {
  return { time, tie: '' };
}

/** True if `row` comes strictly after `position` in a walk in `direction`. */
export function isBeyond(row: Position, position: Position, direction: Direction): boolean {
  const order = comparePositions(row, position);
  return direction === 'forward' ? order > 0 : order < 0;
}
