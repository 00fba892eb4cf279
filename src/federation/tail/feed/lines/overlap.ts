import type { LineWindow } from './line-window.ts';

/** From which instant each poll reads again: a little before the newest line, for lines that arrive late. */
export class Overlap {
  readonly #window: LineWindow;
  readonly #nanoseconds: bigint;
  /** The newest instant that was known when the last finished poll began. */
  #settled: bigint | null = null;
  /** The newest instant that was known when that poll was done. */
  #newest: bigint | null = null;
  /** When the log was last read to its end, by `performance.now()`; before that, when this began. */
  #readAt = performance.now();

  constructor(window: LineWindow, milliseconds: number) {
    this.#window = window;
    this.#nanoseconds = BigInt(milliseconds) * 1_000_000n;
  }

  /**
   * Null: polls read from the log's beginning. Counted from the line that was the newest before the last poll: while that
   * poll was under way, lines may have come behind the place where it was reading, however far ahead its last page lies.
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
    // Between two polls nothing is read: what the last one ended with is what this one began with.
    this.#settled = this.#newest;
    this.#newest = this.#newestNow();
  }

  /** A line from the future must not push lines of the present out of reach. */
  #newestNow(): bigint | null {
    const { newest } = this.#window;
    const now = BigInt(Date.now()) * 1_000_000n;
    return newest !== null && newest > now ? now : newest;
  }
}
