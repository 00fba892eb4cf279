import type { LineWindow } from './line-window.ts';

/** The instant from which each poll reads again: a little before the newest line, for lines that arrive late. */
export class Overlap {
  readonly #window: LineWindow;
  readonly #nanoseconds: bigint;
  /** The newest known instant when the last completed poll began. */
  #settled: bigint | null = null;
  /** The newest known instant when that poll was done. */
  #newest: bigint | null = null;
  /** When the log was last read to its end, by `performance.now()`; before the first read, when this object was made. */
  #readAt = performance.now();

  constructor(window: LineWindow, milliseconds: number) {
    this.#window = window;
    this.#nanoseconds = BigInt(milliseconds) * 1_000_000n;
  }

  /**
   * Null: polls read from the log's beginning. The overlap is counted from the line that was the newest before the last
   * poll. During that poll, lines may have arrived behind its reading position, even if its last page was far ahead.
   */
  get start(): bigint | null {
    const { start } = this.#window;
    if (this.#settled === null) return start;
    const from = this.#settled - this.#nanoseconds;
    return start !== null && start > from ? start : from;
  }

  get readAt(): number {
    return this.#readAt;
  }

  begin(): void {
    this.#readAt = performance.now();
    this.#newest = this.#newestNow();
    this.#settled = this.#newest;
  }

  polled(): void {
    this.#readAt = performance.now();
    // Nothing is read between two polls: the newest line after the last poll was also the newest when this one began.
    this.#settled = this.#newest;
    this.#newest = this.#newestNow();
  }

  /** A line with a timestamp in the future must not put present lines out of reach. */
  #newestNow(): bigint | null {
    const { newest } = this.#window;
    const now = BigInt(Date.now()) * 1_000_000n;
    return newest !== null && newest > now ? now : newest;
  }
}
