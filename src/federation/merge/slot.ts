import type { Ordered, Position } from '../../domain/ordered.ts';
import type { Partition } from '../../pagination/core/partition.ts';
import type { MergedPosition } from '../cursor/position.ts';

/** One partition and its scope. */
export interface Slot<T extends Ordered> {
  /** Index in the connection's sorted list of scopes. */
  readonly scope: number;
  readonly partition: Partition<T>;
}

export function positionIn<T extends Ordered>(slot: Slot<T>, row: Position): MergedPosition {
  return { time: row.time, tie: row.tie, scope: slot.scope, partition: slot.partition.key };
}
