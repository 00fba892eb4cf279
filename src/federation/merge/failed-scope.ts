import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, Partition } from '../../pagination/core/partition.ts';

/**
 * Represents the partitions of a scope that could not be listed: reading or counting them throws the error. It is known by
 * its class, since any text can be the key of a real partition.
 */
export class FailedScope<T extends Ordered> implements Partition<T> {
  readonly key = '';
  readonly #error: unknown;

  constructor(error: unknown) {
    this.#error = error;
  }

  // eslint-disable-next-line require-yield -- it yields no rows, it only throws the error
  async *read(): AsyncGenerator<Batch<T>, void, undefined> {
    await this.count();
  }

  async count(): Promise<never> {
    await Promise.resolve();
    throw this.#error;
  }
}
