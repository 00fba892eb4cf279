/** A token bucket that starts full. Times are from `performance.now()`, in milliseconds. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #level: number;
  #filledAt: number;

  constructor(perSecond: number, secondsAtOnce: number, now: number) {
    this.#perSecond = perSecond;
    this.#capacity = perSecond * secondsAtOnce;
    this.#level = this.#capacity;
    this.#filledAt = now;
  }

  /**
   * Takes `amount` and returns 0. If there is not enough, takes nothing and returns the seconds until there is; more than
   * the bucket can hold is never there.
   */
  take(amount: number, now: number): number {
    this.#level = Math.min(this.#capacity, this.#level + ((now - this.#filledAt) / 1_000) * this.#perSecond);
    this.#filledAt = now;
    if (amount > this.#level) return (amount - this.#level) / this.#perSecond;
    this.#level -= amount;
    return 0;
  }
}
