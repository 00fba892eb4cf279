import type { Direction, Ordered } from '../../domain/ordered.ts';
import type { ListOrder } from './list.ts';
import type { RecordTimes } from './scale.ts';
import type { WalkedRecord } from './walk.ts';

/**
 * By which of their two times the records of a source turn out to be sorted. The places of rows that are far from both
 * depend on it, so all reads of a source have to agree: what one has seen is remembered for all, and a cursor carries
 * what was known when its page was made, for other replicas.
 */
export class ShownOrder {
  readonly #order: ListOrder;
  readonly #known: boolean;
  #last: RecordTimes | null = null;

  /** `known`: whether a cursor says that the list is sorted by the latest time. */
  constructor(order: ListOrder, known: boolean) {
    this.#order = order;
    this.#known = known;
  }

  /** True if the records are not sorted by the earliest time, so by the latest. */
  get isByLatest(): boolean {
    return this.#known || this.#order.byLatest === true;
  }

  /** The next page of a walk. The last page that shows how the list is sorted counts, because a source may change it. */
  see<T extends Ordered>(page: readonly WalkedRecord<T>[], direction: Direction): void {
    let [earliestTurns, latestTurns] = [false, false];
    for (const [index, { record }] of page.entries()) {
      // A record whose times could not all be read shows nothing.
      if (record.nameless === true) continue;
      const last = this.#last;
      this.#last = record;
      if (last === null) continue;
      const [older, newer] = direction === 'forward' ? [last, record] : [record, last];
      earliestTurns ||= older.earliest > newer.earliest;
      // The latest time of a run moves when it is invoked, so what one page says of it is not compared with another.
      latestTurns ||= index > 0 && older.latest > newer.latest;
    }
    if (earliestTurns || latestTurns) this.#order.byLatest = !latestTurns;
  }
}
