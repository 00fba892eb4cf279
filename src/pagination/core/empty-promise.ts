import type { Ordered } from '../../domain/ordered.ts';
import { contradiction, ENDS_EARLY } from './page-guard.ts';
import type { Partition } from './partition.ts';

/** What a first page says of its list. */
interface FirstPage {
  readonly count: number;
  readonly total: number | null;
  /** Does a flag or a link say that more rows follow? */
  readonly more?: boolean | null | undefined;
}

/**
 * Watches a list for a first page without a row beside a count of some. Which of both is wrong can't be told: a list that is
 * empty may be counted wrong, and an answer may have lost its rows. So what is read stays, and it is said.
 */
export class EmptyPromise {
  #isBroken = false;

  /** A page from the beginning of the list, without bounds. */
  see({ count, total, more }: FirstPage): void {
    if (count > 0) this.#isBroken = false;
    else if ((total ?? 0) > 0 || (more === true && total === null)) this.#isBroken = true;
  }

  /** The partition, with a last batch that says so. */
  toldBy<T extends Ordered>(partition: Partition<T>): Partition<T> {
    const takeNote = (): boolean => {
      const isBroken = this.#isBroken;
      this.#isBroken = false;
      return isBroken;
    };
    return {
      key: partition.key,
      async *read(request, call) {
        yield* partition.read(request, call);
        if (takeNote()) yield { rows: [], hints: [], more: false, pages: 0, ...contradiction(ENDS_EARLY) };
      },
      count: (call) => partition.count(call),
    };
  }
}
