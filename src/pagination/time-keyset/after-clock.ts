/** The order in which a list gives its rows. */
export type TimeOrder = 'ascending' | 'descending';

/** Coarser steps that a clock may have: milliseconds and seconds, in nanoseconds. */
const COARSER = [1_000_000n, 1_000_000_000n];

/**
 * The precision with which a source reads the bound of a page (`after`), shared by all reads of the source, because it
 * is learned from pages. Bounds are sent in whole steps, so it does not matter whether the source truncates or rounds.
 */
export class AfterClock {
  readonly #steps: readonly bigint[];
  #step: bigint;
  /** The coarsest step that pages have not disproved. */
  readonly #coarsest: Record<TimeOrder, bigint>;

  readonly #ordersKept = new Set<TimeOrder>();

  /** `step`: the finest step that the source is assumed to distinguish, in nanoseconds. */
  constructor(step: bigint) {
    this.#steps = [step, ...COARSER.filter((coarser) => coarser > step)];
    this.#step = step;
    const coarsest = this.#steps.at(-1) ?? step;
    this.#coarsest = { ascending: coarsest, descending: coarsest };
  }

  /** True if the source has returned rows beyond a bound in this order. */
  keepsOrder(order: TimeOrder): boolean {
    return this.#ordersKept.has(order);
  }

  orderKept(order: TimeOrder): void {
    this.#ordersKept.add(order);
  }

  get step(): bigint {
    return this.#step;
  }

  /** The step for a bound that no row on the page can confirm. */
  safeStep(order: TimeOrder): bigint {
    return larger(this.#step, this.#coarsest[order]);
  }

  /** The current step, and coarser steps that may be the right one. */
  candidates(order: TimeOrder): readonly bigint[] {
    return this.#steps.filter((step) => step === this.#step || (step > this.#step && step <= this.#coarsest[order]));
  }

  /** True if a source that shows whole ticks of a coarser step alone would show this time. */
  mayHideDigits(time: bigint): boolean {
    return this.#steps.some((step) => step > this.#step && time % step === 0n);
  }

  /** Learns a step that was needed to find all rows. */
  learn(step: bigint): void {
    this.#step = larger(this.#step, step);
  }

  /**
   * Learns from a page that begins at `after` and shows a row that a coarser clock would have excluded, whether it cuts
   * or rounds.
   */
  confirm(order: TimeOrder, after: bigint, shown: bigint): void {
    const excluded = this.#steps.find(
      (step) =>
        step > this.#step &&
        (order === 'ascending' ? tickOf(after + step / 2n, step) > shown : tickOf(after + step / 2n, step) < shown),
    );
    if (excluded === undefined) return;
    const finer = this.#steps.filter((step) => step < excluded).at(-1) ?? this.#step;
    if (finer < this.#coarsest[order]) this.#coarsest[order] = finer;
  }

  /** A page that should begin beyond `after` began before it. Returns a step that explains this, or null. */
  explain(order: TimeOrder, after: bigint, first: bigint): bigint | null {
    const step = this.#steps.find(
      (coarser) =>
        coarser > this.#step &&
        (order === 'ascending' ? tickOf(after, coarser) <= first : tickAtOrAfter(after, coarser) >= first),
    );
    return step ?? null;
  }
}

/** A bound that excludes every row of this instant, however coarse the clock is. */
export function beyondTicks(order: TimeOrder, time: bigint): bigint {
  const far = 2n * (COARSER.at(-1) ?? 0n);
  return order === 'ascending' ? time + far : time - far;
}

/** The start of the tick that contains an instant. */
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
