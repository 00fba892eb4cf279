import type { LogStreamEvent } from '../api.ts';
import type { ConnectionCursors } from '../cursor.ts';
import { DeliveredEdge, LazyBatch } from './delivery.ts';
import type { CursorOf, Delivery } from './delivery.ts';
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

  /** Batches of lines that the feeds know: the place behind them is where the feeds are. */
  *live(lines: readonly Delivery[]): Generator<Batch, void, undefined> {
    for (let at = 0; at < lines.length; at += this.#size) {
      const part = lines.slice(at, at + this.#size);
      const rest = lines.slice(at + this.#size);
      yield this.#batch(part, rest.length > 0, null, (furthest) =>
        this.#standing.liveWithout(rest, part.at(-1)?.position, furthest),
      );
    }
  }

  /** A batch of history, unless there is nothing in it. */
  history(lines: readonly Delivery[], more: boolean, dropped: Dropped | null): Batch[] {
    if (lines.length === 0 && dropped === null) return [];
    return [this.#batch(lines, more, dropped, (furthest) => this.#standing.inHistory(furthest))];
  }

  /** Says what is left out, where the subscriber stands. */
  dropped(dropped: Dropped): Batch {
    const { history } = this.#standing;
    return this.#batch([], history !== null, dropped, (furthest) =>
      history === null ? this.#standing.liveWithout([], undefined, furthest) : this.#standing.inHistory(furthest),
    );
  }

  #batch(
    lines: readonly Delivery[],
    more: boolean,
    dropped: Dropped | null,
    placeOf: (furthest: bigint | null) => CursorOf,
  ): Batch {
    const edges = lines.map((line) => new DeliveredEdge(line, this.#standing.pass(line), this.#cursors));
    const { furthest } = this.#standing;
    return new LazyBatch(edges, more, dropped, () => placeOf(furthest), this.#cursors);
  }
}
