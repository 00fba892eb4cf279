import { freshCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';

/** A page of a list whose pages have numbers. */
export interface CountedPage {
  /** The number of rows on the page, including unreadable ones. */
  readonly count: number;
  readonly total: number | null;
  /** Whether a page follows. Null: only another call can tell. */
  readonly more: boolean | null;
}

/** The pages that one call has read of a list: their counts by number. */
export type SeenPages = Map<number, number>;

/**
 * True if a list ends at this page although it counts more rows than its pages have. The page is read again first, because the list may
 * change meanwhile. A list without any rows is judged by its first page instead (`EmptyPromise`).
 */
export async function endsEarly(
  index: number,
  seen: SeenPages,
  page: CountedPage,
  again: (call: Call) => Promise<CountedPage>,
  call: Call,
): Promise<boolean> {
  seen.set(index, page.count);
  if (!isEarly(index, seen, page)) return false;
  return isEarly(index, seen, await again(freshCall(call)));
}

function isEarly(index: number, seen: SeenPages, { count, total, more }: CountedPage): boolean {
  if (index === 0 || total === null || (count > 0 && more !== false)) return false;
  let rows = count;
  for (let before = 0; before < index; before += 1) {
    const known = seen.get(before);
    // A read that began further back has not seen all pages.
    if (known === undefined) return false;
    rows += known;
  }
  return rows < total;
}
