import type { Dialect } from '../options.ts';
import type { NativeRunPage } from './wire.ts';

/** The parts of a page that are used. */
type UsedPage = Pick<NativeRunPage, 'total' | 'results'> & Partial<Pick<NativeRunPage, 'next_url' | 'prev_url'>>;

/**
 * Whether an instance follows run ids as cursors. Learned from its answers and kept as long as the source lives. Every
 * answer may correct it, so an instance may be upgraded meanwhile.
 */
export class PagingFacts {
  readonly #fixed: boolean;
  #cursors: boolean | null;

  constructor(dialect: Dialect) {
    this.#fixed = dialect !== 'auto';
    this.#cursors = dialect === 'auto' ? null : dialect === 'current';
  }

  /** Null: not yet known. */
  get cursors(): boolean | null {
    return this.#cursors;
  }

  /** Learns from a page that begins at `offset`. */
  learn(page: UsedPage, offset: number): void {
    if (this.#fixed) return;
    if (hasLinks(page)) {
      this.#cursors = true;
      return;
    }
    // There are more runs than on the page, but no link to them.
    const seen = page.results.length;
    if (page.total !== null && seen > 0 && page.total > offset + seen) this.#cursors = false;
  }

  /** An answer with links comes from an instance with cursors, whatever the request. */
  learnLinks(page: UsedPage): void {
    if (!this.#fixed && hasLinks(page)) this.#cursors = true;
  }
}

export function hasLinks(page: UsedPage): boolean {
  return page.next_url !== undefined || page.prev_url !== undefined;
}
