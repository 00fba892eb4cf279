import type { Json } from '../../domain/json.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Unplaced } from '../core/partition.ts';

/** A list whose pages have numbers, as its reader sees it. */

export interface IndexedPage<T extends Ordered> {
  /** In the list's own order, which may be a little out of order. */
  readonly rows: readonly Unplaced<T>[];
  readonly total: number | null;
  /** What the vendor counts, right or wrong: while it stays the same, no row has come. Left out: it is not known. */
  readonly said?: number | null | undefined;
  readonly isLast: boolean;
  /** Does the vendor name the page behind this one? Left out: it names none, and a count alone may be wrong. */
  readonly leadsOn?: boolean | undefined;
  /** Said of a last page that the vendor itself counts rows behind. */
  readonly missing?: string | undefined;
}

export interface PageRows {
  /** How many rows are asked for in this walk. */
  readonly rows: number;
  /** How many are, as long as answers are not too large. */
  readonly usual: number;
}

export interface IndexedList<T extends Ordered> {
  /** Whose list it is, for errors. */
  readonly source?: string | undefined;
  readonly order: 'ascending' | 'descending';
  /** Rows on a full page. It may turn out smaller than asked for once a page was read. */
  limit(): number;
  /** The page size that numbers count in. Left out: it is always the same. */
  readonly asked?: PageRows | undefined;
  fetch(index: number): Promise<IndexedPage<T>>;
  canJump(): boolean;
  /** How many pages may be gone through to a position where pages can't be jumped to. */
  readonly maxWalk?: number | undefined;
  /** How many pages in a row may be empty without an end; default 3. Rows that can't be read leave pages empty. */
  readonly maxEmpty?: number | undefined;
  /** The same list in pages of so many rows, where their size can be chosen. */
  inPagesOf?(rows: number): IndexedList<T>;
  /** From now on pages are asked for afresh, whatever the call remembers: they may have moved. */
  renew(): void;
  /** What a cursor should remember to reach the page again beside its number; null: nothing. */
  remember?(index: number): Json;
  /** Gets back what `remember` gave, from a cursor: untrusted. */
  recall?(index: number, memory: Json): void;
}
