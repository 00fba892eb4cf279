import type { PlacedLine } from './delivery.ts';
import type { TailState } from './tail-cursor.ts';

/** What is known of the lines that had been delivered behind the place where history begins. */
export class Known {
  /** Texts of digests of lines that were delivered: which lines these are is not known before they are read. */
  readonly names: Set<string>;
  /** Lines that were delivered, and have been read again, by the texts of their digests. */
  readonly resolved = new Map<string, PlacedLine>();
  /** Texts of digests of lines of which it can't be told. */
  readonly unclear = new Set<string>();
  /** Up to this instant it can't be told of any line. */
  readonly repeatsUpTo: bigint | null;
  /** The instant of the furthest line that was delivered. */
  readonly furthest: bigint | null;
  #hasFound = false;

  constructor(state: TailState, repeatsUpTo: bigint | null = null) {
    this.names = new Set(state.names);
    this.furthest = state.furthest ?? state.sums?.last ?? null;
    this.repeatsUpTo = state.mayRepeat ? this.furthest : repeatsUpTo;
  }

  /** Was the line delivered? */
  has(text: string): boolean {
    const has = this.names.has(text) || this.resolved.has(text);
    this.#hasFound ||= has;
    return has;
  }

  /** Can it not be told yet of all lines behind these instants whether they were delivered? */
  isUnclearFrom(starts: readonly bigint[]): boolean {
    const { repeatsUpTo } = this;
    return this.unclear.size > 0 || (repeatsUpTo !== null && starts.some((start) => start <= repeatsUpTo));
  }

  /** Has any line been asked about that was delivered? */
  get hasFound(): boolean {
    return this.#hasFound;
  }

  get isEmpty(): boolean {
    return this.names.size === 0 && this.resolved.size === 0;
  }
}
