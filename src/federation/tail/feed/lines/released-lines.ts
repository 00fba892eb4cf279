import type { WindowLine } from './line-window.ts';

/** The newest released lines in their order of release, numbered from 1. */
export class ReleasedLines {
  #lines: WindowLine[] = [];
  /** The number of the last line that was evicted. */
  #base = 0;

  /** The number of the last released line. */
  get last(): number {
    return this.#base + this.#lines.length;
  }

  get kept(): number {
    return this.#lines.length;
  }

  /** Appends lines and numbers them. */
  add(lines: readonly WindowLine[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      line.sequence = this.last;
    }
  }

  /** The kept lines with a higher number. */
  after(number: number): readonly WindowLine[] {
    return this.#lines.slice(Math.max(0, number - this.#base));
  }

  /** How many of the newest lines fit within both limits. */
  newestWithin(lines: number, bytes: number): number {
    let count = 0;
    for (let left = bytes; count < Math.min(lines, this.#lines.length); count += 1) {
      left -= this.#lines[this.#lines.length - 1 - count]?.bytes ?? 0;
      if (left < 0) break;
    }
    return count;
  }

  /** The number of the last line to evict so that only `kept` lines stay; null if none has to go. */
  lastToEvict(kept: number): number | null {
    const drop = this.#lines.length - kept;
    return drop > 0 ? this.#base + drop : null;
  }

  /** Evicts the lines up to a number. */
  evictUpTo(number: number): void {
    this.#lines = this.#lines.slice(number - this.#base);
    this.#base = number;
  }
}
