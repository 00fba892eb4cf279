import type { Json } from '../../domain/json.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced } from '../core/partition.ts';

/** A list whose pages have numbers, as its reader sees it. */

export interface IndexedPage<T extends Ordered> {
  /** In the list's own order, possibly slightly out of order. */
  readonly rows: readonly Unplaced<T>[];
  readonly total: number | null;
  /** The vendor's unchecked count. While it stays the same, no row was added. Undefined: unknown. */
  readonly said?: number | null | undefined;
  readonly isLast: boolean;
  /** True if the vendor names the next page. Undefined: it does not, and a count alone may be wrong. */
  readonly leadsOn?: boolean | undefined;
  /** True if the page is empty although pages with rows follow. */
  readonly isLost?: boolean | undefined;
  /** Why rows are missing on the page or after it. */
  readonly missing?: string | undefined;
}

export interface PageRows {
  /** The page size of this walk. */
  readonly rows: number;
  /** The page size as long as answers are not too large. */
  readonly usual: number;
}

export interface IndexedList<T extends Ordered> {
  /** The source's name, for errors. */
  readonly source?: string | undefined;
  readonly order: 'ascending' | 'descending';
  /** Rows on a full page. It may turn out smaller than requested after a page was read. */
  limit(): number;
  /** The page size that page numbers refer to. Undefined: it never changes. */
  readonly asked?: PageRows | undefined;
  fetch(index: number): Promise<IndexedPage<T>>;
  canJump(): boolean;
  /** Most pages on the way to a position if pages cannot be addressed directly. */
  readonly maxWalk?: number | undefined;
  /** Most empty pages in a row before the list counts as endless; default 3. Unreadable rows leave pages empty. */
  readonly maxEmpty?: number | undefined;
  /** The same list in pages of `rows` rows, if the size can be chosen. */
  inPagesOf?(rows: number): IndexedList<T>;
  /** From now on, requests pages anew instead of using remembered answers, because rows may have moved. */
  renew(): void;
  /** What a cursor must store, besides the page number, to reach the page again; null: nothing. */
  remember?(index: number): Json;
  /** Takes a value of `remember` back from a cursor; untrusted. */
  recall?(index: number, memory: Json): void;
}
