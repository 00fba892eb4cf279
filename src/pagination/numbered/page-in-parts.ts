import { AnswerTooLarge } from '../../domain/errors.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';
import { TooLargeRows } from '../core/page-size.ts';
import type { PageSize } from '../core/page-size.ts';

interface PageInParts<P> {
  /** The size of pages that fit into an answer. */
  readonly size: PageSize;
  /** The number of the page, counted from 0, and its size. */
  readonly index: number;
  readonly pageSize: number;
  /** Fetches a native page of `rows` rows. Pages of each size are numbered separately, from 0. */
  fetch(index: number, rows: number): Promise<P>;
  /** True if nothing follows the part. */
  isLast(part: P, index: number, rows: number): boolean;
  /** The stand-in for a row that does not fit into an answer even alone. */
  tooLarge(row: UnreadableRow): P;
}

export interface SplitPage<P> {
  readonly parts: readonly P[];
  /** The number and the size of the native page that is the last part. */
  readonly index: number;
  readonly rows: number;
}

/**
 * Fetches a page by its number. If the answer is too large, the page is assembled from smaller pages, whose size
 * divides its own so that they lie within it. After a single oversized row, the parts become larger again.
 */
export async function pageInParts<P>(page: PageInParts<P>): Promise<SplitPage<P>> {
  const { size, pageSize } = page;
  const parts: P[] = [];
  const large = new TooLargeRows();
  const usual = divisorOf(pageSize, size.rows);
  let most = usual;
  for (let place = page.index * pageSize; ;) {
    const rows = divisorOf(pageSize, most, place);
    const index = place / rows;
    let part: P;
    try {
      part = await page.fetch(index, rows);
      large.read();
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      if (rows > 1) {
        most = divisorOf(rows, size.shrink(rows));
        continue;
      }
      part = page.tooLarge(large.at(place, error));
      most = usual;
      size.restore(usual);
    }
    parts.push(part);
    place += rows;
    if (place >= (page.index + 1) * pageSize || page.isLast(part, index, rows)) return { parts, index, rows };
  }
}

/** The largest number up to `most` that divides both `count` and `place`. */
function divisorOf(count: number, most: number, place = 0): number {
  for (let divisor = Math.max(1, Math.min(count, Math.floor(most))); ; divisor -= 1) {
    if (count % divisor === 0 && place % divisor === 0) return divisor;
  }
}
