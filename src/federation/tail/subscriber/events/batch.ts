import type { Edge, LogNode } from '../../../api.ts';
import type { ConnectionCursors, MergedPosition } from '../../../cursor/codec.ts';
import { compareMerged } from '../../../merge/place.ts';
import { ShownDropped } from './dropped.ts';
import type { Dropped } from './dropped.ts';
import { encodeTailState } from '../place/tail-state.ts';
import type { TailState } from '../place/tail-state.ts';

/** A line on its way to a subscriber. */
export interface Delivery {
  readonly node: LogNode;
  readonly position: MergedPosition;
  /** The line's name in cursors. */
  readonly digest: string;
}

/** The order in which lines are delivered. */
export function inOrder(a: Delivery, b: Delivery): number {
  return compareMerged(a.position, b.position);
}

/** An edge whose cursor, the entry's own position, is computed on access. */
export class DeliveredEdge implements Edge<LogNode> {
  readonly node: LogNode;
  readonly late: boolean;
  readonly #position: MergedPosition;
  readonly #cursors: ConnectionCursors;

  constructor({ node, position }: Delivery, late: boolean, cursors: ConnectionCursors) {
    this.node = node;
    this.late = late;
    this.#position = position;
    this.#cursors = cursors;
  }

  get cursor(): string {
    return this.#cursors.encode({ position: this.#position, marks: [] });
  }
}

export interface BatchParts {
  readonly edges: readonly DeliveredEdge[];
  /** True if the batch is history and more of it follows. */
  readonly more: boolean;
  readonly mayRepeat: boolean;
  readonly dropped: Dropped | null;
}

/** A batch whose cursor is computed on access. The subscription does not change while the batch is its newest event. */
export class LazyBatch {
  readonly type = 'LogBatch';
  readonly edges: readonly DeliveredEdge[];
  readonly hasMorePastEntries: boolean;
  readonly mayRepeat: boolean;
  readonly dropped: ShownDropped | null;
  readonly #stateOf: () => TailState;
  readonly #cursors: ConnectionCursors;
  #cursor: string | undefined;

  constructor(batch: BatchParts, stateOf: () => TailState, cursors: ConnectionCursors) {
    this.edges = batch.edges;
    this.hasMorePastEntries = batch.more;
    this.mayRepeat = batch.mayRepeat;
    this.dropped = batch.dropped === null ? null : new ShownDropped(batch.dropped, cursors);
    this.#stateOf = stateOf;
    this.#cursors = cursors;
  }

  get cursor(): string {
    this.#cursor ??= encodeTailState(this.#cursors, this.#stateOf());
    return this.#cursor;
  }
}
