import { keyOf } from '../core/identity.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import type { Identity, Unplaced } from '../core/partition.ts';
import type { TimeOrder } from './after-clock.ts';
import { isAhead } from './tick-reader.ts';

/** The end of a tie-break that stands right before or behind that of a row. */
const BESIDE_ROW = '\uffff';

/**
 * Rows of one instant that the next page must show again. Another row of that instant proves nothing: the vendor may order
 * and bound its rows by more digits than it shows.
 */
export class KnownRows<T extends Ordered> {
  readonly time: bigint;
  /** True if an earlier walk read the rows. Then they may be gone. */
  readonly mayBeGone: boolean;
  readonly #order: TimeOrder;
  readonly #keyOf: (row: Unplaced<T>) => string;
  readonly #keys: ReadonlySet<string>;

  private constructor(
    {
      time,
      keys,
      mayBeGone,
    }: { readonly time: bigint; readonly keys: ReadonlySet<string>; readonly mayBeGone: boolean },
    order: TimeOrder,
    identity: Identity<T>,
  ) {
    this.time = time;
    this.mayBeGone = mayBeGone;
    this.#order = order;
    this.#keyOf = (row) => keyOf(row, identity);
    this.#keys = keys;
  }

  /** The rows of this instant on a page. Unreadable ones are not the same on each page. */
  static on<T extends Ordered>(
    rows: readonly Unplaced<T>[],
    time: bigint,
    order: TimeOrder,
    identity: Identity<T>,
  ): KnownRows<T> {
    const known = rows.filter((row) => row.time === time && row.unreadable === undefined);
    return new KnownRows(
      { time, keys: new Set(known.map((row) => keyOf(row, identity))), mayBeGone: false },
      order,
      identity,
    );
  }

  /**
   * The row that an earlier walk ended with. `mayHideDigits`: the source may show its time without all digits. If not, any row of
   * that instant will do, because a position need not be that of a row.
   */
  static at<T extends Ordered>(
    { time, tie }: Position,
    order: TimeOrder,
    identity: Identity<T>,
    mayHideDigits: boolean,
  ): KnownRows<T> {
    const isOfRow = identity.by === 'id' && !tie.endsWith(BESIDE_ROW);
    const keys = new Set(isOfRow && mayHideDigits ? [tie] : []);
    return new KnownRows({ time, keys, mayBeGone: true }, order, identity);
  }

  /** True if the page shows the rows, or as many rows of their instant as it has room for. */
  areOn(rows: readonly Unplaced<T>[]): boolean {
    const same = rows.filter(({ time }) => time === this.time);
    const last = rows.at(-1);
    if (same.length === 0 || last === undefined) return false;
    if (!isAhead(this.#order, last.time, this.time)) return true;
    const shown = new Set(same.map(this.#keyOf));
    return [...this.#keys].every((key) => shown.has(key));
  }
}
