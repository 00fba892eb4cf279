import { startOfInstant } from '../../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../../domain/ordered.ts';
import type { Batch } from '../../../pagination/core/partition.ts';

/** Lines of a partition that exist but cannot be read: the vendor does not return them, or their rows are unreadable. */
export interface Gap {
  readonly partition: string;
  /** All missing lines come after this position. Null: they begin at the log's beginning. */
  readonly after: Position | null;
  /** All missing lines come before this position. Null: it is not known where they end. */
  readonly before: Position | null;
  /** The reason, as the pagination reports it. */
  readonly reason: string;
  /** Names of the missing lines, if all of them are known. Left out: their number is not known. */
  readonly lines?: readonly string[] | undefined;
}

/** Finds the gaps of one read: between which of its rows the missing ones lie. */
export class GapFinder<T extends Ordered> {
  readonly #partition: string;
  readonly #direction: Direction;
  /** The last row that was read; no missing row comes before it in this direction. */
  #last: Position | null;
  /** A gap that was reported but is not followed by a row yet. */
  #open: { readonly from: Position | null; readonly reason: string } | null = null;

  /** `from` as in the request of the read. */
  constructor(partition: string, direction: Direction, from: Position | null) {
    this.#partition = partition;
    this.#direction = direction;
    this.#last = from;
  }

  /** A batch was read. Returns the gap that its first row has shown to have ended. */
  see({ rows, truncated }: Pick<Batch<T>, 'rows' | 'truncated'>): Gap | null {
    const first = rows[0]?.row;
    // The gap may reach into the instant of the first row after it, since only some rows of that instant may be
    // readable.
    const gap = first === undefined ? null : this.#close(first);
    if (truncated !== undefined) this.#begin(truncated);
    this.#last = rows.at(-1)?.row ?? this.#last;
    return gap;
  }

  /** Nothing more is read. Returns the gap that no row has followed. */
  end(): Gap | null {
    return this.#close(null);
  }

  #begin(reason: string): void {
    if (this.#open === null) this.#open = { from: this.#last, reason };
    else if (this.#open.reason !== reason) this.#open = { ...this.#open, reason: `${this.#open.reason}; ${reason}` };
  }

  #close(behind: Position | null): Gap | null {
    if (this.#open === null) return null;
    const { from, reason } = this.#open;
    this.#open = null;
    const partition = this.#partition;
    if (this.#direction === 'forward') {
      return { partition, after: from, before: behind && startOfInstant(behind.time + 1n), reason };
    }
    return { partition, after: behind && startOfInstant(behind.time), before: from, reason };
  }
}

/** The unreadable rows of a batch, as a gap. They lie among its rows; if it has none, their position is not known. */
export function unreadableGap<T extends Ordered>(
  partition: string,
  { rows, unreadable }: Pick<Batch<T>, 'rows' | 'unreadable'>,
): Gap | null {
  if (unreadable === undefined) return null;
  const { count, cut, ids, reason } = unreadable;
  const [first, last] = [rows[0]?.row.time, rows.at(-1)?.row.time];
  const isNamed = ids.length === count;
  return {
    partition,
    after: first === undefined || last === undefined ? null : startOfInstant(first < last ? first : last),
    before: first === undefined || last === undefined ? null : startOfInstant((first < last ? last : first) + 1n),
    reason: `${cut === count ? 'rows that were cut off' : "rows that can't be read"}: ${reason}`,
    ...(isNamed ? { lines: ids } : {}),
  };
}
