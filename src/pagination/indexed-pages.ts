import type { Direction, Ordered } from '../domain/ordered.ts';
import type { Json } from '../domain/json.ts';
import { IndexedWalk } from './indexed-walk.ts';
import { unsearchable } from './locate.ts';
import type { Batch, Identity, ReadRequest, Unplaced } from './partition.ts';
import { batchOf, TieGroups } from './tie-groups.ts';

/**
 * Walks a list whose pages have numbers and are counted by offset: rows that are inserted move all later
 * rows from page to page. Nothing is believed of a page number but what the page itself shows, and two
 * neighbouring pages are only joined where it is sure that nothing moved between them.
 */

export interface IndexedPage<T extends Ordered> {
  /** In the list's own order. */
  readonly rows: readonly Unplaced<T>[];
  readonly total: number | null;
  readonly isLast: boolean;
}

export interface IndexedList<T extends Ordered> {
  readonly order: 'ascending' | 'descending';
  /** Rows on a full page. It may turn out smaller than asked for once a page was read. */
  limit(): number;
  fetch(index: number): Promise<IndexedPage<T>>;
  canJump(): boolean;
  /** How many pages may be gone through to a position where pages can't be jumped to. */
  readonly maxWalk?: number | undefined;
  /** From now on pages are asked for afresh, whatever the call remembers: they may have moved. */
  renew(): void;
  /** What a cursor should remember to reach the page again beside its number; null: nothing. */
  remember?(index: number): Json;
  /** Gets back what `remember` gave, from a cursor: untrusted. */
  recall?(index: number, memory: Json): void;
}

/** How often a walk may find that rows moved under it before it gives up: going on would leave rows out. */
const MAX_RESTARTS = 32;

export async function* readIndexed<T extends Ordered>(
  list: IndexedList<T>,
  identity: Identity<T>,
  request: ReadRequest<T>,
): AsyncGenerator<Batch<T>, void, undefined> {
  const step = stepOf(list, request.direction);
  const walk = new IndexedWalk(list, step);
  const groups = new TieGroups<T>({ identity, ...request }, (own, next) => walk.closeHint(own, next));
  let { index, page } = await walk.begin(request);
  let need = request.need;
  for (let restarts = 0; ;) {
    const out = groups.push(walk.nativeRows(index, page));
    const isEnd = step === 1 ? page.isLast : index === 0;
    if (groups.ended || isEnd) {
      const rest = groups.ended ? { rows: [], hints: [] } : groups.finish();
      yield batchOf(
        { rows: [...out.rows, ...rest.rows], hints: [...out.hints, ...rest.hints] },
        false,
        walk.takeCount(),
      );
      return;
    }
    need -= out.rows.length;
    if (request.prefetch === true && request.until === null) walk.prefetch(index, page, need);
    // An open group that may lie within `from` or `until` says nothing; an empty page neither.
    yield batchOf(out, groups.pendingCount > 0 ? groups.pendingIsWanted : null, walk.takeCount());
    const next = await walk.get(index + step);
    if (!(await walk.joins(index, page, next))) {
      restarts += 1;
      if (restarts > MAX_RESTARTS) throw unsearchable();
      list.renew();
      const time = groups.pendingTime;
      groups.reset();
      if (time === null) {
        page = await walk.get(index);
        continue;
      }
      ({ index, page } = await walk.find(time, index));
      continue;
    }
    index += step;
    page = next;
  }
}

function stepOf<T extends Ordered>(list: IndexedList<T>, direction: Direction): 1 | -1 {
  return (direction === 'forward') === (list.order === 'ascending') ? 1 : -1;
}
