import type { Ordered } from '../../domain/ordered.ts';
import type { Batch } from './partition.ts';

type Batches<T extends Ordered> = AsyncGenerator<Batch<T>, void, undefined>;

/** What is changed on the way. None of these may throw. */
export interface Changes<T extends Ordered, R extends Ordered> {
  readonly batch?: (batch: Batch<T>) => Batch<R>;
  /** The error to throw in place of another one. */
  readonly error?: (error: unknown) => unknown;
  /** Called at the end: a last batch, or null. */
  readonly end?: () => Batch<R> | null;
}

/**
 * The batches of another read, changed one by one. Reads pass through several layers, and this costs one promise for
 * each batch where an async generator around the other costs several.
 */
export class Through<T extends Ordered, R extends Ordered = T> implements Batches<R> {
  readonly #open: () => Batches<T>;
  readonly #changes: Changes<T, R>;
  #batches: Batches<T> | null = null;
  #isOver = false;

  /** `open`: called when the first batch is asked for. */
  constructor(open: () => Batches<T>, changes: Changes<T, R>) {
    this.#open = open;
    this.#changes = changes;
  }

  next(): Promise<IteratorResult<Batch<R>, void>> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    try {
      this.#batches ??= this.#open();
    } catch (error) {
      return this.#fail(error);
    }
    return this.#batches.next().then(
      (step) => this.#change(step),
      (error: unknown) => this.#fail(error),
    );
  }

  async return(): Promise<IteratorResult<Batch<R>, void>> {
    this.#isOver = true;
    await this.#batches?.return(undefined);
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<Batch<R>, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #change(step: IteratorResult<Batch<T>, void>): IteratorResult<Batch<R>, void> {
    if (step.done === true) {
      this.#isOver = true;
      const last = this.#changes.end?.() ?? null;
      return last === null ? { done: true, value: undefined } : { done: false, value: last };
    }
    // Without a change, R is T.
    const value = this.#changes.batch?.(step.value) ?? (step.value as unknown as Batch<R>);
    return { done: false, value };
  }

  async #fail(error: unknown): Promise<never> {
    this.#isOver = true;
    throw this.#changes.error?.(error) ?? error;
  }
}
