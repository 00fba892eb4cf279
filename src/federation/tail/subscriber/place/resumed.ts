import type { Delivery } from '../events/batch.ts';
import type { TailState } from './tail-state.ts';

/** What a resumed cursor records of delivered lines. Its names are matched to lines when those are read again. */
export class Resumed {
  readonly #names: Set<string>;
  /** The instant of the latest line that had been delivered. */
  readonly #furthest: bigint | null;
  #repeatsUpTo: bigint | null;

  constructor({ names, furthest, mayRepeat }: Pick<TailState, 'names' | 'furthest' | 'mayRepeat'>) {
    this.#names = new Set(names);
    this.#furthest = furthest;
    this.#repeatsUpTo = mayRepeat ? furthest : null;
  }

  /** True if an arriving line had been delivered. Forgets its name, which is no longer needed. */
  recognises({ digest }: Delivery): boolean {
    return this.#names.delete(digest);
  }

  /** True if this line, which is about to be delivered, may have been delivered before. */
  mayRepeat({ position }: Delivery): boolean {
    return this.#repeatsUpTo !== null && position.time <= this.#repeatsUpTo;
  }

  /** Lines up to this instant may have been delivered, too. */
  repeatUpTo(instant: bigint): void {
    if (this.#repeatsUpTo === null || instant > this.#repeatsUpTo) this.#repeatsUpTo = instant;
  }

  /** Names of lines that have not been met yet; none once all jobs are past the latest of them. */
  names(starts: readonly bigint[]): readonly string[] {
    const { furthest } = this;
    if (furthest !== null && starts.every((start) => start > furthest)) this.#names.clear();
    return [...this.#names];
  }

  /** True if lines after these instants may be repeats. */
  repeatsFrom(starts: readonly bigint[]): boolean {
    const upTo = this.#repeatsUpTo;
    return upTo !== null && starts.some((start) => start <= upTo);
  }

  get furthest(): bigint | null {
    return this.#furthest;
  }
}
