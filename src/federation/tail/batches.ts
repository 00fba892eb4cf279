import type { LogStreamEvent } from '../api.ts';
import type { ConnectionCursors } from '../cursor.ts';
import { DeliveredEdge, LazyBatch } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import type { Dropped } from './dropped.ts';
import type { Standing } from './standing.ts';

export type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;

/** Makes lines into batches, and each line that is out of order into a late one. */
export class Batches {
  readonly #standing: Standing;
  readonly #cursors: ConnectionCursors;
  readonly #size: number;

  constructor(standing: Standing, cursors: ConnectionCursors, size: number) {
    this.#standing = standing;
    this.#cursors = cursors;
    this.#size = size;
  }

  /**
   * Batches of lines that the feeds know: the place behind them is where the feeds are. Ends early when a
   * feed has let go of lines meanwhile: the rest is among what has to be read again.
   */
  *live(lines: readonly Delivery[]): Generator<Batch, void, undefined> {
    for (let at = 0; at < lines.length && this.#standing.history === null; at += this.#size) {
      const rest = lines.slice(at + this.#size);
      this.#standing.owe(rest);
      yield this.#batch(lines.slice(at, at + this.#size), rest.length > 0, null);
    }
  }

  /** A batch of history, unless there is nothing in it. */
  history(lines: readonly Delivery[], more: boolean, dropped: Dropped | null): Batch[] {
    if (lines.length === 0 && dropped === null) return [];
    return [this.#batch(lines, more, dropped)];
  }

  /** Says what is left out, where the subscriber stands. */
  dropped(dropped: Dropped): Batch {
    return this.#batch([], this.#standing.history !== null, dropped);
  }

  #batch(lines: readonly Delivery[], more: boolean, dropped: Dropped | null): Batch {
    const mayRepeat = lines.map((line) => this.#standing.mayRepeat(line)).includes(true);
    const edges = lines.map((line) => new DeliveredEdge(line, this.#standing.pass(line), this.#cursors));
    return new LazyBatch({ edges, more, mayRepeat, dropped }, () => this.#standing.state(), this.#cursors);
  }
}
