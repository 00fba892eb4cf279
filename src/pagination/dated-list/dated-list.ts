import type { Call } from '../../domain/call.ts';
import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { DatedPage, DatedPages } from './pages.ts';
import { placeGroup } from '../core/identity.ts';
import { readIndexed } from '../numbered/pages.ts';
import { NewestFirstPages, NotNewestFirst } from './newest-first-pages.ts';
import type { Batch, Partition, ReadRequest, Unplaced } from '../core/partition.ts';
import { readWholeList } from './whole-pages.ts';
import { keepRows, withHint } from '../core/hinted-rows.ts';

/**
 * Lists whose pages have numbers and whose rows have a time and an id, such as lists of jobs. A list that comes newest
 * first is read page by page, and each page is checked. Any other list is read whole, up to a bound, and sorted here,
 * because its later pages may hold any rows.
 */

export interface DatedListOptions<T extends Ordered> extends DatedPages<T> {
  readonly key: string;
  /** Called when a page shows that the list does not come newest first. */
  foundUnordered(): void;
  /** True if the row is given out. A hidden row still marks how far the list was read. Default: true. */
  readonly isShown?: (row: Unplaced<T>) => boolean;
}

/** The hint of rows of a list that was read whole, so that every replica reads it whole again. */
const WHOLE = 'whole';

export function datedListPartition<T extends Ordered>(options: DatedListOptions<T>): Partition<T> {
  const checked: DatedListOptions<T> = {
    ...options,
    fetch: async (index, call) => withTrueTotal(await options.fetch(index, call), index * options.pageSize),
  };
  return {
    key: options.key,
    async *read(request, call) {
      for await (const batch of readList(checked, request, call)) yield shownOf(options, batch);
    },
    async count(call) {
      const { total, more, rows } = await checked.fetch(0, call);
      return total ?? (more !== false ? null : rows.filter((row) => options.isShown?.(row) ?? true).length);
    },
  };
}

/** Drops a total that the page itself contradicts. */
function withTrueTotal<T extends Ordered>(page: DatedPage<T>, begin: number): DatedPage<T> {
  const { total, rows, more, unreadable } = page;
  const end = begin + rows.length + (unreadable?.count ?? 0);
  const holds =
    total === null || rows.length === 0 || (total >= end && (more === null || (more ? total > end : total === end)));
  return holds ? page : { ...page, total: null };
}

async function* readList<T extends Ordered>(
  options: DatedListOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  if (request.hint === WHOLE || !options.isNewestFirst()) {
    yield await readSorted(options, request, null, call);
    return;
  }
  const given = new Set<string>();
  const pages = new NewestFirstPages(options, call);
  try {
    for await (const batch of readIndexed(pages, { by: 'id', of: (row) => options.idOf(row) }, request)) {
      for (const { row } of batch.rows) given.add(options.idOf(row));
      yield { ...batch, ...pages.takeNotes() };
    }
  } catch (error) {
    if (!(error instanceof NotNewestFirst)) throw error;
    options.foundUnordered();
    yield await readSorted(options, request, given, call);
  }
}

/** The whole list in one batch, without rows `given` out before the list turned out to be unordered. */
async function readSorted<T extends Ordered>(
  options: DatedListOptions<T>,
  request: ReadRequest<T>,
  given: ReadonlySet<string> | null,
  call: Call,
): Promise<Batch<T>> {
  const { direction, from, until } = request;
  const sign = direction === 'forward' ? 1 : -1;
  const whole = await readWholeList(options, call);
  const wanted = placeGroup<T>(whole.rows, { by: 'id', of: (row) => options.idOf(row) })
    .filter((row) => from === null || isBeyond(row, from, direction))
    .filter((row) => until === null || comparePositions(row, until) * sign < 0)
    .sort((a, b) => comparePositions(a, b) * sign);
  const last = wanted.findLastIndex((row) => given?.has(options.idOf(row)) === true);
  const rows = wanted.slice(last + 1);
  // Rows may be missing, because this read, or the read that made the cursor, assumed the wrong order.
  const isGap = given !== null && (from !== null || last + 1 > given.size);
  const truncated = [isGap ? GAP : undefined, whole.truncated].filter((note) => note !== undefined).join('; ');
  return {
    rows: withHint(rows, WHOLE),
    more: false,
    pages: whole.pages,
    ...(truncated === '' ? {} : { truncated, contradicts: whole.contradicts }),
    ...(whole.unreadable === undefined ? {} : { unreadable: whole.unreadable }),
  };
}

const GAP =
  'the list is not in order of time, which showed only after part of it had been given out: rows may be missing there; ask again from the beginning';

function shownOf<T extends Ordered>(options: DatedListOptions<T>, batch: Batch<T>): Batch<T> {
  const { isShown } = options;
  return isShown === undefined ? batch : keepRows(batch, isShown);
}
