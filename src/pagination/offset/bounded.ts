import type { Call } from '../../domain/call.ts';
import { comparePositions, isBeyond } from '../../domain/ordered.ts';
import type { Ordered, Position } from '../../domain/ordered.ts';
import { withHint } from '../core/hinted-rows.ts';
import { withTie } from '../core/identity.ts';
import type { OffsetOptions } from './page.ts';
import { contradiction, REPEATS } from '../core/page-guard.ts';
import type { Batch, HintedRow, ReadRequest } from '../core/partition.ts';
import { BoundedPages } from './bounded-pages.ts';
import { batchOf, TieGroups } from '../core/tie-groups.ts';

export function readBounded<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  return options.tieOrdered() ? readTieOrdered(options, request, call) : readGroups(options, request, call);
}

/** Reads a list whose native order is the total order: rows are given out as they come. */
async function* readTieOrdered<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const { direction, until } = request;
  const pages = new BoundedPages(options, request, call);
  let last: Position | null = request.from;
  let need = request.need;
  for (;;) {
    const page = await pages.next();
    const rows: T[] = [];
    let more = page.more;
    for (const native of page.rows) {
      const row = withTie<T>(native, options.identity.of(native));
      // Inserted rows shift rows that were already given out onto this page.
      if (last !== null && !isBeyond(row, last, direction)) continue;
      if (until !== null && isAtOrBeyond(row, until, direction)) {
        more = false;
        break;
      }
      rows.push(row);
      last = row;
    }
    need -= rows.length;
    const rest = more === false ? 'end' : await pages.goOn(page, last?.time ?? null);
    const ended = rest === 'end' || rest === 'repeats';
    if (!ended && request.prefetch === true && until === null) pages.prefetch(need);
    // With `until`, a further page may lie wholly beyond it.
    const known = ended ? false : until === null && !page.isStalled ? more : null;
    yield { ...batchOf(withHint(rows, pages.hint), known, 1), ...(rest === 'repeats' ? contradiction(REPEATS) : {}) };
    if (ended) return;
  }
}

/** Reads a list whose native order is by time only: groups of equal times are read whole. */
async function* readGroups<T extends Ordered>(
  options: OffsetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const groups = new TieGroups<T>({ identity: options.identity, ...request });
  const pages = new BoundedPages(options, request, call);
  const hinted = (out: readonly HintedRow<T>[]): HintedRow<T>[] => out.map(({ row }) => ({ row, hint: pages.hint }));
  for (;;) {
    const page = await pages.next();
    const out = groups.pushWith(null, page.rows);
    const open = groups.pendingTime;
    const rest = groups.ended || page.more === false ? 'end' : await pages.goOn(page, open);
    if (rest === 'end' || rest === 'repeats') {
      yield {
        ...batchOf(hinted(groups.finish(out)), false, 1),
        ...(rest === 'repeats' ? contradiction(REPEATS) : {}),
      };
      return;
    }
    yield batchOf(hinted(out), groups.pendingCount > 0 ? groups.pendingIsWanted : null, 1);
    // Within one instant, only offsets lead further. Beyond it, the open group is read again from its start.
    if (rest === 'again' || (!page.mayBeLast && open !== null && pages.restartAt(open))) groups.reset();
  }
}

function isAtOrBeyond(row: Position, until: Position, direction: ReadRequest<Ordered>['direction']): boolean {
  const order = comparePositions(row, until);
  return direction === 'forward' ? order >= 0 : order <= 0;
}
