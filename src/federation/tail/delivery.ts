import type { Edge, LogNode } from '../api.ts';
import type { ConnectionCursors, MergedPosition } from '../cursor.ts';
import type { Dropped } from './dropped.ts';
import { ShownDropped } from './dropped.ts';
import { encodeTailState } from './tail-cursor.ts';
import type { TailState } from './tail-cursor.ts';

/** A line on its way to a subscriber. */
export interface Delivery {
  readonly node: LogNode;
  readonly position: MergedPosition;
  readonly digest: string;
}

/** Where a subscriber stands, as far as a cursor can say it. */
export interface CursorOf {
  readonly state: TailState;
  readonly mayRepeat: boolean;
}

/** An edge whose cursor is made when it is read: the entry's own place. */
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

/**
 * A batch whose cursor is made when it is read: while the batch is the newest one that was given out, the
 * subscription stands still.
 */
export class LazyBatch {
  readonly type = 'LogBatch';
  readonly edges: readonly DeliveredEdge[];
  readonly hasMorePastEntries: boolean;
  readonly dropped: ShownDropped | null;
  readonly #stateOf: () => CursorOf;
  readonly #cursors: ConnectionCursors;
  #known: CursorOf | undefined;

  constructor(
    edges: readonly DeliveredEdge[],
    more: boolean,
    dropped: Dropped | null,
    stateOf: () => CursorOf,
    cursors: ConnectionCursors,
  ) {
    this.edges = edges;
    this.hasMorePastEntries = more;
    this.dropped = dropped === null ? null : new ShownDropped(dropped, cursors);
    this.#stateOf = stateOf;
    this.#cursors = cursors;
  }

  get cursor(): string {
    return encodeTailState(this.#cursors, this.#place.state);
  }

  get mayRepeat(): boolean {
    return this.#place.mayRepeat;
  }

  get #place(): CursorOf {
    this.#known ??= this.#stateOf();
    return this.#known;
  }
}
