import type { Call } from '../../domain/call.ts';
import type { Json } from '../../domain/json.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';

/**
 * A partition is one ordered log (or list) of a vendor that can be read from any position in either direction. Every
 * native pagination scheme is turned into partitions, so no code above this layer knows how a vendor pages. Rows come
 * in the total order of `Ordered`, each exactly once.
 */
export interface Partition<T extends Ordered> {
  /** Stable and unique among the partitions of one job: part of cursors and ids. '' for the only one. */
  readonly key: string;
  /** Reads from a position, lazily: a native page is fetched when the reader requests the next batch. */
  read(request: ReadRequest<T>, call: Call): AsyncGenerator<Batch<T>, void, undefined>;
  /** The number of all rows, with as few calls as possible; null if the vendor cannot tell. */
  count(call: Call): Promise<number | null>;
}

/** A native shortcut to a position: JSON, small, untrusted, possibly out of date. It is verified when used. */
export type Hint = Json;

export interface ReadRequest<T extends Ordered> {
  readonly direction: Direction;
  /** Exclusive. Null: from the beginning (forward) or from the end (backward). */
  readonly from: Position | null;
  /**
   * The hint of the row at `from`, or of a row at another instant, or null. A merge passes the hint of the row that it
   * took last, which lies ahead after the reader changes direction.
   */
  readonly hint: Hint | null;
  /** Exclusive end: no row at or beyond it is yielded, and no page beyond it is fetched. Null: no end. */
  readonly until: Position | null;
  /** How many rows the reader expects to take. Never a native page size. */
  readonly need: number;
  /** True if the reader will surely take `need` rows if they exist. Then pages are fetched in parallel. */
  readonly prefetch?: boolean | undefined;
  /**
   * Rows that fail this test are not wanted. A scheme that holds the whole log drops them early; other schemes may
   * leave it to the reader.
   */
  readonly accept?: ((row: T) => boolean) | undefined;
}

/** A row, and the hint to find it again. */
export interface HintedRow<T> {
  readonly row: T;
  readonly hint: Hint | null;
}

/** Rows from one or more native pages. A batch may be empty: an empty or short page is not the end. */
export interface Batch<T extends Ordered> {
  /** In the direction of the read. */
  readonly rows: readonly HintedRow<T>[];
  /** Whether rows follow this batch in this direction (within `until`). Null: unknown without another call. */
  readonly more: boolean | null;
  /** Native pages read for this batch. Scans are bounded by their number. */
  readonly pages: number;
  /** Set if the vendor does not give rows between this batch and the one before: the reason. */
  readonly truncated?: string | undefined;
  /** True if rows are missing because the vendor's list contradicts itself, not because a limit was reached. */
  readonly contradicts?: boolean | undefined;
  /** Rows of this batch's pages that could not be read; the batch has the rest. */
  readonly unreadable?: Unreadable | undefined;
}

/** Rows from a vendor that could not be read. */
export interface Unreadable {
  readonly count: number;
  /** How many of them are in the batch, but cut. Undefined: none. */
  readonly cut?: number;
  /** Ids of the first `MOST_NAMES` of them, by which a poll recognizes them when it reads them again. */
  readonly ids: readonly string[];
  /** The problem with the first of them: where the value is, what was expected, and what was received. */
  readonly reason: string;
}

/** A row from the vendor's page. It has a time; `Identity` determines its tie-break. */
export type Unplaced<T extends Ordered> = Omit<T, 'tie'>;

/**
 * How rows of equal time are distinguished and ordered.
 * - `id`: the vendor's own id of the row, unique within the partition.
 * - `content`: a hash of the row's content; identical rows of one instant are numbered.
 */
export type Identity<T extends Ordered> =
  IdIdentity<T> | { readonly by: 'content'; readonly of: (row: Unplaced<T>) => readonly (string | null)[] };

export interface IdIdentity<T extends Ordered> {
  readonly by: 'id';
  readonly of: (row: Unplaced<T>) => string;
}

/** A span of time, in nanoseconds: from `since`, up to but without `before`. */
export interface TimeSpan {
  readonly since: bigint;
  readonly before: bigint;
}

/**
 * Counts the rows of a log in a span of time without reading them. Only for logs whose source bounds by time, counts, and
 * applies the whole filter. A count is a hint: its user checks that the counts of the parts add up to that of the whole.
 */
export interface RowCounts {
  /** Spans begin and end at multiples of this, in nanoseconds. */
  readonly tick: bigint;
  /** One call. Null: the source cannot tell. */
  within(span: TimeSpan, call: Call): Promise<number | null>;
  /**
   * The same, compared with rows: the last row that is counted exists and no other follows it, and a cut at its instant
   * loses nothing. Null also if they contradict the count.
   */
  proven(span: TimeSpan, call: Call): Promise<number | null>;
}
