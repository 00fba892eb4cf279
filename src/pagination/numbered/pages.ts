import { TributaryError } from '../../domain/errors.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import type { IndexedList } from './list.ts';
import { DoubledRows } from './doubled-rows.ts';
import { IndexedWalk } from './walk.ts';
import { unsearchable } from './locate.ts';
import { ALIKE, endless, EndlessList, contradiction, OVERLAPS } from '../core/page-guard.ts';
import type { Batch, Identity, ReadRequest } from '../core/partition.ts';
import { UnsortedPages, SettledRows } from './settled-rows.ts';
import { batchOf } from '../core/tie-groups.ts';

/**
 * Walks a list whose page numbers count rows, so an inserted row moves all later rows. A page number is trusted only as
 * far as the page confirms it, and two neighbouring pages are joined only if it is certain that nothing moved between
 * them. Rows may be slightly out of order.
 */

/** Most restarts in a row because rows moved. After that the walk fails, because going on would omit rows. */
const MAX_RESTARTS = 32;

export async function* readIndexed<T extends Ordered>(
  list: IndexedList<T>,
  identity: Identity<T>,
  request: ReadRequest<T>,
): AsyncGenerator<Batch<T>, void, undefined> {
  const step = stepOf(list, request.direction);
  const walk = new IndexedWalk(list, step);
  const doubled = new DoubledRows(list);
  let reached = request.from;
  const start = (): SettledRows<T> =>
    new SettledRows<T>({ ...request, from: reached, identity }, step, (page, next) => walk.hintsOf(page, next));
  let rows = start();
  let { index, page } = await walk.begin(request);
  let need = request.need;
  for (let restarts = 0; ;) {
    try {
      rows.push(index, page.rows);
    } catch (error) {
      throw error instanceof UnsortedPages ? new UnorderedList(list.source) : error;
    }
    const isEnd = step === 1 ? page.isLast : index === 0;
    // A page that runs the other way may have any rows behind it, and one of unknown order may have wanted ones.
    const out = isEnd ? rows.finish() : rows.course === 'against' ? [] : rows.take();
    const ended = isEnd || (rows.ended && rows.course === 'along');
    const last = out.at(-1)?.row;
    if (last !== undefined) {
      reached = { time: last.time, tie: last.tie };
      restarts = 0;
    }
    need -= out.length;
    if (!ended && request.prefetch === true && request.until === null) walk.prefetch(index, page, need);
    // Neither an empty page, nor waiting rows that `from` or `until` may exclude, show that more follows.
    const said = page.missing === undefined ? {} : contradiction(page.missing);
    yield { ...batchOf(out, ended ? false : rows.holdsWanted ? true : null, walk.takeCount()), ...said };
    if (ended) return;
    let next;
    try {
      next = await walk.next(index, page);
      if (next !== null && (await doubled.areOn(Math.min(index, index + step), page, next)))
        throw endless(list.source ?? 'the source', OVERLAPS);
    } catch (error) {
      if (!(error instanceof EndlessList)) throw error;
      // No new rows follow the waiting ones.
      yield { ...batchOf(rows.finishOnce(), false, walk.takeCount()), ...contradiction(error.what) };
      return;
    }
    if (next !== null) {
      index += step;
      page = next;
      continue;
    }
    restarts += 1;
    if (restarts > MAX_RESTARTS && walk.isAlike) {
      yield { ...batchOf(rows.finishOnce(), false, walk.takeCount()), ...contradiction(ALIKE) };
      return;
    }
    if (restarts > MAX_RESTARTS) throw unsearchable();
    list.renew();
    const time = reached?.time ?? rows.firstTime;
    rows = start();
    if (time === null) page = await walk.get(index);
    else ({ index, page } = await walk.find(time, index));
  }
}

function stepOf<T extends Ordered>(list: IndexedList<T>, direction: Direction): 1 | -1 {
  return (direction === 'forward') === (list.order === 'ascending') ? 1 : -1;
}

/** A list that should be in the order of time but is not. */
export class UnorderedList extends TributaryError {
  constructor(source = 'the source', key = '') {
    super('SOURCE_BAD_RESPONSE', `${source}: its list is not in the order of time${key}.`, { source });
  }
}
