import type { Call } from '../../domain/call.ts';
import type { Json } from '../../domain/json.ts';
import type { Direction, Ordered, Position } from '../../domain/ordered.ts';

/**
 * A partition is one ordered log (or list) at one place of a vendor that can be read from any position
 * in either direction. Every native pagination scheme is turned into partitions: no code above this line
 * knows how a vendor pages. Rows come in the total order of `Ordered`, each exactly once.
 */
export interface Partition<T extends Ordered> {
  /** Stable and unique among the partitions of one job: part of cursors and ids. '' for the only one. */
  readonly key: string;
  /** Reads on from a position. Lazily: a native page is fetched when the reader asks for the next batch. */
  read(request: ReadRequest<T>, call: Call): AsyncGenerator<Batch<T>, void, undefined>;
  /** How many rows there are in all, at the least number of calls; null where the vendor cannot tell. */
  count(call: Call): Promise<number | null>;
}

/** A native shortcut to a position: JSON, small, untrusted, possibly out of date. It is verified when used. */
export type Hint = Json;

export interface ReadRequest<T extends Ordered> {
  readonly direction: Direction;
  /** Exclusive. Null: from the beginning (forward) or from the end (backward). */
  readonly from: Position | null;
  /**
   * The hint that came with the row at `from`, or with one of another instant, where there is one: a merge
   * gives that of the row that was taken last, which lies ahead once the reader has turned round.
   */
  readonly hint: Hint | null;
  /**
   * Exclusive end: no row at or beyond it is yielded, and no page beyond it is fetched. Null: none.
   */
  readonly until: Position | null;
  /** How many rows the reader expects to take. Never a native page size. */
  readonly need: number;
  /** Will the reader surely take `need` rows if they are there? Then pages for them are fetched side by side. */
  readonly prefetch?: boolean | undefined;
  /**
   * Rows that do not pass are not wanted. A scheme that holds everything at once drops them early; others
   * may leave it to the reader.
   */
  readonly accept?: ((row: T) => boolean) | undefined;
}

/** Rows in the direction of a read, and for each the hint to come back to it. Both lists have the same length. */
export interface HintedRows<T> {
  readonly rows: readonly T[];
  readonly hints: readonly (Hint | null)[];
}

/** Rows that one native page gave, or several. There may be none: an empty or short page is not the end. */
export interface Batch<T extends Ordered> extends HintedRows<T> {
  /** Are there rows beyond this batch in this direction (within `until`)? Null: not known without asking. */
  readonly more: boolean | null;
  /** Native pages that were read for this batch: what a scan is bounded by. */
  readonly pages: number;
  /** Said when rows between this batch and the one before are out of the vendor's reach. */
  readonly truncated?: string | undefined;
  /** Are they out of reach because the vendor's list contradicts itself, and not because it is longer than is read? */
  readonly contradicts?: boolean | undefined;
  /** Rows of the pages behind this batch that could not be read; the others are here. */
  readonly unreadable?: Unreadable | undefined;
}

/** Rows that a vendor gave and that could not be read. */
export interface Unreadable {
  readonly count: number;
  /** How many of them are there, but for what was cut; left out: none. */
  readonly cut?: number;
  /** Names of the first `MOST_NAMES` of them: a poll that reads them again knows them by these. */
  readonly ids: readonly string[];
  /** What was wrong with the first of them: where it stands, what was expected, and what kind of value came. */
  readonly reason: string;
}

/** A row as the vendor's page gave it: it has a time, and its tie-break is found by `Identify`. */
export type Unplaced<T extends Ordered> = Omit<T, 'tie'>;

/**
 * How rows of equal time are told apart and ordered.
 * - `id`: the vendor's own id of the row, unique within the partition.
 * - `content`: a hash of what the row says; identical rows of one instant are numbered.
 */
export type Identity<T extends Ordered> =
  IdIdentity<T> | { readonly by: 'content'; readonly of: (row: Unplaced<T>) => readonly (string | null)[] };

export interface IdIdentity<T extends Ordered> {
  readonly by: 'id';
  readonly of: (row: Unplaced<T>) => string;
}
