import type { Edge, LogNode, LogStreamEvent } from '../../../api.ts';
import type { ConnectionCursors } from '../../../cursor/codec.ts';
import { untouched } from '../../../cursor/position.ts';
import type { MergedPosition } from '../../../cursor/position.ts';
import { encodeTailState } from '../place/tail-state.ts';
import type { TailState } from '../place/tail-state.ts';
import type { Delivery, Dropped } from './delivery.ts';

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

type DroppedShown = NonNullable<Extract<LogStreamEvent, { type: 'LogBatch' }>['dropped']>;

/** The form that clients see. Its cursors are computed on access. */
class ShownDropped implements DroppedShown {
  readonly count: number | null;
  readonly reason: string;
  readonly #dropped: Dropped;
  readonly #cursors: ConnectionCursors;

  constructor(dropped: Dropped, cursors: ConnectionCursors) {
    this.count = dropped.count;
    this.reason = dropped.reason;
    this.#dropped = dropped;
    this.#cursors = cursors;
  }

  get firstCursor(): string | null {
    return this.#cursorOf(this.#dropped.after);
  }

  get lastCursor(): string | null {
    return this.#cursorOf(this.#dropped.before);
  }

  #cursorOf(position: MergedPosition | null): string | null {
    if (position === null || position.time <= untouched('forward').time) return null;
    return this.#cursors.encode({ position, marks: [] });
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
