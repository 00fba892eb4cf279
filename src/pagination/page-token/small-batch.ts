import type { Call } from '../../domain/call.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import type { Ladder } from '../core/ladder.ts';
import type { PageSize } from '../core/page-size.ts';
import { LateHint } from '../core/hinted-rows.ts';
import type { Batch, Hint, Identity, ReadRequest, Unplaced } from '../core/partition.ts';
import { batchOf, TieGroups } from '../core/tie-groups.ts';
import type { NativeRow } from '../core/tie-groups.ts';
import type { IndexedPage } from '../numbered/list.ts';
import { writeHint } from '../numbered/page-hint.ts';
import { isBefore } from './passed-over.ts';

/** Pages that have numbers need no tokens to be found again. */
const NO_MEMORIES = [null, null] as const;

export interface SmallPage<T extends Ordered> {
  readonly page: IndexedPage<T>;
  readonly index: number;
  /** The number of rows requested. */
  readonly rows: number;
  /** True if the page is consistent: whole and in order. */
  readonly isEven: boolean;
  readonly canJump: boolean;
  readonly call: Call;
}

/** The wanted rows that the page surely contains. Null: the page does not prove that none is missing. */
export function batchFrom<T extends Ordered>(
  { page, index, rows, isEven }: SmallPage<T>,
  { identity, ladder, size }: { readonly identity: Identity<T>; readonly ladder: Ladder; readonly size: PageSize },
  { direction, from, until, need }: ReadRequest<T>,
): Batch<T> | null {
  if (!isEven) return null;
  const asked = { rows, usual: size.usual };
  const hintOf = (row: Unplaced<T>, at: number): Hint =>
    writeHint({
      order: 'ascending',
      asked,
      place: index * rows + at,
      page: index,
      next: index,
      total: page.total,
      time: row.time,
      memories: NO_MEMORIES,
    });
  const natives = page.rows.map((row, at): NativeRow<T> => new LateHint(row, at, hintOf));
  const edges = [index === 0, page.isLast];
  if (direction === 'backward') {
    natives.reverse();
    edges.reverse();
  }
  const [isFirst, isLast] = edges;
  const groups = new TieGroups<T>({ identity, direction, from, until });
  if (from !== null && isFirst !== true && !isBefore(natives[ladder.ahead]?.row.time, from.time, direction))
    return null;
  if (isLast === true) {
    return batchOf(groups.finish(groups.push(natives)), false, 1);
  }
  const end = endOf(natives, from === null ? null : from.time, need, direction);
  const next = natives[end]?.row.time;
  if (next === undefined) return null;
  const out = groups.push(natives.slice(0, end + 1));
  const more = until === null || isBefore(next, until.time, direction) ? true : null;
  return batchOf(out, groups.ended ? false : more, 1);
}

/**
 * The number of rows to give out: whole groups of one instant, with `need` rows after `from` and no more, so that the
 * rest of the page shows rows that are slightly out of order. The page's length: no row is given out.
 */
function endOf<T extends Ordered>(
  natives: readonly NativeRow<T>[],
  from: bigint | null,
  need: number,
  direction: Direction,
): number {
  const begin = from === null ? 0 : natives.findIndex(({ row }) => isBefore(from, row.time, direction));
  if (begin === -1) return natives.length;
  let end = natives.length;
  for (let at = 1; at < natives.length; at += 1) {
    if (at < begin || natives[at]?.row.time === natives[at - 1]?.row.time) continue;
    end = at;
    if (at >= begin + need) return end;
  }
  return end;
}
