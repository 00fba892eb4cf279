import type { Delivery } from '../events/batch.ts';
import type { TailState } from './tail-state.ts';

/** What a resumed cursor says of lines that had been delivered: which lines its names mean shows when they are read again. */
export class Resumed {
  readonly #names: Set<string>;
  /** The instant of the furthest line that had been delivered. */
  readonly #furthest: bigint | null;
  #repeatsUpTo: bigint | null;

  constructor({ names, furthest, mayRepeat }: Pick<TailState, 'names' | 'furthest' | 'mayRepeat'>) {
    this.#names = new Set(names);
    this.#furthest = furthest;
    this.#repeatsUpTo = mayRepeat ? furthest : null;
  }

  /** A line comes: had it been delivered? Its name is no longer needed then. */
  recognises({ digest }: Delivery): boolean {
    return this.#names.delete(digest);
  }

  /** May the line, which is about to be delivered, have been delivered before? */
  mayRepeat({ position }: Delivery): boolean {
    return this.#repeatsUpTo !== null && position.time <= this.#repeatsUpTo;
  }

  /** Lines up to this instant may have been delivered, too. */
  repeatUpTo(instant: bigint): void {
    if (this.#repeatsUpTo === null || instant > this.#repeatsUpTo) this.#repeatsUpTo = instant;
  }

  /** Names of lines that have not been seen yet, where any job is still before the last one of them. */
  names(starts: readonly bigint[]): readonly string[] {
    const { furthest } = this;
    if (furthest !== null && starts.every((start) => start > furthest)) this.#names.clear();
    return [...this.#names];
  }

  /** May lines behind these instants repeat? */
  repeatsFrom(starts: readonly bigint[]): boolean {
    const upTo = this.#repeatsUpTo;
    return upTo !== null && starts.some((start) => start <= upTo);
  }

  get furthest(): bigint | null {
    return this.#furthest;
  }
}
