import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { countedSize } from '../core/ladder.ts';
import type { Batch, Partition, ReadRequest } from '../core/partition.ts';
import { batchOf, TieGroups } from '../core/tie-groups.ts';
import { fetchFitting } from './list.ts';
import type { TimeKeysetOptions } from './list.ts';
import { TimeWalk } from './walk.ts';

/**
 * Lists that are continued after a time alone. A page after the time of the last row would skip other rows of that
 * time. So each page begins one tick before the group that the previous page left open, and reads that group again. If
 * the group does not come again, the vendor's clock is coarser than assumed (`AfterClock`). A group larger than a page
 * is split by the vendor's filters and read from both ends.
 */

export function timeKeysetPartition<T extends Ordered>(options: TimeKeysetOptions<T>): Partition<T> {
  return {
    key: options.key,
    read: (request, call) => read(options, request, call),
    async count(call) {
      const most = await countedSize(options.size, call);
      return (await fetchFitting(options, { order: 'ascending', after: null, within: null }, call, most)).total;
    },
  };
}

async function* read<T extends Ordered>(
  options: TimeKeysetOptions<T>,
  request: ReadRequest<T>,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const groups = new TieGroups<T>({ identity: options.identity, ...request });
  const walk = new TimeWalk(options, request, call);
  let comeAgain = true;
  for (;;) {
    const { rows, isEnd, comeAgain: willAgain = true, ...said } = await walk.next();
    if (comeAgain) groups.expectAgain();
    comeAgain = willAgain;
    const out = groups.pushWith(walk.hint, rows);
    if (groups.ended || isEnd) {
      yield { ...batchOf(groups.finish(out), false, walk.takeCount()), ...said };
      return;
    }
    yield { ...batchOf(out, groups.pendingCount > 0 ? groups.pendingIsWanted : null, walk.takeCount()), ...said };
  }
}
