import type { Ordered } from '../../domain/ordered.ts';
import { contradiction, ENDS_EARLY } from './page-guard.ts';
import type { Batch, Partition } from './partition.ts';
import { Through } from './read-on.ts';

/** What a first page states about its list. */
interface FirstPage {
  readonly count: number;
  readonly total: number | null;
  /** Whether a flag or a link says that more rows follow. */
  readonly more?: boolean | null | undefined;
}

/**
 * Watches for a first page that has no rows although it counts some or promises more. It is unknown which is wrong: the
 * count of an empty list, or an answer that lost its rows. So the rows stay as they are, and the contradiction is
 * reported.
 */
export class EmptyPromise {
  #isBroken = false;

  /** Looks at a page from the start of the list, read without bounds. */
  see({ count, total, more }: FirstPage): void {
    if (count > 0) this.#isBroken = false;
    else if ((total ?? 0) > 0 || (more === true && total === null)) this.#isBroken = true;
  }

  /** The partition, with a final batch that reports the contradiction. */
  checked<T extends Ordered>(partition: Partition<T>): Partition<T> {
    const end = (): Batch<T> | null => {
      const isBroken = this.#isBroken;
      this.#isBroken = false;
      return isBroken ? { rows: [], more: false, pages: 0, ...contradiction(ENDS_EARLY) } : null;
    };
    return {
      key: partition.key,
      read: (request, call) => new Through(() => partition.read(request, call), { end }),
      count: (call) => partition.count(call),
    };
  }
}
