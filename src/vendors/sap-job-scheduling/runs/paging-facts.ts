import type { Dialect } from '../options.ts';
import type { NativeRunPage } from './wire.ts';

/** What of a page is looked at. */
type Page = Pick<NativeRunPage, 'total' | 'results'> & Partial<Pick<NativeRunPage, 'next_url' | 'prev_url'>>;

/**
 * Does one instance follow run ids? Learned from its answers and kept as long as the source lives. Every answer may
 * correct it, so an instance may be upgraded meanwhile.
 */
export class PagingFacts {
  readonly #fixed: boolean;
  #cursors: boolean | null;

  constructor(dialect: Dialect) {
    this.#fixed = dialect !== 'auto';
    this.#cursors = dialect === 'auto' ? null : dialect === 'current';
  }

  /** Null: not known yet. */
  get cursors(): boolean | null {
    return this.#cursors;
  }

  /** Learns from the answer to a page that begins at that offset. */
  learn(page: Page, offset: number): void {
    if (this.#fixed) return;
    if (hasLinks(page)) {
      this.#cursors = true;
      return;
    }
    // More runs than the page holds, and yet no link to them.
    const seen = page.results.length;
    if (page.total !== null && seen > 0 && page.total > offset + seen) this.#cursors = false;
  }

  /** An answer with links comes from an instance with cursors, whatever was asked. */
  learnLinks(page: Page): void {
    if (!this.#fixed && hasLinks(page)) this.#cursors = true;
  }
}

export function hasLinks(page: Page): boolean {
  return page.next_url !== undefined || page.prev_url !== undefined;
}
