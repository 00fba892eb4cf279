/** The order in which a list gives its rows. */
export type TimeOrder = 'ascending' | 'descending';

/** What a coarser clock may count in. */
const COARSER = [1_000_000n, 1_000_000_000n];

/**
 * In what steps a source reads the bound of a page (`after`): one for all reads of the source, since it is learned from
 * what pages show. The bound is asked for in whole steps, so it does not matter whether the source cuts it or rounds it.
 */
export class AfterClock {
  readonly #steps: readonly bigint[];
  #step: bigint;
  /** The coarsest step that pages have not shown to be wrong. */
  readonly #coarsest: Record<TimeOrder, bigint>;

  readonly #ordersKept = new Set<TimeOrder>();

  /** `step`: the finest that the source is thought to tell apart, nanoseconds. */
  constructor(step: bigint) {
    this.#steps = [step, ...COARSER.filter((coarser) => coarser > step)];
    this.#step = step;
    const coarsest = this.#steps.at(-1) ?? step;
    this.#coarsest = { ascending: coarsest, descending: coarsest };
  }

  /** Has the source given rows beyond a bound in that order? */
  keepsOrder(order: TimeOrder): boolean {
    return this.#ordersKept.has(order);
  }

  orderKept(order: TimeOrder): void {
    this.#ordersKept.add(order);
  }

  get step(): bigint {
    return this.#step;
  }

  /** The step for a bound that nothing on the page can confirm. */
  safeStep(order: TimeOrder): bigint {
    return larger(this.#step, this.#coarsest[order]);
  }

  /** The step in use, and the coarser ones that may be the right one. */
  candidates(order: TimeOrder): readonly bigint[] {
    return this.#steps.filter((step) => step === this.#step || (step > this.#step && step <= this.#coarsest[order]));
  }

  /** Rows were missing until the bound was asked for in that step. */
  learn(step: bigint): void {
    this.#step = larger(this.#step, step);
  }

  /** A page that begins at `after` has shown a row of that instant, which a coarser clock would have left out. */
  confirm(order: TimeOrder, after: bigint, shown: bigint): void {
    const excluded = this.#steps.find(
      (step) =>
        step > this.#step && (order === 'ascending' ? tickAtOrAfter(after, step) > shown : tickOf(after, step) < shown),
    );
    if (excluded === undefined) return;
    const finer = this.#steps.filter((step) => step < excluded).at(-1) ?? this.#step;
    if (finer < this.#coarsest[order]) this.#coarsest[order] = finer;
  }

  /** A page that should begin beyond `after` begins before it: gives the step that explains it, if one does. */
  explain(order: TimeOrder, after: bigint, first: bigint): bigint | null {
    const step = this.#steps.find(
      (coarser) =>
        coarser > this.#step &&
        (order === 'ascending' ? tickOf(after, coarser) <= first : tickAtOrAfter(after, coarser) >= first),
    );
    return step ?? null;
  }
}

/** A bound behind which no row of that instant can come, however coarse the clock is. */
export function beyondTicks(order: TimeOrder, time: bigint): bigint {
  const far = 2n * (COARSER.at(-1) ?? 0n);
  return order === 'ascending' ? time + far : time - far;
}

/** The start of the tick that an instant lies in. */
export function tickOf(time: bigint, step: bigint): bigint {
  const rest = time % step;
  return rest < 0n ? time - rest - step : time - rest;
}

function tickAtOrAfter(time: bigint, step: bigint): bigint {
  const tick = tickOf(time, step);
  return tick === time ? time : tick + step;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
