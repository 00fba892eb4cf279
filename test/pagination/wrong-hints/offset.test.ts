import { test } from 'vitest';
import { offsetPartition } from '../../../src/pagination/offset.ts';
import type { Line } from '../fake-natives.ts';
import { bothWays, byId, copies, COUNT, holds, LAW, LIMIT, LINES, TOTALS } from './law.ts';
import type { Lie } from './law.ts';

function offsetLie(
  name: string,
  lie: {
    total?: (read: number) => number | null;
    cap?: number;
    says?: boolean;
    ignoresOffset?: boolean;
    timeFilter?: boolean;
  },
): Lie {
  const { total = () => COUNT, cap = LIMIT, says = true, ignoresOffset = false, timeFilter = false } = lie;
  return {
    name: `${timeFilter ? 'time filter' : 'no time filter'}: ${name}`,
    partition: (asked) =>
      offsetPartition<Line>({
        key: '',
        limit: LIMIT,
        identity: byId,
        orders: ['ascending', 'descending'],
        tieOrdered: () => true,
        timeFilter: () => timeFilter,
        fetch: ({ offset, limit, order, since, upTo }) => {
          asked();
          let found = copies(LINES);
          if (since !== undefined) found = found.filter(({ time }) => time >= since);
          if (upTo !== undefined) found = found.filter(({ time }) => time <= upTo);
          if (order === 'descending') found.reverse();
          const size = Math.min(limit, cap);
          const start = ignoresOffset ? 0 : offset;
          const rows = found.slice(start, start + size);
          return Promise.resolve({ rows, total: total(rows.length), limit: says ? size : null });
        },
      }),
  };
}

const LIES: readonly Lie[] = [true, false].flatMap((timeFilter) => [
  offsetLie('total null', { total: TOTALS['null']!, timeFilter }),
  offsetLie('total too high', { total: TOTALS['too high']!, timeFilter }),
]);

test.each(bothWays(LIES))(LAW, holds);
