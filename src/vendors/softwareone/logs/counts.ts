import { countedBy } from '../../../pagination/offset/page.ts';
import type { OffsetRequest } from '../../../pagination/offset/page.ts';
import { sizeOf } from '../../shared/rows.ts';
import type { TaskLogListWire } from '../wire.ts';

/** True if the vendor says that nothing lies behind the page. */
export function isEnd(page: TaskLogListWire, request: OffsetRequest): boolean {
  const total = totalOf(page, request);
  const size = sizeOf(page);
  return total === null ? size < (page.$meta.limit ?? request.limit) : total <= request.offset + size;
}

/** The vendor's count of rows, including unreadable ones. */
export function totalOf(page: TaskLogListWire, { offset }: OffsetRequest): number | null {
  return countedBy({ offset, count: sizeOf(page), total: page.$meta.total });
}
