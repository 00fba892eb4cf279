import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Identity, Partition, Unplaced } from './partition.ts';

/** Takes rows one by one while the answer arrives. */
export type RowSink<T extends Ordered> = (row: Unplaced<T>) => void;

export interface WholeResponseOptions<T extends Ordered> {
  readonly key: string;
  readonly identity: Identity<T>;
  /**
   * Reads the vendor's one answer and gives each row to `sink`, in any order, without keeping it.
   * Resolves when the answer has been read to its end; a cut answer rejects. Several readers of one job
   * in the same tick may share one call.
   */
  load(sink: RowSink<T>, call: Call): Promise<void>;
}

export declare function wholeResponsePartition<T extends Ordered>(options: WholeResponseOptions<T>): Partition<T>;
