import type { Call } from '../domain/call.ts';
import type { Ordered } from '../domain/ordered.ts';
import type { Identity, Partition, Unplaced } from './partition.ts';

/** One native page: ascending in time, at most the fixed limit. */
export interface TokenPage<T extends Ordered> {
  readonly rows: readonly Unplaced<T>[];
  /** The token of the next page; null at the end. */
  readonly next: string | null;
  readonly total: number | null;
}

export interface PageTokenOptions<T extends Ordered> {
  readonly key: string;
  /** The fixed native page size. It never changes within a walk: tokens count in it. */
  readonly limit: number;
  readonly identity: Identity<T>;
  /** Fetches the page of a token; null is the first page. A token that the vendor refuses throws. */
  fetch(token: string | null, call: Call): Promise<TokenPage<T>>;
  /** Is this the error of a token that the vendor does not take (any more)? Then the position is found again without it. */
  isTokenRefused(error: unknown): boolean;
  /**
   * Where tokens turn out to be page numbers, pages can be addressed. Null from `pageOf`: this token is
   * opaque after all, and pages are only walked. Pages count from 1.
   */
  readonly address?: { pageOf(token: string): number | null; tokenOf(page: number): string } | undefined;
  /** How many pages an opaque walk may cost before it is said to be out of reach. */
  readonly maxWalk: number;
}

export declare function pageTokenPartition<T extends Ordered>(options: PageTokenOptions<T>): Partition<T>;
