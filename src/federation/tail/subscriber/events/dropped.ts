import type { LogStreamEvent } from '../../../api.ts';
import type { ConnectionCursors, MergedPosition } from '../../../cursor/codec.ts';
import { untouched } from '../../../merge/place.ts';

/** Lines that a stream leaves out. They lie between two positions; null: from the beginning, or to an unknown end. */
export interface Dropped {
  /** The number of lines; null if it is not known. */
  readonly count: number | null;
  readonly reason: string;
  readonly after: MergedPosition | null;
  readonly before: MergedPosition | null;
}

type DroppedShown = NonNullable<Extract<LogStreamEvent, { type: 'LogBatch' }>['dropped']>;

/** The form that clients see. Its cursors are computed on access. */
export class ShownDropped implements DroppedShown {
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
