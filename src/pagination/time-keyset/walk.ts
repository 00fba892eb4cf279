/** One file, although a long one: all steps of a walk share its state. */
import { freshCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { tickOf } from './after-clock.ts';
import type { TimeOrder } from './after-clock.ts';
import { isUntold, moreBehindAsked } from '../core/page-end.ts';
import { contradiction, EMPTY_PAGE, PageGuard, REPEATS } from '../core/page-guard.ts';
import type { ReadRequest, Unplaced } from '../core/partition.ts';
import { KnownRows } from './known-rows.ts';
import { TimedPageLengths } from './page-lengths.ts';
import { flip, inTimeOrder, isAhead, pastTick, TickReader } from './tick-reader.ts';
import { firstSize } from '../core/ladder.ts';
import { countReadable, fetchFitting } from './list.ts';
import type { AskedPage, TimeKeysetOptions, TimePage } from './list.ts';

export interface TimeStep<T extends Ordered> {
  /** In walk order. Rows may repeat from earlier steps. */
  readonly rows: readonly Unplaced<T>[];
  readonly isEnd: boolean;
  readonly truncated?: string | undefined;
  readonly contradicts?: true;
  /** False: the rows do not come again with the next step. Undefined: rows of the last instant do. */
  readonly comeAgain?: false;
}

/** Pages in a row that may get no further, because the clock may turn out to be coarser more than once. */
const MOST_IDLE = 10;

const ORDER = 'the source gives its entries in another order than it is asked for';
const MISUNDERSTOOD = 'the source does not go on from where it is asked to; entries beyond may be missing';
const VANISHED = 'entries that were read did not come again where they should have: others of that time may be missing';

/**
 * The pages of one read. Each begins where it must show known rows, which proves that the source understood the bound,
 * and gets further than the one before, takes one tick apart, or is the last.
 */
export class TimeWalk<T extends Ordered> {
  readonly #options: TimeKeysetOptions<T>;
  #call: Call;
  readonly #order: TimeOrder;
  readonly #ticks: TickReader<T>;
  readonly #guard = new PageGuard(MOST_IDLE);
  /** The instant where the walk begins if no row is known there. */
  readonly #start: bigint | null;
  /** The bound of the next page; null: none. */
  #after: bigint | null = null;
  /** The rows that the page must show. */
  #known: KnownRows<T> | null = null;
  #count = 0;
  readonly #lengths: TimedPageLengths;
  readonly #request: ReadRequest<T>;
  #isFirst = true;
  /** The bound of the page before. */
  #afterBefore: bigint | null = null;

  constructor(options: TimeKeysetOptions<T>, request: ReadRequest<T>, call: Call) {
    const { direction, from, hint } = request;
    this.#options = options;
    this.#request = request;
    this.#call = call;
    this.#order = direction === 'forward' ? 'ascending' : 'descending';
    this.#lengths = new TimedPageLengths(options.cap, options.size.usual, hint, options.size.shownTo(call));
    this.#ticks = new TickReader(options, this.#order, () => this.#lengths.most, call);
    this.#start = from?.tie === '' ? from.time : null;
    if (this.#start !== null) this.#after = this.#boundAtStart(this.#start);
    else if (from !== null) {
      this.#known = KnownRows.at(from, this.#order, options.identity, options.clock.mayHideDigits(from.time));
    }
  }

  /** The page length to store in a cursor; null: nothing. */
  get hint(): number | null {
    return this.#lengths.hint;
  }

  takeCount(): number {
    const count = this.#count + this.#ticks.takeCount();
    this.#count = 0;
    return count;
  }

  async next(): Promise<TimeStep<T>> {
    const most = await this.#firstSize();
    const { page, truncated, isLast = false } = await this.#ask(most);
    this.#ticks.saw(page);
    await this.#lengths.follows(page, this.#order, (before) => this.#isStill(before));
    const signs = this.#lengths.signsOf(page, this.#after === null);
    const more = await moreBehindAsked(signs, () => this.#countsOfOne());
    const isOver = isLast || page.rows.length === 0 || more === false;
    const rows = isOver || most === null ? page.rows : upToNeed(page.rows, this.#order, this.#request);
    const last = rows.at(-1);
    if (isOver || last === undefined) return { rows, isEnd: true, truncated };
    this.#lengths.goesOn(page, isUntold(signs));
    const after = this.#after;
    this.#afterBefore = after;
    const next = pastTick(this.#order, last.time, this.#options.clock.step);
    const isFurther = after === null || isAhead(this.#order, next, after);
    // Try a page of the usual size, which may show more.
    if (most !== null && (page.isReversed || !isFurther)) return this.next();
    // The page is part of the list, but not the requested part.
    if (page.isReversed) return { rows, isEnd: true, truncated: ORDER };
    if (this.#isStuckAt(last.time)) return { rows, isEnd: true, ...contradiction(REPEATS) };
    if (isFurther) {
      this.#goOn(next, KnownRows.on(page.rows, last.time, this.#order, this.#options.identity));
      return { rows, isEnd: false, truncated };
    }
    // A page that could have held more rows contains all remaining rows.
    if (this.#ticks.isShort(page)) return { rows, isEnd: true, truncated };
    if (rows.some(({ time }) => isAhead(this.#order, after, time)))
      return { rows, isEnd: true, ...(truncated === undefined ? contradiction(REPEATS) : { truncated }) };
    const whole = await this.#takeApart(after, page);
    return { ...whole, truncated: truncated ?? whole.truncated };
  }

  /** Asks for one row of the list. */
  async #countsOfOne(): Promise<{ readonly count: number; readonly total: number | null }> {
    this.#count += 1;
    const { rows, total } = await fetchFitting(this.#options, this.#whole, this.#call, 1);
    return { count: rows.length, total };
  }

  get #whole(): { readonly order: TimeOrder; readonly after: null; readonly within: null } {
    return { order: this.#order, after: null, within: null };
  }

  /** True if the page before, asked for afresh with one row more, is still as long as it was. */
  async #isStill({ rows: { length } }: AskedPage<Ordered>): Promise<boolean> {
    this.#count += 1;
    const request = { order: this.#order, after: this.#afterBefore, within: null };
    const again = await fetchFitting(this.#options, request, freshCall(this.#call), length + 1);
    return again.rows.length <= length;
  }

  /** The first page's size. Before a position without a tie-break, any number of rows may come: the usual size. */
  async #firstSize(): Promise<number | null> {
    const isServed = this.#isFirst && this.#start === null;
    this.#isFirst = false;
    return isServed ? firstSize(this.#options.ladder, this.#options.size, this.#request, this.#call) : null;
  }

  /** The page gets no further than its first tick: reads that tick separately and continues after it. */
  async #takeApart(after: bigint, page: OrderedPage<T>): Promise<TimeStep<T>> {
    const { step } = this.#options.clock;
    const tick = this.#order === 'ascending' ? tickOf(after, step) + step : tickOf(after - 1n, step);
    const whole = await this.#ticks.read(tick, page.rows);
    if (whole === null) {
      this.#after = pastTick(this.#order, after, this.#options.clock.step);
      return { rows: [], isEnd: false };
    }
    if (whole.truncated !== undefined && (await this.#ticks.ignoresBounds(page.rows)))
      return { rows: whole.rows, isEnd: true, ...contradiction(REPEATS) };
    this.#after = tick;
    this.#known = null;
    const { rows, truncated } = whole;
    const isAll =
      truncated !== undefined && countReadable(rows) <= countReadable(page.rows) && (await this.#isWhole(page));
    return { rows, truncated: isAll ? undefined : truncated, isEnd: false, comeAgain: false };
  }

  /**
   * True if the page has all rows after its bound: it claims so and has room for more, or a further request confirms
   * it.
   */
  async #isWhole({ rows, asked, more }: OrderedPage<T>): Promise<boolean> {
    if (more !== false || rows.length >= asked) return false;
    if (this.#lengths.hasRoom({ rows, asked })) return true;
    if (this.#options.cap.cut !== null || this.#options.cap.deniesMore || rows.length < 2) return false;
    this.#count += 1; // A shorter page tells whether the source counts all rows or those of the page alone.
    return (await fetchFitting(this.#options, this.#whole, this.#call, rows.length - 1)).total === rows.length;
  }

  /** True if too many pages got no further. A coarser clock lets some begin earlier. */
  #isStuckAt(time: bigint): boolean {
    return this.#guard.isStuck(this.#guard.getsFurther(this.#order === 'ascending' ? time : -time));
  }

  #goOn(next: bigint, known: KnownRows<T>): void {
    this.#after = next;
    this.#known = known;
    if (this.#start === null) return;
    // Now that the clock is known better, the walk may begin nearer to its start.
    const start = this.#boundAtStart(this.#start);
    if (!isAhead(this.#order, start, next)) return;
    this.#after = start;
    this.#known = null;
  }

  /** No row on the page can show whether this bound was understood, so it is valid for every clock. */
  #boundAtStart(start: bigint): bigint {
    return pastTick(this.#order, start, this.#options.clock.safeStep(this.#order));
  }

  async #ask(most: number | null): Promise<WalkPage<T>> {
    const asked = await this.#askBeyond(most);
    const after = this.#after;
    if (after === null) return asked;
    if (!this.#isDoubtful(asked.page, after)) return this.#unlessLost(asked, after);
    // No row beyond the bound came. A page without the bound may show that there are some.
    const whole = await this.#fetch(null);
    const isMore = whole.rows.some(({ time }) => isAhead(this.#order, time, this.#known?.time ?? after));
    if (!isMore) return this.#unlessLost({ ...asked, isLast: true }, after);
    return { page: whole, truncated: this.#lengths.isEnd(whole, true) ? asked.truncated : MISUNDERSTOOD, isLast: true };
  }

  /**
   * An empty page in the list is the end unless rows lie beyond it, as the other end of the list shows. It is looked at only
   * where the page should have had rows: that at which the read begins, or those that the source says follow.
   */
  async #unlessLost(asked: WalkPage<T>, after: bigint): Promise<WalkPage<T>> {
    const { page, truncated } = asked;
    const isExpected = this.#known?.mayBeGone === true || page.more === true;
    if (page.rows.length > 0 || truncated !== undefined || !isExpected || this.#call.priority === 'poll') return asked;
    this.#count += 1;
    const otherEnd = { order: flip(this.#order), after: null, within: null };
    const [end] = (await fetchFitting(this.#options, otherEnd, this.#call, 1)).rows;
    if (end === undefined || !isAhead(this.#order, end.time, this.#known?.time ?? after)) return asked;
    this.#call = freshCall(this.#call);
    const again = await this.#fetch(after);
    return again.rows.length > 0 ? { page: again } : { page: again, truncated: EMPTY_PAGE, isLast: true };
  }

  async #askBeyond(most: number | null): Promise<WalkPage<T>> {
    const { clock } = this.#options;
    const known = this.#known;
    if (known === null) return { page: await this.#fetch(this.#after, most) };
    let page: OrderedPage<T> | null = null;
    for (const step of clock.candidates(this.#order)) {
      const after = pastTick(this.#order, known.time, step);
      page = await this.#fetch(after, most);
      if (most !== null && !known.areOn(page.rows)) page = await this.#fetch(after);
      if (!known.areOn(page.rows)) continue;
      clock.learn(step);
      clock.confirm(this.#order, after, known.time);
      return { page };
    }
    return { page: page ?? (await this.#fetch(this.#after)), truncated: known.mayBeGone ? undefined : VANISHED };
  }

  /**
   * True if the bound may be misunderstood. Also for an empty page, until the source has shown that it keeps the order.
   */
  #isDoubtful({ rows }: OrderedPage<T>, after: bigint): boolean {
    if (rows.some(({ time }) => time === this.#known?.time)) return false;
    if (rows.length === 0) return !this.#options.clock.keepsOrder(this.#order);
    return rows.every(({ time }) => isAhead(this.#order, after, time));
  }

  async #fetch(after: bigint | null, most: number | null = null): Promise<OrderedPage<T>> {
    const { options, order } = { options: this.#options, order: this.#order };
    this.#count += 1;
    this.#after = after;
    const page = await fetchFitting(options, { order, after, within: null }, this.#call, most ?? undefined);
    const rows = inTimeOrder(page.rows, order);
    const isReversed = this.#isReversed(page, after);
    const first = rows[0]?.time;
    if (after === null || isReversed || first === undefined || !isAhead(order, after, first)) {
      return { ...page, rows, isReversed };
    }
    const step = options.clock.explain(order, after, first);
    if (step !== null) {
      options.clock.learn(step);
      this.#after = pastTick(order, this.#known?.time ?? after, step);
    }
    return { ...page, rows, isReversed };
  }

  /** True if the rows come in reverse order. Swapped neighbours do not count. */
  #isReversed({ rows }: TimePage<T>, after: bigint | null): boolean {
    const isOrdered = rows.every((row, index) => !isAhead(this.#order, (rows[index - 1] ?? row).time, row.time));
    const [first, last] = [rows.at(0), rows.at(-1)];
    // Rows before the bound show that the source interprets it differently.
    const isBeyond = after !== null && first !== undefined && isAhead(this.#order, first.time, after);
    if (isOrdered && isBeyond && first.time !== last?.time) this.#options.clock.orderKept(this.#order);
    if (isOrdered || rows.length < 3) return false;
    return rows.every((row, index) => !isAhead(this.#order, row.time, (rows[index - 1] ?? row).time));
  }
}

interface OrderedPage<T extends Ordered> extends AskedPage<T> {
  readonly isReversed: boolean;
}

interface WalkPage<T extends Ordered> {
  readonly page: OrderedPage<T>;
  readonly truncated?: string | undefined;
  /** True if the walk cannot continue from here. */
  readonly isLast?: boolean;
}

/**
 * The rows up to the first row after the needed ones and after the instant of the last of them. Rows after that are
 * left to the next page, because near the end of a page a row that is out of order may be missing. All rows if there
 * are no more than needed.
 */
function upToNeed<T extends Ordered>(
  rows: readonly Unplaced<T>[],
  order: TimeOrder,
  { from, need }: ReadRequest<T>,
): readonly Unplaced<T>[] {
  const begin = from === null ? 0 : rows.findIndex(({ time }) => isAhead(order, time, from.time));
  if (begin === -1) return rows;
  const last = rows[begin + need - 1]?.time;
  if (last === undefined) return rows;
  const end = rows.findIndex(({ time }) => isAhead(order, time, last));
  return end === -1 ? rows : rows.slice(0, end + 1);
}
