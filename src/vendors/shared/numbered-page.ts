import { moreBehind } from '../../pagination/offset/page.ts';
import { sizeOf } from './rows.ts';
import type { Rows } from './rows.ts';

/** What a vendor says of a page that is asked for by its number. Any of it may be wrong. */
interface Said {
  /** Counts from 0. */
  readonly index: number;
  /** Rows that were asked for. */
  readonly pageSize: number;
  readonly total: number | null;
  /** Does it say that there is more? Null: it does not say. */
  readonly said: boolean | null;
}

/** Is there a page after this one? Null: only another call can tell. An empty page that promises more is left to the reader. */
export function nextPageOf(rows: Rows<unknown>, { index, pageSize, total, said }: Said): boolean | null {
  const count = sizeOf(rows);
  if (count === 0) return said === true;
  return moreBehind({ offset: index * pageSize, count, asked: pageSize, limit: null, total, said });
}
