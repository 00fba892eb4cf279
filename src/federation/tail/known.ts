import type { MergedPosition } from '../cursor.ts';
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
  /** Were lines delivered that a reader of the log would come across? */
  readonly #expects: boolean;
  #hasFound = false;
  #firstBehind: MergedPosition | null = null;

  constructor(state: TailState, repeatsUpTo: bigint | null = null) {
    this.names = new Set(state.names);
    this.#expects = state.names.length > 0 || state.sums !== null;
    this.furthest = state.furthest ?? state.sums?.last ?? null;
    this.repeatsUpTo = state.mayRepeat ? this.furthest : repeatsUpTo;
  }

  /** A line has been read: was it delivered? */
  has({ digest: { text }, position }: PlacedLine): boolean {
    const has = this.names.has(text) || this.resolved.has(text);
    this.#hasFound ||= has || this.unclear.has(text);
    if (this.furthest !== null && position.time > this.furthest) this.#firstBehind ??= position;
    return has;
  }

  /**
   * The first line that was read, when it lies behind all that was delivered and nothing of that was there
   * any more: what came between may be gone as well.
   */
  get firstAfterLoss(): MergedPosition | null {
    return this.#expects && !this.#hasFound ? this.#firstBehind : null;
  }

  /** Can it not be told yet of all lines behind these instants whether they were delivered? */
  isUnclearFrom(starts: readonly bigint[]): boolean {
    const { repeatsUpTo } = this;
    return this.unclear.size > 0 || (repeatsUpTo !== null && starts.some((start) => start <= repeatsUpTo));
  }
}
