/** The slowest pace, so that a wrong header cannot silence a source. */
const SLOWEST_MILLISECONDS = 5_000;

/** How far apart calls of a source start, as its answers ask. */
export class StartPace {
  #apart = 0;
  #slowedAt = -Infinity;
  #lastStart = -Infinity;

  /**
   * Sets the least time between the starts of two calls; 0: none. `sent`: when the call started whose answer says so. The answer to a call
   * that started before the source slowed its callers down makes them no faster.
   */
  set(milliseconds: number, sent: number, now: number): void {
    const wanted = Math.min(milliseconds, SLOWEST_MILLISECONDS);
    if (wanted < this.#apart && sent <= this.#slowedAt) return;
    this.#apart = wanted;
    this.#slowedAt = wanted > 0 ? now : -Infinity;
  }

  /** True while calls start one by one. */
  get isSlow(): boolean {
    return this.#apart > 0;
  }

  /** Milliseconds until the next call may start; 0 or less: now. */
  delay(now: number): number {
    return this.#lastStart + this.#apart - now;
  }

  /** Records the start of a call. */
  start(now: number): void {
    this.#lastStart = now;
  }
}
