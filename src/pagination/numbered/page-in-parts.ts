import { AnswerTooLarge } from '../../domain/errors.ts';
import type { UnreadableRow } from '../../domain/ordered.ts';
import { TooLargeRows } from '../core/page-size.ts';
import type { PageSize } from '../core/page-size.ts';

interface PageInParts<P> {
  /** How many rows fit into an answer. */
  readonly size: PageSize;
  /** The page, counted from 0, of so many rows. */
  readonly index: number;
  readonly pageSize: number;
  /** A native page of `rows` rows; pages of each size have numbers of their own, counted from 0. */
  fetch(index: number, rows: number): Promise<P>;
  /** Is nothing behind the part? */
  isLast(part: P, index: number, rows: number): boolean;
  /** What stands for a row that does not fit into an answer by itself. */
  tooLarge(row: UnreadableRow): P;
}

export interface Parts<P> {
  readonly parts: readonly P[];
  /** Which native page the last part is, and of how many rows. */
  readonly index: number;
  readonly rows: number;
}

/**
 * A page that is asked for by its number. Where it is too large an answer it is put together from smaller ones, which lie
 * within it because their size divides its own. Behind a row that is too large by itself, they become larger again.
 */
export async function pageInParts<P>(page: PageInParts<P>): Promise<Parts<P>> {
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
