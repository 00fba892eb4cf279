import type { Ordered } from '../../domain/ordered.ts';
import type { FoundPage } from './list.ts';
import { askedAgain, isSamePage, refuseIgnored } from './other-page.ts';
import type { OffsetPages } from './other-page.ts';
import { BrokenList } from './pages.ts';

/**
 * Continues from a record by offsets. The request includes the record itself, which shows whether the list has moved.
 * Offsets may count from 1, so the record need not be the first of its page.
 */

/** Most requests to find a record near its last known offset. */
const MAX_TRIES = 6;

/** The part of a page that lies beside a record. */
export interface BesidePage<T extends Ordered> extends FoundPage<T> {
  /** True if the list ends here. */
  readonly isEnd: boolean;
}

/** The records next to a record that was at an offset, in native order; null: the record was not found. */
export async function findBeside<T extends Ordered>(
  pages: OffsetPages<T>,
  anchor: { readonly id: string; readonly offset: number },
  kind: 'after' | 'before',
): Promise<BesidePage<T> | null> {
  const { lengths } = pages;
  const isAfter = kind === 'after';
  const startOf = (): number =>
    Math.max(0, isAfter ? anchor.offset - 1 : anchor.offset - Math.max(0, lengths.usual - 2));
  let offset = startOf();
  /** Where the record was found without wanted records beside it. */
  let alone: { readonly offset: number; readonly at: number } | null = null;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    let page = await pages.fetch(offset);
    if (isAfter && alone !== null) page = await askedAgain(pages, { page, offset });
    const { length } = page.records;
    const at = page.records.findIndex(({ id }) => id === anchor.id);
    if (at !== -1) {
      const records = isAfter ? page.records.slice(at + 1) : page.records.slice(0, at);
      const isEnd = isAfter ? lengths.isEnd(page, offset) : offset === 0;
      const beside = { page: { ...page, records }, offset: isAfter ? offset + at + 1 : offset };
      if (records.length > 0 || isEnd) return { ...beside, isEnd };
      if (isAfter && alone !== null && offset > alone.offset + alone.at + 1) {
        // Asked for what lies behind the record, the vendor gives its last page again, or the list has grown.
        const again = await pages.fetch(alone.offset);
        if (again.records[alone.at]?.id === anchor.id) {
          if ((page.total ?? 0) > alone.offset + alone.at + 1) throw new BrokenList();
          // Or it returns its first page for every offset.
          if (isSamePage(await pages.fetch(0), page)) await refuseIgnored(pages, page);
          return { ...beside, isEnd: true };
        }
        alone = null;
      }
      // The record stands at the far edge: everything that is wanted is on the next page.
      alone ??= { offset, at };
      offset = isAfter ? offset + Math.max(1, at) : Math.max(0, offset - Math.max(1, lengths.usual - 2));
    } else if (length === 0) {
      if (isAfter && alone !== null) return { page, offset, isEnd: true };
      // The list has shrunk.
      offset = Math.max(0, offset - lengths.usual);
    } else if (offset + length <= anchor.offset && length < lengths.usual) {
      lengths.learn(length);
      offset = startOf();
    } else {
      // Records that came before it have pushed the record on, away from the native start.
      offset += Math.max(1, length - 1);
    }
  }
  return null;
}
