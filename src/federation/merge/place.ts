import type { Direction, Ordered, Position } from '../../domain/ordered.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import type { MergedPosition } from '../cursor/codec.ts';

/**
 * Positions in a merged log. The order is time, then scope, then partition, then the row's own tie-break: a total
 * order, so that one position is enough for all partitions.
 */

/** One partition and its scope. */
export interface Slot<T extends Ordered> {
  /** Index in the connection's sorted list of scopes. */
  readonly scope: number;
  readonly partition: Partition<T>;
}

export function positionIn<T extends Ordered>(slot: Slot<T>, row: Position): MergedPosition {
  return { time: row.time, tie: row.tie, scope: slot.scope, partition: slot.partition.key };
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
