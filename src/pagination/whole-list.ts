import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Partition } from './partition.ts';

/** A short list that a vendor (or its documentation) gives in one piece: steps, tasks. Rows in any order. */
export declare function wholeListPartition<T extends Ordered>(
  key: string,
  load: (call: Call) => Promise<readonly T[]>,
): Partition<T>;
