import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { beyondTicks, tickOf } from './after-clock.ts';
import type { TimeOrder } from './after-clock.ts';
import { keyOf } from '../core/identity.ts';
import type { Unplaced } from '../core/partition.ts';
import { fetchFitting } from './list.ts';
import type { AskedPage, TimeKeysetOptions, TimePage } from './list.ts';

/** The rows of a tick, in time order. Null: reading has shown that the vendor's clock has coarser ticks. */
type TickRows<T extends Ordered> = {
  readonly rows: readonly Unplaced<T>[];
  readonly truncated: string | undefined;
} | null;

/** Reads all rows of one tick that the vendor makes reachable: from both ends, and class by class. */
export class TickReader<T extends Ordered> {
  readonly #options: TimeKeysetOptions<T>;
  readonly #order: TimeOrder;
  readonly #call: Call;
  readonly #usual: () => number;
  #longest = 0;
  #count = 0;

  /** `usual`: the number of rows on a page that is not the last. */
  constructor(options: TimeKeysetOptions<T>, order: TimeOrder, usual: () => number, call: Call) {
    this.#options = options;
    this.#order = order;
    this.#call = call;
    this.#usual = usual;
  }

  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  /** Records the length of a page, because the vendor may cap pages silently. */
  saw({ rows }: TimePage<T>): void {
    this.#longest = Math.max(this.#longest, rows.length);
  }

  /** True if the page could have held more rows. Then no rows follow unless the vendor says so. */
  isShort({ rows, more, asked }: AskedPage<T>): boolean {
    // This page may have been requested with fewer rows than earlier ones.
    const full = Math.min(more === null ? this.#longest : this.#usual(), asked);
    return rows.length === 0 || (more !== true && rows.length < full);
  }

  /** `page`: rows from the start of the tick, in walk order. They may not reach the tick's end. */
  async read(tick: bigint, page: readonly Unplaced<T>[]): Promise<TickRows<T>> {
    const { step } = this.#options.clock;
    const inTick = ({ time }: Unplaced<T>): boolean => tickOf(time, step) === tick;
    const near = page.filter(inTick);
    const far = await this.#farEnd(tick, near);
    if (far === 'coarser') return null;
    const farRows = far === 'misunderstood' ? [] : far.rows.filter(inTick);
    if (
      far !== 'misunderstood' &&
      (this.#isWhole(far, flip(this.#order), tick) ||
        this.#meet(near, farRows, this.#haveRoom([page, far.rows], far.asked)))
    ) {
      return { rows: inTimeOrder(this.#distinct([...near, ...farRows]), this.#order), truncated: undefined };
    }
    const classes = await Promise.all(this.#options.classes.map(async (within) => this.#readClass(tick, within)));
    const named = classes.flatMap(({ rows }) => rows.filter(inTick));
    // Use the version of a row from the class answers, because another answer may contain slightly more of it.
    const rows = this.#distinct([...near, ...farRows, ...named]);
    const isComplete = classes.every((one) => one.isWhole) && rows.length === this.#distinct(named).length;
    return {
      rows: inTimeOrder(rows, this.#order),
      truncated: isComplete
        ? undefined
        : `more entries share one instant than the vendor lets a client reach; ${rows.length} of them are here`,
    };
  }

  /**
   * True if rows of the page come again for a bound that excludes them with any clock: then the source ignores bounds.
   */
  async ignoresBounds(rows: readonly Unplaced<T>[]): Promise<boolean> {
    const last = rows.at(-1);
    if (last === undefined) return false;
    this.#count += 1;
    const request = { order: this.#order, after: beyondTicks(this.#order, last.time), within: null };
    const beyond = await fetchFitting(this.#options, request, this.#call);
    return beyond.rows.some(({ time }) => !isAhead(this.#order, time, last.time));
  }

  /**
   * The page that begins with the tick in the other order. `coarser`: only a page with an earlier bound shows known
   * rows, so the clock is coarser. `misunderstood`: no page shows them, so the source does not page correctly in that
   * order.
   */
  async #farEnd(tick: bigint, near: readonly Unplaced<T>[]): Promise<AskedPage<T> | 'coarser' | 'misunderstood'> {
    const { clock } = this.#options;
    const order = flip(this.#order);
    const [step, ...coarser] = clock.candidates(order);
    const far = await this.#fetch(order, tick, step ?? clock.step);
    if (near.length === 0 || !this.#isWhole(far, order, tick) || showsSome(far, near)) return far;
    for (const other of coarser) {
      const page = await this.#fetch(order, tick, other);
      if (!showsSome(page, near)) continue;
      clock.learn(other);
      return 'coarser';
    }
    return 'misunderstood';
  }

  async #readClass(tick: bigint, within: string): Promise<{ rows: readonly Unplaced<T>[]; isWhole: boolean }> {
    const { step } = this.#options.clock;
    // First use the order in which the source is known to page correctly.
    const near = await this.#fetch(this.#order, tick, step, within);
    if (this.#isWhole(near, this.#order, tick)) return { rows: near.rows, isWhole: true };
    const other = flip(this.#order);
    const far = await this.#fetch(other, tick, step, within);
    const isWhole =
      (this.#isWhole(far, other, tick) && showsSome(far, near.rows)) ||
      this.#meet(near.rows, far.rows, this.#haveRoom([near.rows, far.rows], Math.min(near.asked, far.asked)));
    return { rows: [...near.rows, ...far.rows], isWhole };
  }

  async #fetch(order: TimeOrder, tick: bigint, step: bigint, within: string | null = null): Promise<AskedPage<T>> {
    this.#count += 1;
    const page = await fetchFitting(this.#options, { order, after: pastTick(order, tick, step), within }, this.#call);
    this.saw(page);
    return page;
  }

  /** True if a page that begins with the tick contains all of it. */
  #isWhole(page: AskedPage<T>, order: TimeOrder, tick: bigint): boolean {
    const last = page.rows.at(-1);
    return (
      last === undefined || this.isShort(page) || isAhead(order, tickOf(last.time, this.#options.clock.step), tick)
    );
  }

  /**
   * True if two pages from opposite ends of a list of ids leave no gap between them. Then both end with the same rows,
   * in opposite orders. One common row is no proof, because a vendor may return ties in the same order in both
   * directions. `haveRoom`: both pages could have held more rows, so the same rows on both are all.
   */
  #meet(near: readonly Unplaced<T>[], far: readonly Unplaced<T>[], haveRoom: boolean): boolean {
    const { identity } = this.#options;
    if (identity.by !== 'id') return false;
    const nearIds = near.map(identity.of);
    const known = new Set(nearIds);
    const farIds = far.map(identity.of);
    const common = farIds.filter((id) => known.has(id)).length;
    if (haveRoom && common > 0 && common === nearIds.length && common === farIds.length) return true;
    const farEnd = farIds.slice(-common).reverse();
    return common > 1 && nearIds.slice(-common).every((id, index) => id === farEnd[index]);
  }

  /** True if each page has fewer rows than a page may have, rows of other instants included. No page is cut to one row. */
  #haveRoom(pages: readonly (readonly unknown[])[], asked: number): boolean {
    return pages.every(({ length }) => length < Math.min(this.#longest, asked) || length === 1);
  }

  #distinct(rows: readonly Unplaced<T>[]): Unplaced<T>[] {
    const { identity } = this.#options;
    return [...new Map(rows.map((row) => [keyOf(row, identity), row])).values()];
  }
}

/** True if the page has a row of an instant among the known rows. */
function showsSome<T extends Ordered>({ rows }: TimePage<T>, known: readonly Unplaced<T>[]): boolean {
  return known.some((row) => rows.some(({ time }) => time === row.time));
}

/** The bound for a page that begins with the tick of `time`, at most one tick earlier. */
export function pastTick(order: TimeOrder, time: bigint, step: bigint): bigint {
  const tick = tickOf(time, step);
  return order === 'ascending' ? tick - step : tick + step;
}

/** True if `a` comes after `b` in this order. */
export function isAhead(order: TimeOrder, a: bigint, b: bigint): boolean {
  return order === 'ascending' ? a > b : a < b;
}

/** Sorts rows by time, because vendors may swap neighbours. Rows of one instant keep their order. */
export function inTimeOrder<T extends { readonly time: bigint }>(rows: readonly T[], order: TimeOrder): readonly T[] {
  const isSorted = rows.every((row, index) => !isAhead(order, (rows[index - 1] ?? row).time, row.time));
  if (isSorted) return rows;
  return [...rows].sort((a, b) => (a.time === b.time ? 0 : isAhead(order, a.time, b.time) ? 1 : -1));
}

export function flip(order: TimeOrder): TimeOrder {
  return order === 'ascending' ? 'descending' : 'ascending';
}
