import { startOfInstant } from '../../../domain/ordered.ts';
import type { Direction, Ordered, Position } from '../../../domain/ordered.ts';
import type { Batch } from '../../../pagination/core/partition.ts';

/** Lines of a partition that exist and that can't be had: the vendor does not let one read them, or its rows of them can't be read. */
export interface Gap {
  readonly partition: string;
  /** All of them come after this place. Null: from the log's beginning on. */
  readonly after: Position | null;
  /** All of them come before this place. Null: it is not known where they end. */
  readonly before: Position | null;
  /** Why, in the words of the pagination. */
  readonly reason: string;
  /** Names of the lines, where all of them are known. Left out: it is not known how many there are. */
  readonly lines?: readonly string[] | undefined;
}

/** Finds the gaps of one reading: between which of its rows lie those that are out of reach. */
export class GapFinder<T extends Ordered> {
  readonly #partition: string;
  readonly #direction: Direction;
  /** The last row that was read: none that is missing comes before it in this direction. */
  #last: Position | null;
  /** Said, and no row behind it was read yet. */
  #open: { readonly from: Position | null; readonly reason: string } | null = null;

  /** `from` as in the request of the reading. */
  constructor(partition: string, direction: Direction, from: Position | null) {
    this.#partition = partition;
    this.#direction = direction;
    this.#last = from;
  }

  /** A batch was read; gives the gap that is known by its rows to have ended. */
  see({ rows, truncated }: Pick<Batch<T>, 'rows' | 'truncated'>): Gap | null {
    const [first] = rows;
    // A gap may reach into the instant of the first row behind its batch: not all rows of one need be in reach.
    const gap = first === undefined ? null : this.#close(first);
    if (truncated !== undefined) this.#begin(truncated);
    this.#last = rows.at(-1) ?? this.#last;
    return gap;
  }

  /** Nothing more is read. Gives the gap that no row was behind. */
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

/** The rows behind a batch that could not be read. They stand among its rows; without any, it is not known where. */
export function unreadableGap<T extends Ordered>(
  partition: string,
  { rows, unreadable }: Pick<Batch<T>, 'rows' | 'unreadable'>,
): Gap | null {
  if (unreadable === undefined) return null;
  const { count, cut, ids, reason } = unreadable;
  const [first, last] = [rows[0]?.time, rows.at(-1)?.time];
  const isNamed = ids.length === count;
  return {
    partition,
    after: first === undefined || last === undefined ? null : startOfInstant(first < last ? first : last),
    before: first === undefined || last === undefined ? null : startOfInstant((first < last ? last : first) + 1n),
    reason: `${cut === count ? 'rows that are cut' : "rows that can't be read"}: ${reason}`,
    ...(isNamed ? { lines: ids } : {}),
  };
}
