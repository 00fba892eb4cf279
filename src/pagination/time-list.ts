import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { AfterClock, TimeOrder } from './after-clock.ts';
import type { Identity, Unplaced } from './partition.ts';

export interface TimePage<T extends Ordered> {
  /** In the order that was asked for. May be fewer than were asked for, and not the last. */
  readonly rows: readonly Unplaced<T>[];
  /** Does the vendor say that there is more beyond this page? Null: it does not say. */
  readonly more: boolean | null;
  /** Null where the vendor does not count. */
  readonly total: number | null;
}

export interface TimeRequest {
  readonly order: TimeOrder;
  /** Exclusive: only rows beyond this instant in the direction of `order`, nanoseconds. Null: from the start. */
  readonly after: bigint | null;
  /** One of the classes of `classes`, to split a group of equal times; null: all rows. */
  readonly within: string | null;
}

export interface TimeKeysetOptions<T extends Ordered> {
  readonly key: string;
  /** How many rows are asked for. */
  readonly limit: number;
  readonly identity: Identity<T>;
  /** The clock that the vendor's `after` has, as far as it is known of the source. */
  readonly clock: AfterClock;
  fetch(request: TimeRequest, call: Call): Promise<TimePage<T>>;
  /**
   * Ways to split a group of equal times that is larger than a page: names that `fetch` understands as
   * `within`. None overlap; rows of a class that is not named are found only as far as two pages reach.
   */
  readonly classes: readonly string[];
}
