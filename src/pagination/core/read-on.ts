import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, ReadRequest } from './partition.ts';

/**
 * Reads in the best available way. If that way fails in the middle (the source refuses it, or a page is too large), a
 * read in another way resumes after the last row that was given out.
 *
 * After an error, `goesOn` decides whether there is another way. `isClean`: no row has been given out yet. It must
 * return true only finitely often: each time, a capability must be lost for good. It may throw another error.
 */
export async function* readOn<T extends Ordered, R extends T>(
  request: ReadRequest<T>,
  read: (request: ReadRequest<T>) => AsyncGenerator<Batch<R>, void, undefined>,
  goesOn: (error: unknown, isClean: boolean) => boolean,
): AsyncGenerator<Batch<R>, void, undefined> {
  let { from, hint } = request;
  for (;;) {
    try {
      for await (const batch of read({ ...request, from, hint })) {
        const last = batch.rows.at(-1);
        if (last !== undefined) {
          from = { time: last.row.time, tie: last.row.tie };
          hint = last.hint;
        }
        yield batch;
      }
      return;
    } catch (error) {
      if (!goesOn(error, from === request.from)) throw error;
    }
  }
}

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
    const step = this.#batches === null ? this.#begin() : this.#batches.next();
    return step.then(
      (given) => this.#change(given),
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

  /** Opening may throw, in code of a plug-in, which is a failure like any other. */
  async #begin(): Promise<IteratorResult<Batch<T>, void>> {
    this.#batches = this.#open();
    return await this.#batches.next();
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

  #fail(error: unknown): never {
    this.#isOver = true;
    throw this.#changes.error?.(error) ?? error;
  }
}
