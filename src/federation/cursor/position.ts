import type { Direction, Position } from '../../domain/ordered.ts';
import type { Hint } from '../../pagination/core/partition.ts';

/**
 * Positions in a merged log, and what a cursor records. The order is time, then scope, then partition, then the row's own
 * tie-break: a total order, so that one position is enough for all partitions.
 */

/** A position among the merged rows of several partitions. */
export interface MergedPosition extends Position {
  /** Index of the scope in the connection's sorted list of scopes. */
  readonly scope: number;
  /** Key of the partition within its scope. */
  readonly partition: string;
}

/** What a cursor records about one partition in addition to the common position. */
export interface PartitionMark {
  readonly scope: number;
  readonly partition: string;
  /** How to find its position with few calls. */
  readonly hint: Hint | null;
  /**
   * The partition's own position, if it differs from the common one because its source failed. Undefined: the partition
   * is at the common position.
   */
  readonly at?: Position | undefined;
  /**
   * Set for a mark of all partitions of the scope without a mark of their own, because the source could not list them:
   * `at` in the order of the connection.
   */
  readonly whole?: MergedPosition | undefined;
}

export interface CursorState {
  readonly position: MergedPosition;
  readonly marks: readonly PartitionMark[];
}

/** The total order of a merged connection. */
export function compareMerged(a: MergedPosition, b: MergedPosition): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  const slots = compareSlots(a, b);
  if (slots !== 0) return slots;
  return a.tie === b.tie ? 0 : a.tie < b.tie ? -1 : 1;
}

export function compareSlots(a: { scope: number; partition: string }, b: { scope: number; partition: string }): number {
  if (a.scope !== b.scope) return a.scope - b.scope;
  return a.partition === b.partition ? 0 : a.partition < b.partition ? -1 : 1;
}

/** The position of a partition before a walk in that direction has read any of it. */
export function untouched(direction: Direction): Position {
  return { time: direction === 'forward' ? -(1n << 80n) : 1n << 80n, tie: '' };
}

/** True if this is the position of a walk that has not begun, not of a row. */
export function isUntouched({ time }: Position): boolean {
  return time === untouched('forward').time || time === untouched('backward').time;
}
